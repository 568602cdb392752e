"""Who searches the blocks of a round: this process, or several beside it.

The others are started fresh, take the compiled kernel from its cache, and talk over
one pipe each. One that dies has its block done again by another.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, Protocol

from scheduling.blocks import Block, Improved
from scheduling.progress import OnProgress, Progress
from scheduling.rounds import Heat
from scheduling.stop import Cancel, Iterations, Seconds, StopRule

HOME = Path(__file__).resolve().parent.parent
# How often a search beside this one asks whether anybody called it off.
LISTEN_SECONDS = 0.02
# A block that has killed so many processes keeps its old plan.
MOST_TRIES = 2
READY, STOP = "ready", "stop"


@dataclass(frozen=True, slots=True)
class Job:
    """One search in one block; limits are set when it begins."""

    block: Block
    seed: int
    heat: Heat

    def improve(
        self, improve: Improve, stop: StopRule, tell: OnProgress | None
    ) -> Improved:
        return improve(
            self.block, stop=stop, seed=self.seed, heat=self.heat, on_progress=tell
        )


class Improve(Protocol):
    """How a block is searched."""

    def __call__(
        self,
        block: Block,
        *,
        stop: StopRule,
        seed: int,
        heat: Heat,
        on_progress: OnProgress | None,
    ) -> Improved: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """When a job ends: after seconds, or after iterations of (done, planned)."""

    seconds: float | None = None
    iterations: tuple[int, int] | None = None

    def rule(self) -> StopRule:
        if self.iterations is not None:
            return Iterations(*self.iterations)
        return Seconds(max(self.seconds or 0.0, 0.0))


# Asked when a job begins: its number, and how many have not begun, itself included;
# None skips it.
LimitOf = Callable[[int, int], Limit | None]
OnJob = Callable[[int, Progress], None]


class Team(Protocol):
    """Searches jobs; the answer is in their order, None where nothing came back."""

    @property
    def cores(self) -> int: ...

    def run(
        self,
        jobs: Sequence[Job],
        limit: LimitOf,
        cancelled: Callable[[], bool],
        tell: OnJob,
    ) -> list[Improved | None]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Alone:
    """One after another, in this process."""

    improve: Improve
    cores: int = 1

    def run(
        self,
        jobs: Sequence[Job],
        limit: LimitOf,
        cancelled: Callable[[], bool],
        tell: OnJob,
    ) -> list[Improved | None]:
        found: list[Improved | None] = []
        for number, job in enumerate(jobs):
            until = None if cancelled() else limit(number, len(jobs) - number)
            if until is None:
                found.append(None)
                continue
            rule = until.rule() | Cancel(asked=cancelled)
            show = _teller(tell, number)
            found.append(job.improve(self.improve, rule, show))
        return found

    def close(self) -> None:
        """Nothing to end."""


def _teller(tell: OnJob, number: int) -> OnProgress:
    return lambda progress: tell(number, progress)


@dataclass(slots=True)
class _Helper:
    """A process beside this one, and the job it is at."""

    process: subprocess.Popen[bytes]
    link: Connection
    ready: bool = False
    job: int | None = None

    def end(self) -> None:
        self.link.close()
        self.process.kill()
        self.process.wait()


@dataclass(slots=True)
class Beside:
    """Several jobs at once, each in a process of its own; start it early, for they
    need a second or two until they are ready."""

    cores: int
    _helpers: list[_Helper] = field(default_factory=list)

    def __post_init__(self) -> None:
        for _ in range(self.cores):
            self._start()

    def _start(self) -> None:
        ours, theirs = Pipe()
        known = [str(HOME), os.environ.get("PYTHONPATH", "")]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(x for x in known if x)}
        words = [sys.executable, "-m", "scheduling.helper", str(theirs.fileno())]
        process = subprocess.Popen(words, env=env, pass_fds=[theirs.fileno()])
        theirs.close()
        self._helpers.append(_Helper(process, ours))

    @property
    def processes(self) -> list[int]:
        """Ids of the processes."""
        return [helper.process.pid for helper in self._helpers]

    def run(
        self,
        jobs: Sequence[Job],
        limit: LimitOf,
        cancelled: Callable[[], bool],
        tell: OnJob,
    ) -> list[Improved | None]:
        return _Shift(self, jobs, limit, tell).run(cancelled)

    def close(self) -> None:
        """End all processes."""
        for helper in self._helpers:
            helper.end()
        self._helpers.clear()

    def replace(self, helper: _Helper) -> None:
        """End a process and start another in its place."""
        helper.end()
        self._helpers.remove(helper)
        self._start()

    @property
    def helpers(self) -> list[_Helper]:
        return self._helpers


class _Shift:
    """One call of `Beside.run`: jobs given out, progress and results collected."""

    def __init__(
        self, team: Beside, jobs: Sequence[Job], limit: LimitOf, tell: OnJob
    ) -> None:
        self.team, self.jobs, self.limit, self.tell = team, jobs, limit, tell
        self.found: list[Improved | None] = [None] * len(jobs)
        self.waiting = list(range(len(jobs)))
        self.open = set(self.waiting)
        self.tries = [0] * len(jobs)
        self.deaths = 0

    def run(self, cancelled: Callable[[], bool]) -> list[Improved | None]:
        stopped = False
        while self.open:
            if not stopped and cancelled():
                stopped = True
                self._call_off()
            for helper in list(self.team.helpers):
                if helper.ready and helper.job is None and self.waiting:
                    self._give(helper)
            links = {helper.link: helper for helper in self.team.helpers}
            for link in wait(list(links), LISTEN_SECONDS):
                self._hear(links[link])  # type: ignore[index]
        return self.found

    def _call_off(self) -> None:
        """Tell those at work to hand in what they have; nothing new is begun."""
        self.open -= set(self.waiting)
        self.waiting.clear()
        for helper in list(self.team.helpers):
            if helper.job is not None:
                self._send(helper, STOP)

    def _give(self, helper: _Helper) -> None:
        number = self.waiting.pop(0)
        until = self.limit(number, len(self.waiting) + 1)
        if until is None:
            self.open.discard(number)
            return
        helper.job = number
        self.tries[number] += 1
        self._send(helper, (self.jobs[number], until))

    def _send(self, helper: _Helper, message: Any) -> None:
        try:
            helper.link.send(message)
        except OSError:
            self._lost(helper)

    def _hear(self, helper: _Helper) -> None:
        try:
            message = helper.link.recv()
        except (EOFError, OSError):
            self._lost(helper)
            return
        if message == READY:
            helper.ready = True
        elif helper.job is None:
            return
        elif isinstance(message, Progress):
            self.tell(helper.job, message)
        else:
            self.found[helper.job] = message
            self.open.discard(helper.job)
            helper.job = None

    def _lost(self, helper: _Helper) -> None:
        """A process is gone: its job goes to another, but not for ever."""
        number, helper.job = helper.job, None
        if helper not in self.team.helpers:
            return
        self.deaths += 1
        self.team.replace(helper)
        if number is not None and self.tries[number] < MOST_TRIES:
            self.waiting.insert(0, number)
        elif number is not None:
            self.open.discard(number)
        if self.deaths > MOST_TRIES * (len(self.jobs) + self.team.cores):
            # None of them lives long enough to be of use.
            self.open.clear()
