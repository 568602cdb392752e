"""Cheap rejects: how early a route can leave and how late it may start at each stop.

Breaks, releases and links are left out, so these are necessary conditions only: what
they reject can never be right, what they let pass still has to be simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.kernel.model import NEVER, Model, Windows


@dataclass(frozen=True, slots=True)
class Bounds:
    """Per position: earliest departure from the stop before it, latest start at the
    stop that would follow."""

    leave: list[int]
    latest: list[int]


def bounds(model: Model, r: int, seq: tuple[int, ...]) -> Bounds:
    """Bounds of a feasible route, for every position from before the first stop on."""
    spec, place = model.routes[r], model.place
    leave, here, time = [spec.start], spec.begin_at, spec.start
    for v in seq:
        there = place[v]
        fact = model.frozen[v]
        arrive = time + spec.seconds[here][there]
        start = first_start(_windows(model, r, v), arrive) if fact is None else fact
        time, here = start + model.duration[v], there
        leave.append(time)
    latest = [NEVER] * (len(seq) + 1)
    latest[-1], onward = spec.limit, spec.finish_at
    for at in range(len(seq) - 1, -1, -1):
        v = seq[at]
        way = spec.seconds[place[v]][onward] if onward >= 0 else 0
        must = latest[at + 1] - way - model.duration[v]
        latest[at], onward = last_start(_windows(model, r, v), must), place[v]
        if model.frozen[v] is not None:
            # A fact stands however late the route gets there.
            latest[at] = NEVER
    return Bounds(leave, latest)


def fits_between(
    model: Model, r: int, seq: tuple[int, ...], v: int, at: int, known: Bounds
) -> bool:
    """Could v stand at this position if breaks and links were free?"""
    spec, place = model.routes[r], model.place
    there = place[v]
    here = place[seq[at - 1]] if at else spec.begin_at
    arrive = known.leave[at] + spec.seconds[here][there]
    start = first_start(_windows(model, r, v), arrive)
    onward = place[seq[at]] if at < len(seq) else spec.finish_at
    way = spec.seconds[there][onward] if onward >= 0 else 0
    return start + model.duration[v] + way <= known.latest[at]


def _windows(model: Model, r: int, v: int) -> Windows:
    fit = model.fits[r][v]
    return () if fit is None else fit.windows


def first_start(windows: Windows, arrive: int) -> int:
    """Earliest start on or after the arrival; `NEVER` when all windows are past."""
    for low, high in windows:
        if arrive <= high:
            return arrive if arrive > low else low
    return NEVER


def last_start(windows: Windows, must: int) -> int:
    """Latest start on or before the limit; before all times when there is none."""
    for low, high in reversed(windows):
        if low <= must:
            return high if high < must else must
    return -NEVER
