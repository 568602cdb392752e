"""A plan in which everything stands still but one visit: where is there room for it?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scheduling.arrays import Index
from scheduling.assemble import Pinned, assignments_of
from scheduling.eligible import ALWAYS as ANY_TIME
from scheduling.eligible import intersect
from scheduling.explain import with_visit
from scheduling.kernel import numbers as k
from scheduling.kernel.numbers import NEVER, UNREACHABLE, Ints
from scheduling.model import Fit, Link, Windows
from scheduling.plan import Plan
from scheduling.problem import Problem, Visit
from scheduling.timetable import LENT, Entry, Timetable
from scheduling.ways import MatrixWays

Span = tuple[int, int]
ALWAYS: Span = (-NEVER, NEVER)
Spent = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Spot:
    """A start in a gap, what it adds to the cost, the drive there and the detour."""

    cost: int
    start: int
    route: int
    travel: int
    detour: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What couples routes that stand still: seconds of work above the fair share, per
    route's technician, and the largest lateness of all, with their prices."""

    over: Ints
    latest: int
    fair_price: int
    worst_price: int


class Question:
    """One visit beside a timetable: when it could start in each gap, and the price.

    `times` are starts that other rules leave, `shut` routes that they close; `spent`
    are parts that technicians need elsewhere; without `beside` nothing is priced that
    couples routes. A timetable answers one question at a time: the last one asked.
    """

    def __init__(
        self,
        table: Timetable,
        visit: Visit,
        *,
        times: Windows = ANY_TIME,
        shut: Collection[int] = (),
        spent: Spent | None = None,
        beside: Beside | None = None,
    ) -> None:
        self.table, self.visit, self.beside = table, visit, beside
        self.to, to_far, self.on, on_far = table.seat(visit)
        self._times, self._shut, self._spent = times, shut, spent or {}
        self._fits: dict[int, Fit | None] = {}
        gaps, route = table.gaps, table.desk.numbers.route[table.gaps.route]
        self.low = gaps.free + self.to
        self.high = gaps.due - visit.duration - self.on
        ways = (self.to < UNREACHABLE) & (self.on < UNREACHABLE)
        self.possible = ways & (self.low <= self.high)
        # An empty route drives nowhere; otherwise the old leg is saved.
        leg = np.where(gaps.leg < UNREACHABLE, gaps.leg, 0)
        empty = gaps.last & (gaps.at == 0)
        self.detour = self.to + self.on - np.where(empty, 0, leg)
        far = to_far + on_far - np.where(empty, 0, gaps.metres)
        self.least = (
            self.detour * route[:, k.SECOND_PRICE]
            + far * route[:, k.METRE_PRICE]
            + np.where(empty, route[:, k.FIXED], 0)
            - table.late_home[gaps.route]
        )
        self.fair = self._fair()
        self.home = np.where(gaps.last, 0, self._plain_ends()[gaps.route])
        self.over = route[:, k.END], route[:, k.OVERTIME]

    def _fair(self) -> Ints:
        """What the visit adds to uneven work, per gap."""
        if self.beside is None:
            return np.zeros_like(self.detour)
        over = self.beside.over[self.table.gaps.route]
        more = over + self.detour + self.visit.duration
        price = self.beside.fair_price
        fair: Ints = (np.maximum(0, more) - np.maximum(0, over)) * price
        return fair

    def _worst(self, late: Ints) -> Ints:
        """What starts so many seconds late add to the price of the largest lateness."""
        if self.beside is None:
            return np.zeros_like(late)
        late = np.maximum(0, late - self.beside.latest)
        return late * self.beside.worst_price

    def _plain_ends(self) -> Ints:
        """When each route is over at the earliest, if no break is counted."""
        gaps, routes = self.table.gaps, self.table.routes
        ends = np.zeros(len(routes), np.int64)
        last = np.flatnonzero(gaps.last)
        home = np.where(gaps.leg[last] < UNREACHABLE, gaps.leg[last], 0)
        ends[gaps.route[last]] = gaps.free[last] + home
        return ends

    def fit(self, r: int) -> Fit | None:
        """When the visit may start in the route as far as other visits let it."""
        if r not in self._fits:
            self._fits[r] = self._fit(r)
        return self._fits[r]

    def _fit(self, r: int) -> Fit | None:
        table, visit = self.table, self.visit
        if table.before[r] is None or r in self._shut:
            return None
        fit = table.index.fit(r, table.v)
        if fit is None or not self._near_enough(r):
            return None
        windows = intersect(fit.windows, self._times)
        _, person, _ = table.index.shifts[r]
        for part, needed in visit.parts.items():
            used = table.used.get(person.id, {}).get(part, 0)
            used += self._spent.get(person.id, {}).get(part, 0)
            if used + needed > person.stock.get(part, 0):
                return None
        return Fit(windows, fit.extra, fit.told) if windows else None

    def _near_enough(self, r: int) -> bool:
        """Is the way from home short enough for the technician?"""
        _, person, _ = self.table.index.shifts[r]
        limit = person.max_travel_from_home
        return limit is None or self.to[self.table.first_gap[r]] <= limit

    def cheapest(self, window: Span) -> Spot | None:
        """The cheapest start inside the window, over all routes."""
        begin, end = window
        low = np.maximum(self.low, begin)
        fitting = self.possible & (low <= np.minimum(self.high, end))
        gaps = np.flatnonzero(fitting)
        least = self._least(gaps, low[gaps])
        best: Spot | None = None
        for at in np.argsort(least, kind="stable").tolist():
            if best is not None and least[at] >= best.cost:
                break
            spot = self.spot(int(gaps[at]), window)
            if spot is not None and (best is None or spot.cost < best.cost):
                best = spot
        return best

    def _least(self, gaps: Ints, start: Ints) -> Ints:
        """Less than this no start on or after `start` costs, breaks or not."""
        visit = self.table.desk.numbers.visit[0]
        late = np.maximum(0, start - visit[k.DUE])
        beside = self.fair[gaps] + self._worst(late)
        last = self.table.gaps.last[gaps]
        own_end = start + self.visit.duration + self.on[gaps]
        home = np.where(last, own_end, self.home[gaps])
        end, price = self.over[0][gaps], self.over[1][gaps]
        home_late = np.maximum(0, home - end) * price
        least: Ints = self.least[gaps] + late * visit[k.LATE] + home_late + beside
        return least

    def gaps_of(self, r: int) -> Iterator[int]:
        """The gaps of a route that are long enough if no break is counted."""
        found = np.flatnonzero(self.possible & (self.table.gaps.route == r))
        yield from found.tolist()

    def spot(self, gap: int, window: Span) -> Spot | None:
        """The earliest start in the gap and the window, all rules kept."""
        gaps, desk = self.table.gaps, self.table.desk
        r, at = int(gaps.route[gap]), int(gaps.at[gap])
        fit, before = self.fit(r), self.table.before[r]
        if fit is None or before is None:
            return None
        low, high = (
            max(int(self.low[gap]), window[0]),
            min(int(self.high[gap]), window[1]),
        )
        times = intersect(fit.windows, ((low, high),)) if low <= high else ()
        if not times:
            return None
        desk.lend(r, 0, Fit(times[:LENT], fit.extra, fit.told))
        seq = self.table.rows[r]
        outcome = desk.simulate(r, (*seq[:at], 0, *seq[at:]))
        if outcome is None:
            return None
        start = next(start for w, _, start in outcome.steps if w == 0)
        travel, detour = int(self.to[gap]), int(self.detour[gap])
        late = np.maximum(0, start - desk.numbers.visit[:1, k.DUE])
        cost = outcome.cost - before + int(self.fair[gap] + self._worst(late)[0])
        return Spot(cost, start, r, travel, detour)


class Board:
    """A plan in which everything stands still but one of the problem's visits."""

    def __init__(self, problem: Problem, plan: Plan, visit: str | Visit) -> None:
        problem, name = with_visit(problem, visit)
        self.index = Index(problem)
        self.v = self.index.visit_index[name]
        self.plan = plan
        standing = assignments_of(plan)
        standing.pop(name, None)
        self.pinned = Pinned(self.index, standing)
        self.model = self.pinned.model
        self.question = self._question()

    def _question(self) -> Question:
        index, visits, place = self.index, self.index.visits, self.model.place
        entries = {
            r: [
                Entry(
                    visits[v].id,
                    self.pinned.starts[v],
                    visits[v].duration,
                    place[v],
                    visits[v].parts,
                )
                for v in seq
            ]
            for r, seq in self.pinned.routes.items()
        }
        ways = MatrixWays(index, place[self.v])
        links = self.model.links_of[self.v]
        shut = {
            r
            for r in range(len(index.shifts))
            if any(self._link_forbids(link, r) for link in links)
        }
        table = Timetable(index, self.v, entries, ways)
        visit = index.visits[self.v]
        times, beside = self._times(), self._beside()
        return Question(table, visit, times=times, shut=shut, beside=beside)

    def _beside(self) -> Beside:
        """Work and lateness of what stands still."""
        model, starts = self.model, self.pinned.starts
        work = [-share for share in model.share]
        for r, seq in self.pinned.routes.items():
            own = sum(model.duration[v] for v in seq) + self.travel(r, seq)
            work[model.routes[r].technician] += own
        return Beside(
            np.array([work[spec.technician] for spec in model.routes], np.int64),
            max([0, *(starts[v] - model.due[v] for v in starts)]),
            model.fair_price,
            model.worst_price,
        )

    def seq(self, r: int) -> tuple[int, ...]:
        return self.pinned.routes.get(r, ())

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

    def open_routes(self) -> list[int]:
        """Routes that no rule about the pair, the van or the crew closes."""
        return [r for r in range(len(self.index.shifts)) if self.is_open(r)]

    def is_open(self, r: int) -> bool:
        """No rule about the pair, the van or the crew closes the route."""
        return self.question.fit(r) is not None

    def _link_forbids(self, link: Link, r: int) -> bool:
        at = self.pinned.route_of.get(self.partner(link))
        if at is None:
            return False
        same = self.model.routes[at].technician == self.model.routes[r].technician
        return same if link.crew else link.same_technician and not same

    def _times(self) -> Windows:
        """Starts that linked visits leave."""
        times: Windows = ANY_TIME
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

    def best_spot(self, r: int) -> Spot | None:
        found = (self.question.spot(gap, ALWAYS) for gap in self.question.gaps_of(r))
        spots = [spot for spot in found if spot is not None]
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
