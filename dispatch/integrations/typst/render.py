"""Set a report: a dictionary of words in, a tagged PDF out."""

import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import typst
from django.conf import settings

HERE = Path(__file__).parent
# Strokes come bare; how thick and how dark they are is the page's business.
PEN = (
    '<path fill="none" stroke="#12161d" stroke-width="2.4" '
    'stroke-linecap="round" stroke-linejoin="round" '
)
NO_GLYPH = "could not be displayed"


def pdf(content: dict[str, Any], files: Mapping[str, bytes] | None = None) -> bytes:
    """The report as PDF/UA-1: tagged, with title and language; the same words give
    the same bytes. `files` are the photos that the content names.
    """
    inputs = {"report": json.dumps(_drawn(content), ensure_ascii=False)}
    try:
        return cast(bytes, _compile(inputs, files or {}, pdf_standards=["ua-1"]))
    except typst.TypstError as error:
        if NO_GLYPH not in str(error):
            raise
    # A script that no font here holds: the text is in the file and can be read out
    # and copied, but the promise of PDF/UA is not made.
    return cast(bytes, _compile(inputs, files or {}))


def pages(
    content: dict[str, Any],
    files: Mapping[str, bytes] | None = None,
    *,
    ppi: float = 96,
) -> list[bytes]:
    """The same pages as pictures, to look at."""
    inputs = {"report": json.dumps(_drawn(content), ensure_ascii=False)}
    found = _compile(inputs, files or {}, format="png", ppi=ppi)
    return found if isinstance(found, list) else [found or b""]


def _compile(inputs: dict[str, str], files: Mapping[str, bytes], **options: Any) -> Any:
    options = {"format": "pdf", "sys_inputs": inputs, **options}
    if options["format"] == "pdf":
        options["timestamp"] = 0
    if not files:
        return _compiler().compile(**options)
    # Pages read files from below their own folder only.
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / Path(name).name).write_bytes(content)
        page = Path(shutil.copy(HERE / "report.typ", folder))
        setter = typst.Compiler(str(page), root=folder, font_paths=_fonts())
        return setter.compile(**options)


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(HERE / "report.typ"), root=str(HERE), font_paths=_fonts())


@cache
def _fonts() -> typst.Fonts:
    # Ours lie with the built frontend (fonts.py makes them). Fonts of the machine come
    # last: for scripts that ours do not hold, and for all if ours are missing.
    ours = settings.FRONTEND_DIST / "fonts"
    found = [str(ours)] if ours.is_dir() else []
    return typst.Fonts(include_system_fonts=True, font_paths=found)


def _drawn(content: dict[str, Any]) -> dict[str, Any]:
    signature = content.get("signature")
    if not signature:
        return content
    svg = signature["svg"].replace("<path ", PEN)
    return content | {"signature": signature | {"svg": svg}}
