"""By how much a visit that does not fit into a route misses it, breaks left out.

A walk of its own beside `sim`: where `sim` stops at the first rule that breaks, this
one goes on, to add up how much is missing in all.
"""

from __future__ import annotations

from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import (
    BEGIN_AT,
    DURATION,
    FACT,
    FINISH_AT,
    HIGH,
    LIMIT,
    LOW,
    NEVER,
    PLACE,
    PROFILE,
    SIZE,
    START,
    UNREACHABLE,
    WINDOW_FROM,
    WINDOW_TO,
    Numbers,
    State,
)

# What comes too late; WAY: nothing does, but there is no way.
VISIT, OTHER, THE_END, WAY = range(4)
WHERES = 4


@compiled
def leg_to(m: Numbers, r: int, here: int, there: int) -> int:
    """Seconds of a drive; `UNREACHABLE` without a way, none where the route ends."""
    return 0 if there < 0 else int(m.seconds[m.route[r, PROFILE], here, there])


@compiled
def begin_at(m: Numbers, r: int, v: int, arrive: int) -> int:
    """When v starts: the end of its last window if that is missed, so that one delay
    is not counted twice."""
    row, last = m.fit[r, v], NEVER
    if row < 0:
        return arrive
    limit = m.route[r, LIMIT] if m.visit[v, FACT] == NEVER else NEVER
    for k in range(m.fits[row, WINDOW_FROM], m.fits[row, WINDOW_TO]):
        low, high = m.windows[k, LOW], min(m.windows[k, HIGH], limit)
        if low > limit:
            break
        if arrive <= high:
            return int(max(low, arrive))
        last = high
    return int(arrive if last == NEVER else last)


@compiled
def missed(m: Numbers, s: State, r: int, v: int, at: int, size: int) -> int:
    """Seconds missing with v after `at` of `size` stops, times `WHERES`, plus what
    comes too late most."""
    here, time = m.route[r, BEGIN_AT], m.route[r, START]
    own, other, gaps = 0, 0, 0
    for k in range(size + 1):
        w = s.seq[r, k] if k < at else v if k == at else s.seq[r, k - 1]
        leg = leg_to(m, r, here, m.visit[w, PLACE])
        if leg >= UNREACHABLE:
            leg, gaps = 0, gaps + UNREACHABLE
        begin = begin_at(m, r, w, time + leg)
        late = max(0, time + leg - begin)
        own, other = (own + late, other) if k == at else (own, other + late)
        time, here = begin + m.visit[w, DURATION], m.visit[w, PLACE]
    leg = leg_to(m, r, here, m.route[r, FINISH_AT])
    if leg >= UNREACHABLE:
        leg, gaps = 0, gaps + UNREACHABLE
    end = max(0, time + leg - m.route[r, LIMIT])
    where = VISIT if own >= max(other, end) else OTHER if other >= end else THE_END
    where = WAY if gaps > 0 else where
    return int((gaps + own + other + end) * WHERES + where)


@compiled
def nearest_miss(m: Numbers, s: State, r: int, v: int) -> int:
    """The least that is missing over all places of v in the route."""
    size = s.day[r, SIZE]
    least = missed(m, s, r, v, 0, size)
    for at in range(1, size + 1):
        found = missed(m, s, r, v, at, size)
        if found // WHERES < least // WHERES:
            least = found
    # Without the others it would not be over in time either.
    if least % WHERES == OTHER and missed(m, s, r, v, 0, 0) % WHERES == THE_END:
        least += THE_END - OTHER
    return int(least)
