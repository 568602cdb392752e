"""Where one more visit fits into a plan that people already rely on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from scheduling.arrays import Index
from scheduling.assemble import Assignment, Pinned, assemble, assignments_of
from scheduling.eligible import intersect
from scheduling.errors import InputError
from scheduling.explain import Explainer, with_visit
from scheduling.kernel.model import NEVER, UNREACHABLE, Fit, Link, Windows
from scheduling.kernel.sim import simulate, unwind
from scheduling.plan import Plan, Reason, Route
from scheduling.problem import Problem, Technician, Visit
from scheduling.schedule import from_plan, to_plan, without

Span = tuple[int, int]
ALWAYS: Span = (-NEVER, NEVER)


@dataclass(frozen=True, slots=True)
class Slot:
    """An arrival window that can be kept, and how; the price is in 1/3000 units."""

    start: int
    end: int
    technician: str
    shift: str
    service_start: int
    marginal_cost: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


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


@dataclass(frozen=True, slots=True)
class _Spot:
    cost: int
    start: int
    seq: tuple[int, ...]


def offer_slots(
    problem: Problem,
    plan: Plan,
    visit: str | Visit,
    *,
    days: Sequence[Span],
    window_minutes: int,
) -> list[Slot]:
    """Arrival windows that hold without moving anything, cheapest first.

    `days` are (begin, end) spans in epoch seconds, each cut into whole windows from
    its begin; per window the cheapest technician is offered. Half of a crew is never
    offered alone. Raises `InputError` on a bad id, span or window length.
    """
    if window_minutes <= 0:
        raise InputError("window_minutes", "must be positive")
    windows = [window for day in days for window in _cut(day, window_minutes * 60)]
    board = _Board(problem, plan, visit)
    if board.missing():
        return []
    best: dict[Span, Slot] = {}
    for r in board.open_routes():
        for gap in board.gaps(r):
            for window in windows:
                if not gap.meets(window):
                    continue
                spot = board.spot(gap, window)
                if spot is not None:
                    _keep(best, board.slot(r, window, spot))
    return sorted(best.values(), key=lambda slot: (slot.marginal_cost, slot.start))


def _cut(day: Span, length: int) -> Iterator[Span]:
    begin, end = day
    if begin > end:
        raise InputError("days", f"a day begins ({begin}) after it ends ({end})")
    for start in range(begin, end - length + 1, length):
        yield start, start + length


def _keep(best: dict[Span, Slot], slot: Slot) -> None:
    window = (slot.start, slot.end)
    known = best.get(window)
    if known is None or slot.marginal_cost < known.marginal_cost:
        best[window] = slot


@dataclass(frozen=True, slots=True)
class _Gap:
    """A place between two standing visits, and when the new one could start there."""

    route: int
    at: int
    times: Windows

    def meets(self, window: Span) -> bool:
        low, high = window
        return any(a <= high and low <= b for a, b in self.times)


class _Board:
    """A plan in which everything stands still but one visit."""

    def __init__(self, problem: Problem, plan: Plan, visit: str | Visit) -> None:
        problem, name = with_visit(problem, visit)
        self.index = Index(problem)
        self.v = self.index.visit_index[name]
        self.plan = plan
        standing = assignments_of(plan)
        standing.pop(name, None)
        self.pinned = Pinned(self.index, standing)
        self.model = self.pinned.model
        self.before: dict[int, int] = {}

    def seq(self, r: int) -> tuple[int, ...]:
        return self.pinned.routes.get(r, ())

    def open_routes(self) -> list[int]:
        """Routes that no rule about the pair, the van or the crew closes."""
        return [r for r in range(len(self.index.shifts)) if self._open(r)]

    def missing(self) -> list[Link]:
        """Links whose other visit has to be planned first or together with this."""
        return [
            link
            for link in self.model.links_of[self.v]
            if (link.crew or link.second == self.v)
            and self.partner(link) not in self.pinned.route_of
        ]

    def partner(self, link: Link) -> int:
        return link.first if link.second == self.v else link.second

    def _open(self, r: int) -> bool:
        fit = self.index.model.fits[r][self.v]
        if fit is None or not self._stock(r):
            return False
        if any(self._link_forbids(link, r) for link in self.model.links_of[self.v]):
            return False
        outcome = simulate(self.model, r, self.seq(r))
        if outcome is None:
            return False
        self.before[r] = outcome[0]
        return True

    def _stock(self, r: int) -> bool:
        person = self.model.routes[r].technician
        for part, needed in self.model.parts[self.v]:
            used = sum(
                dict(self.model.parts[w]).get(part, 0)
                for w, other in self.pinned.route_of.items()
                if self.model.routes[other].technician == person
            )
            if used + needed > self.model.stock[person][part]:
                return False
        return True

    def _link_forbids(self, link: Link, r: int) -> bool:
        at = self.pinned.route_of.get(self.partner(link))
        if at is None:
            return False
        same = self.model.routes[at].technician == self.model.routes[r].technician
        return same if link.crew else link.same_technician and not same

    def times(self, r: int) -> Windows:
        """Starts that windows, certificates and linked visits leave."""
        fit = self.index.model.fits[r][self.v]
        times = fit.windows if fit is not None else ()
        for link in self.model.links_of[self.v]:
            at = self.pinned.starts.get(self.partner(link))
            if at is None:
                continue
            if link.second == self.v:
                high = NEVER if link.high is None else at + link.high
                times = intersect(times, ((at + link.low, high),))
            else:
                low = -NEVER if link.high is None else at - link.high
                times = intersect(times, ((low, at - link.low),))
        return times

    def gaps(self, r: int) -> Iterator[_Gap]:
        """Places in route r that are long enough if no break is counted."""
        spec, place, seq = self.model.routes[r], self.model.place, self.seq(r)
        times, there = self.times(r), place[self.v]
        length, table = self.model.duration[self.v], spec.seconds
        free, here = spec.start, spec.begin_at
        for at in range(len(seq) + 1):
            low = free + table[here][there]
            if at < len(seq):
                then, onward = self.pinned.starts[seq[at]], place[seq[at]]
                high = then - length - table[there][onward]
                free, here = then + self.model.duration[seq[at]], onward
            else:
                home = table[there][spec.finish_at] if spec.finish_at >= 0 else 0
                high = spec.limit - length - home
            if low < UNREACHABLE and low <= high:
                fitting = intersect(times, ((low, high),))
                if fitting:
                    yield _Gap(r, at, fitting)

    def spot(self, gap: _Gap, window: Span) -> _Spot | None:
        """The earliest start in the gap and the window, all rules kept."""
        fit = self.index.model.fits[gap.route][self.v]
        if fit is None:
            return None
        times = intersect(gap.times, (window,))
        row = self.model.fits[gap.route]
        assert isinstance(row, dict)
        row[self.v] = Fit(times, fit.extra, fit.told)
        seq = self.seq(gap.route)
        longer = (*seq[: gap.at], self.v, *seq[gap.at :])
        outcome = simulate(self.model, gap.route, longer)
        if outcome is None:
            return None
        start = next(s for w, _, s in unwind(outcome[2]) if w == self.v)
        return _Spot(outcome[0] - self.before[gap.route], start, longer)

    def best_spot(self, r: int) -> _Spot | None:
        spots = [spot for gap in self.gaps(r) if (spot := self.spot(gap, ALWAYS))]
        return min(spots, key=lambda spot: (spot.cost, spot.start), default=None)

    def slot(self, r: int, window: Span, spot: _Spot) -> Slot:
        _, person, shift = self.index.shifts[r]
        low, high = window
        return Slot(low, high, person.id, shift.id, spot.start, spot.cost)

    def travel(self, r: int, seq: tuple[int, ...]) -> int:
        spec, place = self.model.routes[r], self.model.place
        if not seq:
            return 0
        stops = [spec.begin_at, *(place[v] for v in seq)]
        if spec.finish_at >= 0:
            stops.append(spec.finish_at)
        return sum(spec.seconds[a][b] for a, b in itertools.pairwise(stops))


def candidates(problem: Problem, plan: Plan, visit: str | Visit) -> list[Candidate]:
    """Every technician and shift for the visit: those who can, cheapest first, then
    the others with the rules that forbid it.
    """
    board = _Board(problem, plan, visit)
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

    def __init__(self, board: _Board) -> None:
        self.board, self.index, self.v = board, board.index, board.v
        self.open = set(board.open_routes())
        state = without(self.index, from_plan(self.index, board.plan), {self.v})
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
        if r in self.open:
            spot = self.board.best_spot(r)
            if spot is not None:
                delta = self._travel_delta(r, spot.seq)
                return Candidate(person.id, shift.id, spot.start, spot.cost, delta)
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
        """Room made by starting others of the route at other times."""
        standing = set(self.board.seq(r))
        if set(self.state.routes[r]) != standing:
            return None
        inserter = self.explainer.inserter
        place = inserter.best(self.state, self.v, [r], 1 << 60)
        if place is None:
            return None
        trial = self.state.copy()
        inserter.apply(trial, self.v, place)
        plan = to_plan(self.index, trial)
        _, person, shift = self.index.shifts[r]
        own = plan.stops[self.index.visits[self.v].id][1]
        delta = self._travel_delta(r, place.seq)
        moves = self._moves(plan.routes, set(place.settled[0]))
        return Candidate(
            person.id, shift.id, own.start, place.delta, delta, (), tuple(moves)
        )

    def _moves(self, routes: tuple[Route, ...], touched: set[int]) -> Iterator[Move]:
        for route in routes:
            if self.index.route_index[route.technician, route.shift] not in touched:
                continue
            for stop in route.stops:
                w = self.index.visit_index[stop.visit]
                if w != self.v and self.board.pinned.starts.get(w) != stop.start:
                    yield Move(stop.visit, stop.start)


def place(problem: Problem, plan: Plan, visit: str | Visit, slot: Slot) -> Plan:
    """The plan with the visit put into a slot; everything else keeps its start."""
    problem, name = with_visit(problem, visit)
    chosen = Assignment(slot.technician, slot.service_start, slot.shift)
    placed = assemble(problem, {**assignments_of(plan), name: chosen})
    return replace(placed, score=plan.score)
