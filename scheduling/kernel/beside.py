"""What routes share besides their links, kept beside them: how much more than a fair
share each technician works, and the largest single lateness of all.

Both are zero work where the problem gives them no weight.
"""

from __future__ import annotations

from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import (
    ALL,
    BEFORE,
    BEGIN_AT,
    BEGUN,
    COUNT0,
    DUE,
    DURATION,
    FINISH_AT,
    LEAVE,
    LOAD,
    MEMBER_IN,
    MEMBER_LIST,
    MEMBERS,
    NEW_WORST,
    ONWARD,
    OUT_TRAIL,
    OUT_WORST,
    PERSON,
    PLACE,
    PROFILE,
    SINGLE,
    SIZE,
    SO_FAR,
    TIME,
    TRIAL,
    UNREACHABLE,
    WHAT,
    WORST,
    WORST_OF_ALL,
    Ints,
    Numbers,
    State,
    Work,
)


@compiled
def leg_seconds(m: Numbers, r: int, here: int, there: int) -> int:
    """Length of a drive; a leg that no way covers is none (only facts do it)."""
    leg = int(m.seconds[m.route[r, PROFILE], here, there])
    return leg if leg < UNREACHABLE else 0


@compiled
def load_of(m: Numbers, r: int, seq: Ints, n: int) -> int:
    """Seconds of service and travel of the visits in this order."""
    here, load = m.route[r, BEGIN_AT], 0
    for k in range(n):
        there = m.visit[seq[k], PLACE]
        load += leg_seconds(m, r, here, there) + m.visit[seq[k], DURATION]
        here = there
    if n > 0 and m.route[r, FINISH_AT] >= 0:
        load += leg_seconds(m, r, here, m.route[r, FINISH_AT])
    return int(load)


@compiled
def price_of_more(m: Numbers, s: State, r: int, more: int) -> int:
    """What so many more seconds of work cost, by how far they exceed the fair share."""
    person = m.route[r, PERSON]
    over = s.load[person] - m.share[person]
    return int((max(0, over + more) - max(0, over)) * m.fair_price)


@compiled
def fair_added(m: Numbers, s: State, r: int, seq: Ints, n: int) -> int:
    """What uneven work costs more if route r held these visits."""
    if m.fair_price == 0:
        return 0
    return price_of_more(m, s, r, load_of(m, r, seq, n) - s.day[r, LOAD])


@compiled
def fair_added_at(m: Numbers, s: State, r: int, v: int, here: int, onward: int) -> int:
    """What uneven work costs more with v between two places of route r."""
    there, more = m.visit[v, PLACE], m.visit[v, DURATION]
    more += leg_seconds(m, r, here, there)
    if onward >= 0:
        more += leg_seconds(m, r, there, onward)
        if s.day[r, SIZE] > 0:
            more -= leg_seconds(m, r, here, onward)
    return price_of_more(m, s, r, more)


@compiled
def worst_of(m: Numbers, w: Work) -> int:
    """The largest lateness, in seconds, in the route that was traced last."""
    at, worst = w.out[OUT_TRAIL], 0
    while at > 0:
        v = w.trace[at, WHAT]
        if v >= 0:
            worst = max(worst, w.trace[at, BEGUN] - m.visit[v, DUE])
        at = w.trace[at, BEFORE]
    return int(worst)


@compiled
def worst_with(s: State, r: int, worst: int) -> int:
    """The largest lateness of all if this were the one of route r."""
    before = s.total[WORST_OF_ALL]
    if worst >= before:
        return worst
    if s.day[r, WORST] < before:
        return int(before)
    for other in range(s.day.shape[0]):
        if other != r:
            worst = max(worst, s.day[other, WORST])
    return int(worst)


@compiled
def late_by(m: Numbers, v: int, left: int) -> int:
    """How late v is, in seconds, when it is left then; below 0 when it is early."""
    return int(left - m.visit[v, DURATION] - m.visit[v, DUE])


@compiled
def note_late(m: Numbers, s: State, r: int) -> int:
    """Note the largest lateness before and after every stop, by the marks; the one of
    the route, -1 when there are several ways to come to a stop."""
    n, worst = s.day[r, SIZE], 0
    for k in range(n):
        if s.mark[r, k + 1, SINGLE] == 0:
            s.late[r, 0, SO_FAR] = -1
            return -1
        s.late[r, k, SO_FAR] = worst
        worst = max(worst, late_by(m, s.seq[r, k], s.mark[r, k + 1, LEAVE]))
    s.late[r, n, SO_FAR], s.late[r, n, ONWARD] = worst, 0
    for k in range(n - 1, -1, -1):
        late = late_by(m, s.seq[r, k], s.mark[r, k + 1, LEAVE])
        s.late[r, k, ONWARD] = max(s.late[r, k + 1, ONWARD], late)
    return int(worst)


@compiled
def late_so_far(m: Numbers, s: State, r: int, k: int) -> int:
    """The largest lateness of the first k stops by the marks, -1 if nobody asks or
    they do not tell."""
    if m.worst_price == 0 or s.late[r, 0, SO_FAR] < 0:
        return -1
    return int(s.late[r, k, SO_FAR])


@compiled
def later(m: Numbers, w: Work, worst: int, v: int, side: int) -> int:
    """The largest lateness with v, whose labels stand there: -1 if that is not told."""
    if worst < 0 or w.out[COUNT0 + side] != 1:
        return -1
    return max(worst, late_by(m, v, w.label[side, 0, TIME]))


@compiled
def worst_added(m: Numbers, s: State, w: Work, r: int) -> int:
    """What the largest lateness costs more if route r were as it was timed last."""
    if m.worst_price == 0:
        return 0
    worst = worst_with(s, r, w.out[OUT_WORST])
    return int((worst - s.total[WORST_OF_ALL]) * m.worst_price)


@compiled
def worst_added_by_members(m: Numbers, s: State, w: Work) -> int:
    """The same if all members of a trial were as late as noted for each."""
    if m.worst_price == 0:
        return 0
    worst = 0
    for i in range(w.out[MEMBERS]):
        worst = max(worst, w.route[w.lists[MEMBER_LIST, i], NEW_WORST])
    if worst < s.total[WORST_OF_ALL]:
        for r in range(s.day.shape[0]):
            if w.route[r, MEMBER_IN] != w.out[TRIAL]:
                worst = max(worst, s.day[r, WORST])
    return int((worst - s.total[WORST_OF_ALL]) * m.worst_price)


@compiled
def write_books(m: Numbers, s: State, r: int, load: int, worst: int) -> None:
    """Write work and largest lateness of route r into the books, and their price."""
    if m.fair_price > 0:
        more = load - s.day[r, LOAD]
        s.total[ALL] += price_of_more(m, s, r, more)
        s.load[m.route[r, PERSON]] += more
        s.day[r, LOAD] = load
    if m.worst_price > 0:
        of_all = worst_with(s, r, worst)
        s.total[ALL] += (of_all - s.total[WORST_OF_ALL]) * m.worst_price
        s.total[WORST_OF_ALL], s.day[r, WORST] = of_all, worst
