"""Days of field service made by chance: the same seed makes the same day.

A town that grows with the work in it, homes, skills with levels and dates, lunch,
windows, due times, parts, wishes, crews and sequences.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from scheduling.errors import InputError
from scheduling.estimate import estimate_travel
from scheduling.problem import (
    Break,
    Cost,
    Crew,
    Due,
    HeldSkill,
    Location,
    NeededSkill,
    Overtime,
    Problem,
    Sequence,
    Shift,
    Technician,
    Visit,
    Wishes,
)

HOUR = 3600
DAY = 24 * HOUR
SKILLS = ("electric", "gas", "lift", "network", "nursing", "printers")
LENGTHS = (1200, 1800, 2700, 3600, 5400)
CENTRE = (51.48, -3.18)
KM_PER_DEGREE = 111.2
# Square kilometres per visit: dense as a town is.
ROOM = 1.0


def field_day(
    *,
    technicians: int,
    visits: int,
    seed: int = 1,
    days: int = 1,
    crew_share: float = 0.02,
    sequence_share: float = 0.02,
) -> Problem:
    """A believable problem of this size; shares are of the visits that are paired."""
    if technicians < 1 or visits < 0 or days < 1:
        raise InputError("generate", "needs a technician, a day and no negative number")
    shares = (crew_share, sequence_share)
    if not all(0 <= share <= 1 for share in shares) or sum(shares) > 1:
        text = "the shares of crews and sequences lie between 0 and 1, together too"
        raise InputError("generate", text)
    rng = random.Random(seed)
    spots = list(_spots(rng, technicians + visits, visits))
    names = [f"home{i}" for i in range(technicians)]
    names += [f"site{i}" for i in range(visits)]
    crews = int(crew_share * visits / 2)
    tails = int(sequence_share * visits / 2)
    return Problem(
        locations=tuple(
            Location(name, *spot) for name, spot in zip(names, spots, strict=True)
        ),
        travel={"default": estimate_travel(spots)},
        technicians=tuple(_person(rng, i, days) for i in range(technicians)),
        visits=tuple(
            _visit(rng, i, days, technicians, paired=i < 2 * (crews + tails))
            for i in range(visits)
        ),
        crews=tuple(Crew((f"v{2 * i}", f"v{2 * i + 1}")) for i in range(crews)),
        sequences=tuple(
            Sequence(f"v{2 * i}", f"v{2 * i + 1}", (0, None))
            for i in range(crews, crews + tails)
        ),
    )


def _spots(
    rng: random.Random, count: int, visits: int
) -> Iterator[tuple[float, float]]:
    """Places in a square, half of them around a few centres."""
    side = math.sqrt(max(visits, 20) * ROOM)
    hubs = [(rng.random(), rng.random()) for _ in range(2 + count // 100)]
    for _ in range(count):
        x, y = rng.random(), rng.random()
        if rng.random() < 0.5:
            hub = rng.choice(hubs)
            x = min(1.0, max(0.0, rng.gauss(hub[0], 0.08)))
            y = min(1.0, max(0.0, rng.gauss(hub[1], 0.08)))
        wide = KM_PER_DEGREE * math.cos(math.radians(CENTRE[0]))
        yield (CENTRE[0] + y * side / KM_PER_DEGREE, CENTRE[1] + x * side / wide)


def _person(rng: random.Random, i: int, days: int) -> Technician:
    early = rng.choice((7, 8, 8, 8, 9)) * HOUR
    shifts = tuple(
        Shift(
            id=f"day{d}",
            start=d * DAY + early,
            end=d * DAY + early + 8 * HOUR + HOUR // 2,
            start_at=f"home{i}",
            end_at=f"home{i}",
            breaks=(Break(d * DAY + 41400, d * DAY + 48600, 1800),),
            overtime=Overtime(HOUR, 2),
        )
        for d in range(days)
    )
    held = [
        HeldSkill(
            name,
            rng.randint(1, 3),
            # A card now and then runs out in the middle of a day.
            valid_until=12 * HOUR if rng.random() < 0.02 else None,
        )
        for name in rng.sample(SKILLS, rng.randint(1, 3))
    ]
    stock = {"filter": rng.randint(1, 6), "valve": rng.randint(0, 3)}
    return Technician(
        f"t{i}", shifts, skills=tuple(held), stock=stock, cost=Cost(per_shift=20)
    )


def _visit(
    rng: random.Random, i: int, days: int, people: int, *, paired: bool
) -> Visit:
    day = 0 if paired else rng.randrange(days) * DAY
    skilled = rng.random() < 0.6 and not paired
    level = rng.choice((1, 1, 2))
    needs = (NeededSkill(rng.choice(SKILLS), level),) if skilled else ()
    return Visit(
        f"v{i}",
        f"site{i - i % 2 if paired else i}",
        rng.choice(LENGTHS),
        windows=_windows(rng, day, paired=paired),
        skills=needs,
        technicians=_wishes(rng, people),
        drop_cost=rng.choice((200, 400, 1000)),
        due=Due(day + 12 * HOUR, 1) if rng.random() < 0.15 else None,
        parts={rng.choice(("filter", "valve")): 1} if rng.random() < 0.15 else {},
    )


def _windows(
    rng: random.Random, day: int, *, paired: bool
) -> tuple[tuple[int, int], ...]:
    kind = rng.random()
    if paired or kind < 0.5:
        return ((day + 8 * HOUR, day + 16 * HOUR),)
    if kind < 0.6:
        return ((day + 8 * HOUR, day + 10 * HOUR), (day + 14 * HOUR, day + 16 * HOUR))
    low = day + rng.choice((8, 9, 10, 11, 13, 14)) * HOUR
    return ((low, low + rng.choice((2, 3, 4)) * HOUR),)


def _wishes(rng: random.Random, people: int) -> Wishes:
    kind = rng.random()
    if kind < 0.05:
        return Wishes(preferred={f"t{rng.randrange(people)}": 15})
    if kind < 0.08:
        return Wishes(excluded=(f"t{rng.randrange(people)}",))
    return Wishes()
