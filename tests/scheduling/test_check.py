"""Each rule broken once in an otherwise good plan: the judge names just that rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduling import (
    Assignment,
    Break,
    Cost,
    Crew,
    Due,
    HeldSkill,
    Lock,
    NeededSkill,
    Objective,
    Overtime,
    Plan,
    Published,
    Rest,
    Route,
    Sequence,
    Stop,
    Unplaced,
    Wishes,
    assemble,
    check,
)
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

NINE = 9 * HOUR


def at(start: int, who: str = "tariq") -> Assignment:
    return Assignment(who, start)


def codes(day, plan: Plan) -> list[str]:
    return [item.code for item in check(day, plan).violations]


def given_codes(day, plan: Plan) -> list[str]:
    return [item.code for item in check(day, plan).given]


# (rule, what the visit asks, what the technician has, a start that keeps the rule,
#  a start or person that breaks it)
ONE_VISIT = [
    ("window", {"windows": ((NINE, NINE + HOUR),)}, {}, at(NINE), at(NINE - 1)),
    ("window", {"windows": ((NINE, NINE + 9),)}, {}, at(NINE + 9), at(NINE + 10)),
    (
        "window",
        {"windows": ((NINE, NINE + 9), (11 * HOUR, 12 * HOUR))},
        {},
        at(11 * HOUR),
        at(10 * HOUR),
    ),
    (
        "skill",
        {"skills": (NeededSkill("loto", 2),)},
        {"skills": (HeldSkill("loto", 2, valid_until=NINE),)},
        at(NINE),
        at(NINE + 1),
    ),
    (
        "skill",
        {"skills": (NeededSkill("loto"),)},
        {"skills": (HeldSkill("loto", 1, valid_from=NINE),)},
        at(NINE),
        at(NINE - 1),
    ),
    (
        "skill",
        {"skills": (NeededSkill("loto", 2),)},
        {"skills": (HeldSkill("loto"), HeldSkill("loto", 2, valid_until=NINE))},
        at(NINE),
        at(NINE + 1),
    ),
    (
        "required",
        {"technicians": Wishes(required=("tariq",))},
        {},
        at(NINE),
        at(NINE, "mei"),
    ),
    (
        "excluded",
        {"technicians": Wishes(excluded=("mei",))},
        {},
        at(NINE),
        at(NINE, "mei"),
    ),
    ("lock_start", {"lock": Lock(start=NINE)}, {}, at(NINE), at(NINE + 1)),
    (
        "lock_technician",
        {"lock": Lock(technician="tariq")},
        {},
        at(NINE),
        at(NINE, "mei"),
    ),
    ("travel", {}, {}, at(8 * HOUR + LEG), at(8 * HOUR + LEG - 1)),
    (
        "shift_end",
        {},
        {"shifts": (shift(overtime=Overtime(600)),)},
        at(15 * HOUR),
        at(15 * HOUR + 1),
    ),
]


@pytest.mark.parametrize(("code", "asks", "has", "good", "bad"), ONE_VISIT)
def test_a_rule_about_one_visit_holds_to_the_second(code, asks, has, good, bad):
    day = problem([visit("a", **asks)], [technician(**has), technician("mei")])
    assert codes(day, assemble(day, {"a": good})) == []
    assert codes(day, assemble(day, {"a": bad})) == [code]


@pytest.mark.parametrize(
    ("code", "asks", "has"),
    [
        (
            "skill",
            {"skills": (NeededSkill("loto", 2),)},
            {"skills": (HeldSkill("loto"),)},
        ),
        ("skill", {"skills": (NeededSkill("loto"),)}, {"skills": (HeldSkill("it"),)}),
        ("territory", {"territory": "north"}, {"territories": ("south",)}),
        ("travel_too_far", {}, {"max_travel_from_home": LEG - 1}),
        ("stock", {"parts": {"disk": 2}}, {"stock": {"disk": 1, "fan": 9}}),
    ],
)
def test_a_technician_who_may_not_take_the_visit_is_named(code, asks, has):
    day = problem([visit("a", **asks)], [technician(**has)])
    report = check(day, assemble(day, {"a": at(NINE)}))
    assert [item.code for item in report.violations] == [code]
    assert report.violations[0].technician == "tariq"


@pytest.mark.parametrize(
    ("asks", "has"),
    [
        ({"territory": "north"}, {}),
        ({}, {"territories": ("south",)}),
        ({}, {"max_travel_from_home": LEG}),
        ({"parts": {"disk": 2}}, {"stock": {"disk": 2}}),
    ],
)
def test_what_is_exactly_enough_is_allowed(asks, has):
    day = problem([visit("a", **asks)], [technician(**has)])
    assert codes(day, assemble(day, {"a": at(NINE)})) == []


def test_stock_is_counted_over_all_shifts_of_a_technician():
    late = shift(id="late", start=17 * HOUR, end=22 * HOUR)
    person = technician(stock={"disk": 1}, shifts=(shift(), late))
    visits = [visit(name, parts={"disk": 1}) for name in ("a", "b")]
    day = problem(visits, [person])
    plan = assemble(day, {"a": at(NINE), "b": at(18 * HOUR)})
    assert [route.shift for route in plan.routes] == ["day", "late"]
    assert codes(day, plan) == ["stock"]


LUNCHTIME = [
    (11 * HOUR, True),  # done by noon, lunch before driving on
    (12 * HOUR, True),  # lunch when the visit is over, at one sharp
    (12 * HOUR + 1, False),  # over a second too late, not yet noon on arrival
    (12 * HOUR + 30 * MINUTE, True),  # lunch on arrival
]


@pytest.mark.parametrize(("start", "kept"), LUNCHTIME)
def test_lunch_starts_within_its_times_to_the_second(start, kept):
    person = technician(shifts=(shift(start=start - LEG, breaks=(LUNCH,)),))
    if start == 12 * HOUR + 30 * MINUTE:
        person = technician(shifts=(shift(breaks=(LUNCH,)),))
    day = problem([visit("a")], [person])
    found = codes(day, assemble(day, {"a": at(start)}))
    assert found == ([] if kept else ["break_missing"])


def with_breaks(day, start: int, *rests: Rest) -> Plan:
    route = assemble(day, {"a": at(start)}).routes[0]
    early = replace(route.stops[0], arrive=11 * HOUR)
    return Plan((replace(route, stops=(early,), breaks=rests),))


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        (Rest(12 * HOUR, 12 * HOUR + 1800), []),
        (Rest(12 * HOUR - 1, 12 * HOUR + 1800), ["break_missing"]),
        (Rest(12 * HOUR, 12 * HOUR + 1799), ["break_missing"]),
        (Rest(13 * HOUR, 13 * HOUR + 1800), ["break_place"]),
        (Rest(12 * HOUR + 3000, 13 * HOUR + 1200), ["break_place"]),
    ],
)
def test_written_breaks_are_verified(rest, expected):
    person = technician(shifts=(shift(breaks=(LUNCH,)),))
    day = problem([visit("a")], [person])
    assert codes(day, with_breaks(day, 13 * HOUR, rest)) == expected


@pytest.mark.parametrize(("second", "expected"), [(0, []), (1, ["break_missing"])])
def test_a_written_break_starts_by_its_latest_time(second, expected):
    person = technician(shifts=(shift(breaks=(LUNCH,)),))
    day = problem([visit("a")], [person])
    rest = Rest(13 * HOUR + second, 13 * HOUR + 1800 + second)
    assert codes(day, with_breaks(day, 14 * HOUR, rest)) == expected


def test_a_written_break_counts_for_the_one_that_must_begin_first():
    """The rest at noon could be tea too, but the one at three could not be lunch."""
    tea = Break(8 * HOUR, 15 * HOUR, 10 * MINUTE)
    person = technician(shifts=(shift(breaks=(tea, LUNCH)),))
    day = problem([visit("a", duration=2 * HOUR)], [person])
    noon = Rest(12 * HOUR, 12 * HOUR + 1800)
    three = Rest(15 * HOUR, 15 * HOUR + 600)
    assert codes(day, with_breaks(day, 13 * HOUR, noon, three)) == []
    assert codes(day, with_breaks(day, 13 * HOUR, noon)) == ["break_missing"]
    # Home by three: only lunch is owed.
    early = 12 * HOUR + 1800
    assert codes(day, with_breaks(day, early, noon)) == []


def test_home_by_the_latest_time_is_lunch_at_home():
    person = technician(shifts=(shift(breaks=(LUNCH,)),))
    day = problem([visit("a")], [person])
    home_at_one = 13 * HOUR - LEG - HOUR
    assert codes(day, with_breaks(day, home_at_one)) == []
    assert codes(day, with_breaks(day, home_at_one + 1)) == ["break_missing"]


def crew_day(lag: tuple[int, int]):
    return problem([visit("a"), visit("b")], crews=(Crew(("a", "b"), lag),))


@pytest.mark.parametrize(
    ("lag", "second", "who", "expected"),
    [
        ((0, 0), NINE, "mei", []),
        ((0, 0), NINE + 1, "mei", ["crew_lag"]),
        ((0, 0), NINE - 1, "mei", ["crew_lag"]),
        ((60, 90), NINE + 90, "mei", []),
        ((60, 90), NINE + 59, "mei", ["crew_lag"]),
        ((60, 90), NINE - 75, "mei", ["crew_lag"]),
        ((0, 7200), NINE + 7200, "tariq", ["crew_same"]),
    ],
)
def test_crews_keep_their_lag_and_are_two_people(lag, second, who, expected):
    day = crew_day(lag)
    plan = assemble(day, {"a": at(NINE), "b": at(second, who)})
    assert codes(day, plan) == expected


def test_half_a_crew_is_no_crew():
    day = crew_day((0, 0))
    assert codes(day, assemble(day, {"a": at(NINE)})) == ["crew_incomplete"]
    assert codes(day, assemble(day, {"b": at(NINE)})) == ["crew_incomplete"]


@pytest.mark.parametrize(
    ("start", "who", "expected"),
    [
        (NINE + HOUR + 60, "mei", []),
        (NINE + HOUR + 59, "mei", ["sequence_lag"]),
        (NINE + HOUR + 7201, "mei", ["sequence_lag"]),
    ],
)
def test_sequences_keep_the_time_between_end_and_start(start, who, expected):
    order = Sequence("a", "b", (60, 7200))
    day = problem([visit("a"), visit("b")], sequences=(order,))
    plan = assemble(day, {"a": at(NINE), "b": at(start, who)})
    assert codes(day, plan) == expected


def test_a_sequence_needs_its_head_but_not_its_tail():
    order = Sequence("a", "b", same_technician=True)
    day = problem([visit("a"), visit("b")], sequences=(order,))
    assert codes(day, assemble(day, {"a": at(NINE)})) == []
    assert codes(day, assemble(day, {"b": at(NINE)})) == ["sequence_incomplete"]
    both = assemble(day, {"a": at(NINE), "b": at(12 * HOUR, "mei")})
    assert codes(day, both) == ["sequence_technician"]


def test_a_must_serve_visit_left_out_fails_the_plan():
    day = problem([visit("a", drop_cost=None), visit("b")])
    report = check(day, assemble(day, {}))
    assert [item.code for item in report.violations] == ["must_serve"]
    assert report.score.unserved == 1


def route(*stops: Stop, who: str = "tariq", on: str = "day") -> Route:
    return Route(who, on, stops)


GOOD = Stop("a", NINE, NINE, NINE + HOUR)
LATER = Stop("a", 11 * HOUR, 11 * HOUR, 12 * HOUR)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan((route(GOOD),)), []),
        (Plan(), ["visit_forgotten"]),
        (Plan((route(GOOD, LATER),)), ["visit_twice"]),
        (Plan((route(GOOD), route(LATER, who="mei"))), ["visit_twice"]),
        (Plan((route(GOOD), route())), ["route_twice"]),
        (Plan((route(GOOD), route(who="ghost"))), ["unknown_technician"]),
        (Plan((route(GOOD), route(on="night"))), ["unknown_shift"]),
        (Plan((route(GOOD, Stop("z", 1, 1, 1)),)), ["unknown_visit"]),
        (Plan((route(GOOD),), (Unplaced("z"),)), ["unknown_visit"]),
        (Plan((route(GOOD),), (Unplaced("a"),)), ["placed_and_unplaced"]),
        (Plan((), (Unplaced("a"), Unplaced("a"))), ["visit_twice"]),
        (Plan((route(replace(GOOD, end=GOOD.end - 1)),)), ["duration"]),
        (Plan((route(replace(GOOD, arrive=NINE + 1)),)), ["arrival"]),
        (Plan((route(replace(GOOD, travel=LEG - 1)),)), ["figures"]),
        (Plan((replace(route(GOOD), travel_seconds=LEG),)), ["figures"]),
    ],
)
def test_a_plan_that_does_not_add_up_is_refused(plan, expected):
    assert codes(problem([visit("a")]), plan) == expected


def test_two_visits_too_close_together_are_refused():
    day = problem([visit("a"), visit("b")])
    fits = {"a": at(NINE), "b": at(NINE + HOUR + LEG)}
    assert codes(day, assemble(day, fits)) == []
    clash = {"a": at(NINE), "b": at(NINE + HOUR + LEG - 1)}
    assert codes(day, assemble(day, clash)) == ["travel"]


def test_overtime_of_one_shift_may_not_reach_into_the_next():
    early = shift(end=12 * HOUR, overtime=Overtime(4 * HOUR))
    late = shift(id="late", start=12 * HOUR, end=18 * HOUR)
    day = problem([visit("a"), visit("b")], [technician(shifts=(early, late))])
    until_twenty_past = Assignment("tariq", 11 * HOUR + LEG, "day")
    after = Assignment("tariq", 12 * HOUR + 2 * LEG, "late")
    assert codes(day, assemble(day, {"a": until_twenty_past, "b": after})) == [
        "double_booked"
    ]
    later = replace(after, start=13 * HOUR)
    assert codes(day, assemble(day, {"a": until_twenty_past, "b": later})) == []


def frozen(start: int, who: str = "tariq") -> Lock:
    return Lock(who, start, frozen=True)


def test_a_frozen_visit_breaks_rules_without_failing_the_plan():
    asks = {"skills": (NeededSkill("loto"),), "windows": ((0, 1),)}
    day = problem([visit("a", lock=frozen(NINE), **asks)])
    plan = assemble(day, {"a": at(NINE)})
    assert codes(day, plan) == []
    assert sorted(given_codes(day, plan)) == ["skill", "window"]


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [
        ({"a": at(NINE + 1)}, "frozen_moved"),
        ({"a": at(NINE, "mei")}, "frozen_moved"),
        ({}, "frozen_dropped"),
    ],
)
def test_a_frozen_visit_that_is_touched_fails_the_plan(assignments, expected):
    day = problem([visit("a", lock=frozen(NINE))])
    assert codes(day, assemble(day, assignments)) == [expected]


def test_a_planned_visit_may_not_collide_with_a_frozen_one():
    day = problem([visit("a", lock=frozen(NINE)), visit("b")])
    plan = assemble(day, {"b": at(8 * HOUR + LEG), "a": at(NINE)})
    assert codes(day, plan) == ["travel"]


# (part, objective, what the visit has, what the technician has, start, cost in units)
PRICES = [
    ("travel", {}, {}, {}, NINE, 20),
    ("travel", {}, {}, {"cost": Cost(per_travel_minute=3)}, NINE, 60),
    ("travel", {"travel": 2}, {}, {}, NINE, 40),
    ("per_km", {}, {}, {"cost": Cost(per_km=10)}, NINE, 12),
    ("shift", {}, {}, {"cost": Cost(per_shift=7)}, NINE, 7),
    ("lateness", {}, {"due": Due(NINE, 3)}, {}, NINE + 120, 6),
    ("lateness", {}, {"due": Due(NINE, 3)}, {}, NINE, 0),
    ("max_lateness", {"max_lateness": 5}, {"due": Due(NINE, 3)}, {}, NINE + 120, 10),
    ("max_lateness", {"max_lateness": 5}, {"due": Due(NINE, 0)}, {}, NINE + 60, 5),
    ("max_lateness", {"max_lateness": 5}, {"due": Due(NINE, 3)}, {}, NINE, 0),
    ("max_lateness", {}, {"due": Due(NINE, 3)}, {}, NINE + 120, 0),
    # Half of the hour of service is the share of each of two equal days.
    ("fairness", {"fairness": 2}, {}, {}, NINE, 2 * 50),
    ("fairness", {}, {}, {}, NINE, 0),
    # A shift of a third of the other's length has a fourth of the hour as its share.
    (
        "fairness",
        {"fairness": 1},
        {},
        {"shifts": (shift(start=8 * HOUR, end=8 * HOUR + 160 * MINUTE),)},
        NINE,
        80 - 15,
    ),
    (
        "overtime",
        {},
        {},
        {"shifts": (shift(end=10 * HOUR, overtime=Overtime(HOUR, 2)),)},
        NINE,
        20,
    ),
    ("preference", {}, {"technicians": Wishes(preferred={"mei": 9})}, {}, NINE, 9),
    (
        "preference",
        {},
        {"technicians": Wishes(preferred={"mei": 9, "tariq": 4})},
        {},
        NINE,
        5,
    ),
    ("stability", {"stability": 5}, {"published": Published("mei", NINE)}, {}, NINE, 5),
    (
        "stability",
        {"stability": 5},
        {"published": Published("tariq", NINE)},
        {},
        NINE + 900,
        0,
    ),
    (
        "stability",
        {"stability": 5},
        {"published": Published("tariq", NINE)},
        {},
        NINE + 901,
        5,
    ),
    (
        "stability",
        {"stability": 5},
        {"published": Published("tariq", NINE, "night")},
        {},
        NINE,
        5,
    ),
]


@pytest.mark.parametrize(("part", "weights", "has", "person", "start", "cost"), PRICES)
def test_each_cost_part_is_priced_exactly(part, weights, has, person, start, cost):
    people = [technician(**person), technician("mei")]
    day = problem([visit("a", **has)], people, objective=Objective(**weights))
    score = check(day, assemble(day, {"a": at(start)})).score
    assert getattr(score, part) == cost * SCALE


def test_only_the_largest_of_all_delays_counts():
    due = Due(NINE, 0)
    day = problem(
        [visit("a", due=due), visit("b", due=due), visit("c")],
        objective=Objective(max_lateness=1),
    )
    starts = {"a": at(NINE + 7 * MINUTE), "b": at(NINE + 4 * MINUTE, "mei")}
    assert check(day, assemble(day, starts)).score.max_lateness == 7 * SCALE


def test_work_is_shared_over_all_shifts_and_by_everybody_on_their_own():
    late = shift(id="late", start=17 * HOUR, end=21 * HOUR)
    people = [technician(shifts=(shift(), late)), technician("mei")]
    weights = Objective(fairness=3)
    day = problem([visit(x) for x in "abc"], people, objective=weights)
    # Three hours of service over twelve and eight: 108 and 72 minutes.
    starts = {"a": at(NINE), "b": at(18 * HOUR), "c": at(NINE, "mei")}
    score = check(day, assemble(day, starts)).score
    assert score.fairness == 3 * ((2 * 80 - 108) + (80 - 72)) * SCALE


def test_a_visit_left_out_costs_its_price_and_its_publication():
    told = Published("tariq", NINE)
    day = problem(
        [visit("a", drop_cost=30, published=told)], objective=Objective(stability=4)
    )
    score = check(day, assemble(day, {})).score
    assert (score.drop, score.stability) == (30 * SCALE, 4 * SCALE)
    assert score.total == 34 * SCALE
