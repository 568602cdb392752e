"""The kernel's own statement of the rules, held to the second like the judge's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduling import Break, Due, Lock, Overtime, Problem, Published
from scheduling.arrays import Index
from scheduling.plan import SCALE
from tests.scheduling.small import (
    HOUR,
    LEG,
    LUNCH,
    MINUTE,
    problem,
    shift,
    technician,
    visit,
)
from tests.scheduling.test_check import ONE_VISIT

NINE, ONE = 9 * HOUR, 13 * HOUR


def steps(day: Problem, *order: int, r: int = 0):
    """What happens on the route, None when the kernel refuses it."""
    index = Index(day)
    state = index.desk.start()
    if not all(index.desk.stock_allows(state, v, r) for v in order):
        return None
    outcome = index.desk.simulate(r, order)
    return None if outcome is None else outcome.steps


def cost(day: Problem, *order: int) -> int:
    outcome = Index(day).desk.simulate(0, order)
    assert outcome is not None
    return outcome.cost


@pytest.mark.parametrize(("code", "asks", "has", "good", "bad"), ONE_VISIT)
def test_a_rule_about_one_visit_holds_to_the_second(code, asks, has, good, bad):
    """The judge's table again: the start is forced by a lock, the person by a route."""
    people = [technician(**has), technician("mei")]
    for chosen, expected in ((good, True), (bad, False)):
        lock = replace(asks.get("lock") or Lock(), start=chosen.start)
        asked = visit("a", **{**asks, "lock": lock})
        if code == "lock_start" and not expected:
            asked = replace(asked, windows=((chosen.start + 1, chosen.start + 9),))
        r = [person.id for person in people].index(chosen.technician)
        assert (steps(problem([asked], people), 0, r=r) is not None) == expected


def lunch_day(start: int, length: int, *, end_at: str | None = "home") -> Problem:
    person = technician(shifts=(shift(breaks=(LUNCH,), end_at=end_at),))
    windows = ((start, start),)
    return problem([visit("a", duration=length, windows=windows)], [person])


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        # Over at one sharp: lunch there, then home.
        (12 * HOUR, HOUR, [(0, 8 * HOUR + LEG, 12 * HOUR), (-1, ONE, ONE)]),
        # A second longer, and lunch before work would start a second early.
        (12 * HOUR + 1799, 3602 - 1800, [(0, 29400, 44999), (-1, ONE + 1, ONE + 1)]),
        # Home at one sharp: lunch at home, no break on the way.
        (ONE - LEG - HOUR, HOUR, [(0, 8 * HOUR + LEG, ONE - LEG - HOUR)]),
    ],
)
def test_lunch_is_placed_at_the_edges_of_its_times(start, length, expected):
    found = steps(lunch_day(start, length), 0)
    if expected[-1][1] == ONE + 1:
        assert found is None
    else:
        assert found == expected


def test_lunch_on_arrival_uses_the_waiting_time():
    assert steps(lunch_day(ONE, HOUR), 0) == [
        (-1, 12 * HOUR, 12 * HOUR),
        (0, 8 * HOUR + LEG, ONE),
    ]


@pytest.mark.parametrize(
    ("second", "then"), [(0, []), (1, [(-2, 14 * HOUR + 3001, 14 * HOUR + 3001)])]
)
def test_a_break_that_may_begin_last_is_owed_last(second, then):
    """Tea may begin earlier than lunch, and until three: it waits, and home by three
    it is not owed."""
    tea = Break(8 * HOUR, 15 * HOUR, 10 * MINUTE)
    noon = shift(start=12 * HOUR, breaks=(tea, LUNCH))
    asked = visit("a", duration=2 * HOUR + LEG + second)
    day = problem([asked], [technician(shifts=(noon,))])
    lunch = 12 * HOUR + LEG
    assert steps(day, 0) == [(-1, lunch, lunch), (0, lunch, lunch + 1800), *then]


def test_a_route_that_ends_at_its_last_visit_owes_no_lunch_after_it():
    assert steps(lunch_day(12 * HOUR, HOUR, end_at=None), 0) is not None
    assert steps(lunch_day(12 * HOUR, HOUR + 1, end_at=None), 0) is None


def test_a_shift_that_begins_after_the_latest_start_owes_no_break():
    late = shift(start=ONE + 1, end=20 * HOUR, breaks=(LUNCH,))
    day = problem([visit("a")], [technician(shifts=(late,))])
    assert steps(day, 0) == [(0, ONE + 1 + LEG, ONE + 1 + LEG)]


def test_the_first_window_that_still_fits_is_used():
    asked = visit("b", windows=((NINE, NINE + LEG), (11 * HOUR, 12 * HOUR)))
    day = problem([visit("a"), asked])
    found = steps(day, 0, 1)
    assert found[-1] == (1, 8 * HOUR + LEG + HOUR + LEG, 11 * HOUR)


def test_a_published_start_is_kept_when_that_is_cheaper_than_a_change():
    asked = visit("a", published=Published("tariq", NINE))
    day = problem([asked])
    for weight, start in ((0, 8 * HOUR + LEG), (1, NINE)):
        priced = replace(day, objective=replace(day.objective, stability=weight))
        assert steps(priced, 0)[0][2] == start


def test_lateness_decides_on_which_side_of_a_visit_lunch_is_taken():
    person = technician(shifts=(shift(start=12 * HOUR, breaks=(LUNCH,)),))
    asked = visit("a", duration=2700, due=Due(12 * HOUR, 5))
    day = problem([asked], [person])
    found = steps(day, 0)
    assert [what for what, _, _ in found] == [0, -1]
    assert cost(day, 0) == (20 + 10 * 5) * SCALE


def test_overtime_is_priced_from_the_end_of_the_shift():
    over = shift(end=10 * HOUR, overtime=Overtime(HOUR, 3))
    person = technician(shifts=(over,))
    asked = visit("a", windows=((NINE, NINE),))
    assert cost(problem([asked], [person]), 0) == (20 + 10 * 3) * SCALE


def two_shifts(first_end: int, **changes) -> Problem:
    early = shift(end=first_end, overtime=Overtime(4 * HOUR))
    late = shift(id="late", start=12 * HOUR, end=18 * HOUR)
    visits = [visit("a", **changes), visit("b")]
    return problem(visits, [technician(shifts=(early, late))])


def test_overtime_ends_where_the_next_shift_begins():
    latest = 12 * HOUR - LEG - HOUR
    on_time = two_shifts(11 * HOUR, windows=((latest, latest),))
    assert steps(on_time, 0) == [(0, 8 * HOUR + LEG, latest)]
    late = two_shifts(11 * HOUR, windows=((latest + 1, latest + 1),))
    assert steps(late, 0) is None


def test_a_frozen_visit_that_runs_late_holds_up_the_next_shift():
    fact = Lock("tariq", 11 * HOUR + LEG, frozen=True)
    day = two_shifts(12 * HOUR, lock=fact)
    back = 11 * HOUR + LEG + HOUR + LEG
    assert steps(day, 1, r=1) == [(1, back + LEG, back + LEG)]


def test_a_frozen_visit_yields_to_no_rule_and_others_yield_to_it():
    fact = visit("a", lock=Lock("tariq", 7 * HOUR, frozen=True), windows=((0, 1),))
    day = problem([fact, visit("b")])
    assert steps(day, 0) == [(0, 7 * HOUR, 7 * HOUR)]
    assert steps(day, 0, 1) == [
        (0, 7 * HOUR, 7 * HOUR),
        (1, 8 * HOUR + LEG, 8 * HOUR + LEG),
    ]
    assert steps(day, 1, 0) is None
