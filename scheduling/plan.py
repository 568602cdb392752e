"""What was decided: routes, what stays unplaced and why, the score, the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

FORMAT = "dispatch-plan/1"

# Prices are per minute and per kilometre, times are seconds and ways are metres:
# in units of 1/3000 every price of a second and of a metre is a whole number.
SCALE = 3000

PARTS = (
    "travel",
    "per_km",
    "shift",
    "overtime",
    "lateness",
    "max_lateness",
    "drop",
    "preference",
    "stability",
    "fairness",
)


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit of a route: `travel` seconds to get there, then wait, then work."""

    visit: str
    arrive: int
    start: int
    end: int
    travel: int = 0


@dataclass(frozen=True, slots=True)
class Rest:
    """A break as planned: from `start` to `end`, at a stop, never while driving."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Route:
    """One technician in one shift."""

    technician: str
    shift: str
    stops: tuple[Stop, ...]
    breaks: tuple[Rest, ...] = ()
    travel_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that speaks against something; `technician` is None when it is not
    about a person. The sentence names no id, so that a caller may put names to it.
    """

    code: str
    sentence: str
    technician: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unplaced:
    visit: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Weighted cost parts in units of 1/3000 of the caller's price unit.

    `unserved` counts visits that must be served and are not: fewer always wins.
    """

    travel: int = 0
    per_km: int = 0
    shift: int = 0
    overtime: int = 0
    lateness: int = 0
    max_lateness: int = 0
    drop: int = 0
    preference: int = 0
    stability: int = 0
    fairness: int = 0
    unserved: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, name) for name in PARTS)

    @property
    def rank(self) -> tuple[int, int]:
        """What two plans are compared by: the smaller is the better."""
        return (self.unserved, self.total)

    def in_units(self) -> dict[str, float]:
        """Parts and total in the caller's price unit, for people to read."""
        parts = {name: getattr(self, name) / SCALE for name in PARTS}
        return {**parts, "total": self.total / SCALE}


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the plan came about: enough to run it again.

    `iterations` is (done, planned), `exact` the finished steps of the exact half;
    `solve(stop=Iterations(done, planned, exact))` with the same problem, seed and
    version gives the same plan. `best_orders` counts the routes whose visits no other
    order serves cheaper: that is proved. A run in blocks has besides how many `cores`
    it was cut for, in how many `rounds`, and the iterations of each of its `parts`.
    """

    problem_hash: str
    seed: int
    engine_version: str
    solver: str
    seconds: float
    iterations: tuple[int, int]
    exact: int = 0
    best_orders: int = 0
    cores: int = 1
    rounds: int = 0
    parts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Plan:
    """Routes with at least one stop, and every other visit in `unplaced`.

    `bound`, in units of the score, is there only when it is proved that no plan of
    the problem costs less.
    """

    routes: tuple[Route, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    score: Score = Score()
    evidence: Evidence | None = None
    bound: int | None = None

    @property
    def gap(self) -> float | None:
        """Per cent of the cost that no plan saves more than; None without a bound."""
        if self.bound is None:
            return None
        saved = self.score.total - self.bound
        # Rounded up: what is claimed stays true.
        return -(-10_000 * saved // self.score.total) / 100 if saved else 0.0

    @classmethod
    def from_json(cls, data: str | bytes | dict[str, Any]) -> Plan:
        """Read a `dispatch-plan/1` document; raise `InputError` with the path."""
        from scheduling.plan_json import read_plan

        return read_plan(data)

    def to_json(self) -> dict[str, Any]:
        """The `dispatch-plan/1` document, ready for `json.dumps`."""
        from scheduling.plan_json import write_plan

        return write_plan(self)

    @cached_property
    def stops(self) -> dict[str, tuple[Route, Stop]]:
        """Where each placed visit is."""
        return {
            stop.visit: (route, stop) for route in self.routes for stop in route.stops
        }
