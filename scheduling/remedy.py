"""One remedy for a visit that is not planned, as people and machines read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduling.assemble import assignments_of
from scheduling.edits import Edit, SkillWaived, VisitDropped, WindowWidened
from scheduling.plan import Plan, Reason
from scheduling.plan_json import put_reason
from scheduling.problem import Problem
from scheduling.trials import Edits, Outcome, effort
from scheduling.words import duration

_PLAIN = (
    "technician shift start extra_cost travel_seconds overtime_seconds visits_moved "
    "promises_moved worth_it needs_responsible sentence"
)


@dataclass(frozen=True, slots=True)
class Remedy:
    """A smallest set of edits with which the visit is placed, and what that costs.

    Costs are in 1/3000 of the caller's price unit: `parts` is the score afterwards
    minus the score before, part by part (`drop` is negative: the visit is no longer
    left out), `extra_cost` their sum. Seconds are differences too. `visits_moved`
    counts other visits that change technician or start, or are left out;
    `promises_moved` windows that are not kept: widened, or of a visit left out.
    `worth_it` says that the plan is better with it, so that `solve` would do it.
    `problem` and `plan` are what it leads to.
    """

    edits: Edits
    technician: str
    shift: str
    start: int
    extra_cost: int
    parts: Mapping[str, int]
    travel_seconds: int
    overtime_seconds: int
    visits_moved: int
    promises_moved: int
    worth_it: bool
    sentence: str
    problem: Problem = field(repr=False, compare=False)
    plan: Plan = field(repr=False, compare=False)

    @property
    def needs_responsible(self) -> bool:
        """Must somebody who answers for it decide, because a skill is waived?"""
        return any(isinstance(edit, SkillWaived) for edit in self.edits)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(edit.kind for edit in self.edits)

    def to_json(self) -> dict[str, Any]:
        return {
            "edits": [edit.to_json() for edit in self.edits],
            **{name: getattr(self, name) for name in _PLAIN.split()},
            "parts": dict(self.parts),
        }


@dataclass(frozen=True, slots=True)
class Useless:
    """A single edit, as large as it was tried, after which the visit still finds no
    place; `reason` is what stops it then."""

    edit: Edit
    reason: Reason

    def to_json(self) -> dict[str, Any]:
        return {
            "edit": self.edit.to_json(),
            "sentence": self.sentence,
            "reason": put_reason(self.reason),
        }

    @property
    def sentence(self) -> str:
        return f"{self.edit.sentence()}: would not help. {self.reason.sentence}"


def remedy(
    problem: Problem, plan: Plan, visit: str, edits: Edits, outcome: Outcome
) -> Remedy:
    """The remedy that these edits are, told from the plans before and after."""
    before, after = effort(problem, plan), effort(outcome.problem, outcome.plan)
    route, stop = outcome.plan.stops[visit]
    promises = sum(_breaks_promise(problem, edit) for edit in edits)
    travel = after.travel - before.travel
    return Remedy(
        edits=edits,
        technician=route.technician,
        shift=route.shift,
        start=stop.start,
        extra_cost=outcome.extra_cost,
        parts=outcome.parts,
        travel_seconds=travel,
        overtime_seconds=after.overtime - before.overtime,
        visits_moved=visits_moved(plan, outcome.plan),
        promises_moved=promises,
        worth_it=outcome.worth_it,
        sentence=_sentence(edits, travel, promises),
        problem=outcome.problem,
        plan=outcome.plan,
    )


def visits_moved(before: Plan, after: Plan) -> int:
    """Visits of the first plan that change technician or start, or are left out."""
    now = assignments_of(after)
    return sum(now.get(name) != one for name, one in assignments_of(before).items())


def _breaks_promise(problem: Problem, edit: Edit) -> bool:
    if isinstance(edit, WindowWidened):
        return True
    if isinstance(edit, VisitDropped):
        return bool(problem.visit_by_id[edit.visit].windows)
    return False


def _sentence(edits: Edits, travel: int, promises: int) -> str:
    said = _together([edit.sentence() for edit in edits]) or "No change needed"
    count = "1 promise" if promises == 1 else f"{promises} promises"
    return f"{said}: fits, {way(travel)}, {count} moved"


def _together(sentences: list[str]) -> str:
    """Every edit begins with its verb: only the first one is written large."""
    later = [one[:1].lower() + one[1:] for one in sentences[1:]]
    return " and ".join([*sentences[:1], *later])


def way(travel: int) -> str:
    if travel == 0:
        return "no more travel"
    sign = "+" if travel > 0 else "-"
    return f"{sign}{duration(abs(travel))} travel"
