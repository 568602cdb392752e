"""What happened to a day that is under way, and the problem that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scheduling.errors import InputError
from scheduling.plan import Plan, Route, Stop
from scheduling.problem import Lock, Overtime, Problem, Shift, Technician, Visit


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
class Added:
    visit: Visit


@dataclass(frozen=True, slots=True)
class Changed:
    """The visit as it is now; whoever moves a promise does so here, with consent."""

    visit: Visit


Change = Absent | Overrun | Cancelled | Added | Changed


@dataclass(frozen=True, slots=True)
class Facts:
    """What cannot be changed any more: `frozen` visits, seen from the instant `now`."""

    problem: Problem
    frozen: frozenset[str]


def happened(
    problem: Problem,
    plan: Plan,
    changes: Sequence[Change],
    *,
    now: int,
    frozen_until: int,
) -> Facts:
    """The problem after the changes, with everything frozen that has begun, that has
    to be driven to by now, or that starts before `frozen_until`.

    Raises `InputError` with the number and field of a change that makes no sense.
    """
    _known(problem, plan, changes)
    gone = {x.visit for x in changes if isinstance(x, Cancelled)}
    frozen = _frozen(problem, plan, changes, now, frozen_until) - gone
    visits: dict[str, Visit] = {x.id: x for x in problem.visits if x.id not in gone}
    for change in changes:
        if isinstance(change, Added | Changed) and change.visit.id not in gone:
            visits[change.visit.id] = change.visit
    for name in frozen:
        visits[name] = _fact(plan, visits[name])
    for change in changes:
        if isinstance(change, Overrun) and change.visit in visits:
            start = plan.stops[change.visit][1].start
            longer = replace(visits[change.visit], duration=change.until - start)
            visits[change.visit] = longer
    crews = tuple(x for x in problem.crews if gone.isdisjoint(x.visits))
    orders = tuple(x for x in problem.sequences if gone.isdisjoint((x.before, x.after)))
    after = replace(
        problem,
        technicians=_people(problem, plan, changes, frozen),
        visits=tuple(visits.values()),
        crews=crews,
        sequences=orders,
    )
    return Facts(after, frozenset(frozen))


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
            case Cancelled(visit=name):
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


def _people(
    problem: Problem, plan: Plan, changes: Sequence[Change], frozen: set[str]
) -> tuple[Technician, ...]:
    people = {person.id: person for person in problem.technicians}
    for change in changes:
        if not isinstance(change, Absent):
            continue
        person = people[change.technician]

        def last(shift: Shift, away: Absent = change) -> int | None:
            """End of what is frozen in the shift: it has to stay inside."""
            ends = [
                stop.end
                for name, (route, stop) in plan.stops.items()
                if name in frozen
                and (route.technician, route.shift) == (away.technician, shift.id)
            ]
            return max(ends, default=None)

        own = [y for x in person.shifts if (y := _cut(x, change, last)) is not None]
        people[person.id] = replace(person, shifts=tuple(own))
    return tuple(people.values())


def _cut(
    shift: Shift, away: Absent, last: Callable[[Shift], int | None]
) -> Shift | None:
    """What an absence leaves of a shift; None when nothing is left."""
    if shift.end <= away.since or (
        away.until is not None and away.until <= shift.start
    ):
        return shift
    kept = last(shift)
    if away.since <= shift.start and kept is None:
        if away.until is not None and away.until < shift.end:
            return replace(shift, start=away.until)
        return None
    end = max(shift.start, away.since, kept or shift.start)
    return replace(shift, end=min(end, shift.end), overtime=Overtime())
