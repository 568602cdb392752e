"""From the routes of a search to a plan with times that people can read."""

from __future__ import annotations

from dataclasses import replace

from scheduling.arrays import Index
from scheduling.kernel.couple import commit, settle
from scheduling.kernel.model import UNREACHABLE, Table
from scheduling.kernel.sim import simulate, unwind
from scheduling.kernel.state import (
    Pricer,
    State,
    empty_state,
    mark,
    stock_allows,
    unplaced,
)
from scheduling.plan import Plan, Rest, Route, Stop, Unplaced


def to_plan(index: Index, state: State) -> Plan:
    """The state's routes with earliest times; unplaced visits without reasons yet."""
    routes = [
        _route(index, state, r) for r, seq in enumerate(state.routes) if len(seq) > 0
    ]
    left = tuple(Unplaced(index.visits[v].id) for v in unplaced(state))
    return Plan(routes=tuple(routes), unplaced=left)


def _route(index: Index, state: State, r: int) -> Route:
    model, seq = index.model, state.routes[r]
    release = {v: state.release[v] for v in seq if v in state.release}
    outcome = simulate(model, r, seq, release)
    if outcome is None:
        raise AssertionError("the search kept a route that breaks a rule")
    _, person, shift = index.shifts[r]
    return build_route(index, r, person.id, shift.id, unwind(outcome[2]))


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
    if stops:
        stops[0] = _leave_home_in_time(stops[0], rests)
    return Route(technician, shift, tuple(stops), tuple(rests), travel)


def _leg(table: Table, here: int, there: int) -> int:
    seconds = table[here][there]
    return 0 if seconds >= UNREACHABLE else seconds


def _leave_home_in_time(first: Stop, rests: list[Rest]) -> Stop:
    """Wait at home rather than on the first doorstep."""
    on_site = [x.start for x in rests if first.arrive <= x.start < first.start]
    return replace(first, arrive=min([first.start, *on_site]))


def from_plan(index: Index, plan: Plan) -> State:
    """Load the orders of a plan; visits that break a rule there are left out."""
    state = empty_state(index.model)
    pricer = Pricer(index.model)
    wanted = _wanted(index, plan, state)
    if not _load(index, pricer, state, wanted):
        for r, starts in wanted.items():
            if not _load(index, pricer, state, {r: starts}):
                for v in starts:
                    _append(index, pricer, state, r, v, starts[v])
    _drop_halves(index, pricer, state)
    return state


def _wanted(index: Index, plan: Plan, state: State) -> dict[int, dict[int, int]]:
    """Per route the visits to load with their written starts, in that order."""
    wanted: dict[int, dict[int, int]] = {}
    seen: set[int] = set()
    for route in plan.routes:
        r = index.route_index.get((route.technician, route.shift), -1)
        for stop in sorted(route.stops, key=lambda stop: stop.start):
            v = index.visit_index.get(stop.visit, -1)
            if min(r, v) >= 0 and state.where[v] < 0 and v not in seen:
                seen.add(v)
                wanted.setdefault(r, {})[v] = stop.start
    return wanted


def _load(
    index: Index, pricer: Pricer, state: State, wanted: dict[int, dict[int, int]]
) -> bool:
    """Put whole routes in at once, or change nothing and answer False."""
    model, trial = index.model, state.copy()
    changes: dict[int, tuple[int, ...]] = {}
    for r, starts in wanted.items():
        for v in starts:
            if model.fits[r][v] is None or not stock_allows(model, trial, v, r):
                return False
            mark(model, trial, v, r)
        facts = {v: model.frozen[v] or 0 for v in state.routes[r]}
        order = {**starts, **facts}
        changes[r] = tuple(sorted(order, key=order.__getitem__))
    settled = settle(pricer, trial, changes)
    if settled is None:
        return False
    for r, starts in wanted.items():
        for v in starts:
            mark(model, state, v, r)
    commit(model, state, changes, settled)
    return True


def _append(
    index: Index, pricer: Pricer, state: State, r: int, v: int, start: int
) -> None:
    model = index.model
    if model.fits[r][v] is None or not stock_allows(model, state, v, r):
        return
    seq = state.routes[r]
    at = len(seq)
    # Frozen visits stand there already; keep the order of the written starts.
    while at and (model.frozen[seq[at - 1]] or 0) > start:
        at -= 1
    changes = {r: (*seq[:at], v, *seq[at:])}
    settled = settle(pricer, state, changes)
    if settled is not None:
        mark(model, state, v, r)
        commit(model, state, changes, settled)


def _drop_halves(index: Index, pricer: Pricer, state: State) -> None:
    """Take out crew members without their mate and tails without their head."""
    model = index.model
    again = True
    while again:
        again = False
        for link in model.links:
            first, second = state.where[link.first], state.where[link.second]
            lone = link.second if first < 0 <= second else -1
            if link.crew and second < 0 <= first:
                lone = link.first
            if lone >= 0 and model.frozen[lone] is None:
                _remove(index, pricer, state, lone)
                again = True


def _remove(index: Index, pricer: Pricer, state: State, v: int) -> None:
    model, r = index.model, state.where[v]
    partners = {
        state.where[end]
        for link in model.links_of[v]
        for end in (link.first, link.second)
    }
    mark(model, state, v, -1)
    changes = {one: state.routes[one] for one in sorted(partners) if one >= 0}
    changes[r] = tuple(one for one in state.routes[r] if one != v)
    settled = settle(pricer, state, changes)
    if settled is None:
        # Ways that break the triangle rule: what stays cannot close the gap.
        settled = ({r: 0}, {})
        for one in changes[r]:
            if model.frozen[one] is None:
                mark(model, state, one, -1)
        changes = {r: tuple(x for x in changes[r] if model.frozen[x] is not None)}
    commit(model, state, changes, settled)


def without(index: Index, state: State, gone: set[int]) -> State:
    """A copy of the state with these visits (not frozen ones) taken out."""
    pricer = Pricer(index.model)
    smaller = state.copy()
    for v in sorted(gone):
        if smaller.where[v] >= 0 and index.model.frozen[v] is None:
            _remove(index, pricer, smaller, v)
    return smaller
