"""A process beside `solve` that searches the blocks it is given.

Started by `team`, with the number of its end of the pipe as the only argument; it
ends when the other end does.
"""

from __future__ import annotations

import signal
import sys
from multiprocessing.connection import Connection

from scheduling.progress import Progress
from scheduling.solver import improve
from scheduling.stop import Cancel
from scheduling.team import READY, STOP, Job, Limit
from scheduling.warming import warm_kernel


def main(handle: int) -> None:
    """Search block after block until nobody is there to hand over to."""
    # Ctrl-C reaches the whole group; the process in front asks for what is there.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    link = Connection(handle)
    warm_kernel()
    link.send(READY)
    while True:
        message = link.recv()
        # A word that came when the search was over already is about nothing.
        if message != STOP:
            link.send(_search(link, *message))


def _search(link: Connection, job: Job, until: Limit) -> object:
    heard: list[object] = []

    def called_off() -> bool:
        if not heard and link.poll():
            heard.append(link.recv())
        return bool(heard)

    def tell(progress: Progress) -> None:
        link.send(progress)

    return job.improve(improve, until.rule() | Cancel(asked=called_off), tell)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except (EOFError, ConnectionError):
        # Whoever gave the work is gone.
        sys.exit(0)
