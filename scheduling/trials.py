"""Tries edits: does the visit fit then, with whom, and what would the plan cost?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from scheduling.candidates import Candidate, candidates
from scheduling.check import Report, Violation, check
from scheduling.corner import Corner, corner, put
from scheduling.edits import Edit, VisitDropped, VisitMoved
from scheduling.errors import InputError
from scheduling.explain import with_visit
from scheduling.plan import PARTS, Plan, Reason, Route, Score
from scheduling.problem import Problem, Technician

Edits = tuple[Edit, ...]
# What a candidate may lack because its partner is placed only afterwards.
WAITS = {"crew_partner", "sequence_before"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one technician says to a visit after some edits."""

    place: Candidate | None
    reasons: tuple[Reason, ...] = ()

    @property
    def short_by(self) -> int:
        """Seconds missing at the nearest place; very many when it is not about time."""
        found = [int(x.details.get("short_by", 1 << 40)) for x in self.reasons]
        return min(found, default=1 << 40)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan that came about by edits, judged: what it costs more, part by part."""

    problem: Problem
    plan: Plan
    parts: Mapping[str, int]
    served: bool

    @property
    def extra_cost(self) -> int:
        return sum(self.parts.values())

    @property
    def worth_it(self) -> bool:
        return self.served or self.extra_cost < 0


class Trials:
    """One visit that is not in the plan, and everybody who might take it.

    `mates` are its partners that are not planned either: they follow once it stands.
    Prices count from `origin`, the plan before a first partner was put in, and
    `asked` is what is asked meanwhile: the tie to that partner written as windows.
    """

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        visit: str,
        mates: Sequence[str] = (),
        origin: Plan | None = None,
        asked: Problem | None = None,
    ) -> None:
        self.problem, self.plan, self.visit, self.mates = problem, plan, visit, mates
        self.origin = plan if origin is None else origin
        self.asked = problem if asked is None else asked
        self.tries = 0
        self._corners: dict[str, Corner] = {}
        self._known: dict[tuple[str, Edits], Answer] = {}
        self._helps: dict[Edit, bool] = {}

    @cached_property
    def before(self) -> Report:
        return check(self.problem, self.origin)

    @cached_property
    def broken(self) -> set[tuple[object, ...]]:
        return {_key(item) for item in self.before.violations}

    def ask(self, person: str, edits: Edits = ()) -> Answer:
        """The cheapest place with this technician once the edits are made."""
        key = (person, edits)
        if key not in self._known:
            self.tries += 1
            self._known[key] = self._ask(person, edits)
        return self._known[key]

    def _ask(self, person: str, edits: Edits) -> Answer:
        small = self._corners.get(person)
        if small is None:
            small = self._corners[person] = self._corner(person)
        try:
            problem = relaxed(small.problem, edits)
        except InputError:
            # Two edits may not go together: a shift that grows into the next one.
            return Answer(None)
        found = candidates(problem, thinned(small.plan, edits), self.visit)
        own = [one for one in found if one.technician == person]
        for one in own:
            if fits(one):
                return Answer(one)
        # Of several shifts the one that comes nearest speaks for the technician.
        closed = [Answer(None, one.violations) for one in own]
        return min(closed, key=lambda x: (x.short_by, len(x.reasons)))

    def _corner(self, person: str) -> Corner:
        """The technician and all who are tied to them, who are not asked, though."""
        names = {self.visit, *self.mates}
        small = corner(self.asked, self.plan, {person}, names)
        visit = small.problem.visit_by_id[self.visit]
        wishes = visit.technicians
        tied = small.people - {person, *wishes.required, *wishes.excluded}
        closed = replace(wishes, excluded=(*wishes.excluded, *sorted(tied)))
        return replace(
            small,
            problem=with_visit(small.problem, replace(visit, technicians=closed))[0],
        )

    def helps_alone(self, edit: Edit) -> bool:
        """Is this edit enough, whoever would take the visit then?"""
        if edit not in self._helps:
            self.tries += 1
            found = candidates(
                relaxed(self.asked, (edit,)), thinned(self.plan, (edit,)), self.visit
            )
            self._helps[edit] = any(fits(one) for one in found)
        return self._helps[edit]

    def outcome(self, edits: Edits, place: Candidate) -> Outcome | None:
        """The whole plan with the visit placed there; None if any rule breaks."""
        problem, plan = relaxed(self.problem, edits), self.plan
        for edit in edits:
            if isinstance(edit, VisitDropped):
                plan = edit.plan(problem, plan)
        plan = put(problem, plan, self.visit, place)
        return self.judged(problem, plan)

    def judged(self, problem: Problem, plan: Plan) -> Outcome | None:
        """The plan with its mates placed and its price, if it breaks no rule more."""
        for mate in self.mates:
            found = next((x for x in candidates(problem, plan, mate) if fits(x)), None)
            if found is None:
                return None
            plan = put(problem, plan, mate, found)
        report = check(problem, plan)
        if any(_key(item) not in self.broken for item in report.violations):
            return None
        before, after = self.before.score, report.score
        return Outcome(
            problem,
            replace(plan, score=after, evidence=None),
            difference(before, after),
            after.unserved < before.unserved,
        )


def difference(before: Score, after: Score) -> dict[str, int]:
    """Per score part what the second costs more; parts that stay are left out."""
    parts = {name: getattr(after, name) - getattr(before, name) for name in PARTS}
    return {name: value for name, value in parts.items() if value}


def fits(place: Candidate) -> bool:
    """Is there a place, once partners that wait for it are placed too?"""
    return place.start is not None and all(
        reason.code in WAITS for reason in place.violations
    )


def relaxed(problem: Problem, edits: Edits) -> Problem:
    for edit in edits:
        problem = edit.problem(problem)
    return problem


def thinned(plan: Plan, edits: Edits) -> Plan:
    """The plan without the visits that the edits take out, nothing written anew."""
    gone = {x.visit for x in edits if isinstance(x, VisitDropped | VisitMoved)}
    if not gone:
        return plan
    routes = [
        replace(x, stops=tuple(s for s in x.stops if s.visit not in gone))
        for x in plan.routes
    ]
    return replace(plan, routes=tuple(x for x in routes if x.stops))


def _key(item: Violation) -> tuple[object, ...]:
    return (item.code, item.visits, item.technician, item.shift)


@dataclass(frozen=True, slots=True)
class Effort:
    """What a plan asks of people, in seconds."""

    travel: int = 0
    overtime: int = 0


def effort(problem: Problem, plan: Plan) -> Effort:
    """Driving and overtime of all routes, from the matrix and the written times."""
    travel = overtime = 0
    for route in plan.routes:
        person = problem.technician_by_id[route.technician]
        legs, home = _legs(problem, person, route)
        shift = next(x for x in person.shifts if x.id == route.shift)
        last = route.stops[-1].end
        over = max([last, *(x.end for x in route.breaks if x.start >= last)]) + home
        travel += legs + home
        overtime += max(0, over - shift.end)
    return Effort(travel, overtime)


def _legs(problem: Problem, person: Technician, route: Route) -> tuple[int, int]:
    """Seconds of driving to the visits, and home."""
    index, table = problem.location_index, problem.travel[person.profile].seconds
    shift = next(x for x in person.shifts if x.id == route.shift)
    here, legs = index[shift.start_at], 0
    for stop in route.stops:
        there = index[problem.visit_by_id[stop.visit].location]
        legs += table[here][there] or 0
        here = there
    return legs, 0 if shift.end_at is None else table[here][index[shift.end_at]] or 0
