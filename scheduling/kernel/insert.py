"""Where a visit, or a crew of visits, fits best into the routes."""

from __future__ import annotations

from scheduling.kernel.bounds import refresh
from scheduling.kernel.compiled import compiled
from scheduling.kernel.couple import (
    begin_trial,
    has_links,
    is_coupled,
    join,
    partner,
    partner_placed,
    settle,
    traced,
)
from scheduling.kernel.dice import chance
from scheduling.kernel.numbers import (
    ASKED,
    ASKED_IN,
    ASKED_LIST,
    BEFORE,
    BEGIN_AT,
    BEGINS,
    BEGUN,
    COST,
    DURATION,
    EXTRA,
    FINISH_AT,
    FIXED,
    FOUND_AT,
    FOUND_DELTA,
    FOUND_ROUTE,
    HIGH,
    KIND,
    KIND_ASKED_IN,
    LEAVE,
    LIMIT,
    LINK_FROM,
    LINK_TO,
    LISTED,
    MUST_BEGIN,
    NEVER,
    OPEN_FROM,
    OPEN_TO,
    OUT_TRAIL,
    PLACE,
    PROFILE,
    REFUSED,
    ROUTE,
    SIZE,
    STALE,
    TIMED,
    TIMED_HERE,
    UNREACHABLE,
    WHAT,
    WINDOW_TO,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.sim import first_start, leg_cost, with_one_more
from scheduling.kernel.state import put_in, stock_allows, take_from, touch

# With so few routes to choose from all of them are asked.
ASK_ALL = 25
# Else those of so many neighbours, and the empty ones with the nearest homes.
ASK_NEAR = 40


@compiled
def ask(m: Numbers, s: State, w: Work, r: int, v: int) -> None:
    """List a route once if v may go there; of equal empty ones only the first."""
    if m.fit[r, v] < 0 or w.route[r, ASKED_IN] == w.out[ASKED]:
        return
    if s.day[r, SIZE] == 0:
        kind = m.route[r, KIND]
        if w.route[kind, KIND_ASKED_IN] == w.out[ASKED]:
            return
        w.route[kind, KIND_ASKED_IN] = w.out[ASKED]
    w.route[r, ASKED_IN] = w.out[ASKED]
    w.lists[ASKED_LIST, w.out[LISTED]] = r
    w.out[LISTED] += 1


@compiled
def list_routes(m: Numbers, s: State, w: Work, v: int, every: bool) -> None:
    """Routes worth asking for v: all of few, else those of its neighbours and homes."""
    w.out[ASKED] += 1
    w.out[LISTED] = 0
    first, last = m.visit[v, OPEN_FROM], m.visit[v, OPEN_TO]
    if every or last - first <= ASK_ALL:
        for k in range(first, last):
            ask(m, s, w, m.opens[k], v)
        return
    for k in range(min(ASK_NEAR, m.near.shape[1])):
        r = s.spot[m.near[v, k], ROUTE]
        if r >= 0:
            ask(m, s, w, r, v)
    for k in range(m.homes.shape[1]):
        kind = m.homes[v, k]
        if kind < 0:
            break
        # The first empty route of this kind, or the only one there is.
        r = kind
        while s.day[r, SIZE] > 0 and m.kinds[r] >= 0:
            r = m.kinds[r]
        ask(m, s, w, r, v)


@compiled
def best_place(m: Numbers, s: State, w: Work, v: int, bound: int, blink: float) -> int:
    """The listed route in which v adds least, below `bound`; `FOUND_...` say where."""
    w.out[FOUND_DELTA], w.out[FOUND_ROUTE] = bound, -1
    tied = has_links(m, v) and partner_placed(m, s, v)
    for i in range(w.out[LISTED]):
        r = w.lists[ASKED_LIST, i]
        if stock_allows(m, s, v, r):
            scan(m, s, w, v, r, tied, blink)
    return int(w.out[FOUND_ROUTE])


@compiled
def scan(
    m: Numbers, s: State, w: Work, v: int, r: int, tied: bool, blink: float
) -> None:
    """Try v at every place of route r; a cheaper one than found so far is kept."""
    if s.day[r, SIZE] >= s.seq.shape[1]:
        return
    if s.day[r, STALE] > 0:
        refresh(m, s, w, r)
    coupled = tied or is_coupled(m, s, r)
    plain = m.visit[v, TIMED] + s.day[r, TIMED_HERE] == 0
    n, last = s.day[r, SIZE], m.windows[m.fits[m.fit[r, v], WINDOW_TO] - 1, HIGH]
    if not plain and not coupled:
        w.line[0] = v
        for k in range(n):
            w.line[k + 1] = s.seq[r, k]
    for at in range(n + 1):
        if at > 0 and not plain and not coupled:
            w.line[at - 1], w.line[at] = w.line[at], w.line[at - 1]
        if s.mark[r, at, LEAVE] > last:
            continue
        delta = least(m, s, v, r, at, w.out[FOUND_DELTA])
        if delta >= w.out[FOUND_DELTA] or chance(w) < blink:
            continue
        if coupled:
            delta = try_coupled(m, s, w, v, r, at, tied)
        elif not plain:
            cost = with_one_more(m, s, w, r, at)
            delta = NEVER if cost < 0 else cost - s.day[r, COST]
        if delta < w.out[FOUND_DELTA]:
            w.out[FOUND_DELTA], w.out[FOUND_ROUTE], w.out[FOUND_AT] = delta, r, at


@compiled
def least(m: Numbers, s: State, v: int, r: int, at: int, bound: int) -> int:
    """Price of the detour to v at this place, `NEVER` if there cannot be room.

    It is the whole price where nothing but windows decides about times.
    """
    n, profile, there = s.day[r, SIZE], m.route[r, PROFILE], m.visit[v, PLACE]
    here = m.route[r, BEGIN_AT] if at == 0 else m.visit[s.seq[r, at - 1], PLACE]
    onward = m.route[r, FINISH_AT] if at == n else m.visit[s.seq[r, at], PLACE]
    into, way = int(m.seconds[profile, here, there]), 0
    if into >= UNREACHABLE:
        return NEVER
    fit = m.fit[r, v]
    delta = leg_cost(m, r, here, there, into) + m.fits[fit, EXTRA]
    if onward >= 0:
        way = int(m.seconds[profile, there, onward])
        delta += leg_cost(m, r, there, onward, way)
        if n > 0:
            direct = int(m.seconds[profile, here, onward])
            delta -= leg_cost(m, r, here, onward, direct)
    if n == 0:
        delta += m.route[r, FIXED]
    if delta >= bound:
        return NEVER
    arrive = s.mark[r, at, LEAVE] + into
    start = first_start(m, fit, arrive, m.route[r, LIMIT])
    if start + m.visit[v, DURATION] + way > s.mark[r, at, MUST_BEGIN]:
        return NEVER
    return int(delta)


@compiled
def same_starts(m: Numbers, s: State, w: Work) -> bool:
    """Do the linked visits of the route just traced start as before?"""
    at = w.out[OUT_TRAIL]
    while at > 0:
        v = w.trace[at, WHAT]
        if v >= 0 and has_links(m, v) and s.spot[v, BEGINS] != w.trace[at, BEGUN]:
            return False
        at = w.trace[at, BEFORE]
    return True


@compiled
def try_coupled(
    m: Numbers, s: State, w: Work, v: int, r: int, at: int, tied: bool
) -> int:
    """What v at this place adds to all routes that wait for each other."""
    bound, before = w.out[FOUND_DELTA], s.day[r, COST]
    put_in(m, s, v, r, at)
    cost = traced(m, s, w, r, s.seq[r], s.day[r, SIZE])
    # What others are pushed to only adds to the price of the route itself.
    if cost < 0 or cost - before >= bound:
        delta = NEVER
    elif not tied and not has_links(m, v) and same_starts(m, s, w):
        delta = cost - before
    else:
        begin_trial(w)
        join(w, r)
        added = settle(m, s, w, bound, False)
        delta = NEVER if added == REFUSED else added - NEVER
    take_from(m, s, v)
    s.day[r, STALE] = 0
    return delta


@compiled
def put(m: Numbers, s: State, w: Work, v: int, r: int, at: int) -> bool:
    """Put v into route r for good; False, and nothing changed, if a rule breaks."""
    touch(s, w, r)
    put_in(m, s, v, r, at)
    if has_links(m, v) or is_coupled(m, s, r):
        begin_trial(w)
        join(w, r)
        done = settle(m, s, w, NEVER, True) != REFUSED
    else:
        done = refresh(m, s, w, r) >= 0
    if not done:
        take_from(m, s, v)
        refresh(m, s, w, r)
    return done


@compiled
def pull(m: Numbers, s: State, w: Work, v: int) -> bool:
    """Take v out for good; False if what stays breaks a rule (the state is spoilt)."""
    r = s.spot[v, ROUTE]
    touch(s, w, r)
    begin_trial(w)
    for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
        join(w, s.spot[partner(m, k, v), ROUTE])
    take_from(m, s, v)
    join(w, r)
    return settle(m, s, w, NEVER, True) != REFUSED
