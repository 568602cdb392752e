"""Other solvers on the same problems, for `bench`: each is imported only when asked.

They get a `Fleet`, the rules that all of them know. What they answer is judged by the
caller (`scheduling.bench.judge`), never believed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduling.peers import pyvrp, routing, vroom
from scheduling.peers.fleet import Fleet, Routes, fleet_of

__all__ = ["PEERS", "Fleet", "Peer", "Routes", "fleet_of"]


@dataclass(frozen=True, slots=True)
class Peer:
    """A solver by name: `load` imports it (`ImportError` where it is not installed),
    `solve` takes a fleet, seconds and a seed. `by_seed`: does a seed change anything?
    """

    title: str
    load: Callable[[], None]
    solve: Callable[[Fleet, float, int], Routes]
    by_seed: bool = False


PEERS = {
    "pyvrp": Peer("PyVRP", pyvrp.load, pyvrp.solve, by_seed=True),
    "vroom": Peer("VROOM", vroom.load, vroom.solve),
    "ortools": Peer("OR-Tools", routing.load, routing.solve),
}
