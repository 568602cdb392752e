"""From the routes of a search to a plan with times that people can read."""

from __future__ import annotations

from dataclasses import replace

from scheduling.arrays import Index
from scheduling.kernel.numbers import UNREACHABLE, State
from scheduling.model import Table
from scheduling.plan import Plan, Rest, Route, Stop, Unplaced


def to_plan(index: Index, state: State) -> Plan:
    """The state's routes with earliest times; unplaced visits without reasons yet."""
    routes = [
        _route(index, state, r) for r in range(len(index.shifts)) if state.stops(r)
    ]
    left = tuple(Unplaced(index.visits[v].id) for v in state.unplaced())
    return Plan(routes=tuple(routes), unplaced=left)


def _route(index: Index, state: State, r: int) -> Route:
    outcome = index.desk.simulate(r, state.stops(r), state)
    if outcome is None:
        raise AssertionError("the search kept a route that breaks a rule")
    _, person, shift = index.shifts[r]
    return build_route(index, r, person.id, shift.id, outcome.steps)


def build_route(
    index: Index,
    r: int,
    technician: str,
    shift: str,
    steps: list[tuple[int, int, int]],
) -> Route:
    """A route from (visit or -1 - break, arrive, start) in order of time."""
    model, spec = index.model, index.model.routes[r]
    stops: list[Stop] = []
    rests: list[Rest] = []
    here = spec.begin_at
    for what, arrive, start in steps:
        if what < 0:
            rests.append(Rest(start, start + spec.breaks[-1 - what][2]))
            continue
        leg = _leg(spec.seconds, here, model.place[what])
        end = start + model.duration[what]
        stops.append(Stop(index.visits[what].id, arrive, start, end, leg))
        here = model.place[what]
    home = 0 if spec.finish_at < 0 else _leg(spec.seconds, here, spec.finish_at)
    travel = sum(stop.travel for stop in stops) + home
    stops = [_leave_in_time(stop, rests) for stop in stops]
    return Route(technician, shift, tuple(stops), tuple(rests), travel)


def _leg(table: Table, here: int, there: int) -> int:
    seconds = table[here][there]
    return 0 if seconds >= UNREACHABLE else seconds


def _leave_in_time(stop: Stop, rests: list[Rest]) -> Stop:
    """Wait before driving off rather than on the doorstep; what starts stays.

    Starts are not moved towards what follows: the room after a visit is where an
    urgent one goes without moving what people were told, and what a late one uses up.
    """
    on_site = [x.start for x in rests if stop.arrive <= x.start < stop.start]
    return replace(stop, arrive=min([stop.start, *on_site]))


def from_plan(index: Index, plan: Plan, asked: int | None = None) -> State:
    """Load the orders of a plan; visits that break a rule there are left out.

    What only lacks the visit `asked` about stays: it decides when that may start.
    """
    state = index.desk.start()
    wanted = _wanted(index, plan, state)
    if not _load(index, state, wanted):
        for r, starts in wanted.items():
            if not _load(index, state, {r: starts}):
                for v in starts:
                    _append(index, state, r, v, starts[v])
    _drop_halves(index, state, asked)
    return state


def _wanted(index: Index, plan: Plan, state: State) -> dict[int, dict[int, int]]:
    """Per route the visits to load with their written starts, in that order."""
    wanted: dict[int, dict[int, int]] = {}
    seen: set[int] = set()
    for route in plan.routes:
        r = index.route_index.get((route.technician, route.shift), -1)
        for stop in sorted(route.stops, key=lambda stop: stop.start):
            v = index.visit_index.get(stop.visit, -1)
            if min(r, v) >= 0 and state.home(v) < 0 and v not in seen:
                seen.add(v)
                wanted.setdefault(r, {})[v] = stop.start
    return wanted


def _load(index: Index, state: State, wanted: dict[int, dict[int, int]]) -> bool:
    """Put whole routes in at once, or change nothing and answer False."""
    desk, model = index.desk, index.model
    changes: dict[int, tuple[int, ...]] = {}
    for r, starts in wanted.items():
        facts = {v: model.frozen[v] or 0 for v in state.stops(r)}
        order = {**starts, **facts}
        changes[r] = tuple(sorted(order, key=order.__getitem__))
        if len(order) > desk.width or not all(desk.allowed(r, v) for v in starts):
            return False
    return _stock_lasts(index, state, wanted) and desk.set_routes(state, changes)


def _stock_lasts(index: Index, state: State, wanted: dict[int, dict[int, int]]) -> bool:
    """Do the vans hold what all these visits need together?"""
    model, used = index.model, state.used.copy()
    for r, starts in wanted.items():
        person = model.routes[r].technician
        for v in starts:
            for part, needed in model.parts[v]:
                used[person, part] += needed
                if used[person, part] > model.stock[person][part]:
                    return False
    return True


def _append(index: Index, state: State, r: int, v: int, start: int) -> None:
    desk, seq = index.desk, state.stops(r)
    if not desk.allowed(r, v) or not desk.stock_allows(state, v, r):
        return
    at = len(seq)
    # Frozen visits stand there already; keep the order of the written starts.
    while at and (index.model.frozen[seq[at - 1]] or 0) > start:
        at -= 1
    desk.put(state, v, r, at)


def _drop_halves(index: Index, state: State, asked: int | None) -> None:
    """Take out crew members without their mate and tails without their head."""
    model = index.model
    again = True
    while again:
        again = False
        for link in model.links:
            first, second = state.home(link.first), state.home(link.second)
            lone, lacks = (link.second, link.first) if first < 0 <= second else (-1, -1)
            if link.crew and second < 0 <= first:
                lone, lacks = link.first, link.second
            if lacks == asked:
                continue
            if lone >= 0 and model.frozen[lone] is None:
                _remove(index, state, lone)
                again = True


def _remove(index: Index, state: State, v: int) -> None:
    """Take v out, and if need be all of its route that is not frozen."""
    desk, frozen = index.desk, index.model.frozen
    if desk.pull(state, v):
        return
    # Ways that break the triangle rule: what stays cannot close the gap.
    r = state.home(v)
    desk.set_routes(
        state, {r: tuple(w for w in state.stops(r) if frozen[w] is not None)}
    )


def without(index: Index, state: State, gone: set[int]) -> State:
    """A copy of the state with these visits (not frozen ones) taken out."""
    smaller = state.copy()
    for v in sorted(gone):
        if smaller.home(v) >= 0 and index.model.frozen[v] is None:
            _remove(index, smaller, v)
    return smaller
