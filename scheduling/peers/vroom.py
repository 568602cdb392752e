"""VROOM on one thread, at its highest level of exploration where that takes seconds.

It has no anytime mode and cut short it returns poor routes, so it runs to its own end
whatever the seconds. It knows priorities and no prices: what may be left out gets a
priority in proportion to its prize.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from scheduling.peers.fleet import Fleet, Routes

# Beyond so many tasks the highest level takes minutes, far more than others are given.
HIGHEST_LEVEL, LEVEL_OF_MANY, MANY = 5, 1, 200
TOP_PRIORITY = 100


def load() -> None:
    importlib.import_module("vroom")


def solve(fleet: Fleet, seconds: float, seed: int) -> Routes:
    import vroom

    del seconds, seed
    order = vroom.Input()
    order.set_durations_matrix("car", fleet.matrix.astype(np.uint32))
    # A skill per set of people: whoever is in it has the skill.
    skill_of = {who: k for k, who in enumerate({task.who for task in fleet.tasks})}
    order.add_vehicle(
        [
            vroom.Vehicle(
                number,
                start=van.start,
                end=van.end,
                capacity=list(van.capacity),
                skills={k for who, k in skill_of.items() if number in who},
                time_window=van.hours,
                costs=vroom.VehicleCosts(fixed=van.fixed),
            )
            for number, van in enumerate(fleet.vans)
        ]
    )
    order.add_job(_jobs(fleet, skill_of))
    level = HIGHEST_LEVEL if len(fleet.tasks) <= MANY else LEVEL_OF_MANY
    found = order.solve(exploration_level=level, nb_threads=1).routes
    routes: Routes = [[] for _ in fleet.vans]
    rows = zip(found["vehicle_id"], found["type"], found["id"], strict=True)
    for van, kind, number in rows:
        if kind == "job":
            routes[int(van)].append(int(number))
    return routes


def _jobs(fleet: Fleet, skill_of: dict[frozenset[int], int]) -> list[Any]:
    import vroom

    dearest = max((task.prize or 0 for task in fleet.tasks), default=0) or 1
    return [
        vroom.Job(
            number,
            location=number,
            default_service=task.service,
            delivery=list(task.demand),
            skills={skill_of[task.who]},
            priority=TOP_PRIORITY
            if task.prize is None
            else TOP_PRIORITY * task.prize // dearest,
            time_windows=[vroom.TimeWindow(*window) for window in task.windows],
        )
        for number, task in enumerate(fleet.tasks)
    ]
