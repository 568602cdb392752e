"""A corner of a plan: a few people with their visits, as a small problem of its own.

Questions about one technician are asked there many times: what everybody else does
cannot change the answer, and a small problem answers in well under a millisecond.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from operator import itemgetter

from scheduling.assemble import Assignment, assemble, assignments_of
from scheduling.candidates import Candidate
from scheduling.plan import Plan, Route, Unplaced
from scheduling.problem import Problem, Technician, Visit
from scheduling.travel import Rows, TravelMatrix


@dataclass(frozen=True, slots=True)
class Corner:
    """What `people` do, and the visits asked about; answers hold in the whole too."""

    problem: Problem
    plan: Plan
    people: frozenset[str]


def corner(
    problem: Problem, plan: Plan, people: Iterable[str], visits: Collection[str] = ()
) -> Corner:
    """The corner of these people, of all who are tied to them, and of the visits."""
    names = _tied(problem, plan, set(people), set(visits))
    routes = tuple(route for route in plan.routes if route.technician in names)
    wanted = {stop.visit for route in routes for stop in route.stops} | set(visits)
    inside = tuple(
        visit
        for visit in problem.visits
        if visit.id in wanted or _fact_of(visit) in names
    )
    ids = {visit.id for visit in inside}
    small = Problem(
        locations=(places := Places(problem, names, inside)).locations,
        travel=places.travel,
        technicians=staff(problem, names, inside),
        visits=inside,
        crews=tuple(x for x in problem.crews if ids.issuperset(x.visits)),
        sequences=tuple(
            x for x in problem.sequences if x.before in ids and x.after in ids
        ),
        objective=problem.objective,
    )
    return Corner(small, Plan(routes=routes), frozenset(names))


def _fact_of(visit: Visit) -> str | None:
    lock = visit.lock
    return lock.technician if lock is not None and lock.frozen else None


def partners(problem: Problem, visit: str) -> Iterator[str]:
    """Visits that a crew or a sequence ties to this one."""
    for crew in problem.crews:
        if visit in crew.visits:
            yield from (name for name in crew.visits if name != visit)
    for order in problem.sequences:
        if visit == order.before:
            yield order.after
        elif visit == order.after:
            yield order.before


def _tied(
    problem: Problem, plan: Plan, people: set[str], visits: set[str]
) -> frozenset[str]:
    """The people, and those who wait for them through crews and sequences."""
    ties: dict[str, list[str]] = {}
    for a, b in chain(
        (crew.visits for crew in problem.crews),
        ((order.before, order.after) for order in problem.sequences),
    ):
        ties.setdefault(a, []).append(b)
        ties.setdefault(b, []).append(a)
    held: dict[str, list[str]] = {}
    for route in plan.routes:
        held.setdefault(route.technician, []).extend(x.visit for x in route.stops)
    waiting = [other for name in visits for other in ties.get(name, ())]
    known = set(people)
    waiting += [w for name in known for w in held.get(name, ()) if w in ties]
    while waiting:
        for name in (waiting[-1], *ties.get(waiting.pop(), ())):
            found = plan.stops.get(name)
            if found is not None and found[0].technician not in known:
                known.add(found[0].technician)
                waiting += [w for w in held[found[0].technician] if w in ties]
    return frozenset(known)


def staff(
    problem: Problem, names: frozenset[str], visits: Iterable[Visit]
) -> tuple[Technician, ...]:
    """The people, and whoever else the visits name, without a shift."""
    named = set(names)
    for visit in visits:
        wishes, lock = visit.technicians, visit.lock
        named.update(wishes.required, wishes.excluded, wishes.preferred)
        if lock is not None and lock.technician is not None:
            named.add(lock.technician)
    profile = next((x.profile for x in problem.technicians if x.id in names), "")
    profile = profile or next(iter(problem.travel))
    return tuple(
        person if person.id in names else Technician(person.id, (), profile)
        for person in problem.technicians
        if person.id in named
    )


class Places:
    """The places of a corner and the ways between them."""

    def __init__(
        self, problem: Problem, names: frozenset[str], visits: Iterable[Visit]
    ) -> None:
        used = {visit.location for visit in visits}
        profiles: set[str] = set()
        for person in problem.technicians:
            if person.id not in names:
                continue
            profiles.add(person.profile)
            for shift in person.shifts:
                used.add(shift.start_at)
                used.update(() if shift.end_at is None else (shift.end_at,))
        index = problem.location_index
        kept = sorted(index[name] for name in used)
        self.locations = tuple(problem.locations[i] for i in kept)
        self.travel = {
            name: TravelMatrix(
                _cut(matrix.seconds, kept),
                None if matrix.metres is None else _cut(matrix.metres, kept),
            )
            for name, matrix in problem.travel.items()
            if name in profiles or not profiles
        }


def _cut(rows: Rows, kept: list[int]) -> Rows:
    if len(kept) < 2:
        return tuple(tuple([rows[i][j] for j in kept]) for i in kept)
    pick = itemgetter(*kept)
    return tuple(pick(rows[i]) for i in kept)


def put(problem: Problem, plan: Plan, visit: str, place: Candidate) -> Plan:
    """The plan with the visit where the candidate says, and others moved as it says.

    Routes that are not touched stay as they are written.
    """
    if place.start is None:
        raise ValueError("the candidate has no start")
    chosen = assignments_of(plan)
    touched = {place.technician} | {
        chosen[move.visit].technician for move in place.moves if move.visit in chosen
    }
    old = chosen.pop(visit, None)
    if old is not None:
        touched.add(old.technician)
    chosen[visit] = Assignment(place.technician, place.start, place.shift)
    for move in place.moves:
        chosen[move.visit] = replace(chosen[move.visit], start=move.start)
    return rewritten(problem, plan, chosen, touched)


def rewritten(
    problem: Problem, plan: Plan, chosen: dict[str, Assignment], people: Collection[str]
) -> Plan:
    """The plan with the routes of these people written anew from the assignments."""
    mine = {name: x for name, x in chosen.items() if x.technician in people}
    small = corner(problem, Plan(), people, set(mine)).problem
    fresh = {(x.technician, x.shift): x for x in assemble(small, mine).routes}
    routes = [
        fresh.pop((route.technician, route.shift), None)
        if route.technician in people
        else route
        for route in plan.routes
    ]
    return with_routes(problem, plan, [*(x for x in routes if x), *fresh.values()])


def lifted(problem: Problem, plan: Plan, visit: str) -> Plan:
    """The plan without one visit; nobody else's start changes."""
    chosen = assignments_of(plan)
    old = chosen.pop(visit)
    return rewritten(problem, plan, chosen, {old.technician})


def with_routes(problem: Problem, plan: Plan, routes: Iterable[Route]) -> Plan:
    """The plan with other routes, and all that they leave out listed as unplaced."""
    kept = tuple(route for route in routes if route.stops)
    placed = {stop.visit for route in kept for stop in route.stops}
    known = {item.visit: item for item in plan.unplaced}
    left = tuple(
        known.get(visit.id, Unplaced(visit.id))
        for visit in problem.visits
        if visit.id not in placed
    )
    return replace(plan, routes=kept, unplaced=left)
