"""Who could take one visit, at what price, and which rules forbid it to the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scheduling.explain import Explainer
from scheduling.model import Link
from scheduling.plan import Plan, Reason, Route
from scheduling.problem import Problem, Technician, Visit
from scheduling.schedule import from_plan, to_plan, without
from scheduling.standing import Board


@dataclass(frozen=True, slots=True)
class Move:
    """A visit that has to start at another time to make room."""

    visit: str
    start: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One technician and shift for a visit: a start and its price (1/3000 units), or
    the rules that forbid it. `moves` lists who else must be shifted in time. A visit
    whose crew mate or predecessor is not planned has a start and that one violation.
    """

    technician: str
    shift: str | None
    start: int | None = None
    marginal_cost: int | None = None
    travel_delta: int | None = None
    violations: tuple[Reason, ...] = ()
    moves: tuple[Move, ...] = ()

    @property
    def possible(self) -> bool:
        return not self.violations


def candidates(problem: Problem, plan: Plan, visit: str | Visit) -> list[Candidate]:
    """Every technician and shift for the visit: those who can, cheapest first, then
    the others with the rules that forbid it.
    """
    board = Board(problem, plan, visit)
    finder = _Finder(board)
    found = [finder.candidate(r) for r in range(len(board.index.shifts))]
    idle = [person for person in board.index.people if not person.shifts]
    found += [finder.idle(person) for person in idle]
    return sorted(found, key=_rank)


def _rank(one: Candidate) -> tuple[bool, int, int, str, str]:
    cost = one.marginal_cost or 0
    return (
        not one.possible,
        cost,
        len(one.violations),
        one.technician,
        one.shift or "",
    )


class _Finder:
    """Tries a visit with every technician: as things stand, then by moving others."""

    def __init__(self, board: Board) -> None:
        self.board, self.index, self.v = board, board.index, board.v
        loaded = from_plan(self.index, board.plan, asked=self.v)
        state = without(self.index, loaded, {self.v})
        self.explainer = Explainer(self.index, state)
        self.state = state
        self.missing = tuple(self._missing(link) for link in board.missing())

    def _missing(self, link: Link) -> Reason:
        details = {"partner": self.index.visits[self.board.partner(link)].id}
        if link.crew:
            text = "The other half of the crew is not planned yet."
            return Reason("crew_partner", text, None, details)
        text = "The visit it must follow is not planned."
        return Reason("sequence_before", text, None, details)

    def candidate(self, r: int) -> Candidate:
        found = self._candidate(r)
        if found.possible and self.missing:
            return replace(found, violations=self.missing)
        return found

    def _candidate(self, r: int) -> Candidate:
        _, person, shift = self.index.shifts[r]
        if self.board.is_open(r):
            spot = self.board.best_spot(r)
            if spot is not None:
                who, cost = person.id, spot.cost
                return Candidate(who, shift.id, spot.start, cost, spot.detour)
        # What closes the route as things stand may be a start that can move.
        moved = self._by_moving(r)
        if moved is not None:
            return moved
        reasons = self.explainer.in_shift(r, self.v)
        return Candidate(person.id, shift.id, violations=reasons)

    def idle(self, person: Technician) -> Candidate:
        reasons = self.explainer.reasons(person, self.v)
        return Candidate(person.id, None, violations=reasons)

    def _travel_delta(self, r: int, seq: tuple[int, ...]) -> int:
        return self.board.travel(r, seq) - self.board.travel(r, self.board.seq(r))

    def _by_moving(self, r: int) -> Candidate | None:
        """Room made by starting others at other times, partners too."""
        desk = self.index.desk
        found = desk.best(self.state, self.v, [r])
        if found is None:
            return None
        trial = self.state.copy()
        if not desk.put(trial, self.v, r, found.at):
            return None
        touched = set(desk.changed())
        if not all(self._stands(other) for other in touched):
            return None
        plan = to_plan(self.index, trial)
        _, person, shift = self.index.shifts[r]
        own = plan.stops[self.index.visits[self.v].id][1]
        travel = self._travel_delta(r, trial.stops(r))
        delta = trial.cost() - self.state.cost() + self.index.model.drop[self.v]
        moves = self._moves(plan.routes, touched)
        return Candidate(
            person.id, shift.id, own.start, delta, travel, (), tuple(moves)
        )

    def _stands(self, r: int) -> bool:
        """Was the whole route loaded? What was left out would be run over."""
        return set(self.state.stops(r)) == set(self.board.seq(r))

    def _moves(self, routes: tuple[Route, ...], touched: set[int]) -> Iterator[Move]:
        for route in routes:
            if self.index.route_index[route.technician, route.shift] not in touched:
                continue
            for stop in route.stops:
                w = self.index.visit_index[stop.visit]
                if w != self.v and self.board.pinned.starts.get(w) != stop.start:
                    yield Move(stop.visit, stop.start)
