"""The engine made ready before the first question, and not by it.

Its inner loop is compiled once for a machine and kept on disk: then it is loaded in a
second or two. Where nothing is kept yet, compiling takes about a minute.
"""

import logging
import subprocess
import sys
from pathlib import Path
from threading import Event, Lock, Thread, Timer

import scheduling

log = logging.getLogger(__name__)
ROOT = Path(scheduling.__file__).resolve().parent.parent
# Longer than loading takes on a busy machine.
LOADING_SECONDS = 6.0
COMPILING = (
    "No compiled engine is kept for this machine: compiling it now, for about a minute."
    " `python -m scheduling warm` does it ahead."
)

_once = Lock()
_begun = Event()
_done = Event()


def begin(*, wait: float = 0.0) -> None:
    """Make the engine ready in the background; return then, or after `wait` seconds.

    A web server that waited for a whole compilation would be taken for dead.
    """
    with _once:
        if not _begun.is_set():
            _begun.set()
            Thread(target=now, name="warming", daemon=True).start()
    if wait:
        _done.wait(wait)


def wait() -> None:
    """Return when the engine is ready, or could not be made ready."""
    _done.wait()


def is_under_way() -> bool:
    """Whether questions to the engine would have to wait."""
    return _begun.is_set() and not _done.is_set()


def now() -> None:
    """Make the engine ready; what goes wrong is logged, and met again when asked."""
    _begun.set()
    notice = Timer(LOADING_SECONDS, log.warning, [COMPILING])
    notice.daemon = True
    notice.start()
    try:
        scheduling.warm()
    except Exception:
        log.exception("The engine could not be made ready.")
    else:
        log.info("The engine is ready.")
    finally:
        notice.cancel()
        _done.set()


def compile_apart() -> None:
    """Compile in a process of its own, so that this one can still fork.

    A process that has compiled must not fork any more, and one that has just been
    forked must answer soon.
    """
    command = [sys.executable, "-m", "scheduling", "warm"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        log.error("The engine could not be compiled: %s", done.stderr.strip()[-500:])
