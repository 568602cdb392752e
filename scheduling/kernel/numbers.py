"""What the kernel sees: a problem, a plan under way and a work bench, all in arrays.

Each array holds one kind of row; the names below are its columns.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Floats = NDArray[np.float64]

# A leg without a way: longer than any horizon, so that it misses every window.
UNREACHABLE = 1 << 30
# More than any plan can cost: a visit that must be served beats every price, and the
# sum over sixteen thousand of them still fits into 64 bits.
MUST = 1 << 48
NEVER = 1 << 50
# A start within this many seconds of what was told is not a change.
STABLE_WITHIN = 15 * 60
# The answer of a question about cost when a rule stands against it.
REFUSED = -1

# --- Numbers.visit: one row per visit; FACT, DUE are NEVER when there is none ---
PLACE, DURATION, DROP, DUE, LATE, FACT, FACT_ROUTE, UNIT = range(8)
# Timed: more than windows decides about its start, so a detour alone is no price.
TIMED, LINK_FROM, LINK_TO, PART_FROM, PART_TO, OPEN_FROM, OPEN_TO = range(8, 15)
VISIT_COLUMNS = 15

# --- Numbers.route: one row per technician and shift ---
PERSON, START, END, LIMIT, BEGIN_AT, FINISH_AT, PROFILE, SECOND_PRICE = range(8)
METRE_PRICE, OVERTIME, FIXED, BREAK_FROM, BREAK_TO, KIND = range(8, 14)
ROUTE_COLUMNS = 14

# --- Numbers.fits: how a visit sits in a route; TOLD is NEVER when not the told one ---
WINDOW_FROM, WINDOW_TO, EXTRA, TOLD = range(4)
FIT_COLUMNS = 4

# --- Numbers.windows and .breaks ---
LOW, HIGH = range(2)
FIRST, LAST, LENGTH = range(3)

# --- Numbers.links: MIN <= start(B) - start(A) <= MAX ---
A, B, MIN, MAX, CREW, SAME = range(6)
LINK_COLUMNS = 6

# --- Numbers.units: visits placed together or not at all, and what orders them ---
MEMBER_FROM, MEMBER_TO, CHOICE, WIDTH, WORTH, DEMAND, FAR, EARLY, LATEST = range(9)
UNIT_COLUMNS = 9

# --- State.day: one row per route; STALE asks for fresh marks ---
# LOAD, WORST: seconds of work, and of the largest lateness, where they have a price.
SIZE, COST, TIMED_HERE, LINKED_HERE, STALE, LOAD, WORST = range(7)
DAY_COLUMNS = 7

# --- State.spot: one row per visit; ROUTE is -1 while it is unplaced ---
ROUTE, POSITION, RELEASE, BEGINS = range(4)
SPOT_COLUMNS = 4

# --- State.total: cost with the price of what is left out; how many are left out;
# seconds of the largest lateness, where it has a price ---
ALL, LEFT_OUT, WORST_OF_ALL = range(3)

# --- State.mark: what is known after so many stops of a route ---
# LEAVE: earliest departure; SPENT, TAKEN: cost and breaks so far, valid if SINGLE;
# MUST_BEGIN: latest start of the stop that follows; HERE: the place; DIRECT: price of
# the drive to what follows.
LEAVE, SPENT, TAKEN, SINGLE, MUST_BEGIN, HERE, DIRECT = range(7)
MARK_COLUMNS = 7

# --- State.late: seconds of the largest lateness before and after so many stops, where
# it has a price; SO_FAR is -1 at the beginning of a route whose marks do not tell ---
SO_FAR, ONWARD = range(2)

# --- Work.label: a way to have come so far ---
TIME, PRICE, RESTED, TRAIL = range(4)
LABELS = 48

# --- Work.trace: a chain of what happened; WHAT is a visit, or -1 - k for break k ---
BEFORE, WHAT, ARRIVED, BEGUN = range(4)

# --- Work.out: single numbers handed from function to function ---
COUNT0, COUNT1, TRACED, OUT_END, OUT_TRAIL, KEEP, GONE, TOUCHED = range(8)
MEMBERS, KINDS_ASKED, ROUND, TRIAL, ASKED, TURN, LISTED, UNITS = range(8, 16)
DICE, FOUND_DELTA, FOUND_ROUTE, FOUND_AT, ACCEPTED, PROMISING, HELD = range(16, 23)
# Seconds of the largest lateness of the route timed last, where it has a price.
OUT_WORST = 23
# The stops of the route timed last whose starts may be new.
NEW_FROM, NEW_TO = 24, 25
OUT_COLUMNS = 26

# --- Work.route: stamps and notes per route ---
SAVED_IN, MEMBER_IN, ASKED_IN, NEW_COST, QUEUED, SAVED_SIZE, SAVED_COST = range(7)
KIND_ASKED_IN, SAVED_STALE, SAVED_LOAD, SAVED_WORST, NEW_WORST = range(7, 12)
FROM_STOP, TO_STOP, ONE_MORE = range(12, 15)
ROUTE_NOTES = 15


class Numbers(NamedTuple):
    """A problem; `fit[route, visit]` is a row of `fits`, -1 where it may not go.

    `back` is `seconds` with the place driven to first: all ways to one place in a row.
    `share` is each technician's fair share of the work, in seconds.
    """

    seconds: Shorts
    back: Shorts
    metres: Shorts
    visit: Ints
    route: Ints
    fit: Ints
    fits: Ints
    windows: Ints
    breaks: Ints
    links: Ints
    link_of: Ints
    parts: Ints
    stock: Ints
    units: Ints
    members: Ints
    opens: Ints
    near: Ints
    homes: Ints
    kinds: Ints
    share: Ints
    told_price: int
    fair_price: int
    worst_price: int


class State(NamedTuple):
    """A plan under way; everything in it is changed in place."""

    seq: Ints
    day: Ints
    spot: Ints
    used: Ints
    load: Ints
    mark: Ints
    late: Ints
    total: Ints

    def copy(self) -> State:
        return State(*(part.copy() for part in self))

    def stops(self, r: int) -> tuple[int, ...]:
        """The visits of route r in order."""
        return tuple(self.seq[r, : self.day[r, SIZE]].tolist())

    def home(self, v: int) -> int:
        """The route of a visit, -1 while it is unplaced."""
        return int(self.spot[v, ROUTE])

    def unplaced(self) -> list[int]:
        return np.flatnonzero(self.spot[:, ROUTE] < 0).tolist()

    def cost(self) -> int:
        """What the search minimises: routes plus the price of all that is left out."""
        return int(self.total[ALL])


class Work(NamedTuple):
    """Scratch memory, made once per problem: nothing in it outlives a question."""

    label: Ints
    trace: Ints
    out: Ints
    line: Ints
    route: Ints
    saved: Ints
    marks: Ints
    held: Ints
    lists: Ints
    visit: Ints
    key: Floats
    promising: Ints


def work_for(numbers: Numbers, width: int) -> Work:
    """A work bench for routes of at most `width` stops."""
    routes, visits = len(numbers.route), len(numbers.visit)
    most = max(routes, visits, 1) + 1
    return Work(
        label=np.zeros((2, LABELS, 4), np.int64),
        trace=np.zeros((64 * (width + 8), 4), np.int64),
        out=np.zeros(OUT_COLUMNS, np.int64),
        line=np.zeros(width + 2, np.int64),
        route=np.zeros((routes, ROUTE_NOTES), np.int64),
        saved=np.zeros((routes, width), np.int64),
        marks=np.zeros((routes, width + 1, MARK_COLUMNS), np.int64),
        held=np.zeros((routes, width, 2), np.int64),
        lists=np.zeros((LISTS, most), np.int64),
        visit=np.zeros((visits, VISIT_NOTES), np.int64),
        key=np.zeros((2, most), np.float64),
        # A place before every stop and one at the end of every route.
        promising=np.zeros((routes + visits + 1, 3), np.int64),
    )


# --- Work.list: one row per list of routes, visits or units ---
TOUCHED_LIST, MEMBER_LIST, ASKED_LIST, GONE_LIST, UNIT_LIST, QUEUE = range(6)
PLACE_ROUTES, PLACE_ATS, HELD_LIST = range(6, 9)
LISTS = 9

# --- Work.visit: stamps and notes per visit ---
GONE_IN, OLD_RELEASE, OLD_BEGINS, UNIT_IN, BEST_ROUTE, BEST_AT = range(6)
NOW_ROUTE, NOW_AT, HELD_IN = range(6, 9)
VISIT_NOTES = 9


def empty(numbers: Numbers, width: int) -> State:
    """No visit placed: routes of at most `width` stops, all with stale marks."""
    routes, visits = len(numbers.route), len(numbers.visit)
    state = State(
        seq=np.zeros((routes, width), np.int64),
        day=np.zeros((routes, DAY_COLUMNS), np.int64),
        spot=np.zeros((visits, SPOT_COLUMNS), np.int64),
        used=np.zeros_like(numbers.stock),
        load=np.zeros_like(numbers.share),
        mark=np.zeros((routes, width + 1, MARK_COLUMNS), np.int64),
        late=np.zeros((routes, width + 1, 2), np.int64),
        total=np.array([numbers.visit[:, DROP].sum(), visits, 0], np.int64),
    )
    state.spot[:, ROUTE] = -1
    state.spot[:, RELEASE] = -NEVER
    state.spot[:, BEGINS] = -NEVER
    state.day[:, STALE] = 1
    # Where a break is owed or overtime costs, a detour alone is no price.
    rests = numbers.route[:, BREAK_TO] > numbers.route[:, BREAK_FROM]
    state.day[:, TIMED_HERE] = rests | (numbers.route[:, OVERTIME] > 0)
    return state
