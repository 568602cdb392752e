"""Cheap rejects: how early a route can leave each stop and how late it may begin there.

How late is worked out without breaks and links, so these are necessary conditions
only: what they reject can never be right, what they let pass is still simulated.
"""

from __future__ import annotations

from scheduling.kernel.beside import load_of, note_late, worst_of, write_books
from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import (
    ALL,
    BEGIN_AT,
    BREAK_FROM,
    BREAK_TO,
    COST,
    COUNT0,
    DIRECT,
    DURATION,
    FACT,
    FINISH_AT,
    HERE,
    HIGH,
    KEEP,
    LEAVE,
    LIMIT,
    LOW,
    MARK_COLUMNS,
    MUST_BEGIN,
    NEVER,
    PLACE,
    POSITION,
    PRICE,
    PROFILE,
    REFUSED,
    RELEASE,
    RESTED,
    SAVED_SIZE,
    SAVED_STALE,
    SINGLE,
    SIZE,
    SPENT,
    STALE,
    TAKEN,
    TIME,
    TRAIL,
    WINDOW_FROM,
    WINDOW_TO,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.sim import finish, leg_cost, simulate, step, write_mark


@compiled
def last_start(m: Numbers, fit: int, must: int) -> int:
    """Latest start on or before the limit; before all times when there is none."""
    for k in range(m.fits[fit, WINDOW_TO] - 1, m.fits[fit, WINDOW_FROM] - 1, -1):
        if m.windows[k, LOW] <= must:
            return int(min(m.windows[k, HIGH], must))
    return -NEVER


@compiled
def note_places(m: Numbers, s: State, r: int, first: int, last: int) -> None:
    """Latest start of every stop, from the end of the route back, and the drives.

    What comes after the stop `last` is as before, and from the stop `first` back as
    soon as a latest start is; the whole route lies between 0 and its number of stops.
    """
    n, profile, onward = s.day[r, SIZE], m.route[r, PROFILE], m.route[r, FINISH_AT]
    must = m.route[r, LIMIT]
    if last < n:
        onward, must = s.mark[r, last + 1, HERE], s.mark[r, last, MUST_BEGIN]
    for k in range(last, -1, -1):
        v = s.seq[r, max(k - 1, 0)]
        here = m.route[r, BEGIN_AT] if k == 0 else m.visit[v, PLACE]
        way = 0
        s.mark[r, k, HERE] = here
        if k >= first:
            s.mark[r, k, DIRECT] = 0
        elif s.mark[r, k, MUST_BEGIN] == must:
            return
        s.mark[r, k, MUST_BEGIN] = must
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
    n, before, worst = s.day[r, SIZE], s.day[r, COST], 0
    cost = simulate(m, s, w, r, s.seq[r], n, True)
    if cost < 0:
        return cost
    if m.worst_price > 0:
        worst = note_late(m, s, r)
        if worst < 0:
            worst = worst_retold(m, s, w, r)
    for k in range(n):
        s.spot[s.seq[r, k], POSITION] = k
    note_places(m, s, r, 0, n)
    s.day[r, COST], s.day[r, STALE] = cost, 0
    s.total[ALL] += cost - before
    if m.fair_price + m.worst_price > 0:
        write_books(m, s, r, load_of(m, r, s.seq[r], n), worst)
    return cost


@compiled
def worst_retold(m: Numbers, s: State, w: Work, r: int) -> int:
    """The largest lateness of a route whose marks do not tell it: only what happened
    on the cheapest way does."""
    w.out[KEEP] = 1
    simulate(m, s, w, r, s.seq[r], s.day[r, SIZE], False)
    w.out[KEEP] = 0
    return worst_of(m, w)


@compiled
def grow(m: Numbers, s: State, w: Work, r: int, at: int) -> int:
    """As `refresh` after one visit was put in at `at`: from there to where nothing
    differs from the marks as they stood."""
    n = s.day[r, SIZE]
    for k in range(n, at, -1):
        for column in range(MARK_COLUMNS):
            s.mark[r, k, column] = s.mark[r, k - 1, column]
    k = at
    while s.mark[r, k, SINGLE] == 0:
        k -= 1
    side, fact, here = 0, True, s.mark[r, k, HERE]
    if k > 0:
        fact = m.visit[s.seq[r, k - 1], FACT] != NEVER
    owed = m.route[r, BREAK_TO] - m.route[r, BREAK_FROM]
    pick_up(s, w, r, k)
    while k < n:
        v = s.seq[r, k]
        side = step(m, w, r, v, here, s.spot[v, RELEASE], owed, side, fact)
        if w.out[COUNT0 + side] == 0:
            return REFUSED
        k += 1
        if k > at + 1 and same_as_marked(s, w, r, k, side):
            return rejoin(m, s, w, r, k, side, at, at + 1)
        write_mark(s, w, r, k, side)
        here, fact = m.visit[v, PLACE], m.visit[v, FACT] != NEVER
    cost = finish(m, w, r, here, owed, side, fact)
    return REFUSED if cost < 0 else enter(m, s, w, r, at, at + 1, cost)


@compiled
def shrink(m: Numbers, s: State, w: Work, r: int) -> int:
    """As `refresh` after visits were taken out of a route as `touch` saved it: from
    the first gap to where, after the last one, nothing differs from its marks."""
    n, gone, first = s.day[r, SIZE], w.route[r, SAVED_SIZE] - s.day[r, SIZE], 0
    if w.route[r, SAVED_STALE] > 0 or n == 0:
        return refresh(m, s, w, r)
    while first < n and s.seq[r, first] == w.saved[r, first]:
        first += 1
    last = n
    while last > first and s.seq[r, last - 1] == w.saved[r, last - 1 + gone]:
        last -= 1
    for k in range(last, n + 1):
        for column in range(MARK_COLUMNS):
            # Up to the last gap the marks tell nothing but what must follow it.
            if k > last or column == MUST_BEGIN:
                s.mark[r, k, column] = w.marks[r, k + gone, column]
    k = first
    while w.marks[r, k, SINGLE] == 0:
        k -= 1
    side, here, fact = 0, m.route[r, BEGIN_AT], True
    if k > 0:
        v = s.seq[r, k - 1]
        here, fact = m.visit[v, PLACE], m.visit[v, FACT] != NEVER
    owed = m.route[r, BREAK_TO] - m.route[r, BREAK_FROM]
    pick_up(s, w, r, k)
    while k < n:
        v = s.seq[r, k]
        side = step(m, w, r, v, here, s.spot[v, RELEASE], owed, side, fact)
        if w.out[COUNT0 + side] == 0:
            return refresh(m, s, w, r)
        k += 1
        if k > last and same_as_marked(s, w, r, k, side):
            return rejoin(m, s, w, r, k, side, first, last)
        write_mark(s, w, r, k, side)
        here, fact = m.visit[v, PLACE], m.visit[v, FACT] != NEVER
    cost = finish(m, w, r, here, owed, side, fact)
    if cost < 0:
        return refresh(m, s, w, r)
    return enter(m, s, w, r, first, last, cost)


@compiled
def rejoin(
    m: Numbers, s: State, w: Work, r: int, k: int, side: int, first: int, last: int
) -> int:
    """From the stop k on all is as before, only what was spent so far has changed."""
    more = w.label[side, 0, PRICE] - s.mark[r, k, SPENT]
    for j in range(k, s.day[r, SIZE] + 1):
        s.mark[r, j, SPENT] += more
    return enter(m, s, w, r, first, last, s.day[r, COST] + more)


@compiled
def pick_up(s: State, w: Work, r: int, k: int) -> None:
    """Stand where the route stands after k stops, of which the marks know all."""
    w.out[COUNT0], w.label[0, 0, TRAIL] = 1, 0
    w.label[0, 0, TIME], w.label[0, 0, PRICE] = s.mark[r, k, LEAVE], s.mark[r, k, SPENT]
    w.label[0, 0, RESTED] = s.mark[r, k, TAKEN]


@compiled
def same_as_marked(s: State, w: Work, r: int, k: int, side: int) -> bool:
    """Is the only way to have come so far the one that stood there before?"""
    return bool(
        w.out[COUNT0 + side] == 1
        and s.mark[r, k, SINGLE] == 1
        and w.label[side, 0, TIME] == s.mark[r, k, LEAVE]
        and w.label[side, 0, RESTED] == s.mark[r, k, TAKEN]
    )


@compiled
def enter(
    m: Numbers, s: State, w: Work, r: int, first: int, last: int, cost: int
) -> int:
    """Positions, places and latest starts of a route that has changed between two
    stops; what routes share is written in the books."""
    worst = note_late(m, s, r) if m.worst_price > 0 else 0
    if worst < 0:
        worst = worst_retold(m, s, w, r)
    for k in range(first, s.day[r, SIZE]):
        s.spot[s.seq[r, k], POSITION] = k
    note_places(m, s, r, first, last)
    s.total[ALL] += cost - s.day[r, COST]
    s.day[r, COST], s.day[r, STALE] = cost, 0
    if m.fair_price + m.worst_price > 0:
        write_books(m, s, r, load_of(m, r, s.seq[r], s.day[r, SIZE]), worst)
    return cost
