"""A thread of each web process that keeps the days that may be booked up to date.

The first question to a process would have to read two weeks of shifts and visits, and
so would the first one after a quiet hour or a change of policy.
"""

import logging
from threading import Event, Thread

from django.db import connection
from django.utils import timezone

from dispatch.services import warming

log = logging.getLogger(__name__)
# Seconds between two rounds, and after which a round leaves the rest to the next.
PAUSE = 20.0
LONGEST = 5.0

_begun = Event()
_first = Event()
_over = Event()


def begin(*, wait: float = 0.0) -> None:
    """Keep the days in the background; return then, or when they are laid out for the
    first time, or after `wait` seconds.
    """
    if not _begun.is_set():
        _begun.set()
        events = (_first, _over)
        Thread(target=_go_on, args=events, name="keeping", daemon=True).start()
    if wait:
        _first.wait(wait)


def _go_on(first: Event, over: Event) -> None:
    warming.wait()
    while not over.is_set():
        once()
        first.set()
        over.wait(PAUSE)


def once() -> None:
    """One round; what goes wrong is logged, and met again by whoever asks."""
    # Models can be imported only when the applications are loaded.
    from dispatch.services import ahead

    try:
        ahead.look(at=timezone.now(), longest=LONGEST)
    except Exception:
        log.exception("The days that may be booked could not be laid out ahead.")
    finally:
        # The line may be dead, and nobody needs it until the next round.
        connection.close()
