"""Other solvers on the same problems, for `bench`: each is imported only when asked.

They get a vehicle routing problem with time windows: one matrix, one depot, equal
vans with one load. What they answer is measured by the caller, not believed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduling.problem import Problem

Routes = list[list[int]]


@dataclass(frozen=True)
class Fleet:
    """The numbers of a fleet problem; node 0 is the depot, node i is visit i - 1."""

    matrix: Any
    demand: list[int]
    service: list[int]
    windows: list[tuple[int, int]]
    vehicles: int
    capacity: int
    hours: tuple[int, int]

    def cost(self, routes: Routes) -> int | None:
        """Total of the ways, None when a rule is broken or a visit is left out."""
        if sorted(v for route in routes for v in route) != list(
            range(1, len(self.demand) + 1)
        ):
            return None
        total, used = 0, [route for route in routes if route]
        for route in used:
            here, time = 0, self.hours[0]
            for node in route:
                low, high = self.windows[node - 1]
                total += int(self.matrix[here][node])
                time = max(time + int(self.matrix[here][node]), low)
                if time > high:
                    return None
                time, here = time + self.service[node - 1], node
            home = int(self.matrix[here][0])
            total += home
            load = sum(self.demand[node - 1] for node in route)
            if time + home > self.hours[1] or load > self.capacity:
                return None
        return total if len(used) <= self.vehicles else None


def fleet_of(problem: Problem) -> Fleet:
    """A problem made by `read_vrptw` in numbers."""
    shift, van = problem.technicians[0].shifts[0], problem.technicians[0]
    return Fleet(
        matrix=np.array(problem.travel["default"].seconds, np.int64),
        demand=[visit.parts.get("load", 0) for visit in problem.visits],
        service=[visit.duration for visit in problem.visits],
        windows=[visit.windows[0] for visit in problem.visits],
        vehicles=len(problem.technicians),
        capacity=van.stock["load"],
        hours=(shift.start, shift.end),
    )


def pyvrp(fleet: Fleet, seconds: float, seed: int) -> Routes:
    """PyVRP by its own default settings."""
    import pyvrp as peer  # type: ignore[import-not-found]

    low, high = fleet.hours
    customers = [
        peer.Client(
            location=node,
            delivery=[fleet.demand[node - 1]],
            service_duration=fleet.service[node - 1],
            tw_early=fleet.windows[node - 1][0],
            tw_late=fleet.windows[node - 1][1],
        )
        for node in range(1, len(fleet.demand) + 1)
    ]
    vans = peer.VehicleType(
        fleet.vehicles, [fleet.capacity], tw_early=low, tw_late=high
    )
    data = peer.ProblemData(
        [peer.Location(0, 0) for _ in range(len(fleet.demand) + 1)],
        customers,
        [peer.Depot(0, low, high)],
        [vans],
        [fleet.matrix],
        [fleet.matrix],
    )
    stop = peer.stop.MaxRuntime(seconds)
    found = peer.solve(data, stop, seed=seed, display=False, collect_stats=False)
    routes = [list(route.schedule()) for route in found.best.routes()]
    return [[x.idx + 1 for x in route if x.is_client()] for route in routes]


def vroom(fleet: Fleet, seconds: float, seed: int) -> Routes:
    """VROOM at its highest level of exploration; it runs to its own end."""
    import vroom as peer  # type: ignore[import-not-found]

    del seed
    order = peer.Input()
    order.set_durations_matrix("car", fleet.matrix.astype(np.uint32))
    order.add_vehicle(
        [
            peer.Vehicle(
                k, start=0, end=0, capacity=[fleet.capacity], time_window=fleet.hours
            )
            for k in range(fleet.vehicles)
        ]
    )
    order.add_job(
        [
            peer.Job(
                node,
                location=node,
                default_service=fleet.service[node - 1],
                delivery=[fleet.demand[node - 1]],
                time_windows=[peer.TimeWindow(*fleet.windows[node - 1])],
            )
            for node in range(1, len(fleet.demand) + 1)
        ]
    )
    limit = datetime.timedelta(seconds=seconds)
    found = order.solve(exploration_level=5, nb_threads=1, timeout=limit).routes
    routes: dict[int, list[int]] = {}
    rows = zip(found["vehicle_id"], found["type"], found["id"], strict=True)
    for vehicle, kind, node in rows:
        if kind == "job":
            routes.setdefault(int(vehicle), []).append(int(node))
    return list(routes.values())


PEERS: dict[str, Callable[[Fleet, float, int], Routes]] = {
    "pyvrp": pyvrp,
    "vroom": vroom,
}
