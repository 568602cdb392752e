"""The one place where a route rule lives: exact times and cost of one route.

Times are as early as the rules allow. Where a break may be taken at several places,
all choices that could still be best are carried along as labels.
"""

from __future__ import annotations

from scheduling.kernel.beside import late_so_far, later
from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import (
    ARRIVED,
    BEFORE,
    BEGIN_AT,
    BEGUN,
    BREAK_FROM,
    BREAK_TO,
    COST,
    COUNT0,
    DUE,
    DURATION,
    END,
    EXTRA,
    FACT,
    FINISH_AT,
    FIRST,
    FIXED,
    HIGH,
    KEEP,
    LABELS,
    LAST,
    LATE,
    LEAVE,
    LENGTH,
    LIMIT,
    LOW,
    METRE_PRICE,
    NEVER,
    ONWARD,
    OUT_END,
    OUT_TRAIL,
    OUT_WORST,
    OVERTIME,
    PLACE,
    PRICE,
    PROFILE,
    REFUSED,
    RELEASE,
    RESTED,
    SECOND_PRICE,
    SINGLE,
    SIZE,
    SPENT,
    STABLE_WITHIN,
    START,
    TAKEN,
    TIME,
    TOLD,
    TRACED,
    TRAIL,
    UNREACHABLE,
    WHAT,
    WINDOW_FROM,
    WINDOW_TO,
    Ints,
    Numbers,
    State,
    Work,
)


@compiled
def leg_cost(m: Numbers, r: int, here: int, there: int, leg: int) -> int:
    """Price of one drive; a leg that no way covers costs nothing (only facts do it)."""
    if leg >= UNREACHABLE:
        return 0
    cost = leg * m.route[r, SECOND_PRICE]
    if m.route[r, METRE_PRICE] > 0:
        way = int(m.metres[m.route[r, PROFILE], here, there])
        cost += way * m.route[r, METRE_PRICE]
    return int(cost)


@compiled
def first_start(m: Numbers, fit: int, arrive: int, limit: int) -> int:
    """Earliest start on or after the arrival; `NEVER` when all windows are past."""
    for k in range(m.fits[fit, WINDOW_FROM], m.fits[fit, WINDOW_TO]):
        if arrive <= m.windows[k, HIGH]:
            start = max(arrive, m.windows[k, LOW])
            return start if start <= limit else NEVER
    return NEVER


@compiled
def note(w: Work, before: int, what: int, arrive: int, start: int) -> int:
    """Index of a new link in the chain of what happened, 0 when nobody asks for it."""
    if w.out[KEEP] == 0:
        return 0
    at = w.out[TRACED] + 1
    if at >= w.trace.shape[0]:
        # Full: the caller sees that the chain is broken and refuses the route.
        w.out[KEEP] = 2
        return 0
    w.out[TRACED] = at
    w.trace[at, BEFORE], w.trace[at, WHAT] = before, what
    w.trace[at, ARRIVED], w.trace[at, BEGUN] = arrive, start
    return int(at)


@compiled
def add_label(w: Work, side: int, time: int, cost: int, taken: int, trail: int) -> None:
    """Add a label unless another one is as good; drop those that it beats."""
    label, count = w.label, w.out[COUNT0 + side]
    for i in range(count):
        if (
            label[side, i, RESTED] >= taken
            and label[side, i, TIME] <= time
            and label[side, i, PRICE] <= cost
        ):
            return
    kept = 0
    for i in range(count):
        if (
            taken >= label[side, i, RESTED]
            and time <= label[side, i, TIME]
            and cost <= label[side, i, PRICE]
        ):
            continue
        if kept < i:
            for column in range(4):
                label[side, kept, column] = label[side, i, column]
        kept += 1
    if kept < LABELS:
        label[side, kept, TIME], label[side, kept, PRICE] = time, cost
        label[side, kept, RESTED], label[side, kept, TRAIL] = taken, trail
        kept += 1
    w.out[COUNT0 + side] = kept


@compiled
def lateness(m: Numbers, v: int, start: int) -> int:
    late = start - m.visit[v, DUE]
    return late * m.visit[v, LATE] if late > 0 else 0


@compiled
def begin_at(
    m: Numbers,
    w: Work,
    v: int,
    fit: int,
    side: int,
    limit: int,
    latest: int,
    arrive: int,
    start: int,
    cost: int,
    taken: int,
    trail: int,
) -> None:
    """Labels of a visit that can start here: at once, or when people were told."""
    told, duration = m.fits[fit, TOLD], m.visit[v, DURATION]
    free = told == NEVER or m.told_price == 0 or abs(start - told) <= STABLE_WITHIN
    price = cost + lateness(m, v, start) + (0 if free else m.told_price)
    if start + duration <= latest:
        trace = note(w, trail, v, arrive, start)
        add_label(w, side, start + duration, price, taken, trace)
    if free or start > told:
        return
    kept = first_start(m, fit, told, limit)
    if kept - told <= STABLE_WITHIN and kept + duration <= latest:
        trace = note(w, trail, v, arrive, kept)
        price = cost + lateness(m, v, kept)
        add_label(w, side, kept + duration, price, taken, trace)


@compiled
def serve_on_site(
    m: Numbers,
    w: Work,
    r: int,
    v: int,
    earliest: int,
    owed: int,
    side: int,
    arrive: int,
    cost: int,
    taken: int,
    trail: int,
) -> None:
    """Labels after arriving at a visit: served at once or after breaks on site."""
    fit, limit, time = m.fit[r, v], m.route[r, LIMIT], arrive
    duration, rests = m.visit[v, DURATION], m.route[r, BREAK_FROM]
    while True:
        start = first_start(m, fit, max(time, earliest), limit)
        if start >= NEVER:
            return
        latest = NEVER if taken == owed else m.breaks[rests + taken, LAST]
        begin_at(m, w, v, fit, side, limit, latest, arrive, start, cost, taken, trail)
        if taken == owed:
            return
        begin = max(time, m.breaks[rests + taken, FIRST])
        # Over before break time: taking the break afterwards is never worse.
        over = start + duration <= m.breaks[rests + taken, FIRST]
        if over or begin > m.breaks[rests + taken, LAST]:
            return
        trail = note(w, trail, -1 - taken, begin, begin)
        time = begin + m.breaks[rests + taken, LENGTH]
        taken += 1


@compiled
def serve_fact(
    m: Numbers,
    w: Work,
    r: int,
    v: int,
    owed: int,
    side: int,
    arrive: int,
    cost: int,
    taken: int,
    trail: int,
) -> None:
    """A frozen visit starts when it starts; breaks before it if there is room."""
    start, rests, time = m.visit[v, FACT], m.route[r, BREAK_FROM], arrive
    end, told = start + m.visit[v, DURATION], m.fits[m.fit[r, v], TOLD]
    cost += lateness(m, v, start)
    if told != NEVER and abs(start - told) > STABLE_WITHIN:
        cost += m.told_price
    while True:
        if taken == owed or end <= m.breaks[rests + taken, LAST]:
            trace = note(w, trail, v, min(arrive, start), start)
            add_label(w, side, end, cost, taken, trace)
        if taken == owed:
            return
        begin = max(time, m.breaks[rests + taken, FIRST])
        time = begin + m.breaks[rests + taken, LENGTH]
        if begin > m.breaks[rests + taken, LAST] or time > start:
            return
        trail = note(w, trail, -1 - taken, begin, begin)
        taken += 1


@compiled
def serve(
    m: Numbers,
    w: Work,
    r: int,
    v: int,
    leg: int,
    earliest: int,
    owed: int,
    side: int,
    after_fact: bool,
) -> None:
    """Labels after a visit: each break may be taken before driving off, or there."""
    fact, rests = m.visit[v, FACT], m.route[r, BREAK_FROM]
    other = 1 - side
    w.out[COUNT0 + other] = 0
    for i in range(w.out[COUNT0 + side]):
        time, cost = w.label[side, i, TIME], w.label[side, i, PRICE]
        taken, trail = w.label[side, i, RESTED], w.label[side, i, TRAIL]
        rested = False
        while True:
            arrive = time + leg
            if fact == NEVER:
                serve_on_site(
                    m, w, r, v, earliest, owed, other, arrive, cost, taken, trail
                )
            elif arrive <= fact or (after_fact and not rested):
                # Only facts before it may be in the way of a fact.
                serve_fact(m, w, r, v, owed, other, arrive, cost, taken, trail)
            if taken == owed or time > m.breaks[rests + taken, LAST]:
                break
            # Not yet break time on arrival: taking it there is never worse.
            if arrive <= m.breaks[rests + taken, FIRST]:
                break
            begin = max(time, m.breaks[rests + taken, FIRST])
            trail = note(w, trail, -1 - taken, begin, begin)
            time = begin + m.breaks[rests + taken, LENGTH]
            taken, rested = taken + 1, True


@compiled
def serve_plain(
    m: Numbers, w: Work, r: int, v: int, leg: int, earliest: int, owed: int, side: int
) -> bool:
    """Advance the only label in place if no break is near; False: ask `serve`."""
    label, fit = w.label, m.fit[r, v]
    arrive = label[side, 0, TIME] + leg
    start = first_start(m, fit, max(arrive, earliest), m.route[r, LIMIT])
    if start >= NEVER:
        w.out[COUNT0 + side] = 0
        return True
    end, taken = start + m.visit[v, DURATION], label[side, 0, RESTED]
    if taken < owed and end > m.breaks[m.route[r, BREAK_FROM] + taken, FIRST]:
        return False
    told = m.fits[fit, TOLD]
    if told != NEVER and abs(start - told) > STABLE_WITHIN:
        return False
    label[side, 0, PRICE] += lateness(m, v, start)
    label[side, 0, TIME] = end
    if w.out[KEEP] > 0:
        label[side, 0, TRAIL] = note(w, label[side, 0, TRAIL], v, arrive, start)
    return True


@compiled
def finish(
    m: Numbers, w: Work, r: int, here: int, owed: int, side: int, fact: bool
) -> int:
    """Cheapest way home with the breaks still owed, `REFUSED` when there is none."""
    home, leg, base, rests = m.route[r, FINISH_AT], 0, 0, m.route[r, BREAK_FROM]
    if home >= 0:
        leg = int(m.seconds[m.route[r, PROFILE], here, home])
        base = leg_cost(m, r, here, home, leg)
        if leg >= UNREACHABLE:
            if not fact:
                return REFUSED
            leg = 0
    best = REFUSED
    for i in range(w.out[COUNT0 + side]):
        time, taken = w.label[side, i, TIME], w.label[side, i, RESTED]
        trail, late = w.label[side, i, TRAIL], False
        while rest_owed(m, rests + taken, rests + owed, time + leg):
            begin = max(time, m.breaks[rests + taken, FIRST])
            late = late or begin > m.breaks[rests + taken, LAST] or home < 0
            trail = note(w, trail, -1 - taken, begin, begin)
            time = begin + m.breaks[rests + taken, LENGTH]
            taken += 1
        end = time + leg
        if late or (end > m.route[r, LIMIT] and not fact):
            continue
        cost = base + w.label[side, i, PRICE]
        cost += max(0, end - m.route[r, END]) * m.route[r, OVERTIME]
        if best == REFUSED or (cost, end) < (best, w.out[OUT_END]):
            best, w.out[OUT_END], w.out[OUT_TRAIL] = cost, end, trail
    return best


@compiled
def rest_owed(m: Numbers, k: int, last: int, end: int) -> bool:
    """Is one of these breaks still owed by a route that ends then?"""
    earliest = end
    for one in range(k, last):
        earliest = min(earliest, m.breaks[one, LAST])
    return bool(earliest < end)


@compiled
def set_out(m: Numbers, w: Work, r: int) -> None:
    """The one label of a route before its first visit."""
    w.out[COUNT0], w.out[TRACED] = 1, 0
    w.label[0, 0, TIME] = m.route[r, START]
    w.label[0, 0, PRICE] = m.route[r, FIXED]
    w.label[0, 0, RESTED] = w.label[0, 0, TRAIL] = 0


@compiled
def write_mark(s: State, w: Work, r: int, k: int, side: int) -> None:
    """Note what is known after k stops of the route."""
    count = w.out[COUNT0 + side]
    leave = w.label[side, 0, TIME]
    for i in range(1, count):
        leave = min(leave, w.label[side, i, TIME])
    s.mark[r, k, LEAVE] = leave
    s.mark[r, k, SPENT] = w.label[side, 0, PRICE]
    s.mark[r, k, TAKEN] = w.label[side, 0, RESTED]
    s.mark[r, k, SINGLE] = 1 if count == 1 else 0


@compiled
def step(
    m: Numbers,
    w: Work,
    r: int,
    v: int,
    here: int,
    earliest: int,
    owed: int,
    side: int,
    fact: bool,
) -> int:
    """One visit further: the side on which the labels then stand."""
    there = m.visit[v, PLACE]
    leg = int(m.seconds[m.route[r, PROFILE], here, there])
    count, frozen = w.out[COUNT0 + side], m.visit[v, FACT]
    if m.fit[r, v] < 0 or (frozen == NEVER and leg >= UNREACHABLE):
        count = 0
    if frozen != NEVER and earliest > frozen:
        count = 0
    w.out[COUNT0 + side] = count
    if count == 0:
        return side
    price = leg_cost(m, r, here, there, leg) + m.fits[m.fit[r, v], EXTRA]
    for i in range(count):
        w.label[side, i, PRICE] += price
    if (
        frozen == NEVER
        and count == 1
        and serve_plain(m, w, r, v, leg, earliest, owed, side)
    ):
        return side
    serve(m, w, r, v, leg, earliest, owed, side, fact)
    return 1 - side


@compiled
def ride(
    m: Numbers, s: State, w: Work, r: int, seq: Ints, n: int, owed: int, mark: bool
) -> int:
    """Cost of the whole route, stop by stop; `mark` notes what is on the way."""
    set_out(m, w, r)
    side, here, fact = 0, m.route[r, BEGIN_AT], True
    if mark:
        write_mark(s, w, r, 0, 0)
    for k in range(n):
        v = seq[k]
        side = step(m, w, r, v, here, s.spot[v, RELEASE], owed, side, fact)
        if w.out[COUNT0 + side] == 0:
            return REFUSED
        if mark:
            write_mark(s, w, r, k + 1, side)
        here, fact = m.visit[v, PLACE], m.visit[v, FACT] != NEVER
    return finish(m, w, r, here, owed, side, fact)


@compiled
def simulate(
    m: Numbers, s: State, w: Work, r: int, seq: Ints, n: int, mark: bool
) -> int:
    """Cost of the visits in this order, `REFUSED` when a rule breaks.

    Other routes hold visits back by their RELEASE in the state.
    """
    if n == 0:
        ride(m, s, w, r, seq, 0, 0, mark)
        w.out[OUT_TRAIL] = 0
        return 0
    owed = m.route[r, BREAK_TO] - m.route[r, BREAK_FROM]
    cost = ride(m, s, w, r, seq, n, owed, mark)
    if cost == REFUSED and owed > 0:
        for k in range(n):
            if m.visit[seq[k], FACT] == NEVER:
                return REFUSED
        # Facts stand even where they leave no room for the break.
        cost = ride(m, s, w, r, seq, n, 0, mark)
        if mark:
            # A visit more and the break is owed again: nothing noted here helps then.
            s.mark[r, 1 : n + 1, SINGLE] = 0
    return REFUSED if w.out[KEEP] == 2 else cost


@compiled
def with_one_more(m: Numbers, s: State, w: Work, r: int, at: int) -> int:
    """Cost of route r with a visit put in at `at`: the longer line is in `w.line`.

    Begins where all choices are still one, and ends where nothing differs any more
    from the route as it stands (its marks must be fresh). `OUT_WORST` is its largest
    lateness, -1 if nobody asks or it is not told without a trace.
    """
    n, owed = s.day[r, SIZE] + 1, m.route[r, BREAK_TO] - m.route[r, BREAK_FROM]
    k = at
    while s.mark[r, k, SINGLE] == 0:
        k -= 1
    w.out[COUNT0], side = 1, 0
    w.label[0, 0, TIME], w.label[0, 0, PRICE] = s.mark[r, k, LEAVE], s.mark[r, k, SPENT]
    w.label[0, 0, RESTED], w.label[0, 0, TRAIL] = s.mark[r, k, TAKEN], 0
    here, fact = m.route[r, BEGIN_AT], True
    if k > 0:
        v = w.line[k - 1]
        here, fact = m.visit[v, PLACE], m.visit[v, FACT] != NEVER
    worst = late_so_far(m, s, r, k)
    while k < n:
        v = w.line[k]
        side = step(m, w, r, v, here, s.spot[v, RELEASE], owed, side, fact)
        count = w.out[COUNT0 + side]
        if count == 0:
            return REFUSED
        worst = later(m, w, worst, v, side)
        if (
            k > at
            and count == 1
            and s.mark[r, k, SINGLE] == 1
            and w.label[side, 0, TIME] == s.mark[r, k, LEAVE]
            and w.label[side, 0, RESTED] == s.mark[r, k, TAKEN]
        ):
            spent = w.label[side, 0, PRICE] - s.mark[r, k, SPENT]
            w.out[OUT_WORST] = max(worst, s.late[r, k, ONWARD]) if worst >= 0 else -1
            return int(s.day[r, COST] + spent)
        here, fact = m.visit[v, PLACE], m.visit[v, FACT] != NEVER
        k += 1
    w.out[OUT_WORST] = worst
    return finish(m, w, r, here, owed, side, fact)
