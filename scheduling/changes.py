"""What happened to a day that is under way, and the problem that follows from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from scheduling.errors import InputError
from scheduling.plan import Plan, Route, Stop
from scheduling.problem import (
    Break,
    Lock,
    Overtime,
    Problem,
    Shift,
    Technician,
    Visit,
)

# What the second piece of a shift is called that an absence cuts in two.
SECOND_PIECE = "/1"


@dataclass(frozen=True, slots=True)
class Absent:
    """The technician does not work from `since` on (until `until`, if it is known)."""

    technician: str
    since: int
    until: int | None = None

    def covers(self, at: int) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Overrun:
    """The visit stays where it is and lasts until this instant."""

    visit: str
    until: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The visit is no longer wanted; also a customer who was not there."""

    visit: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The visit has no place any more, or not yet: it cannot stay where it may be
    planned, and nobody has begun it."""

    visit: str


@dataclass(frozen=True, slots=True)
class Added:
    visit: Visit


@dataclass(frozen=True, slots=True)
class Changed:
    """The visit as it is now; whoever moves a promise does so here, with consent."""

    visit: Visit


Change = Absent | Overrun | Cancelled | Lost | Added | Changed


@dataclass(frozen=True, slots=True)
class Facts:
    """What cannot be changed any more: `frozen` visits, seen from the instant `now`;
    `lost` ones have to go elsewhere. `plan` is the one before, in the shifts that are
    left: where an absence cuts one in two, what comes after it is in the second."""

    problem: Problem
    plan: Plan
    frozen: frozenset[str]
    lost: frozenset[str] = frozenset()


def happened(
    problem: Problem,
    plan: Plan,
    changes: Sequence[Change],
    *,
    now: int,
    frozen_until: int,
    kept: Collection[str] = (),
) -> Facts:
    """The problem after the changes, with everything frozen that has begun, that has
    to be driven to by now, or that starts before `frozen_until`; and what is `kept`
    although it breaks a rule, because a person decided so.

    Raises `InputError` with the number and field of a change that makes no sense.
    """
    _known(problem, plan, changes)
    gone = {x.visit for x in changes if isinstance(x, Cancelled)}
    lost = {x.visit for x in changes if isinstance(x, Lost)} - gone
    asked = {x.visit.id for x in changes if isinstance(x, Changed)}
    frozen = _frozen(problem, plan, changes, now, frozen_until)
    frozen = (frozen | (set(kept) - asked)) - gone - lost
    lost |= _left_by_the_absent(plan, changes) - frozen - gone
    visits: dict[str, Visit] = {x.id: x for x in problem.visits if x.id not in gone}
    for change in changes:
        if isinstance(change, Added | Changed) and change.visit.id not in gone:
            visits[change.visit.id] = change.visit
    for name in lost:
        visits[name] = _free(visits[name])
    for name in frozen:
        visits[name] = _fact(plan, visits[name])
    for change in changes:
        if isinstance(change, Overrun) and change.visit in visits:
            start = plan.stops[change.visit][1].start
            longer = replace(visits[change.visit], duration=change.until - start)
            visits[change.visit] = longer
    crews = tuple(x for x in problem.crews if gone.isdisjoint(x.visits))
    orders = tuple(x for x in problem.sequences if gone.isdisjoint((x.before, x.after)))
    barred = _held_in_absence(plan, changes, frozen, now)
    free = visits.keys() - frozen if barred else ()
    for name in free:
        here = None if name in lost or name not in plan.stops else plan.stops[name][0]
        others = barred - {None if here is None else here.technician}
        visits[name] = _not_by(visits[name], others)
    after = replace(
        problem,
        technicians=_people(problem, plan, changes, frozen, now),
        visits=tuple(visits.values()),
        crews=crews,
        sequences=orders,
    )
    return Facts(after, _recut(after, plan), frozenset(frozen), frozenset(lost))


def _left_by_the_absent(plan: Plan, changes: Sequence[Change]) -> set[str]:
    """Visits in the time of an absence."""
    return {
        name
        for away in changes
        if isinstance(away, Absent)
        for name, (route, stop) in plan.stops.items()
        if route.technician == away.technician
        and away.since < stop.end
        and (away.until is None or stop.start < away.until)
    }


def _held_in_absence(
    plan: Plan, changes: Sequence[Change], frozen: set[str], now: int
) -> set[str]:
    """Absent people who have a fact ahead all the same: a route that lasts until then
    would look as if they were at work."""
    return {
        away.technician
        for away in changes
        if isinstance(away, Absent)
        for name, (route, stop) in plan.stops.items()
        if route.technician == away.technician
        and name in frozen
        and stop.start > now
        and away.covers(stop.start)
    }


def _not_by(visit: Visit, barred: Collection[str]) -> Visit:
    wishes = visit.technicians
    more = {x for x in barred if x not in (*wishes.excluded, *wishes.required)}
    if not more:
        return visit
    excluded = (*wishes.excluded, *sorted(more))
    return replace(visit, technicians=replace(wishes, excluded=excluded))


def _known(problem: Problem, plan: Plan, changes: Sequence[Change]) -> None:
    for number, change in enumerate(changes):
        path = f"changes[{number}]"
        match change:
            case Absent(technician=name):
                if name not in problem.technician_by_id:
                    raise InputError(
                        f"{path}.technician", f"no technician is called '{name}'"
                    )
            case Added(visit=visit):
                if visit.id in problem.visit_by_id:
                    raise InputError(f"{path}.visit.id", f"'{visit.id}' exists already")
            case Changed(visit=visit):
                _visit_known(problem, visit.id, f"{path}.visit.id")
            case Cancelled(visit=name) | Lost(visit=name):
                _visit_known(problem, name, f"{path}.visit")
            case Overrun(visit=name, until=until):
                _visit_known(problem, name, f"{path}.visit")
                if name not in plan.stops:
                    raise InputError(f"{path}.visit", f"'{name}' is not planned")
                if until < plan.stops[name][1].start:
                    raise InputError(f"{path}.until", "lies before the visit's start")


def _visit_known(problem: Problem, name: str, path: str) -> None:
    if name not in problem.visit_by_id:
        raise InputError(path, f"no visit is called '{name}'")


def _frozen(
    problem: Problem,
    plan: Plan,
    changes: Sequence[Change],
    now: int,
    frozen_until: int,
) -> set[str]:
    absent = [x for x in changes if isinstance(x, Absent)]
    changed = {x.visit.id: x.visit for x in changes if isinstance(x, Changed)}
    busy = _busy_until(plan, changes)
    frozen: set[str] = set()
    for name, (route, stop) in plan.stops.items():
        lock = problem.visit_by_id[name].lock
        fact = lock is not None and lock.frozen
        drive = drive_to(problem, route, stop)
        # Who was away did not begin it, whatever the plan says; nor did who is still
        # at work elsewhere. A fact is a fact.
        lost = any(
            one.technician == route.technician and one.covers(stop.start)
            for one in absent
        )
        began, until = busy.get(route.technician, (stop.start, 0))
        lost |= began < stop.start < until + drive
        there = stop.start <= now or is_there(route, stop, now)
        under_way = there or stop.start - drive <= now
        # Changed on purpose overrules the horizon, and a way that leads nowhere now.
        free = name in changed and not there
        free &= not (under_way and _allows(changed.get(name), stop.start))
        soon = under_way or stop.start < frozen_until
        if fact or (soon and not (lost or free)):
            frozen.add(name)
    return frozen | {x.visit for x in changes if isinstance(x, Overrun)}


def _allows(visit: Visit | None, start: int) -> bool:
    windows = () if visit is None else visit.windows
    return not windows or any(low <= start <= high for low, high in windows)


def _busy_until(plan: Plan, changes: Sequence[Change]) -> dict[str, tuple[int, int]]:
    """Start and end of the visit by which a technician is held longer than planned."""
    busy: dict[str, tuple[int, int]] = {}
    for change in changes:
        if isinstance(change, Overrun):
            route, stop = plan.stops[change.visit]
            known = busy.get(route.technician, (stop.start, 0))
            if change.until >= known[1]:
                busy[route.technician] = (stop.start, change.until)
    return busy


def is_there(route: Route, stop: Stop, now: int) -> bool:
    """Having the break on the customer's site is having arrived."""
    return any(stop.arrive <= x.start <= min(now, stop.start) for x in route.breaks)


def drive_to(problem: Problem, route: Route, stop: Stop) -> int:
    """Seconds of driving to a planned visit, from the stop before it."""
    person = problem.technician_by_id[route.technician]
    shift = next(x for x in person.shifts if x.id == route.shift)
    before = [x for x in route.stops if x.start < stop.start]
    here = shift.start_at
    if before:
        last = max(before, key=lambda x: x.start)
        here = problem.visit_by_id[last.visit].location
    index = problem.location_index
    row = problem.travel[person.profile].seconds[index[here]]
    return row[index[problem.visit_by_id[stop.visit].location]] or 0


def _fact(plan: Plan, visit: Visit) -> Visit:
    route, stop = plan.stops[visit.id]
    return replace(visit, lock=Lock(route.technician, stop.start, frozen=True))


def _free(visit: Visit) -> Visit:
    """The visit without the fact that it is somewhere."""
    fact = visit.lock is not None and visit.lock.frozen
    return replace(visit, lock=None) if fact else visit


def _people(
    problem: Problem,
    plan: Plan,
    changes: Sequence[Change],
    frozen: set[str],
    now: int,
) -> tuple[Technician, ...]:
    people = {person.id: person for person in problem.technicians}
    routes = {(route.technician, route.shift): route for route in plan.routes}
    for away in changes:
        if not isinstance(away, Absent):
            continue
        person, own = people[away.technician], list[Shift]()
        for shift in person.shifts:
            route = routes.get((person.id, shift.id))
            facts = (
                [] if route is None else [x for x in route.stops if x.visit in frozen]
            )
            kept = _begun_until(facts, away, now)
            own += _cut(shift, away, kept, _rested(shift, route, away))
        people[person.id] = replace(person, shifts=tuple(own))
    return tuple(people.values())


def _begun_until(facts: Sequence[Stop], away: Absent, now: int) -> int | None:
    """Until when what was begun lasts: it has to stay inside the shift. A fact that
    lies in the absence needs the shift, but brings nobody back to work."""
    ends = [
        stop.end if stop.start <= now or not away.covers(stop.start) else away.since
        for stop in facts
        if away.until is None or stop.start < away.until
    ]
    return max(ends, default=None)


def _cut(
    shift: Shift, away: Absent, kept: int | None, rested: Collection[Break]
) -> list[Shift]:
    """What an absence leaves of a shift: nothing, one piece, or one on each side."""
    if shift.end <= away.since or (
        away.until is not None and away.until <= shift.start
    ):
        return [shift]
    pieces: list[Shift] = []
    if away.since > shift.start or kept is not None:
        end = max(shift.start, away.since, kept or shift.start)
        pieces.append(replace(shift, end=min(end, shift.end), overtime=Overtime()))
    if away.until is not None and away.until < shift.end:
        name = f"{shift.id}{SECOND_PIECE}" if pieces else shift.id
        start = max([away.until, *(piece.end for piece in pieces)])
        owed = tuple(rest for rest in shift.breaks if rest not in rested)
        pieces.append(replace(shift, id=name, start=start, breaks=owed))
    return pieces


def _rested(shift: Shift, route: Route | None, away: Absent) -> tuple[Break, ...]:
    """The breaks of a shift that are planned before the absence."""
    had = sorted(x.start for x in ([] if route is None else route.breaks))
    found: list[Break] = []
    for at in had:
        own = [x for x in shift.breaks if x.earliest <= at <= x.latest]
        own = [x for x in own if x not in found]
        if own and at < away.since:
            found.append(min(own, key=lambda one: one.latest))
    return tuple(found)


def _recut(problem: Problem, plan: Plan) -> Plan:
    """The plan with stops in the shift of the problem that is around them now, or
    nearest to them: a fact may lie in an absence."""
    shifts = {(p.id, x.id): x for p in problem.technicians for x in p.shifts}
    routes: list[Route] = []
    for route in plan.routes:
        second = shifts.get((route.technician, f"{route.shift}{SECOND_PIECE}"))
        if second is None:
            routes.append(route)
            continue
        # A second absence may leave nothing of the first piece.
        first = shifts.get((route.technician, route.shift), second)
        # A stop this late is nearer to the second piece.
        over = min(first.end, second.start)
        middle = min(second.start, (over + second.start) // 2 + 1)
        early = tuple(x for x in route.stops if x.start < middle)
        late = tuple(x for x in route.stops if x.start >= middle)
        before = tuple(x for x in route.breaks if x.start < second.start)
        after = tuple(x for x in route.breaks if x.start >= second.start)
        pieces = (
            replace(route, stops=early, breaks=before),
            replace(route, shift=second.id, stops=late, breaks=after),
        )
        routes += [
            _measured(problem, one) if (one.technician, one.shift) in shifts else one
            for one in pieces
            if one.stops
        ]
    return replace(plan, routes=tuple(routes))


def _measured(problem: Problem, route: Route) -> Route:
    """The route with its ways as the matrix has them."""
    person = problem.technician_by_id[route.technician]
    shift = next(x for x in person.shifts if x.id == route.shift)
    index, table = problem.location_index, problem.travel[person.profile].seconds
    here, way, stops = index[shift.start_at], 0, list[Stop]()
    for stop in route.stops:
        visit = problem.visit_by_id.get(stop.visit)
        there = here if visit is None else index[visit.location]
        leg = table[here][there] or 0
        stops.append(replace(stop, travel=leg))
        here, way = there, way + leg
    home = 0 if shift.end_at is None else table[here][index[shift.end_at]] or 0
    return replace(route, stops=tuple(stops), travel_seconds=way + home)
