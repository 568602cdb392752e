"""The one place where a route rule lives: exact times and cost of one route.

Times are as early as the rules allow. Where a break may be taken at several places,
all choices that could still be best are carried along as labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from scheduling.kernel.bounds import first_start
from scheduling.kernel.model import (
    NEVER,
    STABLE_WITHIN,
    UNREACHABLE,
    Fit,
    Model,
    RouteSpec,
)

# (time, cost, breaks taken, trail); a trail is a chain (before, what, arrive, start)
# in which `what` is a visit, or -1 - k for break k.
Trail = Any
Breaks = tuple[tuple[int, int, int], ...]
Label = tuple[int, int, int, Trail]
Outcome = tuple[int, int, Trail]

NO_RELEASE: Mapping[int, int] = {}


class _Walk(NamedTuple):
    """A route as far as its last visit: where, at what price, and the labels there.

    `fact` says that nothing but frozen visits bind it (also when it is empty).
    """

    here: int
    base: int
    fact: bool
    labels: list[Label]


def simulate(
    model: Model,
    r: int,
    seq: tuple[int, ...],
    release: Mapping[int, int] = NO_RELEASE,
) -> Outcome | None:
    """(cost, end, trail) of the visits in this order, or None when a rule breaks.

    `release` holds earliest starts that other routes force upon visits.
    """
    spec = model.routes[r]
    if not seq:
        return (0, spec.start, None)
    outcome = _run(model, r, seq, release, spec.breaks)
    if outcome is None and spec.breaks and _all_frozen(model, seq):
        # Facts stand even where they leave no room for the break.
        outcome = _run(model, r, seq, release, ())
    return outcome


def _all_frozen(model: Model, seq: tuple[int, ...]) -> bool:
    return all(model.frozen[v] is not None for v in seq)


def _run(
    model: Model,
    r: int,
    seq: tuple[int, ...],
    release: Mapping[int, int],
    breaks: Breaks,
) -> Outcome | None:
    walk = _set_out(model, r)
    for v in seq:
        further = _step(model, r, walk, v, release.get(v, 0), breaks)
        if further is None:
            return None
        walk = further
    return _finish(model, r, walk, breaks)


def _set_out(model: Model, r: int) -> _Walk:
    """The route before its first visit."""
    spec = model.routes[r]
    return _Walk(spec.begin_at, spec.fixed_price, True, [(spec.start, 0, 0, None)])


def _step(
    model: Model, r: int, walk: _Walk, v: int, earliest: int, breaks: Breaks
) -> _Walk | None:
    """The walk one visit further, None when a rule breaks."""
    fit, spec = model.fits[r][v], model.routes[r]
    if fit is None:
        return None
    here, base, fact, labels = walk
    there = model.place[v]
    leg = spec.seconds[here][there]
    frozen = model.frozen[v]
    base += leg_cost(spec, here, there, leg) + fit.extra
    if frozen is not None:
        if earliest > frozen:
            return None
        labels = _serve_fact(model, fit, v, leg, frozen, fact, labels, breaks)
    elif leg >= UNREACHABLE:
        return None
    else:
        single = _serve_plain(model, fit, v, leg, earliest, labels, breaks)
        if single is not None:
            return _Walk(there, base, False, [single])
        labels = _serve(model, fit, v, leg, earliest, labels, breaks)
    if not labels:
        return None
    return _Walk(
        there, base, frozen is not None, _prune(labels) if len(labels) > 1 else labels
    )


def _serve_plain(
    model: Model,
    fit: Fit,
    v: int,
    leg: int,
    earliest: int,
    labels: list[Label],
    breaks: Breaks,
) -> Label | None:
    """The only label when there was only one and no break is near; else None."""
    if len(labels) > 1:
        return None
    time, cost, taken, trail = labels[0]
    arrive = time + leg
    start = arrive if arrive > earliest else earliest
    for low, high in fit.windows:
        if start <= high:
            if start < low:
                start = low
            break
    else:
        return None
    end = start + model.duration[v]
    if taken < len(breaks) and end > breaks[taken][0]:
        return None
    if fit.told is not None and abs(start - fit.told) > STABLE_WITHIN:
        return None
    if start > model.due[v]:
        cost += (start - model.due[v]) * model.late_price[v]
    return (end, cost, taken, (trail, v, arrive, start))


def leg_cost(spec: RouteSpec, here: int, there: int, leg: int) -> int:
    """Price of one drive; a leg that no way covers costs nothing (only facts do it)."""
    if leg >= UNREACHABLE:
        return 0
    if not spec.metre_price or spec.metres is None:
        return leg * spec.second_price
    return leg * spec.second_price + spec.metres[here][there] * spec.metre_price


def _serve(
    model: Model,
    fit: Fit,
    v: int,
    leg: int,
    earliest: int,
    labels: list[Label],
    breaks: Breaks,
) -> list[Label]:
    """Labels after driving to and serving one visit, breaks taken on either side."""
    result: list[Label] = []
    duration, owed = model.duration[v], len(breaks)
    for arrive, cost, taken, trail in _arrivals(labels, leg, breaks):
        time = arrive
        while True:
            start = first_start(fit.windows, max(time, earliest))
            if start >= NEVER:
                break
            for begin, price in _starts(model, fit, v, start):
                end = begin + duration
                if taken == owed or end <= breaks[taken][1]:
                    mark = (trail, v, arrive, begin)
                    result.append((end, cost + price, taken, mark))
            if taken == owed:
                break
            first, last, length = breaks[taken]
            begin = time if time > first else first
            # Over before break time: taking the break afterwards is never worse.
            if start + duration <= first or begin > last:
                break
            trail, taken, time = _rest(trail, taken, begin, length)
    return result


def _starts(model: Model, fit: Fit, v: int, start: int) -> list[tuple[int, int]]:
    """(start, price) choices: as early as possible, or when people were told."""
    told = fit.told
    found = [(start, _lateness(model, v, start))]
    if told is None or not model.told_price or abs(start - told) <= STABLE_WITHIN:
        return found
    found = [(start, found[0][1] + model.told_price)]
    if start < told:
        kept = first_start(fit.windows, told)
        if kept - told <= STABLE_WITHIN:
            found.append((kept, _lateness(model, v, kept)))
    return found


def _lateness(model: Model, v: int, start: int) -> int:
    late = start - model.due[v]
    return late * model.late_price[v] if late > 0 else 0


def _rest(trail: Trail, taken: int, begin: int, length: int) -> tuple[Trail, int, int]:
    """Trail, breaks taken and time after the next break."""
    return (trail, -1 - taken, begin, begin), taken + 1, begin + length


def _arrivals(labels: list[Label], leg: int, breaks: Breaks) -> list[Label]:
    """Labels on arrival: each break may be taken before driving off."""
    if not breaks:
        return [(time + leg, cost, taken, trail) for time, cost, taken, trail in labels]
    result: list[Label] = []
    owed = len(breaks)
    for time, cost, taken, trail in labels:
        result.append((time + leg, cost, taken, trail))
        while taken < owed:
            first, last, length = breaks[taken]
            # Not yet break time on arrival: taking it there is never worse.
            if time + leg <= first or time > last:
                break
            begin = time if time > first else first
            trail, taken, time = _rest(trail, taken, begin, length)
            result.append((time + leg, cost, taken, trail))
    return result


def _serve_fact(
    model: Model,
    fit: Fit,
    v: int,
    leg: int,
    start: int,
    after_fact: bool,
    labels: list[Label],
    breaks: Breaks,
) -> list[Label]:
    """A frozen visit starts when it starts; only facts before it may be in its way."""
    result: list[Label] = []
    price = _lateness(model, v, start)
    if fit.told is not None and abs(start - fit.told) > STABLE_WITHIN:
        price += model.told_price
    end = start + model.duration[v]
    for arrive, cost, taken, trail in _arrivals(labels, leg, breaks):
        rested = trail is not None and trail[1] < 0
        if arrive > start and (rested or not after_fact):
            continue
        time, mark = arrive, min(arrive, start)
        while True:
            result.append((end, cost + price, taken, (trail, v, mark, start)))
            if taken == len(breaks):
                break
            first, last, length = breaks[taken]
            begin = time if time > first else first
            if begin > last or begin + length > start:
                break
            trail, taken, time = _rest(trail, taken, begin, length)
    return [x for x in result if x[2] == len(breaks) or x[0] <= breaks[x[2]][1]]


def _prune(labels: list[Label]) -> list[Label]:
    """Drop labels that another one beats in time, cost and breaks taken."""
    labels.sort(key=lambda x: (-x[2], x[0], x[1]))
    kept: list[Label] = []
    for label in labels:
        time, cost = label[0], label[1]
        if not any(time >= other[0] and cost >= other[1] for other in kept):
            kept.append(label)
    return kept


def _finish(model: Model, r: int, walk: _Walk, breaks: Breaks) -> Outcome | None:
    """Drive home, with the breaks still owed before driving off."""
    spec = model.routes[r]
    here, base, fact, labels = walk
    leg = 0
    if spec.finish_at >= 0:
        leg = spec.seconds[here][spec.finish_at]
        base += leg_cost(spec, here, spec.finish_at, leg)
        if leg >= UNREACHABLE:
            if not fact:
                return None
            leg = 0
    best: Outcome | None = None
    for time, cost, taken, trail in labels:
        done = _rest_before_home(spec, time, taken, trail, leg, breaks)
        if done is None:
            continue
        end, trail = done
        if end > spec.limit and not fact:
            continue
        if end > spec.end:
            cost += (end - spec.end) * spec.overtime_price
        if best is None or (cost, end) < best[:2]:
            best = (cost, end, trail)
    return None if best is None else (base + best[0], best[1], best[2])


def _rest_before_home(
    spec: RouteSpec,
    time: int,
    taken: int,
    trail: Trail,
    leg: int,
    breaks: Breaks,
) -> tuple[int, Trail] | None:
    while any(time + leg > last for _, last, _ in breaks[taken:]):
        first, last, length = breaks[taken]
        begin = time if time > first else first
        if begin > last or spec.finish_at < 0:
            return None
        trail, taken, time = _rest(trail, taken, begin, length)
    return time + leg, trail


def unwind(trail: Trail) -> list[tuple[int, int, int]]:
    """A trail in order of time: (visit or -1 - break, arrive, start)."""
    steps: list[tuple[int, int, int]] = []
    while trail is not None:
        trail, what, arrive, start = trail
        steps.append((what, arrive, start))
    steps.reverse()
    return steps
