"""Routes that wait for each other: crews and sequences, timed together.

Every link bounds two starts from below (a late start of one pushes the other), so the
earliest common times are the least fixed point: raise, simulate, repeat until still.
"""

from __future__ import annotations

from scheduling.kernel.model import Link, Model
from scheduling.kernel.state import Pricer, Seq, State

Changes = dict[int, Seq]
# (cost per touched route, releases of the linked visits in them)
Settled = tuple[dict[int, int], dict[int, int]]


def is_coupled(model: Model, state: State, r: int) -> bool:
    """Does route r hold a visit whose link partner is placed?"""
    links_of, where = model.links_of, state.where
    return any(
        where[link.first] >= 0 and where[link.second] >= 0
        for v in state.routes[r]
        for link in links_of[v]
    )


def settle(pricer: Pricer, state: State, changes: Changes) -> Settled | None:
    """Time the changed routes and all they are linked to; None when it cannot be."""
    model = pricer.model
    if not model.links:
        return _uncoupled(pricer, changes)
    home = _homes(model, state, changes)
    members, active = _component(model, state, changes, home)
    if not all(_people_fit(model, link, home) for link in active):
        return None
    return _relax(pricer, state, changes, home, members, active)


def _uncoupled(pricer: Pricer, changes: Changes) -> Settled | None:
    costs: dict[int, int] = {}
    for r, seq in changes.items():
        price = pricer.price(r, seq, {})
        if price is None:
            return None
        costs[r] = price[0]
    return costs, {}


def _homes(model: Model, state: State, changes: Changes) -> dict[int, int]:
    """Route of every linked visit once the changes are made (-1: none)."""
    home: dict[int, int] = {}
    for link in model.links:
        for v in (link.first, link.second):
            r = state.where[v]
            home[v] = -1 if r in changes else r
    for r, seq in changes.items():
        for v in seq:
            if v in home:
                home[v] = r
    return home


def _component(
    model: Model, state: State, changes: Changes, home: dict[int, int]
) -> tuple[list[int], list[Link]]:
    """Routes tied to the changed ones, and the links between them."""
    members, active = list(changes), dict[Link, None]()
    for r in members:
        for v in changes.get(r, state.routes[r]):
            for link in model.links_of[v]:
                ends = (home[link.first], home[link.second])
                if min(ends) < 0:
                    continue
                active[link] = None
                members += [other for other in ends if other not in members]
    return members, list(active)


def _both_frozen(model: Model, link: Link) -> bool:
    frozen = model.frozen
    return frozen[link.first] is not None and frozen[link.second] is not None


def _people_fit(model: Model, link: Link, home: dict[int, int]) -> bool:
    if _both_frozen(model, link):
        return True
    first = model.routes[home[link.first]].technician
    second = model.routes[home[link.second]].technician
    if link.crew:
        return first != second
    return first == second or not link.same_technician


def _relax(
    pricer: Pricer,
    state: State,
    changes: Changes,
    home: dict[int, int],
    members: list[int],
    active: list[Link],
) -> Settled | None:
    costs: dict[int, int] = {}
    release: dict[int, int] = {}
    starts: dict[int, int] = {}
    links = [link for link in active if not _both_frozen(pricer.model, link)]
    waiting = list(members)
    # A cycle of lags would push for ever; real days settle in a few rounds.
    for _ in range(12 * len(members) + 24):
        if not waiting:
            return costs, release
        r = waiting.pop(0)
        seq = changes.get(r, state.routes[r])
        price = pricer.price(r, seq, _of(release, seq))
        if price is None:
            return None
        costs[r] = price[0]
        starts.update(price[1])
        for v in _push(links, starts, release):
            if home[v] not in waiting:
                waiting.append(home[v])
    return None


def _of(release: dict[int, int], seq: Seq) -> dict[int, int]:
    return {v: release[v] for v in seq if v in release} if release else {}


def _push(
    links: list[Link], starts: dict[int, int], release: dict[int, int]
) -> list[int]:
    """Raise releases that the known starts call for; the visits that must move."""
    moved: list[int] = []
    for link in links:
        a, b = starts.get(link.first), starts.get(link.second)
        if a is None or b is None:
            continue
        if b < a + link.low:
            release[link.second] = a + link.low
            moved.append(link.second)
        if link.high is not None and a < b - link.high:
            release[link.first] = b - link.high
            moved.append(link.first)
    return moved


def commit(model: Model, state: State, changes: Changes, settled: Settled) -> None:
    """Write routes, costs and releases; the caller has marked where visits are."""
    costs, release = settled
    for r, seq in changes.items():
        state.routes[r] = seq
    for r, cost in costs.items():
        state.cost[r] = cost
    if model.links:
        for r in costs:
            for v in state.routes[r]:
                state.release.pop(v, None)
        state.release.update(release)
