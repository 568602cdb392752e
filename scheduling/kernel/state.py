"""Putting visits into routes and taking them out again, with a way back."""

from __future__ import annotations

from scheduling.kernel.beside import note_late, write_books
from scheduling.kernel.compiled import compiled
from scheduling.kernel.numbers import (
    ALL,
    BEGINS,
    COST,
    DROP,
    LEFT_OUT,
    LINK_FROM,
    LINK_TO,
    LINKED_HERE,
    LOAD,
    MARK_COLUMNS,
    NEVER,
    PART_FROM,
    PART_TO,
    PERSON,
    POSITION,
    RELEASE,
    ROUND,
    ROUTE,
    SAVED_COST,
    SAVED_IN,
    SAVED_LOAD,
    SAVED_SIZE,
    SAVED_STALE,
    SAVED_WORST,
    SIZE,
    STALE,
    TIMED,
    TIMED_HERE,
    TOUCHED,
    TOUCHED_LIST,
    WORST,
    Ints,
    Numbers,
    State,
    Work,
)


@compiled
def stock_allows(m: Numbers, s: State, v: int, r: int) -> bool:
    """Does the van of route r still hold what v needs?"""
    t = m.route[r, PERSON]
    for k in range(m.visit[v, PART_FROM], m.visit[v, PART_TO]):
        part = m.parts[k, 0]
        if s.used[t, part] + m.parts[k, 1] > m.stock[t, part]:
            return False
    return True


@compiled
def count_in(m: Numbers, s: State, v: int, r: int, sign: int) -> None:
    """Enter a visit in the books of a route (sign 1), or strike it out (-1)."""
    t = m.route[r, PERSON]
    for k in range(m.visit[v, PART_FROM], m.visit[v, PART_TO]):
        s.used[t, m.parts[k, 0]] += sign * m.parts[k, 1]
    s.total[ALL] -= sign * m.visit[v, DROP]
    s.total[LEFT_OUT] -= sign
    s.day[r, TIMED_HERE] += sign * m.visit[v, TIMED]
    if m.visit[v, LINK_TO] > m.visit[v, LINK_FROM]:
        s.day[r, LINKED_HERE] += sign
    s.spot[v, ROUTE] = r if sign > 0 else -1


@compiled
def put_in(m: Numbers, s: State, v: int, r: int, at: int) -> None:
    """Put v into route r; times and cost are left to `refresh` or `settle`."""
    n = s.day[r, SIZE]
    for k in range(n, at, -1):
        s.seq[r, k] = s.seq[r, k - 1]
    s.seq[r, at] = v
    s.day[r, SIZE], s.day[r, STALE] = n + 1, 1
    count_in(m, s, v, r, 1)
    s.spot[v, POSITION] = at


@compiled
def take_from(m: Numbers, s: State, v: int) -> None:
    """Take v out of its route; times and cost are left to `refresh` or `settle`."""
    r = s.spot[v, ROUTE]
    kept, n = 0, s.day[r, SIZE]
    for k in range(n):
        if s.seq[r, k] != v:
            s.seq[r, kept] = s.seq[r, k]
            kept += 1
    s.day[r, SIZE], s.day[r, STALE] = kept, 1
    count_in(m, s, v, r, -1)
    s.spot[v, RELEASE] = s.spot[v, BEGINS] = -NEVER


@compiled
def forget(w: Work) -> None:
    """Begin a new trial: what was saved before can no longer be brought back."""
    w.out[ROUND] += 1
    w.out[TOUCHED] = 0


@compiled
def copy_marks(source: Ints, target: Ints, r: int, count: int) -> None:
    """Copy what is known after the first stops of a route."""
    for k in range(count):
        for column in range(MARK_COLUMNS):
            target[r, k, column] = source[r, k, column]


@compiled
def touch(s: State, w: Work, r: int) -> None:
    """Save a route before it is changed for the first time in this trial."""
    if w.route[r, SAVED_IN] == w.out[ROUND]:
        return
    w.route[r, SAVED_IN] = w.out[ROUND]
    w.lists[TOUCHED_LIST, w.out[TOUCHED]] = r
    w.out[TOUCHED] += 1
    w.route[r, SAVED_SIZE], w.route[r, SAVED_COST] = s.day[r, SIZE], s.day[r, COST]
    w.route[r, SAVED_STALE] = s.day[r, STALE]
    w.route[r, SAVED_LOAD], w.route[r, SAVED_WORST] = s.day[r, LOAD], s.day[r, WORST]
    if s.day[r, STALE] == 0:
        copy_marks(s.mark, w.marks, r, s.day[r, SIZE] + 1)
    linked = s.day[r, LINKED_HERE] > 0
    for k in range(s.day[r, SIZE]):
        v = s.seq[r, k]
        w.saved[r, k] = v
        if linked:
            w.held[r, k, 0], w.held[r, k, 1] = s.spot[v, RELEASE], s.spot[v, BEGINS]


@compiled
def bring_back(m: Numbers, s: State, w: Work) -> None:
    """Undo everything since `forget`: the touched routes as they were."""
    count = w.out[TOUCHED]
    for i in range(count):
        r = w.lists[TOUCHED_LIST, i]
        for k in range(s.day[r, SIZE]):
            v = s.seq[r, k]
            count_in(m, s, v, r, -1)
            s.spot[v, RELEASE] = s.spot[v, BEGINS] = -NEVER
    for i in range(count):
        r = w.lists[TOUCHED_LIST, i]
        n = w.route[r, SAVED_SIZE]
        s.total[ALL] += w.route[r, SAVED_COST] - s.day[r, COST]
        s.day[r, SIZE], s.day[r, COST] = n, w.route[r, SAVED_COST]
        s.day[r, STALE] = w.route[r, SAVED_STALE]
        write_books(m, s, r, w.route[r, SAVED_LOAD], w.route[r, SAVED_WORST])
        if s.day[r, STALE] == 0:
            copy_marks(w.marks, s.mark, r, n + 1)
        for k in range(n):
            v = w.saved[r, k]
            s.seq[r, k] = v
            count_in(m, s, v, r, 1)
            s.spot[v, POSITION] = k
        if m.worst_price > 0 and s.day[r, STALE] == 0:
            note_late(m, s, r)
        if s.day[r, LINKED_HERE] > 0:
            for k in range(n):
                v = s.seq[r, k]
                s.spot[v, RELEASE], s.spot[v, BEGINS] = w.held[r, k, 0], w.held[r, k, 1]
