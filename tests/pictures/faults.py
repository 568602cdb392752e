"""What a machine can see on a screen: too wide, too small to hit, cut off, covered."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

FINGER = 48
LOOK = Path(__file__).with_suffix(".js").read_text()


def faults_of(page: Page, *, finger: int = FINGER) -> list[str]:
    """One line for each."""
    found: Any = page.evaluate(LOOK, finger)
    return list(found)
