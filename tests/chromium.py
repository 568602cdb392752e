"""Find the browser: `python -m tests.chromium` prints its path, or fails."""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Where Chromium is: CHROMIUM names one, else the usual names are tried."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return shutil.which(chosen)
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None)


if __name__ == "__main__":
    path = find_chromium()
    if path is None:
        sys.exit("No Chromium found.")
    print(path)
