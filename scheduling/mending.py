"""What of a plan can still stand, and who is near to what cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet

from scheduling.assemble import Assignment, assignments_of
from scheduling.check import Report, Violation, check
from scheduling.corner import lifted, rewritten
from scheduling.eligible import obstacles
from scheduling.plan import Plan, Route
from scheduling.problem import Problem, Technician, Visit

# Who is asked about one visit: the nearest who may do it at all.
NEAREST = 12


Keys = AbstractSet[tuple[object, ...]]
NOTHING: Keys = frozenset()


def standing(
    problem: Problem,
    plan: Plan,
    held: Mapping[str, Assignment],
    out: Collection[str] = (),
    broken: Keys = NOTHING,
) -> tuple[Plan, set[str]]:
    """The plan with everything where it was, as far as the rules let it stay; and the
    visits that could not, with those that have to go `out`. `held` is put in besides.
    What was `broken` already forces nothing out."""
    shifts = {(p.id, s.id) for p in problem.technicians for s in p.shifts}
    kept = {
        name: one
        for name, one in assignments_of(plan).items()
        if name in problem.visit_by_id
        and name not in out
        and (one.technician, one.shift) in shifts
    }
    lost = (set(plan.stops) | set(out)) - kept.keys()
    chosen = {**kept, **held}
    touched = {one.technician for one in held.values()}
    routes: list[Route] = []
    for route in plan.routes:
        names = {stop.visit for stop in route.stops}
        if not names <= kept.keys() or any(
            problem.visit_by_id[x.visit].duration != x.end - x.start
            for x in route.stops
        ):
            touched.add(route.technician)
        if (route.technician, route.shift) in shifts:
            routes.append(route)
    began = Plan(tuple(routes), plan.unplaced)
    fresh = rewritten(problem, began, chosen, touched)
    mended_plan, gone = mended(problem, fresh, broken)
    return mended_plan, lost | gone


def mended(
    problem: Problem, plan: Plan, broken: Keys = NOTHING
) -> tuple[Plan, set[str]]:
    """The plan without the visits that stand in the way of an accepted one; what was
    `broken` before may stay so."""
    gone: set[str] = set()
    while True:
        guilty = _guilty(problem, plan, check(problem, plan), broken)
        if not guilty:
            return plan, gone
        for name in sorted(guilty):
            plan = lifted(problem, plan, name)
        gone |= guilty


def keys(report: Report) -> set[tuple[object, ...]]:
    """The broken rules of a report, to be compared with those of another."""
    return {_key(x) for x in report.violations if x.code != "must_serve"}


def _key(item: Violation) -> tuple[object, ...]:
    return (item.code, item.visits, item.technician, item.shift)


def _guilty(problem: Problem, plan: Plan, report: Report, broken: Keys) -> set[str]:
    """What has to leave for the first broken rule that anything can be done about."""
    for item in report.violations:
        free = [name for name in _suspects(plan, item) if not _frozen(problem, name)]
        if item.code == "must_serve" or not free or _key(item) in broken:
            continue
        return set(free) if item.code.startswith("crew") else {free[-1]}
    return set()


def _suspects(plan: Plan, item: Violation) -> list[str]:
    named = [name for name in item.visits if name in plan.stops]
    if item.visits:
        return named
    own = [
        stop
        for route in plan.routes
        if route.technician == item.technician and item.shift in (None, route.shift)
        for stop in route.stops
    ]
    return [stop.visit for stop in sorted(own, key=lambda stop: stop.start)]


def _frozen(problem: Problem, name: str) -> bool:
    visit = problem.visit_by_id.get(name)
    return visit is not None and visit.lock is not None and visit.lock.frozen


def nearby(
    problem: Problem, plan: Plan, names: Iterable[str], most: int = NEAREST
) -> set[str]:
    """The people nearest to the visits by where they are or go, able ones only."""
    stops: dict[str, list[str]] = {}
    for route in plan.routes:
        places = [problem.visit_by_id[stop.visit].location for stop in route.stops]
        stops.setdefault(route.technician, []).extend(places)
    found: set[str] = set()
    for name in names:
        visit = problem.visit_by_id[name]
        near = sorted(
            (_way(problem, person, stops.get(person.id, ()), visit), person.id)
            for person in problem.technicians
            if _may(problem, person, visit)
        )
        found.update(who for _, who in near[:most])
    return found


def _may(problem: Problem, person: Technician, visit: Visit) -> bool:
    return any(
        next(obstacles(problem, person, shift, visit), None) is None
        for shift in person.shifts
    )


def _way(
    problem: Problem, person: Technician, places: Collection[str], visit: Visit
) -> int:
    index, table = problem.location_index, problem.travel[person.profile].seconds
    there = index[visit.location]
    homes = [shift.start_at for shift in person.shifts]
    legs = [table[index[place]][there] for place in (*places, *homes)]
    return min((leg for leg in legs if leg is not None), default=1 << 40)


def nearest_visits(problem: Problem, trouble: Collection[str], most: int) -> set[str]:
    """For each visit in trouble the others that are nearest to it by way."""
    index = problem.location_index
    tables = [x.seconds for x in problem.travel.values()]
    found: set[str] = set()
    for name in trouble:
        if name not in problem.visit_by_id:
            continue
        row = tables[0][index[problem.visit_by_id[name].location]]
        ways = sorted(
            (far if (far := row[index[x.location]]) is not None else 1 << 40, x.id)
            for x in problem.visits
        )
        found.update(other for _, other in ways[: most + 1])
    return found


def exchanges(
    problem: Problem, before: Plan, after: Plan, people: Collection[str]
) -> list[set[str]]:
    """People grouped by the visits that went between them: each group of routes can
    be taken over without the others."""
    group = {name: {name} for name in people}

    def join(a: str, b: str) -> None:
        if group[a] is not group[b]:
            group[a] |= group[b]
            for name in group[b]:
                group[name] = group[a]

    old, new = assignments_of(before), assignments_of(after)
    for name in old.keys() & new.keys():
        join(old[name].technician, new[name].technician)
    ties = [crew.visits for crew in problem.crews]
    ties += [(order.before, order.after) for order in problem.sequences]
    for pair in ties:
        who = [at[x].technician for at in (old, new) for x in pair if x in at]
        for one in who[1:]:
            join(who[0], one)
    distinct = {id(one): one for one in group.values()}
    changed = [
        one
        for one in distinct.values()
        if _given_to(old, one).items() != _given_to(new, one).items()
    ]
    return sorted(changed, key=lambda one: (len(one), sorted(one)))


def _given_to(
    chosen: Mapping[str, Assignment], people: Collection[str]
) -> dict[str, Assignment]:
    return {name: x for name, x in chosen.items() if x.technician in people}
