"""Why a visit is not in the plan: the rules that speak against each technician."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from scheduling.arrays import Index
from scheduling.eligible import obstacles
from scheduling.errors import InputError
from scheduling.kernel.numbers import State
from scheduling.miss import Miss, nearest_miss
from scheduling.plan import Plan, Reason
from scheduling.plan_json import put_reason
from scheduling.problem import Problem, Shift, Technician, Visit
from scheduling.schedule import from_plan, without
from scheduling.words import IN_SHORT, duration


@dataclass(frozen=True, slots=True)
class TechnicianWhyNot:
    """Rules that eliminate one technician; none of them means that there is room."""

    technician: str
    reasons: tuple[Reason, ...]

    @property
    def possible(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Per technician why the visit cannot go there; `nearest` came closest to it."""

    visit: str
    sentence: str
    technicians: tuple[TechnicianWhyNot, ...]
    nearest: Reason | None = None

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(x for one in self.technicians for x in one.reasons)

    def to_json(self) -> dict[str, Any]:
        return {
            "visit": self.visit,
            "sentence": self.sentence,
            "technicians": [
                {
                    "technician": one.technician,
                    "possible": one.possible,
                    "reasons": [put_reason(reason) for reason in one.reasons],
                }
                for one in self.technicians
            ],
            "nearest": self.nearest and put_reason(self.nearest),
        }


def explain(problem: Problem, plan: Plan, visit: str | Visit) -> WhyNot:
    """Per technician the rules that keep the visit out, given the rest of the plan."""
    problem, name = with_visit(problem, visit)
    index = Index(problem)
    v = index.visit_index[name]
    state = without(index, from_plan(index, plan, asked=v), {v})
    return Explainer(index, state).why_not(v)


def with_visit(problem: Problem, visit: str | Visit) -> tuple[Problem, str]:
    """The problem with the visit in it, and its id; raise `InputError` on a bad id."""
    if isinstance(visit, str):
        if visit not in problem.visit_by_id:
            raise InputError("visit", f"no visit is called '{visit}'")
        return problem, visit
    if problem.visit_by_id.get(visit.id) == visit:
        return problem, visit.id
    others = tuple(one for one in problem.visits if one.id != visit.id)
    return replace(problem, visits=(*others, visit)), visit.id


def reasons_for(index: Index, plan: Plan) -> dict[str, tuple[Reason, ...]]:
    """Reasons of every unplaced visit of a finished plan."""
    if not plan.unplaced:
        return {}
    explainer = Explainer(index, from_plan(index, plan))
    return {
        item.visit: explainer.all_reasons(index.visit_index[item.visit])
        for item in plan.unplaced
    }


class Explainer:
    """Asks the rules of every pair, then the routes as they stand."""

    def __init__(self, index: Index, state: State) -> None:
        self.index, self.state, self.desk = index, state, index.desk

    def why_not(self, v: int) -> WhyNot:
        visit = self.index.visits[v]
        people = tuple(
            TechnicianWhyNot(person.id, self.reasons(person, v))
            for person in self.index.people
        )
        missed = [x for one in people for x in one.reasons if "short_by" in x.details]
        nearest = min(missed, key=lambda x: int(x.details["short_by"]), default=None)
        return WhyNot(visit.id, _summary(people), people, nearest)

    def all_reasons(self, v: int) -> tuple[Reason, ...]:
        """A reason for everyone, also for those who have room."""
        return tuple(
            reason
            for person in self.index.people
            for reason in self.reasons(person, v) or (self._price(person, v),)
        )

    def _price(self, person: Technician, v: int) -> Reason:
        """Why somebody with room was not given the visit."""
        model = self.index.model
        own = [self.index.route_index[person.id, x.id] for x in person.shifts]
        place = self.desk.best(self.state, v, own)
        alone = len(model.units[model.unit_of[v]]) == 1
        if place is None or not alone or place.delta >= model.drop[v]:
            text = "Has room, but leaving it out costs less."
            return Reason("cost", text, person.id)
        text = "Has room; the run ended before the visit was tried there."
        return Reason("not_tried", text, person.id)

    def reasons(self, person: Technician, v: int) -> tuple[Reason, ...]:
        """Rules that keep v from the technician in every shift; none: there is room."""
        visit, problem = self.index.visits[v], self.index.problem
        own = [self.index.route_index[person.id, x.id] for x in person.shifts]
        if not any(self._is_open(r, v) for r in own):
            fixed = tuple(obstacles(problem, person, None, visit))
            if fixed:
                return fixed
        found: list[Reason] = []
        for shift in person.shifts:
            reason = self._in_shift(person, shift, v)
            if reason is None:
                return ()
            found.append(reason)
        return _most_telling(found)

    def in_shift(self, r: int, v: int) -> tuple[Reason, ...]:
        """Rules that keep v out of one route, all of the fixed ones."""
        _, person, shift = self.index.shifts[r]
        visit = self.index.visits[v]
        fixed = tuple(obstacles(self.index.problem, person, shift, visit))
        if fixed:
            return fixed
        reason = self._in_shift(person, shift, v)
        return () if reason is None else (reason,)

    def _in_shift(self, person: Technician, shift: Shift, v: int) -> Reason | None:
        """The first rule that keeps v out of one shift; None when it fits."""
        index, state = self.index, self.state
        r = index.route_index[person.id, shift.id]
        visit = index.visits[v]
        if not self._is_open(r, v):
            for reason in obstacles(index.problem, person, shift, visit):
                return reason
        if index.model.parts[v] and not self.desk.stock_allows(state, v, r):
            return self._stock(person, visit, r)
        return self._linked(person, v, r) or self._full(person, shift, v, r)

    def _is_open(self, r: int, v: int) -> bool:
        """Does no rule of the pair keep v out? A fact stands against all rules."""
        return self.index.model.frozen[v] is None and self.desk.allowed(r, v)

    def _stock(self, person: Technician, visit: Visit, r: int) -> Reason:
        state, v = self.state, self.index.visit_index[visit.id]
        for part, needed in self.index.model.parts[v]:
            van = self._number(r)
            left = self.index.model.stock[van][part] - int(state.used[van, part])
            if needed > left:
                name = self.index.part_names[part]
                return Reason(
                    "stock_short",
                    f"Needs {needed} × {name}, only {left} left in the van.",
                    person.id,
                    {"part": name, "needed": needed, "left": left},
                )
        raise AssertionError("asked for a shortage where there is none")

    def _number(self, r: int) -> int:
        return self.index.model.routes[r].technician

    def _linked(self, person: Technician, v: int, r: int) -> Reason | None:
        """Does a crew mate or an earlier visit of a sequence stand in the way?"""
        state, model = self.state, self.index.model
        for link in model.links_of[v]:
            other = link.first if link.second == v else link.second
            name, at = self.index.visits[other].id, state.home(other)
            details = {"partner": name}
            if at < 0 and link.crew and not self._mate_can(other, r):
                text = "Nobody else can do the other half of the crew."
                return Reason("crew_partner", text, person.id, details)
            apart = model.unit_of[other] != model.unit_of[v]
            if at < 0 and not link.crew and link.second == v and apart:
                text = "The visit it must follow is not planned."
                return Reason("sequence_before", text, person.id, details)
            if at >= 0 and link.crew and self._number(at) == self._number(r):
                text = "Already does the other half of the crew."
                return Reason("crew_partner", text, person.id, details)
            if at >= 0 and link.same_technician and self._number(at) != self._number(r):
                text = "Someone else does the visit that belongs to it."
                return Reason("sequence_technician", text, person.id, details)
        return None

    def _mate_can(self, mate: int, r: int) -> bool:
        model = self.index.model
        return any(
            self.desk.allowed(other, mate)
            for other in range(len(model.routes))
            if model.routes[other].technician != model.routes[r].technician
        )

    def _full(self, person: Technician, shift: Shift, v: int, r: int) -> Reason | None:
        if self._fits(r, v):
            mate = self._lone_mate(v, r)
            return None if mate is None else Reason("crew_partner", mate, person.id)
        miss = nearest_miss(self.desk, self.state, r, v)
        return _full_reason(person, shift, miss)

    def _fits(self, r: int, v: int) -> bool:
        likely = self.desk.best(self.state, v, [r])
        if likely is None:
            return False
        places = (likely.at, *range(len(self.state.stops(r)) + 1))
        return any(self.desk.fits(self.state, v, r, at) for at in places)

    def _lone_mate(self, v: int, r: int) -> str | None:
        """A sentence when v fits here, but then its crew mates fit nowhere."""
        model = self.index.model
        unit = model.units[model.unit_of[v]]
        mates = [m for m in unit if m != v and self.state.home(m) < 0]
        if not mates:
            return None
        alone = not any(self.state.home(m) >= 0 for m in unit)
        for at in range(len(self.state.stops(r)) + 1):
            trial = self.state.copy()
            placed = self.desk.put(trial, v, r, at)
            if placed and all(self.desk.best(trial, m) for m in mates):
                return None
        return (
            "Nobody is free to start together with this technician."
            if alone
            else "The rest of the crew cannot start at a time that suits."
        )


def _full_reason(person: Technician, shift: Shift, miss: Miss) -> Reason:
    details = {"shift": shift.id, "short_by": miss.seconds}
    if miss.seconds == 0:
        text = "There would be no time left for the break."
        return Reason("break", text, person.id, details)
    if miss.where == "way":
        text = "There is no way to this visit and back."
        return Reason("unreachable", text, person.id, {"shift": shift.id})
    by = duration(miss.seconds)
    code, text = {
        "visit": ("window_full", f"Cannot be there in time: {by} too late at best."),
        "other": (
            "window_full",
            f"No room between other visits: {by} are missing at best.",
        ),
        "end": ("overtime", f"Would end {by} after the shift allows."),
    }[miss.where]
    return Reason(code, text, person.id, details)


def _most_telling(found: list[Reason]) -> tuple[Reason, ...]:
    """One reason for all shifts: the nearest miss, else the first rule met."""
    if not found:
        return ()
    missed = [reason for reason in found if "short_by" in reason.details]
    if missed:
        return (min(missed, key=lambda x: int(x.details["short_by"])),)
    other = [reason for reason in found if reason.code != "shift"]
    return tuple((other or found)[:1])


def _summary(people: Iterable[TechnicianWhyNot]) -> str:
    """One sentence over all technicians: the rules met most often."""
    everyone = list(people)
    free = [one for one in everyone if one.possible]
    if free:
        return "There is room for it, at a higher cost than leaving it out."
    if not everyone:
        return "There is no technician to plan."
    count: dict[str, int] = {}
    for one in everyone:
        for reason in one.reasons[:1]:
            count[reason.code] = count.get(reason.code, 0) + 1
    order = sorted(count, key=lambda code: -count[code])
    parts = [f"{count[code]} {IN_SHORT.get(code, code)}" for code in order]
    return f"None of {len(everyone)} can take it: {', '.join(parts)}."
