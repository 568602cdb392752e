"""Where a visit, or a crew of visits, fits best into the routes."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from scheduling.kernel.bounds import Bounds, bounds, fits_between
from scheduling.kernel.couple import Changes, Settled, commit, is_coupled, settle
from scheduling.kernel.model import UNREACHABLE, Model
from scheduling.kernel.sim import leg_cost
from scheduling.kernel.state import MEMO_LIMIT, Pricer, Seq, State, mark, stock_allows

CREW_STARTS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """An insertion: what it adds to the cost, and what it changes."""

    delta: int
    route: int
    seq: Seq
    settled: Settled


class Inserter:
    """Finds insertions; remembers the best position per route, visit and content."""

    def __init__(self, pricer: Pricer) -> None:
        self.pricer = pricer
        self.model: Model = pricer.model
        self._memo: dict[tuple[int, Seq, int], tuple[int, Seq] | None] = {}
        self._bounds: dict[tuple[int, Seq], Bounds] = {}

    def best(
        self,
        state: State,
        v: int,
        routes: Iterable[int],
        bound: int,
    ) -> Place | None:
        """Cheapest place of v in the routes that adds less than `bound`."""
        best: Place | None = None
        alone = not self._partner_placed(state, v)
        for r in routes:
            if self.model.fits[r][v] is None or not stock_allows(
                self.model, state, v, r
            ):
                continue
            place = self.in_route(state, r, v, bound, alone=alone)
            if place is not None and place.delta < bound:
                best, bound = place, place.delta
        return best

    def _partner_placed(self, state: State, v: int) -> bool:
        links = self.model.links_of[v]
        return any(
            state.where[link.first if link.second == v else link.second] >= 0
            for link in links
        )

    def in_route(
        self, state: State, r: int, v: int, bound: int, *, alone: bool
    ) -> Place | None:
        """Cheapest place of v in one route."""
        model = self.model
        if alone and not (model.links and is_coupled(model, state, r)):
            found = self._plain(state, r, v)
            if found is None:
                return None
            cost, seq = found
            return Place(cost - state.cost[r], r, seq, ({r: cost}, {}))
        return self._coupled(state, r, v, bound)

    def _plain(self, state: State, r: int, v: int) -> tuple[int, Seq] | None:
        seq = state.routes[r]
        key = (r, seq, v)
        try:
            return self._memo[key]
        except KeyError:
            pass
        if len(self._memo) > MEMO_LIMIT:
            self._memo.clear()
            self._bounds.clear()
        best: tuple[int, Seq] | None = None
        cost = state.cost[r]
        for least, at in self.positions(r, seq, v):
            if best is not None and cost + least >= best[0]:
                break
            longer = (*seq[:at], v, *seq[at:])
            price = self.pricer.price(r, longer, {})
            if price is not None and (best is None or price[0] < best[0]):
                best = (price[0], longer)
        self._memo[key] = best
        return best

    def _coupled(self, state: State, r: int, v: int, bound: int) -> Place | None:
        best: Place | None = None
        seq = state.routes[r]
        for least, at in self.positions(r, seq, v):
            if least >= bound:
                break
            longer = (*seq[:at], v, *seq[at:])
            settled = self._settle(state, r, longer, bound)
            if settled is None:
                continue
            delta = sum(c - state.cost[one] for one, c in settled[0].items())
            if delta < bound:
                best, bound = Place(delta, r, longer, settled), delta
        return best

    def _settle(self, state: State, r: int, longer: Seq, bound: int) -> Settled | None:
        """Times of a longer coupled route; None when too dear or against a rule."""
        held = {v: state.release[v] for v in longer if v in state.release}
        alone = self.pricer.price(r, longer, held)
        # What others are pushed to only adds to the price of the route itself.
        if alone is None or alone[0] - state.cost[r] >= bound:
            return None
        before = self.pricer.price(r, state.routes[r], held)
        if before is not None and before[1] == alone[1]:
            return {r: alone[0]}, held
        return settle(self.pricer, state, {r: longer})

    def positions(self, r: int, seq: Seq, v: int) -> list[tuple[int, int]]:
        """(price of the detour, position) where there may be room, cheapest first."""
        model = self.model
        spec, place = model.routes[r], model.place
        fit = model.fits[r][v]
        extra = 0 if fit is None else fit.extra
        if not seq:
            return [(spec.fixed_price + extra, 0)]
        there, table, known = place[v], spec.seconds, self._known(r, seq)
        stops = [spec.begin_at, *(place[i] for i in seq), spec.finish_at]
        found: list[tuple[int, int]] = []
        for at in range(len(seq) + 1):
            a, b = stops[at], stops[at + 1]
            into = table[a][there]
            if into >= UNREACHABLE or not fits_between(model, r, seq, v, at, known):
                continue
            detour = leg_cost(spec, a, there, into)
            if b >= 0:
                detour += leg_cost(spec, there, b, table[there][b])
                detour -= leg_cost(spec, a, b, table[a][b])
            found.append((detour + extra, at))
        found.sort()
        return found

    def _known(self, r: int, seq: Seq) -> Bounds:
        found = self._bounds.get((r, seq))
        if found is None:
            found = self._bounds[r, seq] = bounds(self.model, r, seq)
        return found

    def apply(self, state: State, v: int, place: Place) -> None:
        mark(self.model, state, v, place.route)
        changes: Changes = {place.route: place.seq}
        commit(self.model, state, changes, place.settled)

    def insert_unit(
        self,
        state: State,
        unit: tuple[int, ...],
        routes: list[int],
        rng: random.Random,
    ) -> State | None:
        """The state with the whole unit placed for less than dropping it, or None."""
        worth = sum(self.model.drop[v] for v in unit if state.where[v] < 0)
        if len(unit) == 1:
            place = self.best(state, unit[0], routes, worth)
            if place is None:
                return None
            self.apply(state, unit[0], place)
            return state
        return self._insert_crew(state, unit, routes, rng, worth)

    def _insert_crew(
        self,
        state: State,
        unit: tuple[int, ...],
        routes: list[int],
        rng: random.Random,
        worth: int,
    ) -> State | None:
        """Try the likeliest places of one member; the others follow its times."""
        members = [v for v in unit if state.where[v] < 0]
        if rng.random() < 0.5:
            members.reverse()
        before, best = sum(state.cost), None
        for place in self._first_places(state, members[0], routes, worth):
            if place.delta >= worth:
                break
            trial = state.copy()
            self.apply(trial, members[0], place)
            if self._follow(trial, members[1:], routes, worth):
                delta = sum(trial.cost) - before
                if delta < worth:
                    best, worth = trial, delta
        return best

    def _first_places(
        self, state: State, v: int, routes: list[int], worth: int
    ) -> list[Place]:
        alone = not self._partner_placed(state, v)
        found = [
            place
            for r in routes
            if self.model.fits[r][v] is not None
            and stock_allows(self.model, state, v, r)
            and (place := self.in_route(state, r, v, worth, alone=alone)) is not None
        ]
        found.sort(key=lambda place: (place.delta, place.route))
        return found[:CREW_STARTS]

    def _follow(
        self, state: State, members: list[int], routes: list[int], worth: int
    ) -> bool:
        for v in members:
            place = self.best(state, v, routes, worth)
            if place is None:
                return False
            self.apply(state, v, place)
        return True
