"""Where a visit, or a crew of visits, fits best into the routes."""

from __future__ import annotations

from scheduling.kernel.beside import fair_added, fair_added_at, worst_added, worst_of
from scheduling.kernel.bounds import grow, refresh
from scheduling.kernel.compiled import compiled
from scheduling.kernel.couple import (
    RISE,
    begin_trial,
    bring_partners,
    has_links,
    is_coupled,
    join,
    partner,
    partner_placed,
    people_fit,
    redo,
    settle,
    stop_of,
    traced,
)
from scheduling.kernel.dice import chance
from scheduling.kernel.numbers import (
    ASKED,
    ASKED_IN,
    ASKED_LIST,
    BEGINS,
    BREAK_FROM,
    BREAK_TO,
    COST,
    DIRECT,
    DUE,
    DURATION,
    EXTRA,
    FACT,
    FINISH_AT,
    FIXED,
    FOUND_AT,
    FOUND_DELTA,
    FOUND_ROUTE,
    HERE,
    HIGH,
    KIND,
    KIND_ASKED_IN,
    LEAVE,
    LIMIT,
    LINK_FROM,
    LINK_TO,
    LISTED,
    LOW,
    MAX,
    METRE_PRICE,
    MIN,
    MUST_BEGIN,
    NEVER,
    OPEN_FROM,
    OPEN_TO,
    OUT_WORST,
    OVERTIME,
    PLACE,
    PROFILE,
    PROMISING,
    REFUSED,
    RELEASE,
    ROUTE,
    SECOND_PRICE,
    SIZE,
    STALE,
    TIMED,
    TIMED_HERE,
    UNREACHABLE,
    WINDOW_FROM,
    WINDOW_TO,
    WORST_OF_ALL,
    A,
    B,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.sim import first_start, lateness, with_one_more
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
    w.out[FOUND_DELTA], w.out[FOUND_ROUTE], w.out[PROMISING] = bound, -1, 0
    tied = has_links(m, v) and partner_placed(m, s, v)
    for i in range(w.out[LISTED]):
        r = w.lists[ASKED_LIST, i]
        if stock_allows(m, s, v, r):
            scan(m, s, w, v, r, tied, blink)
    try_promising(m, s, w, v, tied)
    return int(w.out[FOUND_ROUTE])


@compiled
def scan(
    m: Numbers, s: State, w: Work, v: int, r: int, tied: bool, blink: float
) -> None:
    """List the places of route r that may be cheaper for v than what was found."""
    if s.day[r, SIZE] >= s.seq.shape[1]:
        return
    if s.day[r, STALE] > 0:
        refresh(m, s, w, r)
    timed = m.visit[v, TIMED] + s.day[r, TIMED_HERE] > 0
    exact = not (timed or tied or is_coupled(m, s, r))
    earliest = held_until(m, s, v) if tied else -NEVER
    scan_places(m, s, w, v, r, exact, tied, earliest, blink)


@compiled
def try_promising(m: Numbers, s: State, w: Work, v: int, tied: bool) -> None:
    """Work out the listed places, those with the shortest detour first."""
    while True:
        best, least = -1, w.out[FOUND_DELTA]
        for i in range(w.out[PROMISING]):
            if w.promising[i, 0] < least:
                best, least = i, w.promising[i, 0]
        if best < 0:
            return
        r, at = w.promising[best, 1], w.promising[best, 2]
        w.promising[best, 0] = NEVER
        if tied or is_coupled(m, s, r):
            delta = try_coupled(m, s, w, v, r, at, tied)
        else:
            delta = try_alone(m, s, w, v, r, at)
        if delta < w.out[FOUND_DELTA]:
            w.out[FOUND_DELTA], w.out[FOUND_ROUTE], w.out[FOUND_AT] = delta, r, at


@compiled
def try_alone(m: Numbers, s: State, w: Work, v: int, r: int, at: int) -> int:
    """What v at this place adds to a route that waits for nobody."""
    for k in range(s.day[r, SIZE] + 1):
        w.line[k] = s.seq[r, k] if k < at else v if k == at else s.seq[r, k - 1]
    n = s.day[r, SIZE] + 1
    cost = with_one_more(m, s, w, r, at)
    if cost < 0:
        return NEVER
    if m.worst_price > 0 and w.out[OUT_WORST] < 0:
        traced(m, s, w, r, w.line, n)
        w.out[OUT_WORST] = worst_of(m, w)
    beside = fair_added(m, s, r, w.line, n) + worst_added(m, s, w, r)
    return int(cost - s.day[r, COST] + beside)


@compiled
def scan_places(
    m: Numbers,
    s: State,
    w: Work,
    v: int,
    r: int,
    exact: bool,
    tied: bool,
    earliest: int,
    blink: float,
) -> None:
    """The loop that most of the time is spent in: what it reads lies side by side."""
    n, profile, there = s.day[r, SIZE], m.route[r, PROFILE], m.visit[v, PLACE]
    mark, fit, home = s.mark[r], m.fit[r, v], m.route[r, FINISH_AT]
    back, onto = m.back[profile, there], m.seconds[profile, there]
    price, metred = m.route[r, SECOND_PRICE], m.route[r, METRE_PRICE] > 0
    fair = m.fair_price > 0
    first, last = m.fits[fit, WINDOW_FROM], m.fits[fit, WINDOW_TO] - 1
    opening, closing = max(earliest, m.windows[first, LOW]), m.windows[last, HIGH]
    duration, limit = m.visit[v, DURATION], m.route[r, LIMIT]
    extra = m.fits[fit, EXTRA] + (m.route[r, FIXED] if n == 0 else 0)
    calm = is_calm(m, r) and not (tied and shares_person(m, s, v, r))
    for at in range(n + 1):
        here = mark[at, HERE]
        into = int(back[here])
        onward = home if at == n else mark[at + 1, HERE]
        way = int(onto[onward]) if onward >= 0 else 0
        delta = (into + way) * price + extra - mark[at, DIRECT]
        if metred:
            delta += metre_cost(m, r, here, there, onward)
        if fair:
            delta += fair_added_at(m, s, r, v, here, onward)
        start = max(mark[at, LEAVE] + into, opening)
        if delta >= w.out[FOUND_DELTA] or start > closing:
            continue
        if first < last:
            start = first_start(m, fit, start, limit)
        if start + duration + way > mark[at, MUST_BEGIN]:
            continue
        if into >= UNREACHABLE or way >= UNREACHABLE or chance(w) < blink:
            continue
        if exact:
            w.out[FOUND_DELTA], w.out[FOUND_ROUTE], w.out[FOUND_AT] = delta, r, at
        else:
            onto_next = start + duration + way
            delta += late_at_least(m, s, v, r, at, start, onto_next, tied)
            if delta >= w.out[FOUND_DELTA]:
                continue
            if calm and delays_nobody(m, s, v, r, at, start, onto_next, tied):
                w.out[FOUND_DELTA], w.out[FOUND_ROUTE], w.out[FOUND_AT] = delta, r, at
            else:
                k = w.out[PROMISING]
                w.promising[k, 0], w.out[PROMISING] = delta, k + 1
                w.promising[k, 1], w.promising[k, 2] = r, at


@compiled
def late_at_least(
    m: Numbers, s: State, v: int, r: int, at: int, start: int, onward: int, tied: bool
) -> int:
    """What lateness costs more for sure with v starting then and the next stop being
    reached `onward`: where that is too dear already, nothing is timed."""
    cost, worst = lateness(m, v, start), start - m.visit[v, DUE]
    if m.told_price > 0 or m.route[r, BREAK_TO] > m.route[r, BREAK_FROM]:
        # Other stops may gain by a delay.
        return cost
    if at < s.day[r, SIZE]:
        other = s.seq[r, at]
        before = s.mark[r, at + 1, LEAVE] - m.visit[other, DURATION]
        if onward > before and m.visit[other, FACT] == NEVER:
            cost += lateness(m, other, onward) - lateness(m, other, before)
            worst = max(worst, onward - m.visit[other, DUE])
    if tied:
        for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
            other = partner(m, k, v)
            home, before = s.spot[other, ROUTE], s.spot[other, BEGINS]
            if home < 0 or home == r or before == -NEVER:
                continue
            pushed = pushed_to(m, k, v, start)
            if pushed > before and is_calm(m, home) and m.visit[other, FACT] == NEVER:
                cost += lateness(m, other, pushed) - lateness(m, other, before)
                worst = max(worst, pushed - m.visit[other, DUE])
    return int(cost + max(0, worst - s.total[WORST_OF_ALL]) * m.worst_price)


@compiled
def pushed_to(m: Numbers, k: int, v: int, start: int) -> int:
    """The earliest start of the partner when v starts then; k as in `partner`."""
    link = m.link_of[k]
    if m.links[link, A] == v:
        return int(start + m.links[link, MIN])
    return int(start - m.links[link, MAX])


@compiled
def is_calm(m: Numbers, r: int) -> bool:
    """Does a stop of route r cost the same however long it is waited for?"""
    owed = m.route[r, BREAK_TO] - m.route[r, BREAK_FROM]
    return bool(owed == 0 and m.route[r, OVERTIME] == 0 and m.told_price == 0)


@compiled
def shares_person(m: Numbers, s: State, v: int, r: int) -> bool:
    """Does route r belong to a wrong person for v, as the partners of v stand?"""
    home = s.spot[v, ROUTE]
    s.spot[v, ROUTE] = r
    fits = people_fit(m, s, v)
    s.spot[v, ROUTE] = home
    return not fits


@compiled
def delays_nobody(
    m: Numbers, s: State, v: int, r: int, at: int, start: int, onward: int, tied: bool
) -> bool:
    """Do all others start as before with v starting then, and the next stop of a calm
    route being reached `onward`?"""
    if at < s.day[r, SIZE]:
        other = s.seq[r, at]
        here, there = s.mark[r, at, HERE], m.visit[other, PLACE]
        way = int(m.seconds[m.route[r, PROFILE], here, there])
        before = s.mark[r, at + 1, LEAVE] - m.visit[other, DURATION]
        # A detour may be a short cut: then those behind it might start earlier.
        if not s.mark[r, at, LEAVE] + way <= onward <= before:
            return False
        if m.visit[other, FACT] != NEVER:
            return False
    if tied:
        for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
            other = partner(m, k, v)
            if s.spot[other, ROUTE] < 0:
                continue
            if pushed_to(m, k, v, start) > s.spot[other, BEGINS]:
                return False
    return True


@compiled
def metre_cost(m: Numbers, r: int, here: int, there: int, onward: int) -> int:
    """Price of the metres of a detour, without those of the direct way."""
    way = int(m.metres[m.route[r, PROFILE], here, there])
    if onward >= 0:
        way += int(m.metres[m.route[r, PROFILE], there, onward])
    return int(way * m.route[r, METRE_PRICE])


@compiled
def try_coupled(
    m: Numbers, s: State, w: Work, v: int, r: int, at: int, tied: bool
) -> int:
    """What v at this place adds to all routes that wait for each other."""
    begin_trial(w)
    put_in(m, s, v, r, at)
    s.day[r, STALE] = 0
    fair, added = fair_added(m, s, r, s.seq[r], s.day[r, SIZE]), REFUSED
    if not tied or people_fit(m, s, v):
        join(s, w, r, at, 1)
        if tied:
            s.spot[v, RELEASE] = max(s.spot[v, RELEASE], held_until(m, s, v))
        added = settle(m, s, w, w.out[FOUND_DELTA] - fair, RISE, False)
    take_from(m, s, v)
    s.day[r, STALE] = 0
    return NEVER if added == REFUSED else int(added - NEVER + fair)


@compiled
def held_until(m: Numbers, s: State, v: int) -> int:
    """When the partners of v, as they stand, let it start."""
    earliest = -NEVER
    for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
        start = s.spot[partner(m, k, v), BEGINS]
        if start == -NEVER:
            continue
        link = m.link_of[k]
        if m.links[link, B] == v:
            start += m.links[link, MIN]
        else:
            start -= m.links[link, MAX]
        earliest = max(earliest, start)
    return earliest


@compiled
def put(m: Numbers, s: State, w: Work, v: int, r: int, at: int, how: int) -> bool:
    """Put v into route r for good; False, and nothing changed, if a rule breaks."""
    touch(s, w, r)
    begin_trial(w)
    join(s, w, r, 0, 0)
    fresh = s.day[r, STALE] == 0
    put_in(m, s, v, r, at)
    done = people_fit(m, s, v)
    if done and fresh:
        done = grow(m, s, w, r, at) >= 0
    done = done and settle(m, s, w, NEVER, how, True) != REFUSED
    if not done:
        take_from(m, s, v)
        redo(m, s, w)
    return done


@compiled
def pull(m: Numbers, s: State, w: Work, v: int, how: int) -> bool:
    """Take v out for good; False if what stays breaks a rule (the state is spoilt)."""
    r = s.spot[v, ROUTE]
    touch(s, w, r)
    begin_trial(w)
    join(s, w, r, stop_of(s, v), 0)
    bring_partners(m, s, w, v, how)
    take_from(m, s, v)
    return settle(m, s, w, NEVER, how, True) != REFUSED
