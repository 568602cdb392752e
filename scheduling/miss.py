"""How near a visit that does not fit comes to fitting."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.kernel.numbers import UNREACHABLE
from scheduling.model import Model, RouteSpec, Windows


@dataclass(frozen=True, slots=True)
class Miss:
    """Seconds too few at the best position, breaks left out of account.

    `where` says what comes too late there: the visit itself, another visit, or the
    end of the shift.
    """

    seconds: int
    where: str


def nearest_miss(model: Model, r: int, seq: tuple[int, ...], v: int) -> Miss:
    """The smallest shortage over all positions of v in the route."""
    found = [
        _shortage(model, r, (*seq[:at], v, *seq[at:]), v) for at in range(len(seq) + 1)
    ]
    return min(found, key=lambda miss: miss.seconds)


def _shortage(model: Model, r: int, seq: tuple[int, ...], v: int) -> Miss:
    spec = model.routes[r]
    late = {"visit": 0, "other": 0, "end": 0}
    time, here = spec.start, spec.begin_at
    for w in seq:
        there = model.place[w]
        fit = model.fits[r][w]
        arrive = time + min(spec.seconds[here][there], UNREACHABLE)
        start, missed = _start(fit.windows if fit else (), arrive)
        late["visit" if w == v else "other"] += missed
        time, here = start + model.duration[w], there
    late["end"] = max(0, _home(spec, time, here) - spec.limit)
    worst = max(late, key=lambda key: late[key])
    return Miss(sum(late.values()), worst)


def _start(windows: Windows, arrive: int) -> tuple[int, int]:
    """Earliest start and the seconds by which the last window is missed."""
    for low, high in windows:
        if arrive <= high:
            return max(low, arrive), 0
    if not windows:
        return arrive, 0
    # Carry on from the window's end, so that one delay is not counted twice.
    return windows[-1][1], arrive - windows[-1][1]


def _home(spec: RouteSpec, time: int, here: int) -> int:
    if spec.finish_at < 0:
        return time
    return time + spec.seconds[here][spec.finish_at]
