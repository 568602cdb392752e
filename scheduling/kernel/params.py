"""The settings of a search, one number each; the kernel reads them from one array."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

from scheduling.kernel.numbers import Floats

MEAN_REMOVED, LONGEST, SPLIT, STAY, BLINK, HOT, COLD, NEW_ROUTE, LEAD = range(9)
BY_CHANCE, BY_WORTH, BY_CHOICE, BY_WIDTH, BY_DEMAND = range(9, 14)
BY_FAR, BY_NEAR, BY_EARLY, BY_LATEST = range(14, 18)
JOIN, AGAIN_FROM = 18, 19
ORDERS = BY_LATEST + 1 - BY_CHANCE


@dataclass(frozen=True, slots=True)
class Params:
    """How a search behaves; heat is in cost units, orders are relative weights."""

    mean_removed: float = 10.0
    longest_string: float = 8.0
    split: float = 0.3
    stay: float = 0.5
    blink: float = 0.01
    hot: float = 40.0
    cold: float = 0.5
    new_route: float = 0.0
    # Share of the iterations that stay hot: in them the speed is measured.
    lead: float = 0.04
    by_chance: float = 3.0
    by_worth: float = 3.0
    by_choice: float = 2.0
    by_width: float = 2.0
    by_demand: float = 0.0
    by_far: float = 0.0
    by_near: float = 0.0
    by_early: float = 0.0
    by_latest: float = 0.0
    # Unplaced units that join an iteration, on average; the rest wait for their turn.
    join: float = 12.0
    # A search of at least so many iterations cools several times, see `heat`; 0: never.
    again_from: float = 0.0

    def packed(self) -> Floats:
        """The settings in the order of the names above."""
        return np.array(astuple(self), np.float64)
