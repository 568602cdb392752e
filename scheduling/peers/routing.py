"""A plain OR-Tools routing model, tuned: matrices instead of callbacks, cheapest
insertion, guided local search. Its limit is wall time: on a busy machine it gets less.
"""

from __future__ import annotations

import importlib
from itertools import pairwise
from typing import Any

import numpy as np

from scheduling.peers.fleet import Fleet, Routes

# The price of a task that must be served: without one, no first plan is found where
# the fleet is scarce.
MUST = 10**9


def load() -> None:
    importlib.import_module("ortools.constraint_solver.pywrapcp")


def solve(fleet: Fleet, seconds: float, seed: int) -> Routes:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    del seed
    manager = pywrapcp.RoutingIndexManager(
        len(fleet.matrix),
        len(fleet.vans),
        [van.start for van in fleet.vans],
        [van.end for van in fleet.vans],
    )
    model = pywrapcp.RoutingModel(manager)
    _times(model, manager, fleet)
    _loads(model, fleet)
    for number, task in enumerate(fleet.tasks):
        node = manager.NodeToIndex(number)
        # SetAllowedVehiclesForIndex refuses a list from Python; this is the same.
        model.VehicleVar(node).SetValues([-1, *sorted(task.who)])
        model.AddDisjunction([node], MUST if task.prize is None else task.prize)
    how = pywrapcp.DefaultRoutingSearchParameters()
    kinds = routing_enums_pb2
    how.first_solution_strategy = (
        kinds.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    how.local_search_metaheuristic = kinds.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(1000 * seconds))
    found = model.SolveWithParameters(how)
    if found is None:
        return [[] for _ in fleet.vans]
    return [_route(model, manager, found, van) for van in range(len(fleet.vans))]


def _route(model: Any, manager: Any, found: Any, van: int) -> list[int]:
    route, at = [], found.Value(model.NextVar(model.Start(van)))
    while not model.IsEnd(at):
        route.append(manager.IndexToNode(at))
        at = found.Value(model.NextVar(at))
    return route


def _times(model: Any, manager: Any, fleet: Fleet) -> None:
    homes = len(fleet.matrix) - len(fleet.tasks)
    service = np.array([task.service for task in fleet.tasks] + [0] * homes)
    way = model.RegisterTransitMatrix(fleet.matrix.tolist())
    model.SetArcCostEvaluatorOfAllVehicles(way)
    stay = model.RegisterTransitMatrix((fleet.matrix + service[:, None]).tolist())
    last = max(van.hours[1] for van in fleet.vans)
    model.AddDimension(stay, last, last, False, "time")
    time = model.GetDimensionOrDie("time")
    for number, task in enumerate(fleet.tasks):
        if task.windows:
            begin = time.CumulVar(manager.NodeToIndex(number))
            begin.SetRange(task.windows[0][0], min(task.windows[-1][1], last))
            for (_, high), (low, _) in pairwise(task.windows):
                begin.RemoveInterval(high + 1, low - 1)
    for number, van in enumerate(fleet.vans):
        time.CumulVar(model.Start(number)).SetRange(*van.hours)
        time.CumulVar(model.End(number)).SetRange(*van.hours)
        model.SetFixedCostOfVehicle(van.fixed, number)


def _loads(model: Any, fleet: Fleet) -> None:
    homes = len(fleet.matrix) - len(fleet.tasks)
    for part in range(len(fleet.vans[0].capacity)):
        demand = [task.demand[part] for task in fleet.tasks] + [0] * homes
        load = model.RegisterUnaryTransitVector(demand)
        holds = [van.capacity[part] for van in fleet.vans]
        model.AddDimensionWithVehicleCapacity(load, 0, holds, True, f"part {part}")
