"""Small random problems in which every rule has its chance to matter.

Times are a few hundred seconds long, so that an exhaustive oracle can walk them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace

from scheduling import (
    Break,
    Cost,
    Crew,
    Due,
    HeldSkill,
    Location,
    Lock,
    NeededSkill,
    Objective,
    Overtime,
    Problem,
    Published,
    Sequence,
    Shift,
    Technician,
    TravelMatrix,
    Visit,
    Wishes,
)

SPAN = 100


def tangle(
    seed: int,
    *,
    people: int = 3,
    visits: int = 6,
    links: bool = True,
    facts: bool = True,
    told: bool = True,
    gaps: bool = True,
    shared: bool = True,
    rests: bool = True,
) -> Problem:
    """A random problem; the switches turn cross-route rules, frozen visits, published
    starts, pairs of places without a way, costs that routes share, and breaks and the
    price of overtime on."""
    rng = random.Random(seed)
    places = people + visits
    names = [f"t{i}" for i in range(people)]
    ids = [f"v{i}" for i in range(visits)]
    pairs = rng.sample(ids, 4) if links and visits >= 4 else []
    return Problem(
        locations=tuple(Location(f"p{i}") for i in range(places)),
        travel={
            "default": TravelMatrix(
                _table(rng, places, gaps=gaps), _metres(rng, places)
            )
        },
        technicians=tuple(_person(rng, i, rests=rests) for i in range(people)),
        visits=tuple(
            _visit(rng, i, people, names, facts=facts, told=told) for i in range(visits)
        ),
        crews=_crews(rng, pairs[:2]),
        sequences=_sequences(rng, pairs[2:]),
        objective=_objective(rng, told=told, shared=shared),
    )


def _objective(rng: random.Random, *, told: bool, shared: bool) -> Objective:
    stability = rng.choice((0, 3)) if told else 0
    if not shared:
        return Objective(stability=stability)
    return Objective(
        stability=stability,
        max_lateness=rng.choice((0, 0, 1, 5)),
        fairness=rng.choice((0, 0, 1, 4)),
    )


def _table(
    rng: random.Random, size: int, *, gaps: bool
) -> tuple[tuple[int | None, ...], ...]:
    def cell(i: int, j: int) -> int | None:
        if i == j:
            return 0
        return None if gaps and rng.random() < 0.03 else rng.randint(6, 12)

    return tuple(tuple(cell(i, j) for j in range(size)) for i in range(size))


def _metres(rng: random.Random, size: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(rng.randint(0, 900) for _ in range(size)) for _ in range(size))


def _person(rng: random.Random, i: int, *, rests: bool) -> Technician:
    second = rng.random() < 0.3
    shifts = [_shift(rng, i, "first", 0)] + (
        [_shift(rng, i, "second", SPAN + rng.randint(0, 20))] if second else []
    )
    if not rests:
        shifts = [replace(x, breaks=(), overtime=Overtime()) for x in shifts]
    return Technician(
        f"t{i}",
        tuple(shifts),
        skills=tuple(_held(rng) for _ in range(rng.randint(0, 3))),
        stock={"a": rng.randint(0, 3), "b": rng.randint(0, 2)},
        cost=Cost(rng.choice((0, 7)), rng.choice((1, 2)), rng.choice((0, 1))),
        territories=rng.choice(((), ("north",), ("north", "south"))),
        max_travel_from_home=rng.choice((None, None, 9)),
    )


def _shift(rng: random.Random, i: int, name: str, base: int) -> Shift:
    start = base + rng.randint(0, 10)
    end = base + rng.randint(60, 90)
    rests = [
        Break(low := start + rng.randint(5, 50), low + rng.randint(3, 25), 6)
        for _ in range(rng.choice((0, 1, 1, 2)))
    ]
    overtime = Overtime(rng.choice((0, 15)), rng.randint(0, 3))
    home = rng.choice((f"p{i}", f"p{i}", None))
    return Shift(name, start, end, f"p{i}", home, tuple(rests), overtime)


def _held(rng: random.Random) -> HeldSkill:
    return HeldSkill(
        rng.choice("xy"),
        rng.randint(1, 3),
        rng.choice((None, None, rng.randint(0, 40))),
        rng.choice((None, None, rng.randint(41, 150))),
    )


def _windows(rng: random.Random) -> tuple[tuple[int, int], ...]:
    count = rng.choice((0, 1, 1, 2, 3))
    lows = [rng.randint(0, 150) for _ in range(count)]
    return tuple((low, low + rng.randint(0, 40)) for low in lows)


def _visit(
    rng: random.Random,
    i: int,
    people: int,
    names: list[str],
    *,
    facts: bool,
    told: bool,
) -> Visit:
    needs = (NeededSkill(rng.choice("xy"), rng.randint(1, 2)),)
    return Visit(
        f"v{i}",
        f"p{people + i}",
        rng.randint(0, 18),
        _windows(rng),
        needs if rng.random() < 0.3 else (),
        _wishes(rng, names),
        drop_cost=rng.choice((None, 0, 2, 50, 400)),
        due=Due(rng.randint(0, 80), rng.randint(0, 4)) if rng.random() < 0.4 else None,
        parts={rng.choice("ab"): rng.randint(0, 2)} if rng.random() < 0.4 else {},
        territory=rng.choice((None, None, "north", "south")),
        lock=_lock(rng, names, facts=facts),
        published=_told(rng, names) if told and rng.random() < 0.3 else None,
    )


def _wishes(rng: random.Random, names: list[str]) -> Wishes:
    kind = rng.random()
    if kind < 0.15:
        return Wishes(required=tuple(rng.sample(names, min(2, len(names)))))
    if kind < 0.3:
        return Wishes(excluded=(rng.choice(names),))
    preferred: Mapping[str, int] = {n: rng.randint(0, 5) for n in names[:2]}
    return Wishes(preferred=preferred if kind < 0.5 else {})


def _lock(rng: random.Random, names: list[str], *, facts: bool) -> Lock | None:
    kind, who, at = rng.random(), rng.choice(names), rng.randint(0, 90)
    if kind < 0.06:
        return Lock(technician=who)
    if kind < 0.12:
        return Lock(start=at)
    if facts and kind < 0.24:
        return Lock(who, at, frozen=True)
    return None


def _told(rng: random.Random, names: list[str]) -> Published:
    shift = rng.choice((None, "first", "second"))
    return Published(rng.choice(names), rng.randint(0, 90), shift)


def _crews(rng: random.Random, pair: list[str]) -> tuple[Crew, ...]:
    if len(pair) < 2:
        return ()
    low = rng.choice((0, 0, -5, 4))
    return (Crew((pair[0], pair[1]), (low, low + rng.choice((0, 6)))),)


def _sequences(rng: random.Random, pair: list[str]) -> tuple[Sequence, ...]:
    if len(pair) < 2:
        return ()
    low = rng.choice((0, 3))
    high = rng.choice((None, low + 25))
    return (Sequence(pair[0], pair[1], (low, high), rng.random() < 0.3),)
