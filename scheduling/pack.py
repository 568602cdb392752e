"""From a problem in numbers to the arrays of the kernel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from scheduling.eligible import wanted
from scheduling.kernel import numbers as k
from scheduling.kernel.numbers import NEVER, Ints, Numbers, Shorts
from scheduling.model import Fit, Model, RouteSpec
from scheduling.pairs import Fits, Pairs

if TYPE_CHECKING:
    from scheduling.arrays import Index

NEIGHBOURS = 60
HOMES = 12
# Farther than any way and any wait; visits at a time, so that rows stay in the cache.
FAR_OFF = 1 << 45
STRIP = 64


def pack(
    index: Index, model: Model, pinned: Mapping[tuple[int, int], Fit] | None = None
) -> Numbers:
    """The arrays of a problem; with `pinned` pairs (route, visit) no others fit."""
    fits = Fits(len(model.routes), model.visits)
    if pinned is None:
        Pairs(index, fits).fill()
    else:
        for (r, v), fit in pinned.items():
            fits.pair[r, v] = fits.row(fit)
        fits.spare(index)
    tables = _Tables(index, model.routes)
    visit, route = _visits(model), route_rows(model.routes, tables.profile)
    opens = _opens(fits.pair, visit)
    kinds = _kinds(route, fits.pair, model)
    parts, stock = _parts(model, visit)
    links, link_of = _links(model, visit)
    nobody = np.zeros((model.visits, 0), np.int64)
    return Numbers(
        seconds=tables.seconds,
        back=tables.back,
        metres=tables.metres,
        visit=visit,
        route=route,
        fit=fits.pair,
        fits=_table(fits.rows, k.FIT_COLUMNS),
        windows=_table(fits.windows, 2),
        breaks=_table([rest for spec in model.routes for rest in spec.breaks], 3),
        links=links,
        link_of=link_of,
        parts=parts,
        stock=stock,
        units=_units(index, model, visit, route, tables.seconds),
        members=np.array([v for unit in model.units for v in unit], np.int64),
        opens=opens,
        near=nobody if pinned is not None else _near(index, tables.seconds),
        homes=_homes(visit, route, tables.seconds, fits.pair),
        kinds=kinds,
        share=np.array(model.share, np.int64),
        told_price=model.told_price,
        fair_price=model.fair_price,
        worst_price=model.worst_price,
    )


def width_for(model: Model) -> int:
    """More stops than any route can hold."""
    spans = [spec.limit - spec.start for spec in model.routes]
    facts = sum(fact is not None for fact in model.frozen)
    lengths = np.sort(np.array(model.duration or [0], np.int64)).cumsum()
    most = int(np.searchsorted(lengths, max(spans, default=0), side="right"))
    return min(model.visits, most + facts) + 1


def _table(rows: Iterable[tuple[int, ...]], columns: int) -> Ints:
    return np.array(list(rows), np.int64).reshape(-1, columns)


class _Tables:
    """The tables of different profiles, once each, and which one each route has."""

    def __init__(self, index: Index, routes: list[RouteSpec]) -> None:
        names = [index.people[spec.technician].profile for spec in routes]
        different = list(dict.fromkeys(names))
        self.profile = [different.index(name) for name in names]
        legs = [index.legs(name) for name in different]
        size = len(index.problem.locations) if legs else 0
        nothing = np.zeros((size, size), np.int32)
        self.seconds = _stack([x.seconds.cells for x in legs], nothing)
        self.back = _stack([x.back for x in legs], nothing)
        pairs = zip(self.profile, routes, strict=True)
        paid = {number for number, spec in pairs if spec.metres is not None}
        metres = [x.metres if n in paid else None for n, x in enumerate(legs)]
        # All profiles have one number for both, also where metres cost nothing.
        cells = [nothing if x is None else x.cells for x in metres]
        self.metres = _stack(cells if paid else [], nothing[:0, :0])


def _stack(tables: list[Shorts], nothing: Shorts) -> Shorts:
    # One table is not copied: it may have hundreds of megabytes.
    return np.stack(tables) if len(tables) > 1 else (tables or [nothing])[0][None]


def _visits(model: Model) -> Ints:
    rows = np.zeros((model.visits, k.VISIT_COLUMNS), np.int64)
    if not model.visits:
        return rows
    rows[:, k.PLACE], rows[:, k.DURATION] = model.place, model.duration
    rows[:, k.DROP], rows[:, k.DUE], rows[:, k.LATE] = (
        model.drop,
        model.due,
        model.late_price,
    )
    rows[:, k.FACT] = [NEVER if at is None else at for at in model.frozen]
    rows[:, k.FACT_ROUTE], rows[:, k.UNIT] = model.frozen_route, model.unit_of
    rows[:, k.TIMED] = (
        (rows[:, k.LATE] > 0) | (rows[:, k.FACT] != NEVER) | np.array(model.is_told)
    )
    if model.worst_price:
        rows[:, k.TIMED] |= rows[:, k.DUE] < NEVER
    return rows


def route_rows(routes: list[RouteSpec], profile: list[int]) -> Ints:
    """Routes as the kernel reads them; `profile` are the numbers of their tables."""
    rows = np.zeros((len(routes), k.ROUTE_COLUMNS), np.int64)
    breaks = 0
    for r, spec in enumerate(routes):
        first, breaks = breaks, breaks + len(spec.breaks)
        rows[r] = (
            *(spec.technician, spec.start, spec.end, spec.limit),
            *(spec.begin_at, spec.finish_at, profile[r], spec.second_price),
            *(0 if spec.metres is None else spec.metre_price, spec.overtime_price),
            *(spec.fixed_price, first, breaks, r),
        )
    return rows


def _opens(pair: Ints, visit: Ints) -> Ints:
    """The routes open to each visit, one after another."""
    is_open = np.ascontiguousarray((pair >= 0).T)
    ends = is_open.sum(axis=1).cumsum()
    visit[:, k.OPEN_FROM], visit[:, k.OPEN_TO] = np.append(0, ends)[:-1], ends
    return is_open.nonzero()[1].astype(np.int64)


def _kinds(route: Ints, pair: Ints, model: Model) -> Ints:
    """Chains of routes that are equal while they are empty; KIND is the first one."""
    following = np.full(len(route), -1, np.int64)
    shifts = Counter(spec.technician for spec in model.routes)
    last: dict[Any, int] = {}
    for r, spec in enumerate(model.routes):
        if shifts[spec.technician] > 1:
            continue
        stock = tuple(model.stock[spec.technician])
        key = (_alike(spec), stock, pair[r].tobytes())
        if key in last:
            following[last[key]] = r
            route[r, k.KIND] = route[last[key], k.KIND]
        last[key] = r
    return following


def _alike(spec: RouteSpec) -> tuple[Any, ...]:
    times = (spec.start, spec.end, spec.limit, spec.breaks)
    prices = (spec.second_price, spec.metre_price, spec.overtime_price)
    tables = (id(spec.seconds), id(spec.metres))
    return (spec.begin_at, spec.finish_at, spec.fixed_price, times, prices, tables)


def _parts(model: Model, visit: Ints) -> tuple[Ints, Ints]:
    rows: list[tuple[int, int]] = []
    for v, parts in enumerate(model.parts):
        visit[v, k.PART_FROM], visit[v, k.PART_TO] = len(rows), len(rows) + len(parts)
        rows += parts
    kinds = len(model.stock[0]) if model.stock else 0
    stock = np.array(model.stock, np.int64).reshape(len(model.stock), kinds)
    return _table(rows, 2), stock


def _links(model: Model, visit: Ints) -> tuple[Ints, Ints]:
    rows = [
        (
            *(x.first, x.second, x.low, NEVER if x.high is None else x.high),
            *(int(x.crew), int(x.same_technician)),
        )
        for x in model.links
    ]
    number = {id(link): at for at, link in enumerate(model.links)}
    of: list[int] = []
    for v, own in enumerate(model.links_of):
        visit[v, k.LINK_FROM], visit[v, k.LINK_TO] = len(of), len(of) + len(own)
        of += [number[id(link)] for link in own]
    return _table(rows, k.LINK_COLUMNS), np.array(of, np.int64)


def _units(
    index: Index, model: Model, visit: Ints, route: Ints, seconds: Shorts
) -> Ints:
    """Units with all that they may be ordered by."""
    rows: list[tuple[int, ...]] = []
    at = 0
    begin = int(route[:, k.START].min()) if len(route) else 0
    end = int(route[:, k.LIMIT].max()) if len(route) else 0
    starts = np.unique(route[:, k.BEGIN_AT]) if len(route) else np.zeros(1, np.int64)
    far = seconds[0][starts].min(axis=0) if len(route) else np.zeros(0, np.int64)
    away = far[visit[:, k.PLACE]].tolist() if len(route) else [0] * model.visits
    opens_of = (visit[:, k.OPEN_TO] - visit[:, k.OPEN_FROM]).tolist()
    for unit in model.units:
        spans = [
            (max(low, begin), min(high, end))
            for v in unit
            for low, high in wanted(index.visits[v])
        ]
        opens = sum(opens_of[v] for v in unit)
        rows.append(
            (
                *(at, at + len(unit), opens),
                sum(max(0, high - low) for low, high in spans),
                sum(model.drop[v] for v in unit),
                sum(n for v in unit for _, n in model.parts[v]),
                max(away[v] for v in unit),
                min((low for low, _ in spans), default=begin) - begin,
                max((high for _, high in spans), default=end) - begin,
            )
        )
        at += len(unit)
    return _table(rows, k.UNIT_COLUMNS)


def _near(index: Index, seconds: Shorts) -> Ints:
    """For every visit the others, nearest first, by way and by time."""
    place = np.array(index.model.place, np.int64)
    begin = min((spec.start for spec in index.model.routes), default=0)
    first = [visit.windows[0][0] if visit.windows else begin for visit in index.visits]
    early = [max(begin, low) for low in first]
    count, since = len(place), np.array(early, np.int64)
    most = min(NEIGHBOURS, max(count - 1, 0))
    near = np.zeros((count, most), np.int64)
    if not index.shifts or not most:
        return near
    for at in range(0, count, STRIP):
        own = slice(at, at + STRIP)
        far = seconds[0][place[own]][:, place].astype(np.int64)
        far += np.abs(since - since[own, None]) // 20
        far[np.arange(len(far)), np.arange(at, at + len(far))] = FAR_OFF
        near[own] = _nearest(far, most)
    return near


def _nearest(far: Ints, most: int) -> Ints:
    """Per row the columns of the `most` smallest numbers, in order, then by number.

    Each number is made one of its own, so that no tie is left to the machine.
    """
    columns = far.shape[1]
    far *= columns
    far += np.arange(columns)
    far.partition(most - 1, axis=1)
    found: Ints = np.sort(far[:, :most], axis=1) % columns
    return found


def _homes(visit: Ints, route: Ints, seconds: Shorts, pair: Ints) -> Ints:
    """For every visit the kinds of routes that begin nearest to it, padded with -1."""
    first = np.flatnonzero(route[:, k.KIND] == np.arange(len(route)))
    most = min(HOMES, len(first))
    homes = np.full((len(visit), most), -1, np.int64)
    if not most:
        return homes
    table = seconds[route[first, k.PROFILE], route[first, k.BEGIN_AT]]
    for at in range(0, len(visit), STRIP):
        own = slice(at, at + STRIP)
        far = table[:, visit[own, k.PLACE]].T.astype(np.int64)
        far[pair[first, own].T < 0] = FAR_OFF
        count = np.sum(far < FAR_OFF, axis=1)
        chosen = first[_nearest(far, most)]
        homes[own] = np.where(np.arange(most) < count[:, None], chosen, -1)
    return homes
