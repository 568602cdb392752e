"""Visits that are placed together: one of them first, then the others beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scheduling.candidates import candidates
from scheduling.corner import partners, put
from scheduling.eligible import ALWAYS, intersect
from scheduling.plan import Plan
from scheduling.problem import Crew, Lock, Problem, Sequence, Visit, Window
from scheduling.trials import fits

# So many ends of windows are tried as the start of the half that is placed first.
MOST_ENDS = 2


def team_of(problem: Problem, plan: Plan, name: str) -> list[str]:
    """The visit, its unplanned crew mates, and what they must follow."""
    team = [name]
    for one in team:
        heads = {x.before for x in problem.sequences if x.after == one}
        mates = {x for crew in problem.crews if one in crew.visits for x in crew.visits}
        for other in partners(problem, one):
            if other in heads | mates and other not in (*team, *plan.stops):
                team.append(other)
    return team


def half_made(problem: Problem, plan: Plan, first: str) -> Iterator[Plan]:
    """Plans with one half placed: as early as can be, and at the ends of its windows.

    The other half has to follow its start, so one start is not enough to ask about.
    """
    visit, seen = problem.visit_by_id[first], set[tuple[str, int]]()
    held = visit.lock is not None and visit.lock.start is not None
    ends = [] if held else [high for _, high in visit.windows[:MOST_ENDS]]
    for start in (None, *ends):
        asked = visit if start is None else _starting(visit, start)
        found = (x for x in candidates(problem, plan, asked) if fits(x))
        place = next(found, None)
        if place is None or place.start is None:
            continue
        if (place.technician, place.start) not in seen:
            seen.add((place.technician, place.start))
            yield put(problem, plan, first, place)


def _starting(visit: Visit, start: int) -> Visit:
    who = None if visit.lock is None else visit.lock.technician
    return replace(visit, lock=Lock(who, start))


def untied(problem: Problem, plan: Plan, first: str, second: str) -> Problem | None:
    """The problem with the ties of the two written into the second visit: windows
    that follow from where the first one stands, and who may do it; None if nothing
    is left of them."""
    route, stop = plan.stops[first]
    visit: Visit | None = problem.visit_by_id[second]
    kept_crews: list[Crew] = []
    kept_orders: list[Sequence] = []
    for crew in problem.crews:
        if {first, second} != set(crew.visits):
            kept_crews.append(crew)
            continue
        low, high = crew.lag
        if crew.visits[0] == second:
            low, high = -high, -low
        visit = _within(visit, (stop.start + low, stop.start + high))
        visit = _not_by(visit, route.technician)
    for order in problem.sequences:
        if {first, second} != {order.before, order.after}:
            kept_orders.append(order)
            continue
        visit = _within(visit, _after_or_before(problem, order, first, stop.start))
        if order.same_technician:
            visit = _only_by(visit, route.technician)
    if visit is None:
        return None
    visits = tuple(visit if x.id == second else x for x in problem.visits)
    return replace(
        problem, visits=visits, crews=tuple(kept_crews), sequences=tuple(kept_orders)
    )


def _after_or_before(
    problem: Problem, order: Sequence, first: str, start: int
) -> Window:
    """When the other visit of a sequence may start, once this one has its start."""
    low, high = order.lag
    most = ALWAYS[0][1] if high is None else high
    wait = problem.visit_by_id[order.before].duration
    if order.before == first:
        return start + wait + low, start + wait + most
    return start - wait - most, start - wait - low


def _within(visit: Visit | None, window: Window) -> Visit | None:
    if visit is None:
        return None
    both = intersect(visit.windows or ALWAYS, (window,))
    return replace(visit, windows=both) if both else None


def _not_by(visit: Visit | None, technician: str) -> Visit | None:
    if visit is None:
        return None
    wishes = visit.technicians
    required = tuple(x for x in wishes.required if x != technician)
    if wishes.required and not required:
        return None
    excluded = (*wishes.excluded, technician)
    return replace(
        visit, technicians=replace(wishes, required=required, excluded=excluded)
    )


def _only_by(visit: Visit | None, technician: str) -> Visit | None:
    if visit is None:
        return None
    wishes = visit.technicians
    if technician in wishes.excluded or technician not in (
        wishes.required or (technician,)
    ):
        return None
    return replace(visit, technicians=replace(wishes, required=(technician,)))
