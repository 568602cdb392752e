"""Compiling ahead of time: every compiled function once, on the smallest problem."""

from __future__ import annotations

from scheduling.arrays import Index
from scheduling.problem import (
    Break,
    Crew,
    Location,
    Problem,
    Sequence,
    Shift,
    Technician,
    Visit,
)
from scheduling.travel import TravelMatrix
from scheduling.tuning import params_for


def warm_kernel() -> None:
    """Load the kernel from its cache, or compile it into the cache (half a minute)."""
    index = Index(_smallest())
    desk = index.desk
    state = desk.start()
    desk.fill(state, lambda: False)
    best = state.copy()
    search = desk.search(state, best, params_for(index).packed())
    search.sow(1)
    search.run(0, 4, 4)
    desk.set_routes(best, {0: best.stops(0)})
    for v in range(len(index.visits)):
        desk.pull(best, v)
        found = desk.best(best, v, [0, 1])
        if found is not None and desk.stock_allows(best, v, found.route):
            desk.fits(best, v, found.route, found.at)
        desk.missed(best, 0, v)
    desk.simulate(0, (2,), best)


def _smallest() -> Problem:
    day = Shift("day", 0, 10_000, "home", "home", (Break(100, 9_000, 60),))
    rows = ((0, 60), (60, 0))
    return Problem(
        locations=(Location("home"), Location("site")),
        travel={"default": TravelMatrix(rows, rows)},
        technicians=tuple(Technician(name, (day,)) for name in ("a", "b")),
        visits=tuple(Visit(f"v{i}", "site", 60) for i in range(4)),
        crews=(Crew(("v0", "v1")),),
        sequences=(Sequence("v2", "v3"),),
    )
