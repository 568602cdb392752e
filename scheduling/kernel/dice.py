"""Chance, the same on every machine and in every chunk: one number carried along."""

from __future__ import annotations

from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import DICE, TURN, Work

FACTOR = 0x5DEECE66D
BITS = 48
MASK = (1 << BITS) - 1
LOW_BITS = 16
SPAN = float(1 << (BITS - LOW_BITS))


@compiled
def chance(w: Work) -> float:
    """A number between 0 and 1, never exactly either."""
    # The product overflows, its low bits are right all the same.
    drawn = (int(w.out[DICE]) * FACTOR + 11) & MASK
    w.out[DICE] = drawn
    return ((drawn >> LOW_BITS) + 0.5) / SPAN


@compiled
def below(w: Work, count: int) -> int:
    """A whole number from 0 to count - 1."""
    return int(chance(w) * count)


def sow(w: Work, seed: int) -> None:
    """Begin the chance of a run: different seeds have nothing in common."""
    drawn = ((seed + 1) * FACTOR ^ 0x2545F4914F6CDD1D) & MASK
    for _ in range(8):
        drawn = (drawn * FACTOR + 11) & MASK
    w.out[DICE], w.out[TURN] = drawn, 0
