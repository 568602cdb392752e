"""Take visits out where they are near each other, so that they can be put anew."""

from __future__ import annotations

from scheduling.kernel.bounds import shrink
from scheduling.kernel.compiled import compiled
from scheduling.kernel.couple import (
    FALL,
    begin_trial,
    bring_partners,
    join,
    partner,
    settle,
    stop_of,
)
from scheduling.kernel.dice import below, chance
from scheduling.kernel.numbers import (
    CREW,
    FACT,
    GONE,
    GONE_IN,
    GONE_LIST,
    LEFT_OUT,
    LINK_FROM,
    LINK_TO,
    LINKED_HERE,
    MEMBER_FROM,
    MEMBER_IN,
    MEMBER_TO,
    MEMBERS,
    NEVER,
    POSITION,
    REFUSED,
    ROUND,
    ROUTE,
    SAVED_IN,
    SIZE,
    STALE,
    TOUCHED,
    TOUCHED_LIST,
    TRIAL,
    UNIT,
    A,
    Floats,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.params import LONGEST, MEAN_REMOVED, SPLIT, STAY
from scheduling.kernel.state import take_from, touch


@compiled
def go(m: Numbers, s: State, w: Work, v: int) -> None:
    """List a visit that leaves, once; frozen ones stay."""
    if s.spot[v, ROUTE] < 0 or m.visit[v, FACT] != NEVER:
        return
    if w.visit[v, GONE_IN] != w.out[ROUND]:
        w.visit[v, GONE_IN] = w.out[ROUND]
        w.lists[GONE_LIST, w.out[GONE]] = v
        w.out[GONE] += 1


@compiled
def go_together(m: Numbers, s: State, w: Work) -> None:
    """Add crew mates of those who leave, and what must follow them."""
    i = 0
    while i < w.out[GONE]:
        v = w.lists[GONE_LIST, i]
        i += 1
        if m.visit[v, LINK_TO] == m.visit[v, LINK_FROM]:
            continue
        unit = m.visit[v, UNIT]
        for k in range(m.units[unit, MEMBER_FROM], m.units[unit, MEMBER_TO]):
            go(m, s, w, m.members[k])
        for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
            link = m.link_of[k]
            if m.links[link, CREW] == 0 and m.links[link, A] == v:
                go(m, s, w, partner(m, k, v))


@compiled
def cut_string(
    m: Numbers, s: State, w: Work, p: Floats, r: int, at: int, longest: float
) -> None:
    """A run of the route around a position; now and then a few in its middle stay."""
    n = s.day[r, SIZE]
    length, keep = 1 + int(chance(w) * min(float(n), longest)), 0
    length = min(n, length)
    if 1 < length < n and chance(w) < p[SPLIT]:
        keep = 1
        while length + keep < n and chance(w) > p[STAY]:
            keep += 1
    span = length + keep
    low, high = max(0, at - span + 1), min(at, n - span)
    first = low + below(w, high - low + 1)
    cut = 1 + below(w, length - 1) if keep > 0 else span
    for k in range(span):
        if k < cut or k >= cut + keep:
            go(m, s, w, s.seq[r, first + k])


@compiled
def choose(m: Numbers, s: State, w: Work, p: Floats) -> None:
    """List strings of neighbouring visits from neighbouring routes."""
    w.out[GONE] = 0
    visits, used = s.spot.shape[0], 0
    placed = visits - s.total[LEFT_OUT]
    for r in range(s.day.shape[0]):
        if s.day[r, SIZE] > 0:
            used += 1
    if placed == 0:
        return
    longest = min(p[LONGEST], placed / used)
    most = 4.0 * p[MEAN_REMOVED] / (1.0 + longest) - 1.0
    strings = 1 + int(chance(w) * max(1.0, most))
    seed = below(w, visits)
    for k in range(-1, m.near.shape[1]):
        if strings == 0:
            return
        v = seed if k < 0 else m.near[seed, k]
        r = s.spot[v, ROUTE]
        if r >= 0 and w.route[r, SAVED_IN] != w.out[ROUND]:
            touch(s, w, r)
            cut_string(m, s, w, p, r, s.spot[v, POSITION], longest)
            strings -= 1


@compiled
def take_out(m: Numbers, s: State, w: Work) -> bool:
    """Remove the listed visits; False if what stays breaks a rule."""
    begin_trial(w)
    for i in range(w.out[GONE]):
        v = w.lists[GONE_LIST, i]
        r = s.spot[v, ROUTE]
        touch(s, w, r)
        if s.day[r, LINKED_HERE] > 0:
            join(s, w, r, stop_of(s, v), 0)
            bring_partners(m, s, w, v, FALL)
    for i in range(w.out[GONE]):
        take_from(m, s, w.lists[GONE_LIST, i])
    for i in range(w.out[TOUCHED]):
        r = w.lists[TOUCHED_LIST, i]
        apart = w.route[r, MEMBER_IN] != w.out[TRIAL]
        if apart and s.day[r, STALE] > 0 and shrink(m, s, w, r) < 0:
            return False
    return w.out[MEMBERS] == 0 or settle(m, s, w, NEVER, FALL, True) != REFUSED
