"""What a repair changed, visit by visit, and what counts against its budget."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from scheduling.assemble import Assignment, assignments_of
from scheduling.plan import Plan

# A start within a quarter of an hour of what people know is not a change.
STABLE_WITHIN = 15 * 60


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a repair may change: `None` sets no limit.

    `most_visits` counts visits that could have stayed and were moved to somebody
    else, by more than a quarter of an hour, or out of the plan. `most_people` counts
    technicians whose day is another one: a visit is new to them, moves by more than
    that, or is taken from them although it could have stayed. Those `apart` are not
    counted: the disturbance itself is about them. With less `slack` (seconds) smaller
    shifts count too.
    """

    most_visits: int | None = None
    most_people: int | None = None
    apart: tuple[str, ...] = ()
    slack: int = STABLE_WITHIN

    def allows(self, visits: int, people: int) -> bool:
        return (self.most_visits is None or visits <= self.most_visits) and (
            self.most_people is None or people <= self.most_people
        )

    def keeps(self, found: Diff) -> bool:
        """Is what a repair changed, counted with this slack, allowed?"""
        people = set(found.people_touched) - set(self.apart)
        return self.allows(found.visits_moved, len(people))


@dataclass(frozen=True, slots=True)
class VisitChange:
    """Where a visit was and where it is now; None is outside the plan.

    `kind`: `placed` (was not planned), `moved` (other technician or shift), `retimed`,
    `dropped`. `forced` means that it could not have stayed; only others are counted.
    """

    visit: str
    kind: str
    forced: bool
    before: Assignment | None
    after: Assignment | None


@dataclass(frozen=True, slots=True)
class Diff:
    changes: tuple[VisitChange, ...] = ()
    visits_moved: int = 0
    people_touched: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    out_of_budget: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def moved(
    before: Assignment | None, after: Assignment | None, slack: int = STABLE_WITHIN
) -> bool:
    """Is this a change that people would notice?"""
    if before is None or after is None:
        return before is not after
    if (before.technician, before.shift) != (after.technician, after.shift):
        return True
    return abs(before.start - after.start) > slack


def difference(
    before: Plan, after: Plan, forced: Collection[str], slack: int = STABLE_WITHIN
) -> Diff:
    """Everything that is not where it was; `forced` visits could not have stayed."""
    old, new = assignments_of(before), assignments_of(after)
    changes: list[VisitChange] = []
    counted = 0
    touched: set[str] = set()
    for name in (*old, *(x for x in new if x not in old)):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        must = name in forced
        changes.append(VisitChange(name, _kind(was, now), must, was, now))
        if not moved(was, now, slack):
            continue
        counted += was is not None and not must
        touched.update(() if now is None else (now.technician,))
        touched.update((was.technician,) if was is not None and not must else ())
    return Diff(tuple(changes), counted, tuple(sorted(touched)))


def _kind(was: Assignment | None, now: Assignment | None) -> str:
    if was is None:
        return "placed"
    if now is None:
        return "dropped"
    same = (was.technician, was.shift) == (now.technician, now.shift)
    return "retimed" if same else "moved"
