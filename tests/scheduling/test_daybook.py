"""A daybook is asked again and again and answers like the whole problem."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import (
    Assignment,
    Break,
    InputError,
    Location,
    Lock,
    NeededSkill,
    Problem,
    Shift,
    Technician,
    TravelMatrix,
    Visit,
    assemble,
    estimate_travel,
    offer_slots,
)
from scheduling.daybook import Daybook, Standing
from scheduling.problem import HeldSkill, Overtime
from scheduling.slots import ranked

HOUR, MINUTE = 3600, 60
HOMES = {"north": (51.62, -3.0), "south": (51.55, -2.95)}
WINDOWS = [(hour * HOUR, (hour + 2) * HOUR) for hour in (8, 10, 13, 15)]
SPAN = [(8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)]
HERE = (51.58, -2.99)
NEW = Visit("new", "site", 45 * MINUTE, parts={"toner": 1})


def person(name: str, home: str, **changes: object) -> Technician:
    lunch = (Break(12 * HOUR, 13 * HOUR, 30 * MINUTE),)
    shift = Shift("day", 8 * HOUR, 17 * HOUR, home, home, lunch, Overtime(1800, 2))
    return replace(Technician(name, (shift,), stock={"toner": 2}), **changes)


TEAM = [person("mei", "north"), person("tariq", "south")]


def believed(rng: random.Random) -> list[Standing]:
    """Up to four visits a person, an hour and a half apart."""
    return [
        Standing(
            f"{who.id}-{n}",
            who.id,
            8 * HOUR + 1800 + n * 90 * MINUTE + rng.randint(0, 900),
            rng.choice((30, 45)) * MINUTE,
            (51.58 + rng.uniform(-0.05, 0.05), -2.98 + rng.uniform(-0.05, 0.05)),
        )
        for who in TEAM
        for n in range(rng.randint(0, 4))
    ]


def whole(standing: list[Standing], at: tuple[float, float]) -> Problem:
    """The same as one problem, with every way in a table, in whole minutes."""
    points = {**HOMES, **{x.visit: x.at for x in standing}, "site": at}
    exact = estimate_travel(list(points.values()))
    rounded = tuple(tuple(-(-x // 60) * 60 for x in row) for row in exact.seconds)
    return Problem(
        locations=tuple(Location(name, *point) for name, point in points.items()),
        travel={"default": TravelMatrix(rounded, exact.metres)},
        technicians=tuple(TEAM),
        visits=(*(Visit(x.visit, x.visit, x.duration) for x in standing), NEW),
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_a_daybook_offers_what_the_whole_problem_offers(seed):
    rng = random.Random(seed)
    standing = {one.visit: one for one in believed(rng)}
    book = Daybook(TEAM, standing.values(), homes=HOMES, whole=60)
    for _ in range(3):
        at = (HERE[0] + rng.uniform(-0.04, 0.04), HERE[1])
        problem = whole(list(standing.values()), at)
        placed = {x.visit: Assignment(x.technician, x.start) for x in standing.values()}
        plan = assemble(problem, placed)
        expected = offer_slots(problem, plan, "new", days=SPAN, window_minutes=120)
        assert ranked(book.offer(NEW, at, windows=WINDOWS)) == expected
        after = {one.visit: one for one in believed(rng)}
        gone = dict.fromkeys(standing.keys() - after.keys())
        book.change({**gone, **after})
        standing = after


CROWD = [
    *(person(f"t{n}", ("north", "south")[n % 2], stock={"toner": 4}) for n in range(6)),
    # Two shifts a day: a visit stands in the one around it.
    Technician(
        "split",
        tuple(
            Shift(f"s{begin}", begin * HOUR, (begin + 4) * HOUR, "north", "north")
            for begin in (8, 13)
        ),
        stock={"toner": 4},
    ),
]


def somewhere(rng: random.Random, name: str) -> Standing:
    """Anywhere in the day, also over lunch or on top of something else."""
    return Standing(
        name,
        rng.choice([*(one.id for one in CROWD), "nobody"]),
        8 * HOUR + rng.randint(0, 9 * 12) * 5 * MINUTE,
        rng.choice((10, 30, 90)) * MINUTE,
        (51.58 + rng.uniform(-0.05, 0.05), -2.98 + rng.uniform(-0.05, 0.05)),
        {"toner": 1} if rng.random() < 0.2 else {},
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_a_book_that_is_kept_answers_like_one_made_anew(seed):
    """After one change, after a few, and after fifty at once."""
    rng = random.Random(seed)
    names = [f"v{n}" for n in range(60)]
    stands = {name: somewhere(rng, name) for name in names[:30]}
    kept = Daybook(CROWD, stands.values(), homes=HOMES, whole=60)
    for count in (1, 5, 50, 2):
        changes = {
            name: None if rng.random() < 0.3 else somewhere(rng, name)
            for name in rng.sample(names, count)
        }
        kept.change(changes)
        stands.update({name: x for name, x in changes.items() if x is not None})
        for name in [name for name, x in changes.items() if x is None]:
            stands.pop(name, None)
        anew = Daybook(CROWD, stands.values(), homes=HOMES, whole=60)
        at = (HERE[0] + rng.uniform(-0.04, 0.04), HERE[1])
        offered = kept.offer(NEW, at, windows=WINDOWS)
        assert offered == anew.offer(NEW, at, windows=WINDOWS)
        assert kept.used == anew.used


def test_each_question_is_answered_for_itself():
    book = Daybook(TEAM, believed(random.Random(3)), homes=HOMES, whole=60)
    first = book.offer(NEW, HERE, windows=WINDOWS)
    long = replace(NEW, duration=3 * HOUR, skills=(NeededSkill("x-ray"),))
    assert book.offer(long, (51.7, -3.2), windows=WINDOWS) == []
    assert book.offer(NEW, HERE, windows=WINDOWS) == first != []


def test_a_certificate_and_a_long_way_from_home_keep_people_out():
    near = person("near", "north", max_travel_from_home=10 * MINUTE)
    skilled = person("skilled", "south", skills=(HeldSkill("loto"),))
    book = Daybook([near, skilled], [], homes=HOMES, whole=60)
    loto = replace(NEW, skills=(NeededSkill("loto"),))
    found = book.offer(loto, HERE, windows=WINDOWS)
    assert {slot.technician for slot in found} == {"skilled"}
    # It is 60 s + 110 s/km: 4.5 km take nine and a half minutes, 7 km take more.
    assert book.offer(NEW, (51.58, -3.0), windows=WINDOWS)[0].technician == "near"
    far = book.offer(NEW, (51.55, -2.99), windows=WINDOWS)
    assert {slot.technician for slot in far} == {"skilled"}


def test_parts_that_other_days_need_are_not_given_twice():
    stands = Standing("a", "mei", 9 * HOUR, HOUR, HERE, {"toner": 1})
    book = Daybook(TEAM[:1], [stands], homes=HOMES)
    assert book.used == {"mei": {"toner": 1}}
    assert book.offer(NEW, HERE, windows=WINDOWS)
    spent = {"mei": {"toner": 1}}
    assert book.offer(NEW, HERE, windows=WINDOWS, spent=spent) == []


def test_what_stands_with_somebody_who_is_not_here_is_left_out():
    stands = Standing("a", "olu", 9 * HOUR, HOUR, HERE)
    empty = Daybook(TEAM, [], homes=HOMES).offer(NEW, HERE, windows=WINDOWS)
    book = Daybook(TEAM, [stands], homes=HOMES)
    assert book.offer(NEW, HERE, windows=WINDOWS) == empty


def test_a_visit_that_stands_somewhere_is_no_guest():
    book = Daybook(TEAM, [], homes=HOMES)
    with pytest.raises(InputError, match="'new' stands somewhere already"):
        book.offer(replace(NEW, lock=Lock("mei")), HERE, windows=WINDOWS)
    with pytest.raises(InputError, match="name of the asked visit's place"):
        Daybook([], [], homes={"guest": HERE})
