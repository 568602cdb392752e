"""Days to plan: a believable one of any size, and small random ones with every rule."""

from __future__ import annotations

import random

from scheduling import (
    Break,
    Crew,
    Due,
    HeldSkill,
    Location,
    Lock,
    NeededSkill,
    Overtime,
    Problem,
    Shift,
    Technician,
    Visit,
    estimate_travel,
)

HOUR = 3600
DAY = 24 * HOUR
SKILLS = ("network", "loto", "nursing", "printers")
LENGTHS = (1800, 2700, 3600)


def believable(
    *, people: int = 14, visits: int = 40, days: int = 1, crews: int = 2, seed: int = 1
) -> Problem:
    """A town of 12 by 10 km: homes, skills, lunch, windows, crews, due times."""
    rng = random.Random(seed)
    spots = [
        (51.55 + rng.random() * 0.09, -3.08 + rng.random() * 0.17)
        for _ in range(people + visits)
    ]
    names = [f"home{i}" for i in range(people)] + [f"site{i}" for i in range(visits)]
    matrix = estimate_travel(spots)
    pairs = [(f"v{2 * i}", f"v{2 * i + 1}") for i in range(crews)]
    return Problem(
        locations=tuple(
            Location(name, *spot) for name, spot in zip(names, spots, strict=True)
        ),
        travel={"default": matrix},
        technicians=tuple(_person(rng, i, days) for i in range(people)),
        visits=tuple(_visit(rng, i, days, crews) for i in range(visits)),
        crews=tuple(Crew(pair) for pair in pairs),
    )


def _person(rng: random.Random, i: int, days: int) -> Technician:
    home = f"home{i}"
    held = [SKILLS[i % 4], SKILLS[(i // 4 + 1) % 4]]
    shifts = tuple(
        Shift(
            f"day{d}",
            d * DAY + 8 * HOUR,
            d * DAY + 16 * HOUR + HOUR // 2,
            home,
            home,
            (Break(d * DAY + 41400, d * DAY + 48600, 1800),),
            Overtime(1800, 2),
        )
        for d in range(days)
    )
    return Technician(
        f"t{i}",
        shifts,
        skills=tuple(HeldSkill(name, rng.randint(1, 3)) for name in held),
        stock={"disk": rng.randint(0, 3)},
    )


def _visit(rng: random.Random, i: int, days: int, crews: int) -> Visit:
    day = rng.randrange(days) * DAY
    low = day + rng.choice((8, 8, 9, 10, 13)) * HOUR
    wide = i >= 2 * crews and rng.random() < 0.6
    windows = ((day + 8 * HOUR, day + 16 * HOUR),) if wide else ((low, low + 3 * HOUR),)
    if i < 2 * crews:
        windows = ((9 * HOUR, 14 * HOUR),)
    return Visit(
        f"v{i}",
        f"site{i - i % 2 if i < 2 * crews else i}",
        rng.choice(LENGTHS),
        windows,
        (NeededSkill("nursing" if i < 2 * crews else rng.choice(SKILLS)),),
        drop_cost=rng.choice((500, 1000, 3000)),
        due=Due(day + 12 * HOUR, 2) if rng.random() < 0.2 else None,
        parts={"disk": 1} if rng.random() < 0.1 else {},
        lock=Lock(start=low) if i == 2 * crews else None,
    )
