"""The kernel by hand: one question at a time, about states of one problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from scheduling.kernel import doors
from scheduling.kernel.couple import ANEW
from scheduling.kernel.dice import sow
from scheduling.kernel.handle import hand_numbers, hand_state, hand_work
from scheduling.kernel.numbers import (
    ASKED_LIST,
    BEGINS,
    FACT,
    FACT_ROUTE,
    FOUND_AT,
    FOUND_DELTA,
    LINK_FROM,
    LINK_TO,
    LISTED,
    NEVER,
    OUT_END,
    OUT_TRAIL,
    REFUSED,
    ROUTE,
    SIZE,
    TOUCHED,
    TOUCHED_LIST,
    UNIT,
    WIDTH,
    WINDOW_FROM,
    WORTH,
    Floats,
    Numbers,
    State,
    empty,
    work_for,
)
from scheduling.model import Fit

Seq = tuple[int, ...]


class Outcome(NamedTuple):
    """A route: cost, end, and (visit or -1 - break, arrive, start) in order of time."""

    cost: int
    end: int
    steps: list[tuple[int, int, int]]


class Place(NamedTuple):
    """An insertion: what it adds to the cost of all routes, and where it is."""

    delta: int
    route: int
    at: int


class Desk:
    """Questions to the kernel. A state is changed only where that is said."""

    def __init__(self, numbers: Numbers, width: int) -> None:
        self.numbers, self.width = numbers, width
        self.work = work_for(numbers, width)
        self._m, self._w = hand_numbers(numbers), hand_work(self.work)
        self._free = hand_state(empty(numbers, width))
        self._known: tuple[State, State] | None = None
        self._lent = int(numbers.fits[-1, WINDOW_FROM]) if len(numbers.fits) else 0

    def _hand(self, state: State) -> State:
        """The handle of a state; many questions are about the last one again."""
        if self._known is None or self._known[0] is not state:
            self._known = (state, hand_state(state))
        return self._known[1]

    def start(self) -> State:
        """No visit placed but the frozen ones, which stand in order of their start."""
        m, state = self.numbers, empty(self.numbers, self.width)
        handed = self._hand(state)
        facts = np.flatnonzero(m.visit[:, FACT_ROUTE] >= 0).tolist()
        for v in sorted(facts, key=lambda v: (m.visit[v, FACT], v)):
            r = int(m.visit[v, FACT_ROUTE])
            doors.put_in(self._m, handed, v, r, int(state.day[r, SIZE]))
            if m.visit[v, LINK_TO] > m.visit[v, LINK_FROM]:
                state.spot[v, BEGINS] = m.visit[v, FACT]
        for r in range(len(m.route)):
            doors.refresh(self._m, handed, self._w, r)
        return state

    def simulate(
        self, r: int, seq: Sequence[int], state: State | None = None
    ) -> Outcome | None:
        """The route with these visits, None when a rule breaks; with a `state` its
        other routes hold linked visits back."""
        line = np.array(seq, np.int64)
        handed = self._free if state is None else self._hand(state)
        cost = doors.traced(self._m, handed, self._w, r, line, len(line))
        if cost == REFUSED:
            return None
        steps: list[tuple[int, int, int]] = []
        at = int(self.work.out[OUT_TRAIL])
        while at:
            before, what, arrive, start = self.work.trace[at].tolist()
            steps.append((what, arrive, start))
            at = before
        steps.reverse()
        return Outcome(int(cost), int(self.work.out[OUT_END]), steps)

    def price(self, r: int, seq: Sequence[int]) -> int | None:
        """Cost of a route on its own, None when a rule breaks."""
        line = np.array(seq, np.int64)
        cost = doors.traced(self._m, self._free, self._w, r, line, len(line))
        return None if cost == REFUSED else int(cost)

    def allowed(self, r: int, v: int) -> bool:
        """May v go into route r as far as the pair alone decides?"""
        return bool(self.numbers.fit[r, v] >= 0)

    def lend(self, r: int, v: int, fit: Fit) -> None:
        """Let v go into route r at these times, until the next visit is lent a place;
        for numbers packed with pinned pairs."""
        m = self.numbers
        first, last = self._lent, self._lent + len(fit.windows)
        m.windows[first:last] = fit.windows
        told = NEVER if fit.told is None else fit.told
        m.fits[-1] = (first, last, fit.extra, told)
        m.fit[r, v] = len(m.fits) - 1

    def stock_allows(self, state: State, v: int, r: int) -> bool:
        """Does the van of route r still hold what v needs?"""
        return bool(doors.stock_allows(self._m, self._hand(state), v, r))

    def best(
        self,
        state: State,
        v: int,
        routes: Sequence[int] | None = None,
        bound: int = NEVER,
    ) -> Place | None:
        """Cheapest place of v that adds less than `bound`, in these or all routes."""
        work, handed = self.work, self._hand(state)
        if routes is None:
            doors.list_routes(self._m, handed, self._w, v, True)
        else:
            chosen = [r for r in routes if self.allowed(r, v)]
            work.lists[ASKED_LIST, : len(chosen)] = chosen
            work.out[LISTED] = len(chosen)
        r = doors.best_place(self._m, handed, self._w, v, bound, 0.0)
        if r < 0:
            return None
        return Place(int(work.out[FOUND_DELTA]), int(r), int(work.out[FOUND_AT]))

    def missed(self, state: State, r: int, v: int) -> int:
        """By how much v misses route r, see `kernel.miss`."""
        return int(doors.nearest_miss(self._m, self._hand(state), r, v))

    def put(self, state: State, v: int, r: int, at: int) -> bool:
        """Put v into the state; False, and nothing changed, when a rule breaks."""
        doors.forget(self._w)
        if not self.allowed(r, v) or state.day[r, SIZE] >= self.width:
            return False
        return bool(doors.put(self._m, self._hand(state), self._w, v, r, at, ANEW))

    def fits(self, state: State, v: int, r: int, at: int) -> bool:
        """Could v be put there? The state is as before."""
        done = self.put(state, v, r, at)
        if done:
            doors.bring_back(self._m, self._hand(state), self._w)
        return done

    def pull(self, state: State, v: int) -> bool:
        """Take v out of the state; False, and nothing changed, if what stays breaks
        a rule."""
        doors.forget(self._w)
        if doors.pull(self._m, self._hand(state), self._w, v, ANEW):
            return True
        doors.bring_back(self._m, self._hand(state), self._w)
        return False

    def set_routes(self, state: State, routes: Mapping[int, Seq]) -> bool:
        """Write whole routes into the state; False, and nothing changed, when a rule
        breaks. Stock is not looked at."""
        m, work, handed = self._m, self._w, self._hand(state)
        doors.forget(work)
        doors.begin_trial(work)
        for r in routes:
            doors.touch(handed, work, r)
            doors.join(handed, work, r, 0, 0)
        for r in routes:
            for v in state.stops(r):
                doors.take_from(m, handed, v)
        for r, seq in routes.items():
            for at, v in enumerate(seq):
                doors.put_in(m, handed, v, r, at)
        if doors.settle(m, handed, work, NEVER, ANEW, True) != REFUSED:
            return True
        doors.bring_back(m, handed, work)
        return False

    def changed(self) -> list[int]:
        """The routes that the last `put`, `pull` or `set_routes` has changed."""
        count = int(self.work.out[TOUCHED])
        return [int(r) for r in self.work.lists[TOUCHED_LIST, :count]]

    def fill(self, state: State, over: Callable[[], bool]) -> None:
        """Greedy completion of the state: all that fits is put in, until `over`."""
        m, handed = self.numbers, self._hand(state)
        visits = np.flatnonzero(state.spot[:, ROUTE] < 0)
        units = {int(m.visit[v, UNIT]) for v in visits}
        rank = {u: (-int(m.units[u, WORTH]), int(m.units[u, WIDTH]), u) for u in units}
        waiting, before = sorted(units, key=rank.__getitem__), -1
        while len(waiting) != before and not over():
            before, later = len(waiting), list[int]()
            for unit in waiting:
                if over():
                    return
                if not doors.fill(self._m, handed, self._w, unit):
                    later.append(unit)
            waiting = later

    def search(self, state: State, best: State, params: Floats) -> Search:
        """A search that goes on from `state` and keeps the best one it meets."""
        return Search(self, state, best, params)


class Search:
    """Iterations of the kernel on a state; chance begins with the seed."""

    def __init__(self, desk: Desk, state: State, best: State, params: Floats) -> None:
        self._m, self._w, self._params = desk._m, desk._w, params
        self._state, self._best = hand_state(state), hand_state(best)
        self._work = desk.work

    def sow(self, seed: int) -> None:
        """Begin the chance of a run."""
        sow(self._work, seed)

    def run(self, done: int, planned: int, count: int) -> None:
        """A chunk of `count` iterations, the first of which has the number `done`."""
        state, best = self._state, self._best
        doors.run(self._m, state, self._w, best, self._params, done, planned, count)
