"""How long the browser tests wait for what must come: a bound, no claim about speed.

Stated once, for a machine ten times slower than ours. It is shorter than a minute,
after which a phone asks the office by itself: what should come sooner must.
"""

import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

PATIENCE_MS = 50_000
# A click or an address shows nothing that could come by itself: as long as it takes.
# So does a run of the engine, with others before it in the queue.
ACTION_MS = RUN_MS = 180_000

expect.set_options(timeout=PATIENCE_MS)


def until(so: Callable[[], object]) -> None:
    """Ask until it is so: for what happens in the database, and shows nowhere. No
    route of a page is served meanwhile.
    """
    deadline = time.monotonic() + RUN_MS / 1000
    while not so():
        assert time.monotonic() < deadline, "It never came to be."
        time.sleep(0.05)


def patient(context: BrowserContext) -> BrowserContext:
    """The context, with pages that wait so long for clicks and addresses, too."""
    context.set_default_timeout(ACTION_MS)
    return context
