"""How near a visit that does not fit comes to fitting."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.desk import Desk
from scheduling.kernel.numbers import State

# In the order of the kernel's numbers for them.
WHERE = ("visit", "other", "end", "way")


@dataclass(frozen=True, slots=True)
class Miss:
    """Seconds too few at the best position, breaks left out of account.

    `where` says what comes too late there: the visit itself, another visit, or the
    end of the shift; "way" when a leg has no way even at the best position.
    """

    seconds: int
    where: str


def nearest_miss(desk: Desk, state: State, r: int, v: int) -> Miss:
    """The smallest shortage over all positions of v in the route."""
    seconds, where = divmod(desk.missed(state, r, v), len(WHERE))
    return Miss(seconds, WHERE[where])
