"""Exhaustive answers for tiny problems, from the rules and not from the code."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise, permutations, product

from scheduling import Problem, Shift, Technician, Visit
from scheduling.plan import SCALE

SECOND, METRE = SCALE // 60, SCALE // 1000
Window = tuple[int, int]
# Of one route: its own cost, seconds of its largest lateness, seconds of work.
Answer = tuple[int, int, int]


class OneRoute:
    """Cheapest timing of visits in a given order, by trying every second."""

    def __init__(self, problem: Problem, person: Technician, shift: Shift) -> None:
        self.problem, self.person, self.shift = problem, person, shift
        self.table = problem.travel[person.profile]
        self.limit = min(
            [shift.end + shift.overtime.max]
            + [other.start for other in person.shifts if other.start > shift.start]
        )

    def leg(self, start: str, end: str) -> int | None:
        index = self.problem.location_index
        return self.table.seconds[index[start]][index[end]]

    def drive_price(self, start: str, end: str) -> int:
        index, cost = self.problem.location_index, self.person.cost
        price = (self.leg(start, end) or 0) * cost.per_travel_minute * SECOND
        metres = self.table.metres
        if metres is not None:
            price += (metres[index[start]][index[end]] or 0) * cost.per_km * METRE
        return price

    def cost(self, order: list[Visit], pins: dict[str, int]) -> int | None:
        """Least cost over all start times and break places; None when impossible."""
        if not order:
            return 0
        fixed = self.person.cost.per_shift * SCALE
        here = self.shift.start_at
        for visit in order:
            if self.leg(here, visit.location) is None:
                return None
            fixed += self.drive_price(here, visit.location)
            wished = visit.technicians.preferred
            regret = max(wished.values(), default=0) - wished.get(self.person.id, 0)
            fixed += regret * SCALE
            here = visit.location
        if self.shift.end_at is not None:
            if self.leg(here, self.shift.end_at) is None:
                return None
            fixed += self.drive_price(here, self.shift.end_at)
        timed = self._timed(order, pins)
        return None if timed is None else fixed + timed

    def _timed(self, order: list[Visit], pins: dict[str, int]) -> int | None:
        rests = sorted(
            (x for x in self.shift.breaks if self.shift.start <= x.latest),
            key=lambda x: (x.latest, x.earliest, x.duration),
        )
        horizon = self.limit

        @cache
        def best(at: int, time: int, taken: int, arrived: bool) -> int | None:
            """Least cost from here: `arrived` on site, or else ready to drive off."""
            if time > horizon:
                return None
            answers: list[int | None] = []
            if taken < len(rests):
                rest = rests[taken]
                for begin in range(max(time, rest.earliest), rest.latest + 1):
                    after = begin + rest.duration
                    answers.append(best(at, after, taken + 1, arrived))
            if arrived:
                answers += serve(at, time, taken)
            elif at < len(order):
                answers.append(best(at, time + drive(at), taken, True))
            else:
                answers.append(finish(time + drive(at), taken))
            known = [x for x in answers if x is not None]
            return min(known, default=None)

        def drive(at: int) -> int:
            here = order[at - 1].location if at else self.shift.start_at
            there = order[at].location if at < len(order) else self.shift.end_at
            return 0 if there is None else self.leg(here, there) or 0

        def serve(at: int, time: int, taken: int) -> Iterator[int | None]:
            visit = order[at]
            for start in range(time, horizon + 1):
                if not may_start(self.person, visit, start, pins):
                    continue
                rest = best(at + 1, start + visit.duration, taken, False)
                late = 0
                if visit.due is not None:
                    late = max(0, start - visit.due.at) * visit.due.cost_per_minute
                yield None if rest is None else rest + late * SECOND

        def finish(end: int, taken: int) -> int | None:
            if end > horizon or any(end > rest.latest for rest in rests[taken:]):
                return None
            extra = max(0, end - self.shift.end)
            return extra * self.shift.overtime.cost_per_minute * SECOND

        return best(0, self.shift.start, 0, False)

    def earliest(self, order: list[Visit]) -> list[int]:
        """Starts as early as the rules allow, for a shift without breaks."""
        time, here, starts = self.shift.start, self.shift.start_at, list[int]()
        for visit in order:
            time += self.leg(here, visit.location) or 0
            while not may_start(self.person, visit, time, {}):
                time += 1
            starts.append(time)
            time, here = time + visit.duration, visit.location
        return starts

    def latest(self, order: list[Visit]) -> int:
        """Seconds by which the latest visit starts too late, without breaks."""
        pairs = zip(order, self.earliest(order), strict=True)
        delays = [start - x.due.at for x, start in pairs if x.due is not None]
        return max([0, *delays])

    def work(self, order: list[Visit]) -> int:
        """Seconds of service and travel."""
        stops = [self.shift.start_at, *(visit.location for visit in order)]
        if order and self.shift.end_at is not None:
            stops.append(self.shift.end_at)
        drives = sum(self.leg(a, b) or 0 for a, b in pairwise(stops))
        return drives + sum(visit.duration for visit in order)


def may_start(
    person: Technician, visit: Visit, start: int, pins: dict[str, int]
) -> bool:
    """Every rule about one visit, one person and one instant."""
    if visit.id in pins and pins[visit.id] != start:
        return False
    if visit.windows and not any(a <= start <= b for a, b in visit.windows):
        return False
    if visit.lock is not None:
        if visit.lock.start not in (None, start):
            return False
        if visit.lock.technician not in (None, person.id):
            return False
    return all(
        any(
            held.name == need.name
            and held.level >= need.level
            and (held.valid_from is None or held.valid_from <= start)
            and (held.valid_until is None or held.valid_until >= start)
            for held in person.skills
        )
        for need in visit.skills
    )


def may_go(problem: Problem, person: Technician, shift: Shift, visit: Visit) -> bool:
    """Rules about the pair that hold at every instant."""
    wishes, index = visit.technicians, problem.location_index
    if wishes.required and person.id not in wishes.required:
        return False
    if person.id in wishes.excluded:
        return False
    area, own = visit.territory, person.territories
    if area is not None and own and area not in own:
        return False
    row = problem.travel[person.profile].seconds[index[shift.start_at]]
    away, limit = row[index[visit.location]], person.max_travel_from_home
    return limit is None or (away is not None and away <= limit)


def cheapest_total(problem: Problem) -> tuple[int, int]:
    """(must-serve visits left out, least total cost) over every possible plan."""
    routes = [(p, s) for p in problem.technicians for s in p.shifts]
    best: tuple[int, int] | None = None
    cost_of = _Costs(problem, routes)
    for spread in _spreads(len(problem.visits), len(routes)):
        price = _price(problem, routes, spread, cost_of)
        if price is not None and (best is None or price < best):
            best = price
    assert best is not None
    return best


def _spreads(visits: int, routes: int) -> Iterator[tuple[int, ...]]:
    if visits == 0:
        yield ()
        return
    for rest in _spreads(visits - 1, routes):
        for r in range(-1, routes):
            yield (*rest, r)


class _Costs:
    def __init__(
        self, problem: Problem, routes: list[tuple[Technician, Shift]]
    ) -> None:
        self.problem = problem
        self.routes = [OneRoute(problem, *route) for route in routes]
        self.known: dict[tuple[int, frozenset[int]], list[Answer]] = {}

    def of(self, r: int, visits: frozenset[int]) -> list[Answer]:
        """What each order of the visits in route r comes to."""
        key = (r, visits)
        if key not in self.known:
            chosen = [self.problem.visits[v] for v in sorted(visits)]
            answers = [self._answer(r, list(order)) for order in permutations(chosen)]
            self.known[key] = [x for x in answers if x is not None]
        return self.known[key]

    def _answer(self, r: int, order: list[Visit]) -> Answer | None:
        route, weight = self.routes[r], self.problem.objective
        cost = route.cost(order, {})
        if cost is None:
            return None
        late = route.latest(order) if weight.max_lateness else 0
        return cost, late, route.work(order)

    def shared(self, chosen: tuple[Answer, ...]) -> int:
        """Price of the largest lateness and of work above the fair shares."""
        weight, people = self.problem.objective, self.problem.technicians
        late = max(answer[1] for answer in chosen)
        hours = {x.id: sum(s.end - s.start for s in x.shifts) for x in people}
        service = sum(visit.duration for visit in self.problem.visits)
        above = 0
        for name, own in hours.items():
            mine = [
                answer[2]
                for answer, route in zip(chosen, self.routes, strict=True)
                if route.person.id == name
            ]
            above += max(0, sum(mine) - service * own // sum(hours.values()))
        return (weight.max_lateness * late + weight.fairness * above) * SECOND


def _price(
    problem: Problem,
    routes: list[tuple[Technician, Shift]],
    spread: tuple[int, ...],
    cost_of: _Costs,
) -> tuple[int, int] | None:
    total, unserved = 0, 0
    used: dict[tuple[str, str], int] = {}
    for v, r in enumerate(spread):
        visit = problem.visits[v]
        if r < 0:
            unserved += visit.drop_cost is None
            total += (visit.drop_cost or 0) * SCALE
            continue
        person, shift = routes[r]
        if not may_go(problem, person, shift, visit):
            return None
        for part, quantity in visit.parts.items():
            count = used.get((person.id, part), 0) + quantity
            used[person.id, part] = count
            if count > person.stock.get(part, 0):
                return None
    sets = [
        frozenset(v for v, one in enumerate(spread) if one == r)
        for r in range(len(routes))
    ]
    plans = product(*(cost_of.of(r, mine) for r, mine in enumerate(sets)))
    costs = (sum(x[0] for x in plan) + cost_of.shared(plan) for plan in plans)
    best = min(costs, default=None)
    return None if best is None else (unserved, total + best)
