"""`make field-screens`: every screen and state of the field app, to be looked at.

Starts a trial run of its own, plays the scenes and writes the pictures, a page with all
of them and a list of what looked wrong to the machine.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path

import django

from dispatch.config import demo
from tests.pictures.trial import Unplanned, trial_run

SCENES = ("day", "visit", "lines", "parts", "photos", "signing", "sync", "guards")
OFFICE = ("office", "portal")
FOLDER = demo.ROOT / "build" / "field-screens"


def main() -> int:
    """Play what was asked for."""
    asked = argparse.ArgumentParser(prog="make field-screens", description=__doc__)
    asked.add_argument("--folder", type=Path, default=FOLDER)
    asked.add_argument("--only", nargs="*", default=[*SCENES, *OFFICE])
    words = asked.parse_args()
    if "TRIAL_HOME" not in os.environ:
        sys.exit(
            "Run `make field-screens`: the pictures need a trial run of their own."
        )
    # The scenes that are about the PIN set one.
    os.environ["FIELD_PIN"] = "0"
    with trial_run(Unplanned) as trial:
        os.environ |= trial.env
        os.environ["DJANGO_SETTINGS_MODULE"] = "dispatch.config.settings"
        # The scenes write into the database between two looks at a page.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        django.setup()
        sheet = importlib.import_module("tests.pictures.sheet")
        failed: int = sheet.play_all(trial, words.only, words.folder)
    return failed


if __name__ == "__main__":
    sys.exit(main())
