"""What routes cost: one function for everybody's, by the judge of the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.check import check
from scheduling.plan import Plan, Route, Score, Stop, Unplaced
from scheduling.problem import Problem, Technician, Visit


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken` names the hard rules that the plan breaks: then its cost means nothing.
    `left_out` counts visits, `unserved` those of them that must be served."""

    score: Score
    left_out: int
    routes: int
    broken: tuple[str, ...]


def judge(problem: Problem, plan: Plan) -> Verdict:
    """The engine's judge on a written plan."""
    report = check(problem, plan)
    codes = {item.code for item in report.violations} - {"must_serve"}
    used = sum(bool(route.stops) for route in plan.routes)
    return Verdict(report.score, len(plan.unplaced), used, tuple(sorted(codes)))


def judge_routes(problem: Problem, routes: Sequence[Sequence[int]]) -> Verdict:
    """The same on bare routes: for each technician the numbers of visits in order,
    each begun as early as possible. For problems without breaks and links."""
    written = tuple(
        _route(problem, person, [problem.visits[number] for number in route])
        for person, route in zip(problem.technicians, routes, strict=True)
        if route
    )
    placed = {number for route in routes for number in route}
    left = (x for number, x in enumerate(problem.visits) if number not in placed)
    unplaced = tuple(Unplaced(visit.id) for visit in left)
    return judge(problem, Plan(written, unplaced))


def routes_of(problem: Problem, plan: Plan) -> list[list[int]]:
    """A plan as bare routes."""
    number = {visit.id: at for at, visit in enumerate(problem.visits)}
    found = {
        route.technician: [number[stop.visit] for stop in route.stops]
        for route in plan.routes
    }
    return [found.get(person.id, []) for person in problem.technicians]


def _route(problem: Problem, person: Technician, visits: Sequence[Visit]) -> Route:
    index, shift = problem.location_index, person.shifts[0]
    table = problem.travel[person.profile].seconds
    here, free, driven = index[shift.start_at], shift.start, 0
    stops: list[Stop] = []
    for visit in visits:
        there = index[visit.location]
        leg = table[here][there] or 0
        start = _begin(visit, free + leg)
        end = start + visit.duration
        stops.append(Stop(visit.id, free + leg, start, end, leg))
        here, free, driven = there, end, driven + leg
    if shift.end_at is not None:
        driven += table[here][index[shift.end_at]] or 0
    return Route(person.id, shift.id, tuple(stops), (), driven)


def _begin(visit: Visit, arrive: int) -> int:
    """The first time that a window allows; too late stays too late, for the judge."""
    fits = (max(arrive, low) for low, high in visit.windows if arrive <= high)
    return next(fits, arrive)
