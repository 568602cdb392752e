"""Plans from what people decided: who does what and when, kept to the second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from scheduling.arrays import Index
from scheduling.desk import Desk
from scheduling.errors import InputError
from scheduling.model import Fit, Model
from scheduling.pack import pack
from scheduling.plan import Plan, Route, Unplaced
from scheduling.problem import Problem
from scheduling.schedule import build_route


@dataclass(frozen=True, slots=True)
class Assignment:
    """A visit's technician and start; without a shift the one around the start."""

    technician: str
    start: int
    shift: str | None = None


def assemble(problem: Problem, assignments: Mapping[str, Assignment]) -> Plan:
    """A plan with exactly these starts; travel and breaks are put in where they fit.

    It judges nothing: `check` says which rules the result breaks. Visits without an
    assignment, or of a technician who has no shift, are unplaced. Raises `InputError`
    on ids the problem does not know.
    """
    index = Index(problem)
    pinned = Pinned(index, assignments)
    routes = [pinned.route(r) for r, seq in pinned.routes.items() if seq]
    left = [Unplaced(x.id) for x in problem.visits if x.id not in pinned.placed]
    return Plan(routes=tuple(routes), unplaced=tuple(left))


def assignments_of(plan: Plan) -> dict[str, Assignment]:
    """Who does what and when in a plan."""
    return {
        name: Assignment(route.technician, stop.start, route.shift)
        for name, (route, stop) in plan.stops.items()
    }


class Pinned:
    """An index whose assigned visits stand still; others may be tried around them."""

    def __init__(self, index: Index, assignments: Mapping[str, Assignment]) -> None:
        self.index = index
        self.routes: dict[int, tuple[int, ...]] = {}
        self.route_of: dict[int, int] = {}
        self.starts: dict[int, int] = {}
        for name, one in assignments.items():
            self._place(name, one)
        for r, seq in self.routes.items():
            self.routes[r] = tuple(sorted(seq, key=lambda v: (self.starts[v], v)))
        self.placed = {index.visits[v].id for v in self.route_of}
        self.model: Model = replace(
            index.model,
            frozen=[self.starts.get(v) for v in range(index.model.visits)],
        )

    @cached_property
    def desk(self) -> Desk:
        """The kernel over the standing visits; others are lent a place one by one."""
        # Who is preferred and what was told cost the same at every place of the breaks.
        pairs = {
            (r, v): Fit(((self.starts[v], self.starts[v]),))
            for v, r in self.route_of.items()
        }
        longest = max((len(seq) for seq in self.routes.values()), default=0)
        return Desk(pack(self.index, self.model, pairs), longest + 1)

    def _place(self, name: str, one: Assignment) -> None:
        v = self.index.visit_index.get(name)
        if v is None:
            raise InputError("assignments", f"no visit is called '{name}'")
        if one.technician not in self.index.problem.technician_by_id:
            raise InputError(
                "assignments", f"no technician is called '{one.technician}'"
            )
        r = self._shift_route(one)
        if r is not None:
            self.routes[r] = (*self.routes.get(r, ()), v)
            self.route_of[v], self.starts[v] = r, one.start

    def _shift_route(self, one: Assignment) -> int | None:
        if one.shift is not None:
            r = self.index.route_index.get((one.technician, one.shift))
            if r is None:
                raise InputError("assignments", f"no shift is called '{one.shift}'")
            return r
        return self.index.route_at(one.technician, one.start)

    def route(self, r: int) -> Route:
        """The written route r with its pinned starts."""
        outcome = self.desk.simulate(r, self.routes[r])
        steps = self._plain(r) if outcome is None else outcome.steps
        _, person, shift = self.index.shifts[r]
        return build_route(self.index, r, person.id, shift.id, steps)

    def _plain(self, r: int) -> list[tuple[int, int, int]]:
        return [(v, self.starts[v], self.starts[v]) for v in self.routes[r]]
