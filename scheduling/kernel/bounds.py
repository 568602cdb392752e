"""Cheap rejects: how early a route can leave each stop and how late it may begin there.

How late is worked out without breaks and links, so these are necessary conditions
only: what they reject can never be right, what they let pass is still simulated.
"""

from __future__ import annotations

from scheduling.kernel.beside import load_of, worst_of, write_books
from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import (
    ALL,
    BEGIN_AT,
    COST,
    DIRECT,
    DURATION,
    FACT,
    FINISH_AT,
    HERE,
    HIGH,
    KEEP,
    LIMIT,
    LOW,
    MUST_BEGIN,
    NEVER,
    PLACE,
    POSITION,
    PROFILE,
    SIZE,
    STALE,
    WINDOW_FROM,
    WINDOW_TO,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.sim import leg_cost, simulate


@compiled
def last_start(m: Numbers, fit: int, must: int) -> int:
    """Latest start on or before the limit; before all times when there is none."""
    for k in range(m.fits[fit, WINDOW_TO] - 1, m.fits[fit, WINDOW_FROM] - 1, -1):
        if m.windows[k, LOW] <= must:
            return int(min(m.windows[k, HIGH], must))
    return -NEVER


@compiled
def note_places(m: Numbers, s: State, r: int) -> None:
    """Latest start of every stop, from the end of the route back, and the drives."""
    n, profile, onward = s.day[r, SIZE], m.route[r, PROFILE], m.route[r, FINISH_AT]
    must = m.route[r, LIMIT]
    for k in range(n, -1, -1):
        v = s.seq[r, max(k - 1, 0)]
        here = m.route[r, BEGIN_AT] if k == 0 else m.visit[v, PLACE]
        s.mark[r, k, MUST_BEGIN], s.mark[r, k, HERE] = must, here
        s.mark[r, k, DIRECT], way = 0, 0
        if onward >= 0 and n > 0:
            way = int(m.seconds[profile, here, onward])
            s.mark[r, k, DIRECT] = leg_cost(m, r, here, onward, way)
        onward = here
        if k > 0:
            must = last_start(m, m.fit[r, v], must - way - m.visit[v, DURATION])
            if m.visit[v, FACT] != NEVER:
                # A fact stands however late the route gets there.
                must = NEVER


@compiled
def refresh(m: Numbers, s: State, w: Work, r: int) -> int:
    """Cost, marks and positions of a route that has changed; its cost is written."""
    n, before = s.day[r, SIZE], s.day[r, COST]
    # Only what happened tells how late the latest is.
    w.out[KEEP] = 1 if m.worst_price > 0 else 0
    cost = simulate(m, s, w, r, s.seq[r], n, True)
    w.out[KEEP] = 0
    if cost < 0:
        return cost
    for k in range(n):
        s.spot[s.seq[r, k], POSITION] = k
    note_places(m, s, r)
    s.day[r, COST], s.day[r, STALE] = cost, 0
    s.total[ALL] += cost - before
    if m.fair_price + m.worst_price > 0:
        write_books(m, s, r, load_of(m, r, s.seq[r], n), worst_of(m, w))
    return cost
