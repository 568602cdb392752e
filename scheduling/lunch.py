"""Breaks that a plan has written: where they went, and how to hold them there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from scheduling.edits import Edit, LunchMoved, change_shift
from scheduling.plan import Plan, Rest
from scheduling.problem import Problem, Shift


@dataclass(frozen=True, slots=True)
class BreakHeld(Edit):
    """A break that stays at its written start: a narrowing, never a remedy."""

    kind: ClassVar[str] = "break_held"
    technician: str
    shift: str
    start: int

    def problem(self, before: Problem) -> Problem:
        def held(shift: Shift) -> Shift:
            return held_at(shift, self.start)

        return change_shift(before, self.technician, self.shift, held)

    def sentence(self) -> str:
        return f"Leave {self.technician}'s break where it is"


def held_at(shift: Shift, start: int) -> Shift:
    """The shift with one of its breaks at exactly this start, if any may begin then:
    of several the one that must begin first, as the judge reads it."""
    own = [x for x in shift.breaks if x.earliest <= start <= x.latest]
    if not own:
        return shift
    rest = min(own, key=lambda one: one.latest)
    fixed = replace(rest, earliest=start, latest=start)
    others = [fixed if one is rest else one for one in shift.breaks]
    return replace(shift, breaks=tuple(others))


def moved_break(
    before: Plan, after: Plan, technician: str, shift: str
) -> LunchMoved | None:
    """The first break of a route that starts at another time than before."""
    old, new = _rests(before, technician, shift), _rests(after, technician, shift)
    if len(old) != len(new):
        return None
    for one, other in zip(old, new, strict=True):
        if one.start != other.start:
            return LunchMoved(technician, shift, one.start, other.start)
    return None


def _rests(plan: Plan, technician: str, shift: str) -> list[Rest]:
    routes = [x for x in plan.routes if (x.technician, x.shift) == (technician, shift)]
    rests = [rest for route in routes for rest in route.breaks]
    return sorted(rests, key=lambda rest: rest.start)
