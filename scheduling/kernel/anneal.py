"""Ruin and recreate under simulated annealing: the search itself.

Everything depends on the seed and the iteration number, never on a clock.
"""

from __future__ import annotations

import math

from scheduling.kernel.bounds import refresh
from scheduling.kernel.compiled import compiled
from scheduling.kernel.dice import chance
from scheduling.kernel.numbers import (
    ACCEPTED,
    ALL,
    SIZE,
    STALE,
    Floats,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.params import AGAIN_FROM, COLD, HOT, LEAD
from scheduling.kernel.recreate import (
    draw_order,
    insert_unit,
    is_ready,
    list_units,
    put_back,
)
from scheduling.kernel.ruin import choose, go_together, take_out
from scheduling.kernel.state import bring_back, forget

# Share of a search that cools again and again, from hot to cold, how often it does so,
# and how far the rest, which goes on from the best plan, has cooled when it begins.
EARLY, COOLINGS, HALF_WARM = 0.5, 4.0, 0.4


@compiled
def cools_again(p: Floats, planned: int) -> bool:
    """Is the search long enough to meet several valleys before it settles in one?"""
    return bool(0.0 < p[AGAIN_FROM] <= planned)


@compiled
def heat(p: Floats, iteration: int, planned: int) -> float:
    """Temperature in cost units: hot while the speed is measured, then falling, in a
    long search several times."""
    lead = int(planned * p[LEAD])
    progress = (iteration - lead) / max(1, planned - lead)
    progress = min(1.0, max(0.0, progress))
    if cools_again(p, planned):
        if progress < EARLY:
            progress = (progress * COOLINGS / EARLY) % 1.0
        else:
            rest = (progress - EARLY) / (1.0 - EARLY)
            progress = HALF_WARM + (1.0 - HALF_WARM) * rest
    return float(p[HOT] * (p[COLD] / p[HOT]) ** progress)


@compiled
def copy_into(source: State, target: State) -> None:
    """Make the target the same plan; its marks are left to be worked out again."""
    for r in range(source.day.shape[0]):
        for column in range(source.day.shape[1]):
            target.day[r, column] = source.day[r, column]
        target.day[r, STALE] = 1
        for k in range(source.day[r, SIZE]):
            target.seq[r, k] = source.seq[r, k]
    target.spot[:] = source.spot
    target.used[:] = source.used
    target.load[:] = source.load
    target.total[:] = source.total


@compiled
def go_back(m: Numbers, s: State, w: Work, best: State) -> None:
    """Go on from the best plan, if there is a better one than this."""
    if best.total[ALL] < s.total[ALL]:
        copy_into(best, s)
        for r in range(s.day.shape[0]):
            refresh(m, s, w, r)


@compiled
def iterate(
    m: Numbers, s: State, w: Work, best: State, p: Floats, warmth: float
) -> None:
    """One iteration: take out, put back, keep it if it is good enough."""
    forget(w)
    before = s.total[ALL]
    slack = -warmth * math.log(chance(w))
    choose(m, s, w, p)
    go_together(m, s, w)
    if not take_out(m, s, w):
        bring_back(m, s, w)
        return
    list_units(m, s, w, p)
    draw_order(m, w, p)
    put_back(m, s, w, p)
    if s.total[ALL] >= before + slack:
        bring_back(m, s, w)
        return
    w.out[ACCEPTED] += 1
    if s.total[ALL] < best.total[ALL]:
        copy_into(s, best)


@compiled
def run(
    m: Numbers,
    s: State,
    w: Work,
    best: State,
    p: Floats,
    done: int,
    planned: int,
    count: int,
) -> None:
    """A chunk of iterations, the first of which has the number `done`."""
    lead, turn = int(planned * p[LEAD]), -1
    if cools_again(p, planned):
        turn = lead + int(EARLY * (planned - lead))
    for i in range(done, done + count):
        if i == turn:
            go_back(m, s, w, best)
        iterate(m, s, w, best, p, heat(p, i, planned))


@compiled
def fill(m: Numbers, s: State, w: Work, unit: int) -> bool:
    """Place one unit without chance, any route asked; False if it must wait."""
    forget(w)
    if not is_ready(m, s, unit):
        return False
    insert_unit(m, s, w, unit, 0.0, True)
    return True
