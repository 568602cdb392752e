"""The fonts of the report: put together from the packages that the lock names.

To be run after the frontend's build, which empties its folder:
`python -m dispatch.integrations.typst.fonts`.
"""

import logging
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"
PACKAGES = FRONTEND / "node_modules" / "@fontsource"
TARGET = FRONTEND / "dist" / "fonts"
STYLES = {400: "Regular", 600: "SemiBold"}


class Family(NamedTuple):
    """One family: its package, and the subsets of it that the report needs."""

    name: str
    package: str
    subsets: tuple[str, ...]
    weights: tuple[int, ...] = (400, 600)


FAMILIES = (
    Family(
        "Inter",
        "inter",
        (
            "latin",
            "latin-ext",
            "vietnamese",
            "greek",
            "greek-ext",
            "cyrillic",
            "cyrillic-ext",
        ),
    ),
    Family("Noto Sans Arabic", "noto-sans-arabic", ("arabic", "latin")),
    Family("Noto Sans Hebrew", "noto-sans-hebrew", ("hebrew", "latin")),
    Family("Noto Emoji", "noto-emoji", ("emoji",), (400,)),
)


def make(packages: Path, target: Path) -> None:
    """Write every font, and the licence of each, into the folder."""
    target.mkdir(parents=True, exist_ok=True)
    for family in FAMILIES:
        source = packages / family.package
        for weight in family.weights:
            font = _merged(family, source / "files", weight)
            font.save(target / f"{family.name.replace(' ', '')}-{weight}.ttf")
        shutil.copyfile(source / "LICENSE", target / f"{family.package}.LICENSE.txt")


def _merged(family: Family, files: Path, weight: int) -> Any:
    names = [f"{family.package}-{s}-{weight}-normal.woff" for s in family.subsets]
    first = font = TTFont(files / names[0])
    if len(names) > 1:
        # STAT places a font among others, gasp is for screens: neither can be merged.
        options = Options(drop_tables=["STAT", "gasp"])
        font = Merger(options).merge([str(files / name) for name in names])
    font.flavor = None
    # The same packages give the same bytes, and so the same report.
    font.recalcTimestamp = False
    font["head"].created = first["head"].created
    font["head"].modified = first["head"].modified
    _name(font["name"], family.name, STYLES[weight])
    return font


def _name(table: Any, family: str, style: str) -> None:
    # Both weights are one family: the packages call the heavier one another.
    for number, text in ((1, family), (2, style), (16, family), (17, style)):
        table.setName(text, number, 3, 1, 0x409)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    make(PACKAGES, TARGET)
