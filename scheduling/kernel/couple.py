"""Routes that wait for each other: crews and sequences, timed together.

Every link bounds two starts from below (a late start of one pushes the other), so the
earliest common times are the least fixed point. Where a visit was put in, starts only
rise: from the route with the new visit the rise is followed as far as it goes. Where
visits were taken out, whoever may have been held back by them is set free first.
"""

from __future__ import annotations

from scheduling.kernel.beside import (
    late_so_far,
    later,
    worst_added_by_members,
    worst_of,
)
from scheduling.kernel.bounds import pick_up, refresh, same_as_marked
from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import (
    BEFORE,
    BEGIN_AT,
    BEGINS,
    BEGUN,
    BREAK_FROM,
    BREAK_TO,
    COST,
    COUNT0,
    CREW,
    DURATION,
    FACT,
    FROM_STOP,
    HELD,
    HELD_IN,
    HELD_LIST,
    KEEP,
    LEAVE,
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
    NEW_FROM,
    NEW_TO,
    NEW_WORST,
    OLD_BEGINS,
    OLD_RELEASE,
    ONE_MORE,
    ONWARD,
    OUT_TRAIL,
    PERSON,
    PLACE,
    PRICE,
    QUEUE,
    QUEUED,
    REFUSED,
    RELEASE,
    ROUTE,
    SAME,
    SINGLE,
    SIZE,
    SPENT,
    STALE,
    TIME,
    TO_STOP,
    TRIAL,
    WHAT,
    WORST,
    WORST_OF_ALL,
    A,
    B,
    Ints,
    Numbers,
    State,
    Work,
)
from scheduling.kernel.sim import finish, simulate, step
from scheduling.kernel.state import touch

# What may change: starts only rise; or those held back may also fall; or all the
# members are timed anew, whatever they were before.
RISE, FALL, ANEW = range(3)


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
    w.out[MEMBERS] = w.out[HELD] = 0


@compiled
def join(s: State, w: Work, r: int, first: int, more: int) -> None:
    """Route r takes part; up to the stop `first` it is as its marks say, and there it
    has got one visit more or none."""
    if r < 0:
        return
    if w.route[r, MEMBER_IN] != w.out[TRIAL]:
        w.route[r, MEMBER_IN] = w.out[TRIAL]
        w.lists[MEMBER_LIST, w.out[MEMBERS]] = r
        w.out[MEMBERS] += 1
        w.route[r, NEW_COST], w.route[r, QUEUED] = s.day[r, COST], 0
        w.route[r, NEW_WORST] = s.day[r, WORST]
        w.route[r, FROM_STOP] = w.route[r, TO_STOP] = first
        w.route[r, ONE_MORE] = more
    w.route[r, FROM_STOP] = min(w.route[r, FROM_STOP], first)
    w.route[r, TO_STOP] = max(w.route[r, TO_STOP], first)


@compiled
def hold(s: State, w: Work, v: int) -> None:
    """Note when v started before this trial."""
    if w.visit[v, HELD_IN] != w.out[TRIAL]:
        w.visit[v, HELD_IN] = w.out[TRIAL]
        w.lists[HELD_LIST, w.out[HELD]] = v
        w.out[HELD] += 1
        w.visit[v, OLD_RELEASE] = s.spot[v, RELEASE]
        w.visit[v, OLD_BEGINS] = s.spot[v, BEGINS]


@compiled
def let_go(s: State, w: Work) -> None:
    """All linked visits as they were before this trial."""
    for i in range(w.out[HELD]):
        v = w.lists[HELD_LIST, i]
        s.spot[v, RELEASE] = w.visit[v, OLD_RELEASE]
        s.spot[v, BEGINS] = w.visit[v, OLD_BEGINS]


@compiled
def traced(m: Numbers, s: State, w: Work, r: int, seq: Ints, n: int) -> int:
    """Simulate and keep what happened, for `read_starts`."""
    w.out[KEEP] = 1
    cost = simulate(m, s, w, r, seq, n, False)
    w.out[KEEP] = 0
    return cost


@compiled
def people_fit(m: Numbers, s: State, v: int) -> bool:
    """A crew is two people; some sequences are one: are those of the links of v?"""
    for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
        link = m.link_of[k]
        a, b = m.links[link, A], m.links[link, B]
        if s.spot[a, ROUTE] < 0 or s.spot[b, ROUTE] < 0:
            continue
        if m.visit[a, FACT] != NEVER and m.visit[b, FACT] != NEVER:
            continue
        first = m.route[s.spot[a, ROUTE], PERSON]
        second = m.route[s.spot[b, ROUTE], PERSON]
        if m.links[link, CREW] > 0:
            if first == second:
                return False
        elif first != second and m.links[link, SAME] > 0:
            return False
    return True


@compiled
def stop_of(s: State, v: int) -> int:
    """Where v stands in its route, also while positions are out of date."""
    r = s.spot[v, ROUTE]
    at = s.day[r, SIZE] - 1
    while at > 0 and s.seq[r, at] != v:
        at -= 1
    return int(at)


@compiled
def gather(m: Numbers, s: State, w: Work, how: int) -> bool:
    """Let all take part whose starts may fall with those of a member, or all that are
    tied to one; False: wrong people."""
    grown = True
    while grown:
        grown, i = False, 0
        while i < w.out[MEMBERS]:
            r = w.lists[MEMBER_LIST, i]
            i += 1
            if s.day[r, LINKED_HERE] == 0:
                continue
            first = 0 if how == ANEW else w.route[r, FROM_STOP]
            for at in range(first, s.day[r, SIZE]):
                v = s.seq[r, at]
                if how == ANEW and not people_fit(m, s, v):
                    return False
                grown = bring_partners(m, s, w, v, how) or grown
    return True


@compiled
def bring_partners(m: Numbers, s: State, w: Work, v: int, how: int) -> bool:
    """Let the routes of v's partners take part; False when nothing is new."""
    grown = False
    for k in range(m.visit[v, LINK_FROM], m.visit[v, LINK_TO]):
        other = partner(m, k, v)
        home = s.spot[other, ROUTE]
        if home < 0 or (how == FALL and s.spot[other, RELEASE] == -NEVER):
            continue
        at = stop_of(s, other) if how == FALL else 0
        known = w.route[home, MEMBER_IN] == w.out[TRIAL]
        if not known or w.route[home, FROM_STOP] > at:
            grown = True
            join(s, w, home, at, 0)
    return grown


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
def release_all(m: Numbers, s: State, w: Work, how: int) -> None:
    """Set the linked visits of the members free, as far as they may fall."""
    for i in range(w.out[MEMBERS]):
        r = w.lists[MEMBER_LIST, i]
        if s.day[r, LINKED_HERE] == 0:
            continue
        first = 0 if how == ANEW else w.route[r, FROM_STOP]
        s.day[r, STALE] = 1
        for at in range(first, s.day[r, SIZE]):
            v = s.seq[r, at]
            if has_links(m, v):
                hold(s, w, v)
                s.spot[v, RELEASE] = s.spot[v, BEGINS] = -NEVER


@compiled
def read_starts(m: Numbers, s: State, w: Work) -> None:
    """Starts of the linked visits in the route that was just traced."""
    at = w.out[OUT_TRAIL]
    while at > 0:
        v = w.trace[at, WHAT]
        if v >= 0 and has_links(m, v):
            begin(s, w, v, w.trace[at, BEGUN])
        at = w.trace[at, BEFORE]


@compiled
def begin(s: State, w: Work, v: int, start: int) -> None:
    """Note when the linked visit v starts."""
    if s.spot[v, BEGINS] != start:
        hold(s, w, v)
        s.spot[v, BEGINS] = start


@compiled
def time_for_good(m: Numbers, s: State, w: Work, r: int) -> int:
    """Cost of a route with its starts; its marks are written too."""
    cost, n, clear = int(s.day[r, COST]), s.day[r, SIZE], True
    w.out[NEW_FROM], w.out[NEW_TO] = 0, n
    if s.day[r, STALE] > 0:
        cost = refresh(m, s, w, r)
    if cost < 0 or s.day[r, LINKED_HERE] == 0:
        return cost
    for k in range(n):
        clear = clear and (
            s.mark[r, k + 1, SINGLE] > 0 or not has_links(m, s.seq[r, k])
        )
    if not clear:
        traced(m, s, w, r, s.seq[r], n)
        read_starts(m, s, w)
        return cost
    for k in range(n):
        v = s.seq[r, k]
        if has_links(m, v):
            begin(s, w, v, s.mark[r, k + 1, LEAVE] - m.visit[v, DURATION])
    return cost


@compiled
def time_on(m: Numbers, s: State, w: Work, r: int, bound: int) -> int:
    """Cost of a route with its starts, from the first stop that may differ from its
    marks to where nothing differs any more; `REFUSED` once `bound` is passed for sure.
    """
    n, more, k = s.day[r, SIZE], w.route[r, ONE_MORE], w.route[r, FROM_STOP]
    if s.day[r, STALE] > 0:
        return time_anew(m, s, w, r)
    while s.mark[r, k, SINGLE] == 0:
        k -= 1
    owed, side = m.route[r, BREAK_TO] - m.route[r, BREAK_FROM], 0
    pick_up(s, w, r, k)
    here, fact = m.route[r, BEGIN_AT], True
    if k > 0:
        v = s.seq[r, k - 1]
        here, fact = m.visit[v, PLACE], m.visit[v, FACT] != NEVER
    w.out[NEW_FROM], w.out[NEW_TO] = k, n
    worst = late_so_far(m, s, r, k)
    if m.worst_price > 0 and worst < 0:
        return time_anew(m, s, w, r)
    while k < n:
        v = s.seq[r, k]
        side = step(m, w, r, v, here, s.spot[v, RELEASE], owed, side, fact)
        count, old = w.out[COUNT0 + side], k + 1 - more
        if count == 0:
            return REFUSED
        if count > 1 and (worst >= 0 or has_links(m, v)):
            return time_anew(m, s, w, r)
        worst = later(m, w, worst, v, side)
        if has_links(m, v):
            begin(s, w, v, w.label[side, 0, TIME] - m.visit[v, DURATION])
        if k >= w.route[r, TO_STOP] + more and s.mark[r, old, SINGLE] > 0:
            cost = s.day[r, COST] + w.label[side, 0, PRICE] - s.mark[r, old, SPENT]
            if same_as_marked(s, w, r, old, side):
                w.route[r, NEW_WORST] = max(worst, s.late[r, old, ONWARD])
                w.out[NEW_TO] = k + 1
                return int(cost)
            # Whoever waits for no break and was told nothing gains by no delay.
            if owed == 0 and m.told_price == 0:
                above = max(0, worst - s.total[WORST_OF_ALL]) * m.worst_price
                if cost + above >= bound:
                    return REFUSED
        here, fact = m.visit[v, PLACE], m.visit[v, FACT] != NEVER
        k += 1
    w.route[r, NEW_WORST] = worst
    return finish(m, w, r, here, owed, side, fact)


@compiled
def time_anew(m: Numbers, s: State, w: Work, r: int) -> int:
    """Cost of a route with its starts, from its first stop to its end."""
    cost = traced(m, s, w, r, s.seq[r], s.day[r, SIZE])
    w.out[NEW_FROM], w.out[NEW_TO] = 0, s.day[r, SIZE]
    if cost >= 0:
        read_starts(m, s, w)
        if m.worst_price > 0:
            w.route[r, NEW_WORST] = worst_of(m, w)
    return cost


@compiled
def raise_release(
    s: State, w: Work, v: int, earliest: int, last: int, keep: bool
) -> int:
    """Hold v back and queue its route once; the new end of the queue."""
    r = s.spot[v, ROUTE]
    if keep:
        touch(s, w, r)
        s.day[r, STALE] = 1
    join(s, w, r, stop_of(s, v), 0)
    hold(s, w, v)
    s.spot[v, RELEASE] = earliest
    return queue(s, w, r, last)


@compiled
def queue(s: State, w: Work, r: int, last: int) -> int:
    """Let route r be timed, once; the new end of the queue."""
    if w.route[r, QUEUED] == 0:
        w.route[r, QUEUED] = 1
        w.lists[QUEUE, last % s.day.shape[0]] = r
        last += 1
    return last


@compiled
def push(m: Numbers, s: State, w: Work, r: int, last: int, keep: bool) -> int:
    """Raise what the new starts in route r call for; the new end of the queue."""
    for at in range(w.out[NEW_FROM], w.out[NEW_TO]):
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
                last = raise_release(s, w, b, first + low, last, keep)
            if first < second - high:
                last = raise_release(s, w, a, second - high, last, keep)
    return last


@compiled
def relax(m: Numbers, s: State, w: Work, bound: int, keep: bool) -> int:
    """Time the members, and whom they push, until nothing moves; what that adds plus
    `NEVER`, `REFUSED` if too much."""
    first = last = total = 0
    for i in range(w.out[MEMBERS]):
        last = queue(s, w, w.lists[MEMBER_LIST, i], last)
    # A cycle of lags would push for ever; real days settle in a few rounds.
    while first < last and first < 12 * w.out[MEMBERS] + 24:
        r = w.lists[QUEUE, first % s.day.shape[0]]
        first += 1
        w.route[r, QUEUED] = 0
        if keep:
            cost = time_for_good(m, s, w, r)
        else:
            cost = time_on(m, s, w, r, bound - total + w.route[r, NEW_COST])
        if cost < 0:
            return REFUSED
        total += cost - w.route[r, NEW_COST]
        w.route[r, NEW_COST] = cost
        if total >= bound:
            return REFUSED
        if s.day[r, LINKED_HERE] > 0:
            last = push(m, s, w, r, last, keep)
    if first < last:
        return REFUSED
    # Routes may also get cheaper, so the sum is shifted to tell it from a refusal.
    return int(total + worst_added_by_members(m, s, w) + NEVER)


@compiled
def settle(m: Numbers, s: State, w: Work, bound: int, how: int, keep: bool) -> int:
    """Time the members and all whom they push: cost added plus `NEVER`.

    `REFUSED` when it cannot be or costs `bound` more; then, and without `keep`, all
    releases are as they were, but what was timed for good is left for `redo` or
    `bring_back`. Routes changed by the caller are touched already.
    """
    if how != RISE:
        if not gather(m, s, w, how):
            return REFUSED
        sort_members(w)
        if keep:
            for i in range(w.out[MEMBERS]):
                touch(s, w, w.lists[MEMBER_LIST, i])
        release_all(m, s, w, how)
    added = relax(m, s, w, bound, keep)
    if added == REFUSED or not keep:
        let_go(s, w)
    return added


@compiled
def redo(m: Numbers, s: State, w: Work) -> None:
    """Time the members once more after a refusal."""
    for i in range(w.out[MEMBERS]):
        refresh(m, s, w, w.lists[MEMBER_LIST, i])
