"""How near a visit that does not fit comes to fitting."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.kernel.numbers import UNREACHABLE
from scheduling.model import Model, RouteSpec, Windows


@dataclass(frozen=True, slots=True)
class Miss:
    """Seconds too few at the best position, breaks left out of account.

    `where` says what comes too late there: the visit itself, another visit, or the
    end of the shift; "way" when a leg has no way even at the best position.
    """

    seconds: int
    where: str


def nearest_miss(model: Model, r: int, seq: tuple[int, ...], v: int) -> Miss:
    """The smallest shortage over all positions of v in the route."""
    found = [
        _shortage(model, r, (*seq[:at], v, *seq[at:]), v) for at in range(len(seq) + 1)
    ]
    best = min(found, key=lambda miss: miss.seconds)
    if best.where == "other" and _shortage(model, r, (v,), v).where == "end":
        # Without the others it would not be over in time either.
        return Miss(best.seconds, "end")
    return best


def _shortage(model: Model, r: int, seq: tuple[int, ...], v: int) -> Miss:
    spec = model.routes[r]
    late, missing = {"visit": 0, "other": 0, "end": 0}, 0
    time, here = spec.start, spec.begin_at
    for w in seq:
        there = model.place[w]
        fit = model.fits[r][w]
        leg, gap = _leg(spec, here, there)
        missing += gap
        start, missed = _start(fit.windows if fit else (), time + leg)
        late["visit" if w == v else "other"] += missed
        time, here = start + model.duration[w], there
    leg, gap = _leg(spec, here, spec.finish_at)
    missing += gap
    late["end"] = max(0, time + leg - spec.limit)
    worst = "way" if missing else max(late, key=lambda key: late[key])
    return Miss(missing + sum(late.values()), worst)


def _leg(spec: RouteSpec, here: int, there: int) -> tuple[int, int]:
    """Seconds of a drive, and what weighs for it if there is no way."""
    seconds = 0 if there < 0 else spec.seconds[here][there]
    return (seconds, 0) if seconds < UNREACHABLE else (0, UNREACHABLE)


def _start(windows: Windows, arrive: int) -> tuple[int, int]:
    """Earliest start and the seconds by which the last window is missed."""
    for low, high in windows:
        if arrive <= high:
            return max(low, arrive), 0
    if not windows:
        return arrive, 0
    # Carry on from the window's end, so that one delay is not counted twice.
    return windows[-1][1], arrive - windows[-1][1]
