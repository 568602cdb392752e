"""Why a planned visit is with its technician, and what anybody else would cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scheduling.candidates import Candidate, candidates
from scheduling.corner import put
from scheduling.errors import InputError
from scheduling.explain import with_visit
from scheduling.plan import SCALE, Plan, Reason
from scheduling.plan_json import put_reason
from scheduling.problem import Problem, Visit
from scheduling.remedy import visits_moved, way
from scheduling.trials import Trials, effort


@dataclass(frozen=True, slots=True)
class Alternative:
    """Somebody else who could do the visit, and what the plan would cost more then:
    in all and part by part (1/3000 units), in driving and in overtime."""

    technician: str
    shift: str
    start: int
    extra_cost: int
    parts: Mapping[str, int]
    travel_seconds: int
    overtime_seconds: int
    visits_moved: int


@dataclass(frozen=True, slots=True)
class RuledOut:
    technician: str
    shift: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class WhyHere:
    """`because` is `frozen`, `locked`, `only_one`, `cheapest` or `not_cheapest`."""

    visit: str
    technician: str
    shift: str
    start: int
    because: str
    sentence: str
    alternatives: tuple[Alternative, ...]
    ruled_out: tuple[RuledOut, ...]

    def to_json(self) -> dict[str, Any]:
        names = "visit technician shift start because sentence"
        return {
            **{name: getattr(self, name) for name in names.split()},
            "alternatives": [asdict(one) for one in self.alternatives],
            "ruled_out": [
                {
                    "technician": one.technician,
                    "shift": one.shift,
                    "reasons": [put_reason(reason) for reason in one.reasons],
                }
                for one in self.ruled_out
            ],
        }


def why_here(problem: Problem, plan: Plan, visit: str | Visit) -> WhyHere:
    """Why the visit is where it is: who else could do it, next best first, and which
    rules keep it from the others. Raises `InputError` when it is not planned."""
    problem, name = with_visit(problem, visit)
    if name not in plan.stops:
        raise InputError("visit", f"'{name}' is not planned; ask `remedies`")
    route, stop = plan.stops[name]
    others = [
        one
        for one in candidates(problem, plan, name)
        if (one.technician, one.shift) != (route.technician, route.shift)
    ]
    trials = Trials(problem, plan, name)
    possible = [x for one in others if (x := _alternative(trials, one)) is not None]
    possible.sort(key=lambda one: (one.extra_cost, one.technician, one.shift))
    out = tuple(
        RuledOut(one.technician, one.shift, one.violations)
        for one in others
        if not one.possible
    )
    because = _because(problem.visit_by_id[name], possible)
    return WhyHere(
        visit=name,
        technician=route.technician,
        shift=route.shift,
        start=stop.start,
        because=because,
        sentence=_sentence(because, route.technician, possible),
        alternatives=tuple(possible),
        ruled_out=out,
    )


def _alternative(trials: Trials, place: Candidate) -> Alternative | None:
    if not place.possible or place.start is None or place.shift is None:
        return None
    problem, plan = trials.problem, trials.plan
    outcome = trials.judged(problem, put(problem, plan, trials.visit, place))
    if outcome is None:
        return None
    before, after = effort(problem, plan), effort(problem, outcome.plan)
    return Alternative(
        technician=place.technician,
        shift=place.shift,
        start=place.start,
        extra_cost=outcome.extra_cost,
        parts=outcome.parts,
        travel_seconds=after.travel - before.travel,
        overtime_seconds=after.overtime - before.overtime,
        # The visit itself is one of those that move.
        visits_moved=visits_moved(plan, outcome.plan) - 1,
    )


def _because(visit: Visit, possible: list[Alternative]) -> str:
    if visit.lock is not None and visit.lock.frozen:
        return "frozen"
    if visit.lock is not None and visit.lock.technician is not None:
        return "locked"
    if not possible:
        return "only_one"
    return "cheapest" if possible[0].extra_cost >= 0 else "not_cheapest"


def _sentence(because: str, who: str, possible: list[Alternative]) -> str:
    if because == "frozen":
        return f"It stays with {who}: it has begun or is about to."
    if because == "locked":
        return f"It is locked to {who}."
    if not possible:
        return f"Nobody but {who} can take it as the plan stands."
    best, count = possible[0], len(possible)
    way_there = way(best.travel_seconds)
    units = f"{abs(best.extra_cost) / SCALE:.0f}"
    if because == "not_cheapest":
        return f"{best.technician} would cost {units} less ({way_there})."
    others = "one other" if count == 1 else f"the {count} others"
    return (
        f"{who} costs least; of {others} who could, {best.technician} is next best "
        f"at {units} more ({way_there})."
    )
