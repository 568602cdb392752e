"""A plan read against its problem: names resolved once, for all rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scheduling.check.report import Violation
from scheduling.plan import Plan, Route, Stop
from scheduling.problem import Problem, Shift, Technician, Visit


@dataclass(frozen=True, slots=True)
class Work:
    """A written stop together with the visit it serves."""

    stop: Stop
    visit: Visit

    @property
    def frozen(self) -> bool:
        return self.visit.lock is not None and self.visit.lock.frozen


@dataclass(frozen=True, slots=True)
class Day:
    """A written route together with its technician and shift."""

    problem: Problem
    route: Route
    person: Technician
    shift: Shift
    works: tuple[Work, ...]

    def seconds(self, start: str, end: str) -> int | None:
        index = self.problem.location_index
        row = self.problem.travel[self.person.profile].seconds[index[start]]
        return row[index[end]]

    def metres(self, start: str, end: str) -> int | None:
        """Length of a drive; None when it is unknown or there is no way."""
        metres = self.problem.travel[self.person.profile].metres
        if metres is None or self.seconds(start, end) is None:
            return None
        index = self.problem.location_index
        return metres[index[start]][index[end]]

    def legs(self) -> Iterator[tuple[str, str]]:
        """Every drive of the route, from the start of the shift to its end."""
        here = self.shift.start_at
        for work in self.works:
            yield here, work.visit.location
            here = work.visit.location
        if self.works and self.shift.end_at is not None:
            yield here, self.shift.end_at

    def over(self) -> int:
        """When the route ends: back at the end place, or the last visit's end."""
        last = self.works[-1]
        if self.shift.end_at is None:
            return last.stop.end
        rests = [rest.end for rest in self.route.breaks if rest.start >= last.stop.end]
        home = self.seconds(last.visit.location, self.shift.end_at) or 0
        return max([last.stop.end, *rests]) + home


@dataclass(slots=True)
class Findings:
    """Where rules put what they find: failures, and facts nobody can change."""

    violations: list[Violation] = field(default_factory=list)
    given: list[Violation] = field(default_factory=list)

    def add(self, violation: Violation, *, given: bool = False) -> None:
        (self.given if given else self.violations).append(violation)


@dataclass(frozen=True, slots=True)
class Facts:
    problem: Problem
    plan: Plan
    days: tuple[Day, ...]
    placed: dict[str, tuple[Day, Work]]
