"""Routes that wait for each other: crews and sequences, timed together.

Every link bounds two starts from below (a late start of one pushes the other), so the
earliest common times are the least fixed point: raise, simulate, repeat until still.
"""

from __future__ import annotations

from scheduling.kernel.beside import worst_added_by_members, worst_of
from scheduling.kernel.bounds import refresh
from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import (
    BEFORE,
    BEGINS,
    BEGUN,
    COST,
    CREW,
    FACT,
    KEEP,
    LINK_FROM,
    LINK_TO,
    LINKED_HERE,
    MAX,
    MEMBER_IN,
    MEMBER_LIST,
    MEMBERS,
    MIN,
    NEVER,
    NEW_COST,
    NEW_WORST,
    OLD_BEGINS,
    OLD_RELEASE,
    OUT_TRAIL,
    PERSON,
    QUEUE,
    QUEUED,
    REFUSED,
    RELEASE,
    ROUTE,
    SAME,
    SIZE,
    TRIAL,
    WHAT,
    WORST,
    A,
    B,
    Ints,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.sim import simulate
from scheduling.kernel.state import touch


@compiled
def has_links(m: Numbers, v: int) -> bool:
    return bool(m.visit[v, LINK_TO] > m.visit[v, LINK_FROM])


@compiled
def partner(m: Numbers, k: int, v: int) -> int:
    """The other visit of a link of v; k counts through `link_of`."""
    link = m.link_of[k]
    first, second = m.links[link, A], m.links[link, B]
    return int(second if first == v else first)


@compiled
def partner_placed(m: Numbers, s: State, v: int) -> bool:
    for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
        if s.spot[partner(m, k, v), ROUTE] >= 0:
            return True
    return False


@compiled
def is_coupled(m: Numbers, s: State, r: int) -> bool:
    """Does route r hold a visit whose link partner is placed?"""
    if s.day[r, LINKED_HERE] == 0:
        return False
    found = False
    for i in range(s.day[r, SIZE]):
        found = found or partner_placed(m, s, s.seq[r, i])
    return found


@compiled
def begin_trial(w: Work) -> None:
    """No route takes part yet in what `settle` will time."""
    w.out[TRIAL] += 1
    w.out[MEMBERS] = 0


@compiled
def join(w: Work, r: int) -> None:
    """Route r takes part."""
    if r >= 0 and w.route[r, MEMBER_IN] != w.out[TRIAL]:
        w.route[r, MEMBER_IN] = w.out[TRIAL]
        w.lists[MEMBER_LIST, w.out[MEMBERS]] = r
        w.out[MEMBERS] += 1


@compiled
def traced(m: Numbers, s: State, w: Work, r: int, seq: Ints, n: int) -> int:
    """Simulate and keep what happened, for `unwind`."""
    w.out[KEEP] = 1
    cost = simulate(m, s, w, r, seq, n, False)
    w.out[KEEP] = 0
    return cost


@compiled
def people_fit(m: Numbers, s: State, link: int) -> bool:
    """A crew is two people; some sequences are one."""
    a, b = m.links[link, A], m.links[link, B]
    if m.visit[a, FACT] != NEVER and m.visit[b, FACT] != NEVER:
        return True
    first = m.route[s.spot[a, ROUTE], PERSON]
    second = m.route[s.spot[b, ROUTE], PERSON]
    if m.links[link, CREW] > 0:
        return bool(first != second)
    return bool(first == second or m.links[link, SAME] == 0)


@compiled
def gather(m: Numbers, s: State, w: Work) -> bool:
    """Let all routes take part that are tied to one that does; False: wrong people."""
    i = 0
    while i < w.out[MEMBERS]:
        r = w.lists[MEMBER_LIST, i]
        i += 1
        if s.day[r, LINKED_HERE] == 0:
            continue
        for at in range(s.day[r, SIZE]):
            v = s.seq[r, at]
            for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
                home = s.spot[partner(m, k, v), ROUTE]
                if home >= 0:
                    join(w, home)
                    if not people_fit(m, s, m.link_of[k]):
                        return False
    return True


@compiled
def sort_members(w: Work) -> None:
    """Put the members in order of their routes.

    Where breaks may be taken at several places the common times can depend on the
    order of raising; so the order may not depend on how the routes came about.
    """
    for i in range(1, w.out[MEMBERS]):
        r, j = w.lists[MEMBER_LIST, i], i - 1
        while j >= 0 and w.lists[MEMBER_LIST, j] > r:
            w.lists[MEMBER_LIST, j + 1] = w.lists[MEMBER_LIST, j]
            j -= 1
        w.lists[MEMBER_LIST, j + 1] = r


@compiled
def release_all(m: Numbers, s: State, w: Work, back: bool) -> None:
    """Set the linked visits of the members free, or hold them back as before."""
    for i in range(w.out[MEMBERS]):
        r = w.lists[MEMBER_LIST, i]
        if s.day[r, LINKED_HERE] == 0:
            continue
        for at in range(s.day[r, SIZE]):
            v = s.seq[r, at]
            if back:
                s.spot[v, RELEASE] = w.visit[v, OLD_RELEASE]
                s.spot[v, BEGINS] = w.visit[v, OLD_BEGINS]
            else:
                w.visit[v, OLD_RELEASE] = s.spot[v, RELEASE]
                w.visit[v, OLD_BEGINS] = s.spot[v, BEGINS]
                s.spot[v, RELEASE] = s.spot[v, BEGINS] = -NEVER


@compiled
def read_starts(m: Numbers, s: State, w: Work) -> None:
    """Starts of the linked visits in the route that was just traced."""
    at = w.out[OUT_TRAIL]
    while at > 0:
        v = w.trace[at, WHAT]
        if v >= 0 and has_links(m, v):
            s.spot[v, BEGINS] = w.trace[at, BEGUN]
        at = w.trace[at, BEFORE]


@compiled
def raise_release(s: State, w: Work, v: int, earliest: int, last: int) -> int:
    """Hold v back and queue its route once; the new end of the queue."""
    s.spot[v, RELEASE] = earliest
    r = s.spot[v, ROUTE]
    if w.route[r, QUEUED] == 0:
        w.route[r, QUEUED] = 1
        w.lists[QUEUE, last % w.out[MEMBERS]] = r
        last += 1
    return last


@compiled
def push(m: Numbers, s: State, w: Work, r: int, last: int) -> int:
    """Raise what the starts in route r call for; the new end of the queue."""
    for at in range(s.day[r, SIZE]):
        v = s.seq[r, at]
        for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
            link = m.link_of[k]
            a, b = m.links[link, A], m.links[link, B]
            first, second = s.spot[a, BEGINS], s.spot[b, BEGINS]
            if first == -NEVER or second == -NEVER:
                continue
            if m.visit[a, FACT] != NEVER and m.visit[b, FACT] != NEVER:
                continue
            low, high = m.links[link, MIN], m.links[link, MAX]
            if second < first + low:
                last = raise_release(s, w, b, first + low, last)
            if first < second - high:
                last = raise_release(s, w, a, second - high, last)
    return last


@compiled
def relax(m: Numbers, s: State, w: Work, bound: int) -> int:
    """Time the members until nothing moves; what that adds, `REFUSED` if too much."""
    members = w.out[MEMBERS]
    for i in range(members):
        r = w.lists[MEMBER_LIST, i]
        w.lists[QUEUE, i], w.route[r, QUEUED] = r, 1
        w.route[r, NEW_COST], w.route[r, NEW_WORST] = s.day[r, COST], s.day[r, WORST]
    first, last = 0, members
    # A cycle of lags would push for ever; real days settle in a few rounds.
    while first < last and first < 12 * members + 24:
        r = w.lists[QUEUE, first % members]
        first += 1
        w.route[r, QUEUED] = 0
        cost = traced(m, s, w, r, s.seq[r], s.day[r, SIZE])
        if cost < 0 or cost - s.day[r, COST] >= bound:
            return REFUSED
        w.route[r, NEW_COST] = cost
        if m.worst_price > 0:
            w.route[r, NEW_WORST] = worst_of(m, w)
        if s.day[r, LINKED_HERE] > 0:
            read_starts(m, s, w)
            last = push(m, s, w, r, last)
    if first < last:
        return REFUSED
    total = worst_added_by_members(m, s, w)
    for i in range(members):
        r = w.lists[MEMBER_LIST, i]
        total += w.route[r, NEW_COST] - s.day[r, COST]
    # A route may also get cheaper, so the sum is shifted to tell it from a refusal.
    return total + NEVER


@compiled
def settle(m: Numbers, s: State, w: Work, bound: int, keep: bool) -> int:
    """Time the members and all they are linked to: cost added plus `NEVER`.

    `REFUSED` when it cannot be or costs `bound` more; then, and without `keep`, all
    releases stay as they were. Routes changed by the caller are touched already.
    """
    if not gather(m, s, w):
        return REFUSED
    sort_members(w)
    if keep:
        for i in range(w.out[MEMBERS]):
            touch(s, w, w.lists[MEMBER_LIST, i])
    release_all(m, s, w, False)
    added = relax(m, s, w, bound)
    if added == REFUSED or not keep:
        release_all(m, s, w, True)
        return added
    for i in range(w.out[MEMBERS]):
        refresh(m, s, w, w.lists[MEMBER_LIST, i])
    return added
