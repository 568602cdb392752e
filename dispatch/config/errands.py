"""One Django process for many management commands: each start of Django costs seconds.

`python -m dispatch.config.errands` reads one command a line (a JSON list of words) and
ends what it prints with a line that holds DONE or FAILED alone.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

DONE = "\x04done"
FAILED = "\x04failed"


class ErrandFailed(RuntimeError):
    """A command did not end well; its log says why."""


class Errands:
    """The other end: runs commands one after the other, with what they print."""

    def __init__(self, *, env: Mapping[str, str], log: Path, cwd: Path) -> None:
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "dispatch.config.errands"],
                env={**os.environ, **env},
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=sink,
                text=True,
                start_new_session=True,
            )

    def run(self, *words: str) -> Iterator[str]:
        """Each line that the command prints, as it comes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            text = line.rstrip("\n")
            if text == DONE:
                return
            if text == FAILED:
                break
            yield text
        raise ErrandFailed(words[0])

    def end(self) -> None:
        """No more commands."""
        self._process.kill()
        self._process.wait()


def main() -> None:
    """Run what is asked for on stdin, until nobody asks any more."""
    import django
    from django.core.management import CommandError, call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.config.settings")
    django.setup()
    for line in sys.stdin:
        try:
            call_command(*json.loads(line))
        except CommandError as error:
            print(error, file=sys.stderr, flush=True)
            print(FAILED, flush=True)
        except Exception:
            traceback.print_exc()
            print(FAILED, flush=True)
        else:
            print(DONE, flush=True)


if __name__ == "__main__":
    main()
