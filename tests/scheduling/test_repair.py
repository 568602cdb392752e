"""A day put right after something happened: rules, facts, promises and budget hold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from scheduling import (
    Absent,
    Added,
    Assignment,
    Break,
    Budget,
    Cancelled,
    Changed,
    Crew,
    InputError,
    Iterations,
    Lock,
    Lost,
    Objective,
    Overrun,
    Plan,
    Problem,
    Rest,
    Seconds,
    TravelMatrix,
    Wishes,
    assemble,
    assignments_of,
    check,
    repair,
    solve,
)
from scheduling.changes_json import Happening, read_changes
from tests.scheduling.days import believable
from tests.scheduling.small import (
    HOUR,
    LEG,
    LUNCH,
    MINUTE,
    PLACES,
    problem,
    shift,
    technician,
    visit,
)

NINE = 9 * HOUR
FEW = Iterations(30)


def at(start: int, who: str = "tariq") -> Assignment:
    return Assignment(who, start, "day")


def test_without_a_change_the_plan_is_the_same():
    day = believable(people=4, visits=14, crews=1)
    plan = solve(day, stop=Iterations(5))
    done = repair(day, plan, [], stop=FEW, now=11 * HOUR)
    assert done.plan is plan
    assert (done.diff.changes, done.diff.people_touched) == ((), ())


def test_who_is_absent_keeps_what_was_done_and_loses_the_rest():
    day = problem([visit("a"), visit("b")])
    plan = assemble(day, {"a": at(NINE), "b": at(13 * HOUR)})
    gone = [Absent("tariq", 12 * HOUR)]
    done = repair(day, plan, gone, stop=FEW, now=11 * HOUR)
    assert assignments_of(done.plan)["a"] == at(NINE)
    route, stop = done.plan.stops["b"]
    assert route.technician == "mei"
    # Mei can set out at eleven at the earliest.
    assert stop.start >= 11 * HOUR + LEG
    assert check(done.problem, done.plan).ok
    assert done.diff.people_touched == ("mei",)
    (only,) = done.diff.changes
    assert (only.visit, only.kind, only.forced) == ("b", "moved", True)


def test_an_absence_that_ends_leaves_the_rest_of_the_shift():
    day = problem([visit("a")], [technician()])
    plan = assemble(day, {"a": at(NINE)})
    away = [Absent("tariq", 8 * HOUR, until=12 * HOUR)]
    done = repair(day, plan, away, stop=FEW, now=7 * HOUR)
    assert done.plan.stops["a"][1].start == 12 * HOUR + LEG


def test_what_was_planned_for_somebody_who_never_came_is_not_done():
    day = problem([visit("a")])
    plan = assemble(day, {"a": at(NINE)})
    done = repair(
        day, plan, [Absent("tariq", 8 * HOUR)], stop=FEW, now=NINE + 10 * MINUTE
    )
    route, stop = done.plan.stops["a"]
    assert route.technician == "mei"
    assert stop.start >= NINE + 10 * MINUTE + LEG


def test_a_visit_that_lasts_longer_pushes_the_next():
    day = problem([visit("a"), visit("b")], [technician()])
    plan = assemble(day, {"a": at(NINE), "b": at(10 * HOUR + LEG)})
    long = [Overrun("a", 11 * HOUR)]
    done = repair(day, plan, long, stop=FEW, now=10 * HOUR)
    assert done.plan.stops["a"][1].end == 11 * HOUR
    assert done.plan.stops["b"][1].start == 11 * HOUR + LEG
    assert check(done.problem, done.plan).ok


def test_a_cancelled_visit_leaves_and_nobody_else_moves():
    day = problem([visit("a"), visit("b")], crews=(Crew(("a", "b"), (-HOUR, HOUR)),))
    plan = assemble(day, {"a": at(NINE), "b": at(NINE, "mei")})
    done = repair(day, plan, [Cancelled("a")], stop=FEW, now=8 * HOUR)
    assert set(done.plan.stops) == {"b"}
    assert [item.visit for item in done.plan.unplaced] == []
    assert done.diff.people_touched == ()


def test_room_that_came_free_goes_to_who_was_left_out():
    at_nine = ((NINE, NINE),)
    day = problem([visit("a", windows=at_nine), visit("b", windows=at_nine)])
    day = replace(day, technicians=day.technicians[:1])
    plan = assemble(day, {"a": at(NINE)})
    done = repair(day, plan, [Cancelled("a")], stop=FEW, now=8 * HOUR)
    assert set(done.plan.stops) == {"b"}


def test_nobody_sets_out_in_the_past():
    """Idle since ten; it is half past, and the emergency is ten minutes away."""
    day = problem([visit("a")], [technician()])
    plan = assemble(day, {"a": at(NINE)})
    now = 10 * HOUR + 30 * MINUTE
    done = repair(day, plan, [Added(visit("b"))], stop=FEW, now=now)
    assert done.plan.stops["b"][1].start == now + LEG
    assert set(done.plan.stops) == {"a", "b"}
    assert check(done.problem, done.plan).ok


def test_lunch_is_not_eaten_twice():
    person = technician(shifts=(shift(breaks=(replace(LUNCH, latest=14 * HOUR),)),))
    day = problem([visit("a"), visit("b", lock=Lock(start=14 * HOUR))], [person])
    plan = assemble(day, {"a": at(NINE), "b": at(14 * HOUR)})
    # Written at ten past, not at noon where a search would put it.
    eaten = Rest(12 * HOUR + 10 * MINUTE, 12 * HOUR + 40 * MINUTE)
    plan = replace(plan, routes=(replace(plan.routes[0], breaks=(eaten,)),))
    now = 12 * HOUR + 40 * MINUTE
    short = visit("c", duration=30 * MINUTE)
    done = repair(day, plan, [Added(short)], stop=FEW, now=now)
    assert done.plan.routes[0].breaks == (eaten,)
    assert done.plan.stops["c"][1].start >= now + LEG


def test_the_break_that_was_had_is_the_one_that_had_to_begin_first():
    """Lunch at noon; it could have been tea, which may still be had."""
    tea = replace(LUNCH, earliest=8 * HOUR, latest=15 * HOUR)
    person = technician(shifts=(shift(breaks=(tea, LUNCH)),))
    day = problem([visit("a"), visit("b")], [person])
    plan = assemble(day, {"a": at(NINE), "b": at(13 * HOUR)})
    eaten = Rest(12 * HOUR, 12 * HOUR + 30 * MINUTE)
    plan = replace(plan, routes=(replace(plan.routes[0], breaks=(eaten,)),))
    assert check(day, plan).ok
    now = 12 * HOUR + 35 * MINUTE
    short = visit("c", duration=15 * MINUTE)
    done = repair(day, plan, [Added(short)], stop=FEW, now=now)
    assert done.plan.routes[0].breaks == (eaten,)
    assert done.plan.stops["c"][0].technician == "tariq"
    away = Absent("tariq", now, until=13 * HOUR)
    done = repair(day, plan, [away], stop=FEW, now=now)
    assert [x.breaks for x in done.problem.technicians[0].shifts][1] == (tea,)


def two_at_nine() -> tuple[Problem, Plan, Added]:
    """Only tariq may do the new one, at nine; he has b then, which mei could do."""
    at_nine = ((NINE, NINE),)
    day = problem([visit("b", windows=at_nine)])
    only = Wishes(required=("tariq",))
    new = visit("a", windows=at_nine, technicians=only)
    return day, assemble(day, {"b": at(NINE)}), Added(new)


def test_one_other_visit_moves_when_the_budget_allows_it():
    day, plan, new = two_at_nine()
    done = repair(day, plan, [new], stop=FEW, now=7 * HOUR, budget=Budget(1, 2))
    assert done.plan.stops["a"][0].technician == "tariq"
    assert done.plan.stops["b"][0].technician == "mei"
    assert (done.diff.visits_moved, done.diff.people_touched) == (1, ("mei", "tariq"))


@pytest.mark.parametrize("budget", [Budget(0, 9), Budget(9, 1), Budget(0, 0)])
def test_what_only_a_larger_budget_could_place_says_so(budget):
    day, plan, new = two_at_nine()
    done = repair(day, plan, [new], stop=FEW, now=7 * HOUR, budget=budget)
    assert assignments_of(done.plan) == {"b": at(NINE)}
    (left,) = done.plan.unplaced
    assert (left.visit, [x.code for x in left.reasons]) == ("a", ["budget"])
    assert done.diff.out_of_budget == ("a",)


def test_what_starts_before_the_frozen_horizon_stays():
    day, plan, new = two_at_nine()
    kept = repair(day, plan, [new], stop=FEW, now=7 * HOUR, frozen_until=NINE + 1)
    assert assignments_of(kept.plan) == {"b": at(NINE)}
    assert kept.diff.frozen == ("b",)
    free = repair(day, plan, [new], stop=FEW, now=7 * HOUR, frozen_until=NINE)
    assert free.diff.frozen == ()
    assert set(free.plan.stops) == {"a", "b"}


def test_a_visit_to_which_somebody_must_be_driving_is_frozen():
    day, plan, new = two_at_nine()
    done = repair(day, plan, [new], stop=FEW, now=NINE - LEG)
    assert done.diff.frozen == ("b",)
    done = repair(day, plan, [new], stop=FEW, now=NINE - LEG - 1)
    assert done.diff.frozen == ()


def test_a_promise_is_moved_only_by_who_changes_the_visit():
    day = problem([visit("a", windows=((NINE, NINE),))])
    plan = assemble(day, {"a": at(NINE)})
    later = visit("a", windows=((11 * HOUR, 12 * HOUR),))
    done = repair(day, plan, [Changed(later)], stop=FEW, now=8 * HOUR)
    assert 11 * HOUR <= done.plan.stops["a"][1].start <= 12 * HOUR


def test_a_crew_loses_both_halves_and_finds_a_new_place():
    day = problem(
        [visit("a"), visit("b")],
        [technician(), technician("mei"), technician("olu")],
        crews=(Crew(("a", "b")),),
    )
    plan = assemble(day, {"a": at(NINE), "b": at(NINE, "mei")})
    done = repair(day, plan, [Absent("mei", 0)], stop=FEW, now=7 * HOUR)
    assert done.plan.stops["a"][1].start == done.plan.stops["b"][1].start
    assert check(done.problem, done.plan).ok


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Absent("ghost", 0), r"changes\[0\].technician: no technician is called"),
        (Overrun("ghost", 0), r"changes\[0\].visit: no visit is called 'ghost'"),
        (Overrun("b", 0), r"changes\[0\].visit: 'b' is not planned"),
        (Overrun("a", 0), r"changes\[0\].until: lies before"),
        (Cancelled("ghost"), r"changes\[0\].visit: no visit"),
        (Added(visit("a")), r"changes\[0\].visit.id: 'a' exists already"),
        (Changed(visit("c")), r"changes\[0\].visit.id: no visit"),
    ],
)
def test_a_change_without_sense_is_refused(change, message):
    day = problem([visit("a"), visit("b")])
    plan = assemble(day, {"a": at(NINE)})
    with pytest.raises(InputError, match=message):
        repair(day, plan, [change], stop=FEW, now=0)


def test_the_same_seed_and_iterations_repair_alike():
    day = believable(people=5, visits=28, crews=1, seed=3)
    plan = solve(day, stop=Iterations(10))
    gone = [Absent(plan.routes[0].technician, 10 * HOUR)]
    first, second = (
        repair(day, plan, gone, stop=Iterations(20), now=10 * HOUR) for _ in range(2)
    )
    assert (first.plan.routes, first.diff) == (second.plan.routes, second.diff)
    assert first.rounds == second.rounds == ((20, 20),)
    assert first.proved().evidence.iterations == (20, 20)


def test_stability_has_a_price_even_where_the_problem_sets_none():
    """Tariq could swap with mei for nothing gained: both stay where they were told."""
    day = problem([visit("a"), visit("b"), visit("c")], objective=Objective())
    plan = assemble(day, {"a": at(NINE), "b": at(NINE, "mei")})
    done = repair(day, plan, [Added(visit("c1"))], stop=Iterations(60), now=7 * HOUR)
    kept = assignments_of(done.plan)
    assert (kept["a"].technician, kept["b"].technician) == ("tariq", "mei")


def test_who_is_back_in_the_afternoon_keeps_the_afternoon():
    day = problem([visit("a"), visit("b"), visit("c")])
    spots = {"a": at(NINE), "b": at(11 * HOUR), "c": at(15 * HOUR)}
    plan = assemble(day, spots)
    away = [Absent("tariq", 11 * HOUR, until=14 * HOUR)]
    done = repair(day, plan, away, stop=FEW, now=10 * HOUR)
    after = assignments_of(done.plan)
    assert (after["a"].start, after["c"].start) == (NINE, 15 * HOUR)
    assert after["c"].technician == "tariq"
    (only,) = done.diff.changes
    assert (only.visit, only.forced) == ("b", True)
    assert not 11 * HOUR <= after["b"].start < 14 * HOUR or (
        after["b"].technician == "mei"
    )


def test_a_fact_in_an_absence_brings_nobody_back_to_work():
    """Held for a customer at three, with somebody who goes home at eleven."""
    fact = Lock("tariq", 15 * HOUR, frozen=True)
    day = problem([visit("a"), visit("c", lock=fact)], [technician()])
    plan = assemble(day, {"a": at(13 * HOUR), "c": at(15 * HOUR)})
    done = repair(day, plan, [Absent("tariq", 11 * HOUR)], stop=FEW, now=10 * HOUR)
    assert assignments_of(done.plan) == {"c": at(15 * HOUR)}
    assert done.problem.technicians[0].shifts[0].end == 11 * HOUR


def test_what_is_lost_is_placed_anew_even_if_it_was_a_fact():
    told = Lock("tariq", 13 * HOUR, frozen=True)
    only = Wishes(excluded=("tariq",))
    day = problem([visit("a", lock=told, technicians=only), visit("b")])
    plan = assemble(day, {"a": at(13 * HOUR), "b": at(NINE)})
    done = repair(
        day, plan, [Lost("a")], stop=FEW, now=12 * HOUR, frozen_until=14 * HOUR
    )
    assert done.plan.stops["a"][0].technician == "mei"
    assert assignments_of(done.plan)["b"] == at(NINE)
    (only_change,) = done.diff.changes
    assert (only_change.visit, only_change.forced) == ("a", True)


def test_those_apart_are_not_counted():
    day, plan, new = two_at_nine()
    apart = Budget(1, 1, apart=("tariq",))
    done = repair(day, plan, [new], stop=FEW, now=7 * HOUR, budget=apart)
    assert done.diff.people_touched == ("mei", "tariq")
    tight = replace(apart, most_people=0)
    done = repair(day, plan, [new], stop=FEW, now=7 * HOUR, budget=tight)
    assert done.diff.out_of_budget == ("a",)


def test_without_slack_a_small_shift_counts():
    """The emergency fits if b starts ten minutes later."""
    ten_past, twenty_past = NINE + 10 * MINUTE, NINE + 20 * MINUTE
    day = problem([visit("b", windows=((NINE, twenty_past),))], [technician()])
    plan = assemble(day, {"b": at(ten_past)})
    early = (8 * HOUR + LEG,) * 2
    new = Added(visit("a", windows=(early,)))
    done = repair(day, plan, [new], stop=FEW, now=7 * HOUR, budget=Budget(0))
    assert done.plan.stops["b"][1].start == twenty_past
    assert done.diff.visits_moved == 0
    strict = Budget(0, slack=0)
    done = repair(day, plan, [new], stop=FEW, now=7 * HOUR, budget=strict)
    assert done.diff.out_of_budget == ("a",)


def test_what_a_person_placed_against_the_rules_stays():
    """B is with tariq, who may not: somebody had a reason."""
    day = problem(
        [visit("a"), visit("b", technicians=Wishes(excluded=("tariq",)))],
        [technician(), technician("mei"), technician("olu")],
    )
    plan = assemble(day, {"a": at(13 * HOUR, "mei"), "b": at(13 * HOUR)})
    assert [x.code for x in check(day, plan).violations] == ["excluded"]
    gone = [Absent("mei", 10 * HOUR)]
    done = repair(day, plan, gone, stop=FEW, now=10 * HOUR)
    assert assignments_of(done.plan)["b"] == at(13 * HOUR)
    assert "a" in done.plan.stops


@pytest.mark.usefixtures("own_time")
def test_a_repair_comes_out_the_same_when_its_rounds_are_replayed():
    day = believable(people=5, visits=30, crews=1, seed=3)
    plan = solve(day, stop=Iterations(10))
    gone = [Absent(plan.routes[0].technician, 10 * HOUR)]
    first = repair(
        day, plan, gone, stop=Seconds(0.3), now=10 * HOUR, budget=Budget(3, 3), seed=4
    )
    assert first.rounds
    again = repair(
        day,
        plan,
        gone,
        stop=Iterations(0),
        now=10 * HOUR,
        budget=Budget(3, 3),
        seed=4,
        rounds=first.rounds,
    )
    assert (again.plan.routes, again.plan.unplaced) == (
        first.plan.routes,
        first.plan.unplaced,
    )
    assert (again.diff, again.rounds) == (first.diff, first.rounds)


def test_of_two_visits_the_later_one_makes_room():
    """The new one needs tariq, so one of his goes to mei; she is wished for at nine."""
    early, late = ((9 * HOUR, 9 * HOUR),), ((14 * HOUR, 14 * HOUR),)
    wish = Wishes(preferred={"mei": 10})
    day = problem(
        [visit("a", windows=early, technicians=wish), visit("b", windows=late)]
    )
    plan = assemble(day, {"a": at(9 * HOUR), "b": at(14 * HOUR)})
    only = Wishes(required=("tariq",))
    new = visit("c", windows=(early[0], late[0]), technicians=only)
    done = repair(day, plan, [Added(new)], stop=FEW, now=7 * HOUR)
    after = assignments_of(done.plan)
    assert after["a"] == at(9 * HOUR)
    assert (after["c"].start, after["b"].technician) == (14 * HOUR, "mei")


def test_a_break_that_work_ran_into_has_not_been_had():
    """Lunch was to be at noon; the work before it lasted until quarter past."""
    person = technician(shifts=(shift(breaks=(LUNCH,)),))
    c = visit("c", windows=((13 * HOUR,) * 2,))
    day = problem([visit("a"), c], [person])
    plan = assemble(day, {"a": at(11 * HOUR), "c": at(13 * HOUR)})
    plan = replace(
        plan,
        routes=(replace(plan.routes[0], breaks=(Rest(12 * HOUR, 12 * HOUR + 1800),)),),
    )
    until = 12 * HOUR + 15 * MINUTE
    long = [Overrun("a", until)]
    done = repair(day, plan, long, stop=FEW, now=until + MINUTE)
    assert set(done.plan.stops) == {"a", "c"}
    (rest,) = done.plan.routes[0].breaks
    assert rest.start >= until
    assert check(done.problem, done.plan).ok


def test_who_came_later_than_planned_but_in_time_goes_on_from_there():
    """A lasted half an hour longer, and b began as planned all the same."""
    eleven, twelve = 11 * HOUR, 12 * HOUR
    day = problem([visit("a"), visit("b"), visit("c")], [technician()])
    far = [list(row) for row in day.travel["default"].seconds]
    far[PLACES.index("a")][PLACES.index("c")] = HOUR
    day = replace(day, travel={"default": TravelMatrix(tuple(map(tuple, far)))})
    plan = assemble(day, {"a": at(NINE), "b": at(eleven), "c": at(twelve + LEG)})
    first, waits, last = plan.routes[0].stops
    waits = replace(waits, arrive=10 * HOUR + LEG)
    plan = Plan((replace(plan.routes[0], stops=(first, waits, last)),))
    long = [Overrun("a", 10 * HOUR + 30 * MINUTE)]
    done = repair(day, plan, long, stop=FEW, now=eleven + 30 * MINUTE)
    assert assignments_of(done.plan) == assignments_of(plan)
    assert done.diff.changes == ()


def test_who_is_on_the_way_to_a_fact_has_no_break_first():
    """The break on site is lost: a lasted too long to have it and be there in time."""
    ten = 10 * HOUR
    coffee = Break(ten, ten + 40 * MINUTE, 20 * MINUTE)
    fact = visit("b", lock=Lock("tariq", ten + 45 * MINUTE, frozen=True))
    day = problem([visit("a"), fact], [technician(shifts=(shift(breaks=(coffee,)),))])
    route = assemble(day, {"a": at(NINE), "b": at(ten + 45 * MINUTE)}).routes[0]
    waits = replace(route.stops[1], arrive=ten + LEG)
    rest = Rest(ten + LEG, ten + LEG + 20 * MINUTE)
    route = replace(route, stops=(route.stops[0], waits), breaks=(rest,))
    plan, long = Plan((route,)), [Overrun("a", ten + 20 * MINUTE)]
    done = repair(day, plan, long, stop=FEW, now=ten + 42 * MINUTE)
    assert done.plan.routes[0].breaks == ()
    assert check(done.problem, done.plan).ok


def test_what_happened_is_read_back_as_it_was_written():
    told = Happening(
        now=NINE,
        changes=(
            Absent("tariq", NINE),
            Absent("mei", NINE, until=12 * HOUR),
            Overrun("a", 11 * HOUR),
            Cancelled("b"),
            Lost("c"),
            Added(visit("c1", windows=((NINE, NINE),))),
            Changed(visit("a")),
        ),
        frozen_until=10 * HOUR,
    )
    assert read_changes(json.dumps(told.to_json())) == told
    plain = replace(told, frozen_until=None, changes=())
    assert read_changes(json.dumps(plain.to_json())) == plain


def test_starts_that_need_not_shift_a_little_are_given_back():
    """Told five minutes later than the earliest: a search would start all at once."""
    day = believable(people=4, visits=14, seed=96)
    plan = solve(day, stop=Iterations(30), seed=96)
    told = {
        name: replace(one, start=one.start + 5 * MINUTE)
        for name, one in assignments_of(plan).items()
    }
    plan = assemble(day, told)
    call = replace(
        day.visits[3], id="new", windows=((10 * HOUR, 13 * HOUR),), drop_cost=5000
    )
    gone = [Added(call), Absent(plan.routes[1].technician, 11 * HOUR)]
    done = repair(day, plan, gone, stop=Iterations(40), now=NINE)
    shifted = [
        x.visit
        for x in done.diff.changes
        if x.kind == "retimed" and abs(x.before.start - x.after.start) <= 15 * MINUTE
    ]
    assert shifted == []
