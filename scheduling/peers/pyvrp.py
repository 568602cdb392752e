"""PyVRP by its own default settings.

Skills become a profile per set of tasks, in which the ways to all others are far too
long; several windows become a group of clients of which one is visited; what may be
left out is a client with a prize.
"""

from __future__ import annotations

import importlib
import time
from typing import Any

import numpy as np

from scheduling.peers.fleet import NO_WAY, Fleet, Routes


def load() -> None:
    importlib.import_module("pyvrp")


def solve(fleet: Fleet, seconds: float, seed: int) -> Routes:
    """Stops after CPU seconds: its own clock would count those of other programs."""
    import pyvrp

    data, visit_of = _data(fleet)
    began = time.process_time()
    found = pyvrp.solve(
        data,
        stop=lambda best_cost: time.process_time() - began >= seconds,
        seed=seed,
        display=False,
        collect_stats=False,
    )
    routes: Routes = [[] for _ in fleet.vans]
    free = {kind: list(vans) for kind, vans in enumerate(_alike(fleet))}
    for route in found.best.routes():
        steps = [step.idx for step in route.schedule() if step.is_client()]
        van = free[route.vehicle_type()].pop()
        routes[van] = [visit_of[number] for number in steps]
    return routes


def _alike(fleet: Fleet) -> list[list[int]]:
    """Vans that differ in nothing, together."""
    found: dict[Any, list[int]] = {}
    for number, van in enumerate(fleet.vans):
        found.setdefault(van, []).append(number)
    return list(found.values())


def _data(fleet: Fleet) -> tuple[Any, list[int]]:
    import pyvrp

    clients, groups, visit_of = _clients(fleet)
    kinds, size = list(fleet.kinds()), len(fleet.matrix)
    homes = range(len(fleet.tasks), size)
    matrices = [_matrix(fleet, kind) for kind in kinds]
    vans = [fleet.vans[numbers[0]] for numbers in _alike(fleet)]
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in range(size)],
        clients,
        [pyvrp.Depot(home) for home in homes],
        [
            pyvrp.VehicleType(
                len(numbers),
                list(van.capacity),
                start_depot=van.start - len(fleet.tasks),
                end_depot=van.end - len(fleet.tasks),
                fixed_cost=van.fixed,
                tw_early=van.hours[0],
                tw_late=van.hours[1],
                profile=kinds.index(van.may),
            )
            for van, numbers in zip(vans, _alike(fleet), strict=True)
        ],
        matrices,
        matrices,
        groups,
    )
    return data, visit_of


def _clients(fleet: Fleet) -> tuple[list[Any], list[Any], list[int]]:
    """Clients, groups, and the task of each client."""
    import pyvrp

    clients: list[Any] = []
    groups: list[Any] = []
    visit_of: list[int] = []
    for number, task in enumerate(fleet.tasks):
        is_group = len(task.windows) > 1
        first = len(clients)
        for low, high in task.windows or ((0, NO_WAY),):
            client = pyvrp.Client(
                number,
                list(task.demand),
                service_duration=task.service,
                tw_early=low,
                tw_late=high,
                prize=task.prize or 0,
                required=task.prize is None and not is_group,
                group=len(groups) if is_group else None,
            )
            clients.append(client)
            visit_of.append(number)
        if is_group:
            members = list(range(first, len(clients)))
            groups.append(pyvrp.ClientGroup(members, task.prize is None))
    return clients, groups, visit_of


def _matrix(fleet: Fleet, may: frozenset[int]) -> Any:
    others = [number for number in range(len(fleet.tasks)) if number not in may]
    matrix = fleet.matrix.copy()
    # Too long for any day, and no longer: its first penalties follow the mean way.
    matrix[:, others] = 2 * max(van.hours[1] for van in fleet.vans)
    np.fill_diagonal(matrix, 0)
    return matrix
