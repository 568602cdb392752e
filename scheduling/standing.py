"""A plan in which everything stands still but one visit: where is there room for it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from scheduling.arrays import Index
from scheduling.assemble import Pinned, assignments_of
from scheduling.eligible import intersect
from scheduling.explain import with_visit
from scheduling.kernel.numbers import NEVER, UNREACHABLE
from scheduling.model import Fit, Link, Windows
from scheduling.plan import Plan
from scheduling.problem import Problem, Visit

Span = tuple[int, int]
ALWAYS: Span = (-NEVER, NEVER)


@dataclass(frozen=True, slots=True)
class Spot:
    cost: int
    start: int
    seq: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A place between two standing visits, and when the new one could start there."""

    route: int
    at: int
    times: Windows

    def meets(self, window: Span) -> bool:
        low, high = window
        return any(a <= high and low <= b for a, b in self.times)


class Board:
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
        cost = self.pinned.desk.price(r, self.seq(r))
        if cost is None:
            return False
        self.before[r] = cost
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

    def gaps(self, r: int) -> Iterator[Gap]:
        """Places in route r that are long enough if no break is counted."""
        spec, place, seq = self.model.routes[r], self.model.place, self.seq(r)
        times, there = self.times(r), place[self.v]
        length, table = self.model.duration[self.v], spec.seconds
        free, here = spec.start, spec.begin_at
        for at in range(len(seq) + 1):
            leg = table[here][there]
            low = free + leg
            if at < len(seq):
                then, onward = self.pinned.starts[seq[at]], place[seq[at]]
                high = then - length - table[there][onward]
                free, here = then + self.model.duration[seq[at]], onward
            else:
                home = table[there][spec.finish_at] if spec.finish_at >= 0 else 0
                high = spec.limit - length - home
            if leg < UNREACHABLE and low <= high:
                fitting = intersect(times, ((low, high),))
                if fitting:
                    yield Gap(r, at, fitting)

    def spot(self, gap: Gap, window: Span) -> Spot | None:
        """The earliest start in the gap and the window, all rules kept."""
        fit = self.index.model.fits[gap.route][self.v]
        if fit is None:
            return None
        times = intersect(gap.times, (window,))
        desk = self.pinned.desk
        desk.lend(gap.route, self.v, Fit(times, fit.extra, fit.told))
        seq = self.seq(gap.route)
        longer = (*seq[: gap.at], self.v, *seq[gap.at :])
        outcome = desk.simulate(gap.route, longer)
        if outcome is None:
            return None
        start = next(s for w, _, s in outcome.steps if w == self.v)
        cost = outcome.cost - self.before[gap.route]
        return Spot(cost + self._beside(gap.route, start, longer), start, longer)

    def _beside(self, r: int, start: int, longer: tuple[int, ...]) -> int:
        """What uneven work and the largest lateness of all cost more."""
        model, cost = self.model, 0
        if model.worst_price:
            late = start - model.due[self.v]
            cost += max(0, late - self._latest) * model.worst_price
        if model.fair_price:
            person = model.routes[r].technician
            over = self._work[person] - model.share[person]
            more = self.travel(r, longer) - self.travel(r, self.seq(r))
            more += model.duration[self.v]
            cost += (max(0, over + more) - max(0, over)) * model.fair_price
        return cost

    @cached_property
    def _latest(self) -> int:
        """The largest lateness of what stands still, in seconds."""
        starts, due = self.pinned.starts, self.model.due
        return max([0, *(starts[v] - due[v] for v in starts)])

    @cached_property
    def _work(self) -> list[int]:
        """Seconds of service and travel of each technician as things stand."""
        work = [0] * len(self.index.people)
        for r, seq in self.pinned.routes.items():
            own = sum(self.model.duration[v] for v in seq) + self.travel(r, seq)
            work[self.model.routes[r].technician] += own
        return work

    def best_spot(self, r: int) -> Spot | None:
        spots = [spot for gap in self.gaps(r) if (spot := self.spot(gap, ALWAYS))]
        return min(spots, key=lambda spot: (spot.cost, spot.start), default=None)

    def travel(self, r: int, seq: tuple[int, ...]) -> int:
        spec, place = self.model.routes[r], self.model.place
        if not seq:
            return 0
        stops = [spec.begin_at, *(place[v] for v in seq)]
        if spec.finish_at >= 0:
            stops.append(spec.finish_at)
        legs = (spec.seconds[a][b] for a, b in pairwise(stops))
        return sum(leg for leg in legs if leg < UNREACHABLE)
