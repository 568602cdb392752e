"""From a problem to the numbers the kernel works on, and back to names."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from scheduling.desk import Desk
from scheduling.eligible import latest_end, obstacles, start_times
from scheduling.kernel.numbers import MUST, NEVER, UNREACHABLE
from scheduling.legs import Legs, legs_of
from scheduling.model import Fit, Link, Model, RouteSpec, Table
from scheduling.pack import pack, width_for
from scheduling.plan import SCALE
from scheduling.problem import Problem, Shift, Technician, Visit

PER_SECOND = SCALE // 60
PER_METRE = SCALE // 1000
# A price beyond this could outweigh a visit that must be served.
DEAREST = MUST // 2


class FitRow(dict[int, Fit | None]):
    """How visits fit into one route, worked out when first asked for."""

    def __init__(self, index: Index, r: int) -> None:
        super().__init__()
        self._index = index
        self._r = r

    def __missing__(self, v: int) -> Fit | None:
        fit = self[v] = self._index.fit(self._r, v)
        return fit


@dataclass(eq=False)
class Index:
    """Numbers for names: visits in order of the problem, one route per shift."""

    problem: Problem

    def __post_init__(self) -> None:
        self.visits: list[Visit] = list(self.problem.visits)
        self.visit_index = {visit.id: v for v, visit in enumerate(self.visits)}
        self.people: list[Technician] = list(self.problem.technicians)
        self.shifts: list[tuple[int, Technician, Shift]] = [
            (t, person, shift)
            for t, person in enumerate(self.people)
            for shift in person.shifts
        ]
        self.route_index = {
            (person.id, shift.id): r for r, (_, person, shift) in enumerate(self.shifts)
        }
        self.part_names = sorted({k for visit in self.visits for k in visit.parts})
        self._facts = self._find_facts()
        self.model = self._model()

    def fit(self, r: int, v: int) -> Fit | None:
        """When visit v may start in route r and what the pair costs, None if never."""
        _, person, shift = self.shifts[r]
        visit = self.visits[v]
        extra, told = self.soft(person, shift, visit)
        if visit.lock is not None and visit.lock.frozen:
            at = visit.lock.start or 0
            return Fit(((at, at),), extra, told) if self._frozen_route(v) == r else None
        if visit.windows and visit.windows[-1][1] < shift.start:
            return None
        if next(obstacles(self.problem, person, shift, visit), None) is not None:
            return None
        return Fit(start_times(person, shift, visit), extra, told)

    def soft(
        self, person: Technician | None, shift: Shift | None, visit: Visit
    ) -> tuple[int, int | None]:
        """What the pair costs, and the start it was told; None: anybody not named."""
        weight, wished = self.problem.objective, visit.technicians.preferred
        name = "" if person is None else person.id
        regret = max(wished.values(), default=0) - wished.get(name, 0)
        extra = weight.preference * SCALE * regret
        told = visit.published
        if told is None:
            return extra, None
        here = None if shift is None else shift.id
        if told.technician != name or told.shift not in (None, here):
            return extra + weight.stability * SCALE, None
        return extra, told.start

    def _frozen_route(self, v: int) -> int:
        """Route that holds a frozen visit: the shift around its start or nearest it."""
        lock = self.visits[v].lock
        if lock is None or not lock.frozen:
            return -1
        r = self.route_at(lock.technician or "", lock.start or 0)
        return -1 if r is None else r

    def route_at(self, technician: str, at: int) -> int | None:
        """The technician's shift around an instant, else the one nearest to it."""
        own = self._shifts_of.get(technician, ())
        if len(own) < 2:
            return own[0][0] if own else None
        far = [
            (max(shift.start - at, at - latest_end(person, shift), 0), r)
            for r, person, shift in own
        ]
        return min(far)[1]

    @cached_property
    def _shifts_of(self) -> dict[str, list[tuple[int, Technician, Shift]]]:
        found: dict[str, list[tuple[int, Technician, Shift]]] = {}
        for r, (_, person, shift) in enumerate(self.shifts):
            found.setdefault(person.id, []).append((r, person, shift))
        return found

    def _model(self) -> Model:
        problem, visits = self.problem, self.visits
        places, weight = problem.location_index, problem.objective
        lock = [visit.lock for visit in visits]
        kinds = self.part_names
        number = {part: k for k, part in enumerate(kinds)}
        links = self._links()
        units, unit_of = _units(len(visits), links)
        return Model(
            visits=len(visits),
            place=[places[visit.location] for visit in visits],
            duration=[visit.duration for visit in visits],
            drop=[self._drop(visit) for visit in visits],
            due=[NEVER if visit.due is None else visit.due.at for visit in visits],
            late_price=[_late_price(visit) * weight.lateness for visit in visits],
            told_price=weight.stability * SCALE,
            share=self._shares(),
            fair_price=weight.fairness * PER_SECOND,
            worst_price=weight.max_lateness * PER_SECOND,
            is_told=[x.published is not None for x in visits],
            frozen=[x.start if x and x.frozen else None for x in lock],
            frozen_route=[self._frozen_route(v) for v in range(len(visits))],
            parts=[
                tuple((number[part], n) for part, n in visit.parts.items() if n)
                for visit in visits
            ],
            stock=[[person.stock.get(k, 0) for k in kinds] for person in self.people],
            routes=[self._route(r) for r in range(len(self.shifts))],
            fits=[FitRow(self, r) for r in range(len(self.shifts))],
            links=links,
            links_of=_links_of(len(visits), links),
            units=units,
            unit_of=unit_of,
        )

    def _shares(self) -> list[int]:
        """Each technician's part of all service, by the length of the shifts."""
        own = [sum(x.end - x.start for x in one.shifts) for one in self.people]
        service, time = sum(visit.duration for visit in self.visits), sum(own)
        return [service * mine // time if time else 0 for mine in own]

    def _drop(self, visit: Visit) -> int:
        weight = self.problem.objective
        price = 0 if visit.published is None else weight.stability * SCALE
        if visit.drop_cost is None:
            return MUST + price
        return min(visit.drop_cost * weight.drop * SCALE + price, DEAREST)

    def _links(self) -> list[Link]:
        number, visits = self.visit_index, self.visits
        links: list[Link] = []
        for crew in self.problem.crews:
            first, second = (number[name] for name in crew.visits)
            links.append(Link(first, second, *crew.lag, True, False))
        for order in self.problem.sequences:
            before, after = number[order.before], number[order.after]
            wait, (low, high) = visits[before].duration, order.lag
            most = None if high is None else wait + high
            same = order.same_technician
            links.append(Link(before, after, wait + low, most, False, same))
        return links

    def _route(self, r: int) -> RouteSpec:
        t, person, shift = self.shifts[r]
        places, weight = self.problem.location_index, self.problem.objective
        cost, legs = person.cost, self.legs(person.profile)
        metres = legs.metres if cost.per_km else None
        return RouteSpec(
            technician=t,
            start=max(shift.start, self._held_until(person, shift)),
            end=shift.end,
            limit=latest_end(person, shift),
            begin_at=places[shift.start_at],
            finish_at=-1 if shift.end_at is None else places[shift.end_at],
            breaks=self._breaks(person, shift),
            seconds=legs.seconds.table,
            metres=None if metres is None else metres.table,
            second_price=weight.travel * cost.per_travel_minute * PER_SECOND,
            metre_price=weight.per_km * cost.per_km * PER_METRE,
            overtime_price=weight.overtime
            * shift.overtime.cost_per_minute
            * PER_SECOND,
            fixed_price=weight.shift * cost.per_shift * SCALE,
        )

    def _find_facts(self) -> dict[str, list[tuple[int, int, int]]]:
        """(route, start, visit) of the frozen visits of each technician, in order."""
        facts: dict[str, list[tuple[int, int, int]]] = {}
        for v, visit in enumerate(self.visits):
            r, lock = self._frozen_route(v), visit.lock
            if r >= 0 and lock is not None and lock.technician is not None:
                facts.setdefault(lock.technician, []).append((r, lock.start or 0, v))
        return {name: sorted(found) for name, found in facts.items()}

    def _held_until(self, person: Technician, shift: Shift) -> int:
        """When facts of earlier shifts let the technician go: they may run late."""
        places, table = self.problem.location_index, self.seconds(person.profile)
        free = shift.start
        for r, start, v in self._facts.get(person.id, ()):
            visit, earlier = self.visits[v], self.shifts[r][2]
            if earlier.start < shift.start:
                home = earlier.end_at
                way = table[places[visit.location]][places[home]] if home else 0
                end = start + visit.duration
                free = max(free, end + (way if way < UNREACHABLE else 0))
        return free

    def seconds(self, profile: str) -> Table:
        """Travel table of a profile; cells without a way hold `UNREACHABLE`."""
        return self.legs(profile).seconds.table

    def legs(self, profile: str) -> Legs:
        """The tables of a profile."""
        return legs_of(self.problem.travel[profile])

    def _breaks(
        self, person: Technician, shift: Shift
    ) -> tuple[tuple[int, int, int], ...]:
        """Breaks the shift can owe, what is owed first before the others; those that
        facts forbid are waived."""
        own = [(x.earliest, x.latest, x.duration) for x in shift.breaks]
        facts = [
            (start, v)
            for r, start, v in self._facts.get(person.id, ())
            if self.shifts[r][2] is shift
        ]
        return tuple(
            rest
            for rest in sorted(own, key=lambda rest: (rest[1], rest))
            if shift.start <= rest[1] and self._room(person, shift, facts, rest)
        )

    def _room(
        self,
        person: Technician,
        shift: Shift,
        facts: list[tuple[int, int]],
        rest: tuple[int, int, int],
    ) -> bool:
        """Can the break be taken somewhere between the frozen visits?"""
        if not facts:
            return True
        places, table = self.problem.location_index, self.seconds(person.profile)
        free, here = shift.start, places[shift.start_at]
        earliest, latest, length = rest
        for at, v in facts:
            there = places[self.visits[v].location]
            leg = table[here][there] if table[here][there] < UNREACHABLE else 0
            for since, way in ((free, leg), (free + leg, 0)):
                begin = max(since, earliest)
                if begin <= latest and begin + length + way <= at:
                    return True
            free, here = at + self.visits[v].duration, there
        return free <= latest

    @cached_property
    def desk(self) -> Desk:
        """The kernel, ready to answer questions about this problem."""
        return Desk(pack(self, self.model), width_for(self.model))

    @property
    def minute(self) -> int:
        """What a minute of driving costs, the unit that the search counts heat in."""
        prices = [spec.second_price * 60 for spec in self.model.routes]
        return max(prices, default=0) or SCALE


def _late_price(visit: Visit) -> int:
    return 0 if visit.due is None else visit.due.cost_per_minute * PER_SECOND


def _links_of(count: int, links: Iterable[Link]) -> list[tuple[Link, ...]]:
    found: list[list[Link]] = [[] for _ in range(count)]
    for link in links:
        found[link.first].append(link)
        found[link.second].append(link)
    return [tuple(item) for item in found]


def _circle(orders: Iterable[tuple[int, int]]) -> list[int]:
    """Chains that follow each other round and round, if any do."""
    before: dict[int, set[int]] = {}
    for first, second in orders:
        if first != second:
            before.setdefault(second, set()).add(first)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        circle: list[int] = error.args[1]
        return circle
    return []


def _units(
    count: int, links: Collection[Link]
) -> tuple[list[tuple[int, ...]], list[int]]:
    """Visits that are placed together or not at all: chains of crews, and chains in
    which each waits for a visit of the other."""
    root = list(range(count))

    def find(v: int) -> int:
        while root[v] != v:
            v = root[v]
        return v

    def merge(first: int, second: int) -> None:
        a, b = sorted((find(first), find(second)))
        root[b] = a

    for link in links:
        if link.crew:
            merge(link.first, link.second)
    orders = [(link.first, link.second) for link in links if not link.crew]
    while circle := _circle((find(a), find(b)) for a, b in orders):
        for v in circle:
            merge(circle[0], v)
    groups: dict[int, list[int]] = {}
    for v in range(count):
        groups.setdefault(find(v), []).append(v)
    units = [tuple(group) for group in groups.values()]
    unit_of = [0] * count
    for u, unit in enumerate(units):
        for v in unit:
            unit_of[v] = u
    return units, unit_of
