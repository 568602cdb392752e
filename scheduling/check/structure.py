"""Integrity: known ids, every visit once, every route once, times that add up."""

from __future__ import annotations

from scheduling.check.facts import Day, Facts, Findings, Work
from scheduling.check.report import Violation
from scheduling.plan import Plan, Route, Stop
from scheduling.problem import Problem


def read(problem: Problem, plan: Plan, found: Findings) -> Facts:
    """Resolve the plan; what cannot be resolved is reported and left out."""
    days: list[Day] = []
    placed: dict[str, tuple[Day, Work]] = {}
    routes_seen: set[tuple[str, str]] = set()
    for route in plan.routes:
        key = (route.technician, route.shift)
        if key in routes_seen:
            found.add(_about(route, "route_twice", "The shift has two routes."))
            continue
        routes_seen.add(key)
        day = _day(problem, route, placed, found)
        if day is not None and day.works:
            days.append(day)
            placed.update({work.visit.id: (day, work) for work in day.works})
    facts = Facts(problem, plan, tuple(days), placed)
    _accounts(facts, found)
    return facts


def _about(route: Route, code: str, sentence: str, *visits: str) -> Violation:
    return Violation(code, sentence, visits, route.technician, route.shift)


def _day(
    problem: Problem,
    route: Route,
    placed: dict[str, tuple[Day, Work]],
    found: Findings,
) -> Day | None:
    person = problem.technician_by_id.get(route.technician)
    if person is None:
        found.add(_about(route, "unknown_technician", "Nobody has this id."))
        return None
    shift = next((one for one in person.shifts if one.id == route.shift), None)
    if shift is None:
        found.add(_about(route, "unknown_shift", "The technician has no such shift."))
        return None
    works: list[Work] = []
    here: set[str] = set()
    for stop in route.stops:
        visit = problem.visit_by_id.get(stop.visit)
        if visit is None:
            text = "The plan holds a visit that the problem does not know."
            found.add(_about(route, "unknown_visit", text, stop.visit))
        elif stop.visit in placed or stop.visit in here:
            text = "The visit is planned twice."
            found.add(_about(route, "visit_twice", text, stop.visit))
        else:
            here.add(stop.visit)
            works.append(Work(stop, visit))
            _times(route, stop, visit.duration, found)
    return Day(problem, route, person, shift, tuple(works))


def _times(route: Route, stop: Stop, duration: int, found: Findings) -> None:
    if stop.end != stop.start + duration:
        text = "Start and duration do not give the written end."
        found.add(_about(route, "duration", text, stop.visit))
    if stop.arrive > stop.start:
        text = "The work starts before the arrival."
        found.add(_about(route, "arrival", text, stop.visit))


def _accounts(facts: Facts, found: Findings) -> None:
    unplaced = [item.visit for item in facts.plan.unplaced]
    for name in unplaced:
        if name not in facts.problem.visit_by_id:
            text = "The plan lists an unplaced visit that the problem does not know."
            found.add(Violation("unknown_visit", text, (name,)))
        elif name in facts.placed:
            text = "The visit is listed as unplaced and is planned."
            found.add(Violation("placed_and_unplaced", text, (name,)))
    for name in sorted({name for name in unplaced if unplaced.count(name) > 1}):
        text = "The visit is listed as unplaced twice."
        found.add(Violation("visit_twice", text, (name,)))
    listed = set(unplaced)
    for visit in facts.problem.visits:
        if visit.id in facts.placed:
            continue
        if visit.id not in listed:
            text = "The visit is neither planned nor listed as unplaced."
            found.add(Violation("visit_forgotten", text, (visit.id,)))
        if visit.drop_cost is None:
            text = "The visit must be served and is not."
            found.add(Violation("must_serve", text, (visit.id,)))
