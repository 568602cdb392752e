"""CP-SAT: some routes with some visits, every rule and every price of them.

What the judge accepts is a solution here, at the judge's price. So what is proved here
is true for plans: no plan of these visits in these routes is cheaper than the bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scheduling.arrays import Index
from scheduling.kernel.numbers import NEVER, STABLE_WITHIN, UNREACHABLE
from scheduling.model import Link

# A route's start and end place among the nodes of its circuit; visits follow.
HOME = 0
FAR = 1 << 40
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """Which routes and visits; visits in `optional` may be left out at their price.

    `used[technician][part]` is what visits outside the question take from the van.
    """

    index: Index
    routes: tuple[int, ...]
    visits: tuple[int, ...]
    optional: frozenset[int] = frozenset()
    used: Any = None


class Model:
    """The constraints of a question; `orders` reads a solution back."""

    def __init__(self, asked: Question, cp: Any) -> None:
        self.asked, self.cp = asked, cp
        self.index, self.numbers = asked.index, asked.index.model
        self.model = cp.CpModel()
        self.cost: list[Any] = []
        fits = self.numbers.fits
        self.here = {
            (r, v): self.model.NewBoolVar(f"{v} in {r}")
            for r in asked.routes
            for v in asked.visits
            if fits[r][v] is not None
        }
        self.out = {v: self.model.NewBoolVar(f"{v} out") for v in asked.optional}
        self.start = {v: self._start(v) for v in asked.visits}
        self.arrive = {v: self._instant(f"arrive {v}") for v in asked.visits}
        for v in asked.visits:
            self._visit(v)
        self.days = {r: _Day(self, r) for r in asked.routes}
        self._stock()
        for link in self.numbers.links:
            if link.first in self.start and link.second in self.start:
                self._link(link)
        self.model.Minimize(sum(self.cost))

    def below(self, ceiling: int) -> None:
        """Ask only for what is cheaper."""
        self.model.Add(sum(self.cost) < ceiling)

    def orders(self, value: Any) -> dict[int, tuple[int, ...]]:
        """The visits of every route in their order."""
        return {r: day.order(value) for r, day in self.days.items()}

    def routes_of(self, v: int) -> list[int]:
        return [r for r in self.asked.routes if (r, v) in self.here]

    def _instant(self, name: str) -> Any:
        specs = [self.numbers.routes[r] for r in self.asked.routes]
        low, high = min(s.start for s in specs), max(s.limit for s in specs)
        return self.model.NewIntVar(low, max(low, high), name)

    def _start(self, v: int) -> Any:
        spans = [
            list(span)
            for r in self.routes_of(v)
            for span in self.numbers.fits[r][v].windows  # type: ignore[union-attr]
        ]
        domain = self.cp.Domain.FromIntervals(spans or [[0, 0]])
        return self.model.NewIntVarFromDomain(domain, f"start {v}")

    def _visit(self, v: int) -> None:
        routes = self.routes_of(v)
        chosen = [self.here[r, v] for r in routes]
        self.model.AddExactlyOne([*chosen, self.out[v]] if v in self.out else chosen)
        if v in self.out:
            self.cost.append(self.numbers.drop[v] * self.out[v])
        for r, literal in zip(routes, chosen, strict=True):
            self._pair(r, v, literal)
        price, due = self.numbers.late_price[v], self.numbers.due[v]
        if price and due < NEVER:
            late = self.model.NewIntVar(0, FAR, f"late {v}")
            placed = self.model.Add(late >= self.start[v] - due)
            if v in self.out:
                placed.OnlyEnforceIf(~self.out[v])
            self.cost.append(price * late)

    def _pair(self, r: int, v: int, literal: Any) -> None:
        fit = self.numbers.fits[r][v]
        assert fit is not None
        domain = self.cp.Domain.FromIntervals([list(span) for span in fit.windows])
        within = self.model.AddLinearExpressionInDomain
        within(self.start[v], domain).OnlyEnforceIf(literal)
        if fit.extra:
            self.cost.append(fit.extra * literal)
        if fit.told is not None and self.numbers.told_price:
            moved = self.model.NewBoolVar(f"{v} moved in {r}")
            near = [fit.told - STABLE_WITHIN, fit.told + STABLE_WITHIN]
            kept = within(self.start[v], self.cp.Domain.FromIntervals([near]))
            kept.OnlyEnforceIf([literal, ~moved])
            self.cost.append(self.numbers.told_price * moved)

    def _stock(self) -> None:
        taken = self.asked.used
        for t, held in enumerate(self.numbers.stock):
            mine = [
                r for r in self.asked.routes if self.numbers.routes[r].technician == t
            ]
            for part, amount in enumerate(held):
                need = [
                    dict(self.numbers.parts[v])[part] * self.here[r, v]
                    for r in mine
                    for v in self.asked.visits
                    if (r, v) in self.here and part in dict(self.numbers.parts[v])
                ]
                left = amount - (0 if taken is None else int(taken[t, part]))
                if need:
                    self.model.Add(sum(need) <= left)

    def _link(self, link: Link) -> None:
        first, second = link.first, link.second
        both = [~self.out[v] for v in (first, second) if v in self.out]
        wait = self.start[second] - self.start[first]
        self.model.Add(wait >= link.low).OnlyEnforceIf(both)
        if link.high is not None:
            self.model.Add(wait <= link.high).OnlyEnforceIf(both)
        one, two = (1 - self.out.get(v, 0) for v in (first, second))
        self.model.Add(one == two if link.crew else one >= two)
        people = {self.numbers.routes[r].technician for r in self.asked.routes}
        for person in sorted(people):
            a, b = (self._by(person, v) for v in (first, second))
            if link.crew:
                self.model.Add(a + b <= 1)
            elif link.same_technician:
                self.model.Add(b <= a)

    def _by(self, person: int, v: int) -> Any:
        mine = self.routes_of(v)
        return sum(
            self.here[r, v] for r in mine if self.numbers.routes[r].technician == person
        )


class _Day:
    """One route: a circuit through home and the visits that are in it."""

    def __init__(self, whole: Model, r: int) -> None:
        self.whole, self.r, self.model = whole, r, whole.model
        self.numbers, self.spec = whole.numbers, whole.numbers.routes[r]
        self.visits = [v for v in whole.asked.visits if (r, v) in whole.here]
        self.node = {v: i + 1 for i, v in enumerate(self.visits)}
        self.over = self.model.NewIntVar(
            self.spec.start, max(self.spec.start, self.spec.limit), f"over {r}"
        )
        self.used = self.model.NewBoolVar(f"used {r}")
        for v in self.visits:
            self.model.AddImplication(whole.here[r, v], self.used)
        # An empty route costs nothing and owes no break.
        self.model.AddBoolOr([~self.used, *(whole.here[r, v] for v in self.visits)])
        self.arc: dict[Pair, Any] = {}
        self.rests = [_Rest(self, k) for k in range(len(self.spec.breaks))]
        self._circuit()
        self._prices()
        if len(self.rests) > 1:
            self.model.AddNoOverlap([rest.interval for rest in self.rests])

    def order(self, value: Any) -> tuple[int, ...]:
        """The visits along the circuit."""
        follows = {i: j for (i, j), arc in self.arc.items() if value(arc)}
        found: list[int] = []
        at = follows.get(HOME, HOME)
        while at != HOME:
            found.append(self.visits[at - 1])
            at = follows[at]
        return tuple(found)

    def _circuit(self) -> None:
        arcs = [(HOME, HOME, ~self.used)]
        arcs += [(i, i, ~self.whole.here[self.r, v]) for v, i in self.node.items()]
        ends: list[int | None] = [None, *self.visits]
        for i, v in enumerate(ends):
            for j, w in enumerate(ends):
                if i != j and (leg := self._leg(v, w)) is not None:
                    literal = self.model.NewBoolVar(f"{i} to {j} in {self.r}")
                    self.arc[i, j] = literal
                    arcs.append((i, j, literal))
                    self._drive(v, w, leg, literal)
        self.model.AddCircuit(arcs)

    def _leg(self, v: int | None, w: int | None) -> int | None:
        """Seconds from one node to another, None where that can never be driven."""
        here = self.spec.begin_at if v is None else self.numbers.place[v]
        there = self.spec.finish_at if w is None else self.numbers.place[w]
        if there < 0:
            return 0
        leg = self.spec.seconds[here][there]
        if leg >= UNREACHABLE:
            return None
        latest = self.spec.limit if w is None else self._last(w)
        return None if self._soonest(v) + leg > latest else leg

    def _soonest(self, v: int | None) -> int:
        """Before this nobody leaves the node."""
        if v is None:
            return self.spec.start
        fit = self.numbers.fits[self.r][v]
        low = fit.windows[0][0] if fit and fit.windows else FAR
        return max(low, self.spec.start) + self.numbers.duration[v]

    def _last(self, w: int) -> int:
        fit = self.numbers.fits[self.r][w]
        return fit.windows[-1][1] if fit and fit.windows else -FAR

    def free(self, v: int | None) -> Any:
        """When the technician is ready to drive off from a node."""
        if v is None:
            return self.spec.start
        return self.whole.start[v] + self.numbers.duration[v]

    def _drive(self, v: int | None, w: int | None, leg: int, literal: Any) -> None:
        here = self.spec.begin_at if v is None else self.numbers.place[v]
        there = self.spec.finish_at if w is None else self.numbers.place[w]
        if there >= 0:
            self.whole.cost.append(self.spec.leg_cost(here, there) * literal)
        reached = self.over if w is None else self.whole.arrive[w]
        self.model.Add(reached >= self.free(v) + leg).OnlyEnforceIf(literal)
        for rest in self.rests:
            rest.on_the_way(v, w, leg, literal)

    def _prices(self) -> None:
        spec = self.spec
        for v in self.visits:
            began = self.model.Add(self.whole.start[v] >= self.whole.arrive[v])
            began.OnlyEnforceIf(self.whole.here[self.r, v])
        if spec.fixed_price:
            self.whole.cost.append(spec.fixed_price * self.used)
        if spec.overtime_price and spec.limit > spec.end:
            extra = self.model.NewIntVar(0, spec.limit - spec.end, f"extra {self.r}")
            self.model.Add(extra >= self.over - spec.end)
            self.whole.cost.append(spec.overtime_price * extra)


class _Rest:
    """One break of a route: owed when the route is out after its latest start, then
    taken before a drive or on site before a visit."""

    def __init__(self, day: _Day, k: int) -> None:
        self.day, self.model = day, day.model
        first, last, self.length = day.spec.breaks[k]
        name = f"break {k} of {day.r}"
        self.begin = self.model.NewIntVar(first, max(first, last), name)
        self.owed = self.model.NewBoolVar(f"{name} owed")
        self.before = self.model.NewBoolVar(f"{name} before driving")
        self.interval = self.model.NewOptionalIntervalVar(
            self.begin, self.length, self.begin + self.length, self.owed, name
        )
        self.after = {
            v: self.model.NewBoolVar(f"{name} after {v}") for v in [None, *day.visits]
        }
        self.model.Add(day.over <= last).OnlyEnforceIf([~self.owed, day.used])
        self.model.Add(sum(self.after.values()) == self.owed)
        self.model.AddImplication(self.owed, day.used)
        for v in day.visits:
            self.model.AddImplication(self.after[v], day.whole.here[day.r, v])

    def on_the_way(self, v: int | None, w: int | None, leg: int, arc: Any) -> None:
        """What it means to take the break between these two nodes."""
        add, taken = self.model.Add, [arc, self.after[v]]
        reached = self.day.over if w is None else self.day.whole.arrive[w]
        ahead = [*taken, self.before]
        add(self.begin >= self.day.free(v)).OnlyEnforceIf(ahead)
        add(reached >= self.begin + self.length + leg).OnlyEnforceIf(ahead)
        if w is None:
            # On the way home it is taken before driving, and where there is no
            # drive home, not at all.
            barred = self.day.spec.finish_at < 0
            self.model.AddBoolOr(
                [~arc, ~self.after[v], *([] if barred else [self.before])]
            )
            return
        add(self.begin >= reached).OnlyEnforceIf([*taken, ~self.before])
        started = self.day.whole.start[w] >= self.begin + self.length
        add(started).OnlyEnforceIf([*taken, ~self.before])
