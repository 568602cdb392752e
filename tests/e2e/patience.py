"""How long the browser tests wait for what must come: a bound, no claim about speed.

Stated once, for a machine ten times slower than ours. It is shorter than a minute,
after which a phone asks the office by itself: what should come sooner must.
"""

import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

PATIENCE_MS = 30_000
# A run of the engine, with others before it in the queue.
RUN_MS = 180_000

expect.set_options(timeout=PATIENCE_MS)


def until(so: Callable[[], object]) -> None:
    """Ask until it is so: for what happens in the database, and shows nowhere."""
    deadline = time.monotonic() + RUN_MS / 1000
    while not so():
        assert time.monotonic() < deadline, "It never came to be."
        time.sleep(0.05)


def patient(context: BrowserContext) -> BrowserContext:
    """The context, with pages that wait so long for clicks and addresses, too."""
    context.set_default_timeout(PATIENCE_MS)
    return context
