"""Put visits back one by one, each where it is cheapest, in a drawn order."""

from __future__ import annotations

from scheduling.kernel.compiled import compiled
from scheduling.kernel.couple import FALL, RISE, has_links, partner, partner_placed
from scheduling.kernel.dice import chance
from scheduling.kernel.insert import (
    best_place,
    list_routes,
    pull,
    put,
    scan,
    try_promising,
)
from scheduling.kernel.numbers import (
    ALL,
    ASKED_LIST,
    BEST_AT,
    BEST_ROUTE,
    CHOICE,
    CREW,
    DEMAND,
    DROP,
    EARLY,
    FAR,
    FOUND_AT,
    FOUND_DELTA,
    FOUND_ROUTE,
    GONE,
    GONE_LIST,
    LATEST,
    LEFT_OUT,
    LINK_FROM,
    LINK_TO,
    LISTED,
    MEMBER_FROM,
    MEMBER_TO,
    NEVER,
    NOW_AT,
    NOW_ROUTE,
    PLACE_ATS,
    PLACE_ROUTES,
    PROMISING,
    ROUND,
    ROUTE,
    SIZE,
    TURN,
    UNIT,
    UNIT_IN,
    UNIT_LIST,
    UNITS,
    WIDTH,
    WORTH,
    B,
    Floats,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.params import (
    BLINK,
    BY_CHANCE,
    BY_CHOICE,
    BY_DEMAND,
    BY_EARLY,
    BY_FAR,
    BY_LATEST,
    BY_NEAR,
    BY_WIDTH,
    BY_WORTH,
    JOIN,
    NEW_ROUTE,
    ORDERS,
)
from scheduling.kernel.state import stock_allows

# Places of the first member of a crew for which the others are tried.
CREW_STARTS = 8


@compiled
def add_unit(m: Numbers, w: Work, v: int) -> None:
    """List the unit of a visit once."""
    unit = m.visit[v, UNIT]
    first = m.members[m.units[unit, MEMBER_FROM]]
    if w.visit[first, UNIT_IN] != w.out[ROUND]:
        w.visit[first, UNIT_IN] = w.out[ROUND]
        w.lists[UNIT_LIST, w.out[UNITS]] = unit
        w.out[UNITS] += 1


@compiled
def list_units(m: Numbers, s: State, w: Work, p: Floats) -> None:
    """Units that were taken out, and some of the unplaced, in turn."""
    w.out[UNITS] = 0
    for i in range(w.out[GONE]):
        add_unit(m, w, w.lists[GONE_LIST, i])
    left = s.total[LEFT_OUT] - w.out[GONE]
    most, visits = w.out[UNITS] + int(p[JOIN] + chance(w)), s.spot.shape[0]
    for _ in range(visits):
        if left <= 0 or w.out[UNITS] >= most:
            return
        v = w.out[TURN] = (w.out[TURN] + 1) % visits
        if s.spot[v, ROUTE] < 0:
            add_unit(m, w, v)


@compiled
def sort_key(m: Numbers, w: Work, unit: int, by: int) -> float:
    """What a unit is ordered by; chance decides between equals."""
    tie = chance(w)
    if by == BY_WORTH:
        return tie - float(m.units[unit, WORTH])
    if by == BY_CHOICE:
        return tie + float(m.units[unit, CHOICE])
    if by == BY_WIDTH:
        return tie + float(m.units[unit, WIDTH])
    if by == BY_DEMAND:
        return tie - float(m.units[unit, DEMAND])
    if by == BY_FAR:
        return tie - float(m.units[unit, FAR])
    if by == BY_NEAR:
        return tie + float(m.units[unit, FAR])
    if by == BY_EARLY:
        return tie + float(m.units[unit, EARLY])
    if by == BY_LATEST:
        return tie - float(m.units[unit, LATEST])
    return tie


@compiled
def draw_order(m: Numbers, w: Work, p: Floats) -> None:
    """Sort the listed units by a key that chance chooses; crews come first."""
    total = 0.0
    for k in range(ORDERS):
        total += p[BY_CHANCE + k]
    drawn, by = chance(w) * total, BY_CHANCE
    while by < BY_LATEST and drawn >= p[by]:
        drawn -= p[by]
        by += 1
    sort_units(m, w, by, chance(w) < 0.7)


@compiled
def sort_units(m: Numbers, w: Work, by: int, crews_first: bool) -> None:
    count = w.out[UNITS]
    for i in range(count):
        unit = w.lists[UNIT_LIST, i]
        key = sort_key(m, w, unit, by)
        linked = has_links(m, m.members[m.units[unit, MEMBER_FROM]])
        if linked and crews_first:
            key -= float(NEVER)
        j = i - 1
        while j >= 0 and w.key[0, j] > key:
            w.key[0, j + 1] = w.key[0, j]
            w.lists[UNIT_LIST, j + 1] = w.lists[UNIT_LIST, j]
            j -= 1
        w.key[0, j + 1], w.lists[UNIT_LIST, j + 1] = key, unit


@compiled
def is_ready(m: Numbers, s: State, unit: int) -> bool:
    """Is all that the unit must follow already placed, but for its own members?"""
    for i in range(m.units[unit, MEMBER_FROM], m.units[unit, MEMBER_TO]):
        v = m.members[i]
        for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
            link = m.link_of[k]
            tail, head = m.links[link, B] == v, partner(m, k, v)
            if m.links[link, CREW] > 0 or not tail or m.visit[head, UNIT] == unit:
                continue
            if s.spot[head, ROUTE] < 0:
                return False
    return True


@compiled
def put_back(m: Numbers, s: State, w: Work, p: Floats) -> None:
    """Insert every listed unit that is worth its price; heads before their tails."""
    force = p[NEW_ROUTE] > 0.0 and chance(w) < p[NEW_ROUTE]
    waiting = w.out[UNITS]
    while waiting > 0:
        later = 0
        for i in range(waiting):
            unit = w.lists[UNIT_LIST, i]
            if is_ready(m, s, unit):
                if not (force and in_new_route(m, s, w, unit)):
                    insert_unit(m, s, w, unit, p[BLINK], False)
                force = False
            else:
                w.lists[UNIT_LIST, later] = unit
                later += 1
        if later == waiting:
            return
        waiting = later


@compiled
def in_new_route(m: Numbers, s: State, w: Work, unit: int) -> bool:
    """Open an empty route with a single visit, whatever it costs."""
    v = m.members[m.units[unit, MEMBER_FROM]]
    if m.units[unit, MEMBER_TO] - m.units[unit, MEMBER_FROM] > 1:
        return False
    list_routes(m, s, w, v, False)
    for i in range(w.out[LISTED]):
        r = w.lists[ASKED_LIST, i]
        if s.day[r, SIZE] == 0 and stock_allows(m, s, v, r):
            return put(m, s, w, v, r, 0, RISE)
    return False


@compiled
def insert_unit(
    m: Numbers, s: State, w: Work, unit: int, blink: float, every: bool
) -> bool:
    """Place the whole unit for less than dropping it costs, or change nothing."""
    if m.units[unit, MEMBER_TO] - m.units[unit, MEMBER_FROM] > 1:
        return insert_crew(m, s, w, unit, blink, every)
    v = m.members[m.units[unit, MEMBER_FROM]]
    list_routes(m, s, w, v, every)
    r = best_place(m, s, w, v, m.visit[v, DROP], blink)
    return r >= 0 and put(m, s, w, v, r, w.out[FOUND_AT], RISE)


@compiled
def member(m: Numbers, unit: int, i: int, backwards: bool) -> int:
    """The i-th visit of a unit, from either end."""
    if backwards:
        return int(m.members[m.units[unit, MEMBER_TO] - 1 - i])
    return int(m.members[m.units[unit, MEMBER_FROM] + i])


@compiled
def insert_crew(
    m: Numbers, s: State, w: Work, unit: int, blink: float, every: bool
) -> bool:
    """Try the likeliest places of one member; the others follow its times."""
    size = m.units[unit, MEMBER_TO] - m.units[unit, MEMBER_FROM]
    backwards, first, before = chance(w) < 0.5, size, s.total[ALL]
    for i in range(size - 1, -1, -1):
        v = member(m, unit, i, backwards)
        w.visit[v, NOW_ROUTE] = w.visit[v, BEST_ROUTE] = -1
        if s.spot[v, ROUTE] < 0:
            first = i
    if first == size:
        return False
    best, v = before, member(m, unit, first, backwards)
    places = list_places(m, s, w, v, m.units[unit, WORTH], blink, every)
    for _ in range(min(places, CREW_STARTS)):
        i = cheapest(w, places)
        if w.key[1, i] >= best - before + m.units[unit, WORTH]:
            break
        w.key[1, i] = float(2 * NEVER)
        r, at = w.lists[PLACE_ROUTES, i], w.lists[PLACE_ATS, i]
        if not put_noted(m, s, w, v, r, at):
            continue
        total = follow(m, s, w, unit, first + 1, backwards, best, blink, every)
        if 0 <= total < best:
            best = total
            remember(m, w, unit)
        unfollow(m, s, w, unit, backwards)
    return best < before and replay(m, s, w, unit, backwards)


@compiled
def list_places(
    m: Numbers, s: State, w: Work, v: int, bound: int, blink: float, every: bool
) -> int:
    """The best place of v in each route that has one; how many there are."""
    list_routes(m, s, w, v, every)
    tied, places = partner_placed(m, s, v), 0
    for i in range(w.out[LISTED]):
        r = w.lists[ASKED_LIST, i]
        w.out[FOUND_DELTA], w.out[FOUND_ROUTE], w.out[PROMISING] = bound, -1, 0
        if stock_allows(m, s, v, r):
            scan(m, s, w, v, r, tied, blink)
            try_promising(m, s, w, v, tied)
        if w.out[FOUND_ROUTE] >= 0:
            w.lists[PLACE_ROUTES, places] = r
            w.lists[PLACE_ATS, places] = w.out[FOUND_AT]
            w.key[1, places] = w.out[FOUND_DELTA]
            places += 1
    return places


@compiled
def cheapest(w: Work, places: int) -> int:
    """Index of the cheapest place that has not been tried yet."""
    best = 0
    for i in range(1, places):
        if w.key[1, i] < w.key[1, best]:
            best = i
    return best


@compiled
def put_noted(m: Numbers, s: State, w: Work, v: int, r: int, at: int) -> bool:
    """Put v in and note where, for `remember` and `unfollow`."""
    if not put(m, s, w, v, r, at, RISE):
        return False
    w.visit[v, NOW_ROUTE], w.visit[v, NOW_AT] = r, at
    return True


@compiled
def follow(
    m: Numbers,
    s: State,
    w: Work,
    unit: int,
    first: int,
    backwards: bool,
    best: int,
    blink: float,
    every: bool,
) -> int:
    """Place the members from `first` on, each where it is cheapest; the last one is
    only told its place. The total with it, -1 if that is not below `best`."""
    size = m.units[unit, MEMBER_TO] - m.units[unit, MEMBER_FROM]
    left, last = best - s.total[ALL], -1
    for i in range(first, size):
        v = member(m, unit, i, backwards)
        if s.spot[v, ROUTE] < 0:
            left, last = left + m.visit[v, DROP], i
    for i in range(first, last + 1):
        v = member(m, unit, i, backwards)
        if s.spot[v, ROUTE] >= 0:
            continue
        list_routes(m, s, w, v, every)
        r = best_place(m, s, w, v, left, blink)
        if r < 0:
            return -1
        left -= w.out[FOUND_DELTA]
        if i == last:
            w.visit[v, NOW_ROUTE], w.visit[v, NOW_AT] = r, w.out[FOUND_AT]
        elif not put_noted(m, s, w, v, r, w.out[FOUND_AT]):
            return -1
    return int(best - left)


@compiled
def unfollow(m: Numbers, s: State, w: Work, unit: int, backwards: bool) -> None:
    """Take out again all that was noted, last in first out."""
    size = m.units[unit, MEMBER_TO] - m.units[unit, MEMBER_FROM]
    for i in range(size - 1, -1, -1):
        v = member(m, unit, i, backwards)
        if w.visit[v, NOW_ROUTE] >= 0 and s.spot[v, ROUTE] >= 0:
            pull(m, s, w, v, FALL)
        w.visit[v, NOW_ROUTE] = -1


@compiled
def remember(m: Numbers, w: Work, unit: int) -> None:
    """Keep the noted places as the best so far."""
    for k in range(m.units[unit, MEMBER_FROM], m.units[unit, MEMBER_TO]):
        v = m.members[k]
        w.visit[v, BEST_ROUTE] = w.visit[v, NOW_ROUTE]
        w.visit[v, BEST_AT] = w.visit[v, NOW_AT]


@compiled
def replay(m: Numbers, s: State, w: Work, unit: int, backwards: bool) -> bool:
    """Put the members at the best places, in the same order as they were tried."""
    size = m.units[unit, MEMBER_TO] - m.units[unit, MEMBER_FROM]
    for i in range(size):
        v = member(m, unit, i, backwards)
        r = w.visit[v, BEST_ROUTE]
        if r >= 0 and not put_noted(m, s, w, v, r, w.visit[v, BEST_AT]):
            unfollow(m, s, w, unit, backwards)
            return False
    return True
