"""OR-Tools routing: a start for the search, and a full solver of its own.

It knows travel, shifts, windows, skills and stock. Breaks, crews and sequences are
left to the kernel, which loads the orders found here and times them by all rules:
breaks and equal starts make this solver place nothing at all.
"""

from __future__ import annotations

import math
from typing import Any

from scheduling.arrays import Index
from scheduling.kernel.numbers import UNREACHABLE
from scheduling.model import Table
from scheduling.plan import Plan, Route, Stop
from scheduling.stop import Clock

# Costs are scaled down: the solver sums them in 64 bits and adds penalties.
UNIT = 50
FAR = 10**7
MOST_CELLS = 2_000 * 2_000


def starting_plan(index: Index, clock: Clock, *, full: bool) -> Plan | None:
    """Orders by cheapest insertion (`full`: improved until the time is over)."""
    free = [v for v, at in enumerate(index.model.frozen) if at is None]
    routes = [r for r in range(len(index.shifts)) if not _has_facts(index, r)]
    if not free or not routes or (len(free) + 2 * len(routes)) ** 2 > MOST_CELLS:
        return None
    seconds = _time_for(clock, full)
    if seconds <= 0.05:
        return None
    return _Routing(index, free, routes).solve(seconds, clock, full)


def _has_facts(index: Index, r: int) -> bool:
    return r in index.model.frozen_route


def _time_for(clock: Clock, full: bool) -> float:
    left = clock.left()
    if full:
        return 30.0 if left is None else 0.85 * left
    # Without a clock the first solution is awaited, so that runs can be replayed.
    return 60.0 if left is None else min(1.0, 0.2 * left)


class _Routing:
    """One model: nodes are the visits, then start and end of every route."""

    def __init__(self, index: Index, free: list[int], routes: list[int]) -> None:
        self.index, self.model = index, index.model
        self.free, self.routes = free, routes
        n, m = len(free), len(routes)
        self.starts = [n + k for k in range(m)]
        self.ends = [n + m + k for k in range(m)]
        self.zero = min(self.model.routes[r].start for r in routes)

    def solve(self, seconds: float, clock: Clock, full: bool) -> Plan | None:
        # Imported here: doors that only judge or offer need no solver in memory.
        from ortools.constraint_solver import pywrapcp

        size = len(self.free) + 2 * len(self.routes)
        self.manager = pywrapcp.RoutingIndexManager(
            size, len(self.routes), self.starts, self.ends
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._costs_and_times()
        self._stock()
        for position, v in enumerate(self.free):
            self._visit(position, v)
        if not full:
            found = self.routing.SolveWithParameters(self._parameters(seconds, False))
        else:
            self._stop_when_cancelled(clock)
            found = self.routing.SolveWithParameters(self._parameters(seconds, True))
        return None if found is None else self._read(found)

    def _stop_when_cancelled(self, clock: Clock) -> None:
        def look() -> None:
            if clock.cancelled():
                self.routing.solver().FinishCurrentSearch()

        self.routing.AddAtSolutionCallback(look)

    def _parameters(self, seconds: float, full: bool) -> Any:
        from ortools.constraint_solver import pywrapcp, routing_enums_pb2

        parameters = pywrapcp.DefaultRoutingSearchParameters()
        first = routing_enums_pb2.FirstSolutionStrategy
        parameters.first_solution_strategy = first.LOCAL_CHEAPEST_INSERTION
        parameters.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
        if full:
            guided = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
            parameters.local_search_metaheuristic = guided
        else:
            parameters.solution_limit = 1
        return parameters

    def _costs_and_times(self) -> None:
        transits: list[int] = []
        tables: dict[tuple[str, int], int] = {}
        for k, r in enumerate(self.routes):
            spec = self.model.routes[r]
            profile = self.index.shifts[r][1].profile
            price = max(1, math.ceil(spec.second_price / UNIT))
            for factor in (0, price):
                if (profile, factor) not in tables:
                    tables[profile, factor] = self._register(spec.seconds, factor)
            transits.append(tables[profile, 0])
            self.routing.SetArcCostEvaluatorOfVehicle(tables[profile, price], k)
            self.routing.SetFixedCostOfVehicle(spec.fixed_price // UNIT, k)
        horizon = max(self.model.routes[r].limit for r in self.routes) - self.zero
        self.routing.AddDimensionWithVehicleTransits(
            transits, horizon, horizon, False, "time"
        )
        self.time = self.routing.GetDimensionOrDie("time")
        for k, r in enumerate(self.routes):
            self._shift(k, r)

    def _service(self, node: int) -> int:
        return self.model.duration[self.free[node]] if node < len(self.free) else 0

    def _place(self, node: int) -> int:
        n, m = len(self.free), len(self.routes)
        if node < n:
            return self.model.place[self.free[node]]
        if node < n + m:
            return self.model.routes[self.routes[node - n]].begin_at
        return self.model.routes[self.routes[node - n - m]].finish_at

    def _register(self, table: Table, price: int) -> int:
        """A matrix over nodes: priced legs, or (price 0) service and driving time."""
        places = [self._place(node) for node in range(self.ends[-1] + 1)]
        columns = [max(there, 0) for there in places]
        nowhere = [node for node, there in enumerate(places) if there < 0]
        rows: list[list[int]] = []
        for node, here in enumerate(places):
            wait = 0 if price else self._service(node)
            line = [_cell(x, price or 1, wait) for x in table[max(here, 0)]]
            row = [line[there] for there in columns]
            for other in nowhere:
                row[other] = wait
            rows.append(row)
        return int(self.routing.RegisterTransitMatrix(rows))

    def _shift(self, k: int, r: int) -> None:
        spec = self.model.routes[r]
        start = self.time.CumulVar(self.routing.Start(k))
        start.SetRange(spec.start - self.zero, spec.limit - self.zero)
        # Room for the breaks, which this model does not place.
        rest = sum(length for _, _, length in spec.breaks)
        end = max(spec.start, spec.limit - rest) - self.zero
        self.time.CumulVar(self.routing.End(k)).SetMax(end)

    def _stock(self) -> None:
        kinds = len(self.model.stock[0]) if self.model.stock else 0
        for kind in range(kinds):
            need = [dict(self.model.parts[v]).get(kind, 0) for v in self.free]
            need += [0] * (2 * len(self.routes))
            holds = [
                self.model.stock[self.model.routes[r].technician][kind]
                for r in self.routes
            ]
            transit = self.routing.RegisterUnaryTransitVector(need)
            name = f"part {kind}"
            self.routing.AddDimensionWithVehicleCapacity(transit, 0, holds, True, name)

    def _visit(self, position: int, v: int) -> None:
        node = self.manager.NodeToIndex(position)
        fits = {
            k: fit
            for k, r in enumerate(self.routes)
            if (fit := self.model.fits[r][v]) is not None
        }
        self.routing.VehicleVar(node).SetValues([-1, *fits])
        penalty = min(self.model.drop[v] // UNIT, 10**12)
        self.routing.AddDisjunction([node], penalty)
        if not fits:
            return
        spans = sorted({span for fit in fits.values() for span in fit.windows})
        low, high = min(a for a, _ in spans), max(b for _, b in spans)
        cumul = self.time.CumulVar(node)
        cumul.SetRange(max(0, low - self.zero), max(0, high - self.zero))
        reach = low
        for a, b in spans:
            if a > reach + 1:
                cumul.RemoveInterval(reach + 1 - self.zero, a - 1 - self.zero)
            reach = max(reach, b)
        due = self.model.due[v]
        if self.model.late_price[v] and due < high:
            price = max(1, self.model.late_price[v] // UNIT)
            self.time.SetCumulVarSoftUpperBound(node, max(0, due - self.zero), price)

    def _read(self, found: Any) -> Plan:
        """The orders as a plan; its times are only the order, not yet true."""
        routes: list[Route] = []
        for k, r in enumerate(self.routes):
            node, stops = self.routing.Start(k), list[Stop]()
            while not self.routing.IsEnd(node):
                position = self.manager.IndexToNode(node)
                if position < len(self.free):
                    at = found.Value(self.time.CumulVar(node)) + self.zero
                    name = self.index.visits[self.free[position]].id
                    stops.append(Stop(name, at, at, at))
                node = found.Value(self.routing.NextVar(node))
            if stops:
                _, person, shift = self.index.shifts[r]
                routes.append(Route(person.id, shift.id, tuple(stops)))
        return Plan(routes=tuple(routes))


def _cell(seconds: int, price: int, wait: int) -> int:
    return FAR if seconds >= UNREACHABLE else wait + seconds * price
