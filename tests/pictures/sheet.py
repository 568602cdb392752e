"""Plays the scenes and lays all pictures out on one page."""

import importlib
import os
import traceback
from html import escape
from pathlib import Path

from tests.pictures.camera import Camera
from tests.pictures.stage import Stage
from tests.pictures.trial import Trial
from tests.pictures.world import Town

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Field screens</title>
<style>
  body {{ margin: 1rem; background: #777; font: 13px system-ui; }}
  figure {{ display: inline-block; margin: 0.5rem; vertical-align: top; }}
  img {{ display: block; max-inline-size: 48rem; }}
</style>
{figures}
<h1>What looked wrong to the machine</h1>
<ul>{wrong}</ul>
"""


def play_all(trial: Trial, names: list[str], folder: Path) -> int:
    """Every scene; one that fails is named and does not keep the others."""
    camera = Camera(folder, with_axe="AXE" in os.environ)
    failed = []
    for name in names:
        scene = importlib.import_module(f"tests.pictures.scenes.{name}")
        for part in scene.SCENES:
            stage = Stage(trial, camera, Town())
            print(f"{name}: {part.__name__}", flush=True)
            try:
                part(stage)
            except Exception:
                failed.append(part.__name__)
                traceback.print_exc()
                _last_look(stage, folder, part.__name__)
            stage.close()
    write(camera)
    for line in camera.wrong:
        print(f"  ! {line}")
    print(f"{len(camera.taken)} pictures in {folder}, {len(camera.wrong)} findings")
    if failed:
        print(f"Scenes that failed: {', '.join(failed)}")
    return len(failed)


def _last_look(stage: Stage, folder: Path, name: str) -> None:
    for context in stage.contexts[-1:]:
        for page in context.pages:
            page.screenshot(path=folder / f"FAILED-{name}.png")


def write(camera: Camera) -> None:
    """`index.html` beside the pictures."""
    figures = "\n".join(
        f'<figure><img src="{name}.png" alt="" loading="lazy">'
        f"<figcaption>{name}</figcaption></figure>"
        for name in camera.taken
    )
    wrong = "\n".join(f"<li>{escape(line)}</li>" for line in camera.wrong)
    page = PAGE.format(figures=figures, wrong=wrong)
    (camera.folder / "index.html").write_text(page, encoding="utf-8")
