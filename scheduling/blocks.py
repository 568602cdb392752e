"""Blocks: problems cut out of a problem with its plan, each to be improved alone.

What lies outside is left out; a crew or sequence with one half outside stands still
inside. Whoever calls may spread the blocks over processes or machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from scheduling.areas import Cut, centres, neighbourhoods, spots
from scheduling.arrays import Index
from scheduling.check import check
from scheduling.corner import Places, staff
from scheduling.eligible import latest_end
from scheduling.plan import Plan, Score, Unplaced
from scheduling.problem import Lock, Problem, Technician, Visit

RouteKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a plan as a problem of its own; `score` is what the part costs now."""

    problem: Problem
    plan: Plan
    routes: frozenset[RouteKey]
    score: Score

    @classmethod
    def of(cls, problem: Problem, plan: Plan) -> Block:
        """A block as it was cut before: it holds all the routes of its problem."""
        keys = {(x.id, shift.id) for x in problem.technicians for shift in x.shifts}
        return cls(problem, plan, frozenset(keys), check(problem, plan).score)

    @property
    def size(self) -> int:
        """How many visits may move in it."""
        facts = sum(x.lock is not None and x.lock.frozen for x in self.problem.visits)
        return len(self.problem.visits) - facts


@dataclass(frozen=True, slots=True)
class Improved:
    """What a search in a block came to: the best plan met, the one it stood at when
    it ended, from where a later round goes on cooling, and iterations (done, planned).
    """

    best: Plan
    last: Plan
    iterations: tuple[int, int]


def cut_into_blocks(index: Index, plan: Plan, cut: Cut) -> list[Block]:
    """Blocks that share no route and no visit; those without work are left out."""
    groups = neighbourhoods(index, plan, cut)
    block_of = {r: number for number, group in enumerate(groups) for r in group}
    home = _homes(index, plan, block_of)
    home.update(_waiting(index, plan, home, block_of))
    still = {
        v
        for link in index.model.links
        for v in (link.first, link.second)
        if home.get(link.first) != home.get(link.second) and v in home
    }
    inside: list[list[int]] = [[] for _ in groups]
    for v in sorted(home):
        inside[home[v]].append(v)
    blocks = [
        _block(index, plan, group, visits, still)
        for group, visits in zip(groups, inside, strict=True)
        if visits
    ]
    return [block for block in blocks if block.size]


def _homes(index: Index, plan: Plan, block_of: Mapping[int, int]) -> dict[int, int]:
    """The block of every visit that has a place."""
    return {
        index.visit_index[stop.visit]: block_of[
            index.route_index[route.technician, route.shift]
        ]
        for route in plan.routes
        for stop in route.stops
    }


def _waiting(
    index: Index, plan: Plan, home: Mapping[int, int], block_of: Mapping[int, int]
) -> dict[int, int]:
    """The block of every unplaced visit that some route is open to: that of the
    nearest one; linked visits wait in the same block or in none."""
    spot = spots(index)
    middle, fit = centres(index, plan, spot), index.desk.numbers.fit
    found: dict[int, int] = {}
    for group in _linked_groups(index, home):
        placed = {home[v] for v in group if v in home}
        left = [v for v in group if v not in home]
        if not placed:
            open_to = np.flatnonzero(fit[:, left[0]] >= 0)
            if not len(open_to):
                continue
            away = middle[open_to] - spot[index.model.place[left[0]]]
            nearest = open_to[int((away**2).sum(axis=1).argmin())]
            placed = {block_of[int(nearest)]}
        if len(placed) == 1:
            found.update(dict.fromkeys(left, placed.pop()))
    return found


def _linked_groups(index: Index, home: Mapping[int, int]) -> Iterable[list[int]]:
    """Unplaced visits together with all that links tie to them."""
    seen: set[int] = set()
    for v in range(index.model.visits):
        if v in home or v in seen:
            continue
        group, waiting = [v], [v]
        seen.add(v)
        while waiting:
            w = waiting.pop()
            # What is placed stands for itself: nothing beyond it is asked.
            for link in index.model.links_of[w] if w not in home else ():
                other = link.first if link.second == w else link.second
                if other not in seen or (other in home and other not in group):
                    seen.add(other)
                    group.append(other)
                    waiting.append(other)
        yield group


def _block(
    index: Index, plan: Plan, group: list[int], inside: list[int], still: set[int]
) -> Block:
    problem = index.problem
    keys = frozenset((index.shifts[r][1].id, index.shifts[r][2].id) for r in group)
    routes = tuple(x for x in plan.routes if (x.technician, x.shift) in keys)
    visits = [
        _fact(index.visits[v], plan) if v in still else index.visits[v] for v in inside
    ]
    ids = {visit.id for visit in visits}
    people = frozenset(name for name, _ in keys)
    places = Places(problem, people, visits)
    small = Problem(
        locations=places.locations,
        travel=places.travel,
        technicians=tuple(
            _present(person, keys) for person in staff(problem, people, visits)
        ),
        visits=tuple(visits),
        crews=tuple(x for x in problem.crews if ids.issuperset(x.visits)),
        sequences=tuple(
            x for x in problem.sequences if x.before in ids and x.after in ids
        ),
        objective=problem.objective,
    )
    placed = {stop.visit for route in routes for stop in route.stops}
    left = tuple(Unplaced(visit.id) for visit in visits if visit.id not in placed)
    part = Plan(routes=routes, unplaced=left)
    return Block.of(small, part)


def _fact(visit: Visit, plan: Plan) -> Visit:
    """The visit where it stands: its other half is in another block."""
    if visit.id not in plan.stops or (visit.lock is not None and visit.lock.frozen):
        return visit
    route, stop = plan.stops[visit.id]
    fact = Lock(route.technician, stop.start, frozen=True)
    return replace(visit, lock=fact, windows=())


def _present(person: Technician, keys: frozenset[RouteKey]) -> Technician:
    """The person with the shifts of the block alone; overtime ends where the next
    shift begins, whether that is in the block or not."""
    own = tuple(x for x in person.shifts if (person.id, x.id) in keys)
    if len(own) == len(person.shifts):
        return person
    shifts = tuple(
        replace(x, overtime=replace(x.overtime, max=latest_end(person, x) - x.end))
        for x in own
    )
    return replace(person, shifts=shifts)
