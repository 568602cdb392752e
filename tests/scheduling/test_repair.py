"""A day put right after something happened: rules, facts, promises and budget hold."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import (
    Absent,
    Added,
    Assignment,
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
    Wishes,
    assemble,
    assignments_of,
    check,
    repair,
    solve,
)
from tests.scheduling.days import believable
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
from tests.scheduling.tangles import tangle

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
    day = believable(people=5, visits=20, crews=1, seed=3)
    plan = solve(day, stop=Iterations(10))
    gone = [Absent(plan.routes[0].technician, 10 * HOUR)]
    first, second = (
        repair(day, plan, gone, stop=Iterations(20), now=10 * HOUR) for _ in range(2)
    )
    assert (first.plan.routes, first.diff) == (second.plan.routes, second.diff)
    assert first.rounds == second.rounds == ((20, 20),)
    assert first.proved().evidence.iterations == (20, 20)


DAYS = [
    (day, solve(day, stop=Iterations(5), seed=seed))
    for seed in range(6)
    for day in (believable(people=4, visits=15, crews=1, seed=seed),)
]


def disruption(rng: random.Random, day: Problem, plan: Plan):
    """Now, the frozen horizon, one to three changes, and a budget."""
    now = rng.randrange(7 * HOUR, 16 * HOUR, 300)
    horizon = now + rng.choice((0, 0, HOUR, 2 * HOUR))
    names = rng.sample(sorted(plan.stops), 3)
    changes = [_change(rng, day, plan, name, now) for name in names]
    limits = (None, 0, 0, 1, 2, 4)
    budget = Budget(rng.choice(limits), rng.choice(limits))
    return now, horizon, changes[: rng.randint(1, 3)], budget


def _change(rng: random.Random, day: Problem, plan: Plan, name: str, now: int):
    route, stop = plan.stops[name]
    old = day.visit_by_id[name]
    match rng.randrange(5):
        case 0:
            until = rng.choice((None, now + 3 * HOUR))
            return Absent(route.technician, now - rng.choice((0, 1800)), until)
        case 1:
            return Overrun(name, stop.end + rng.choice((600, 3600)))
        case 2:
            return Cancelled(name)
        case 3:
            price = rng.choice((None, 4000))
            low = now + rng.choice((0, HOUR))
            window = ((low, low + rng.choice((0, 2 * HOUR))),)
            fresh = replace(old, id=f"new {name}", lock=None, drop_cost=price)
            return Added(replace(fresh, windows=window))
        case _:
            low = now + rng.choice((0, HOUR))
            return Changed(replace(old, windows=((low, low + HOUR),), lock=None))


@settings(max_examples=200, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_whatever_happens_rules_facts_promises_and_budget_hold(seed):
    rng = random.Random(seed)
    day, plan = DAYS[seed % len(DAYS)]
    now, horizon, changes, budget = disruption(rng, day, plan)
    done = repair(
        day,
        plan,
        changes,
        stop=Iterations(6),
        now=now,
        frozen_until=horizon,
        budget=budget,
    )
    before, after = assignments_of(plan), assignments_of(done.plan)
    report = check(done.problem, done.plan)
    assert {x.code for x in report.violations} <= {"must_serve"}
    assert report.score == done.plan.score
    stays_frozen(plan, changes, now, horizon, before, after)
    keeps_promises(day, changes, before, after)
    forced = {x.visit for x in done.diff.changes if x.forced}
    visits, people = counted(before, after, forced)
    assert budget.most_visits is None or visits <= budget.most_visits
    assert budget.most_people is None or people <= budget.most_people
    assert visits == done.diff.visits_moved
    for name, one in after.items():
        if before.get(name) != one:
            assert one.start >= now
    asked = {x.id for x in done.problem.visits}
    assert asked == {x.visit for x in done.plan.unplaced} | after.keys()
    assert all(item.reasons for item in done.plan.unplaced)
    if could_stay(done.problem, before) and not any(
        isinstance(x, Absent) for x in changes
    ):
        assert forced <= {x.visit for x in changes if isinstance(x, Cancelled)}


def stays_frozen(plan, changes, now, horizon, before, after):
    """What has begun or begins before the horizon, and is not gone, is where it was."""
    cancelled = {x.visit for x in changes if isinstance(x, Cancelled)}
    changed = {x.visit.id for x in changes if isinstance(x, Changed)}
    away = [x for x in changes if isinstance(x, Absent)]
    for name, one in before.items():
        gone = any(
            x.technician == one.technician
            and x.since <= one.start
            and (x.until is None or one.start < x.until)
            for x in away
        )
        if name in cancelled or gone or (name in changed and one.start > now):
            continue
        # Whoever is held elsewhere has not begun it; nobody drives for an hour here.
        if any(
            before[x.visit].technician == one.technician
            and before[x.visit].start < one.start < x.until + HOUR
            for x in changes
            if isinstance(x, Overrun)
        ):
            continue
        if one.start <= now or one.start < horizon:
            assert after[name] == one


def keeps_promises(day, changes, before, after):
    windows = {x.id: x.windows for x in day.visits}
    windows.update(
        {x.visit.id: x.visit.windows for x in changes if isinstance(x, Added | Changed)}
    )
    for name, one in after.items():
        if before.get(name) != one:
            assert any(low <= one.start <= high for low, high in windows[name])


def counted(before, after, forced) -> tuple[int, int]:
    """Visits that could have stayed and did not; people whose day is another one."""
    visits, people = 0, set()
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old is not None and new is not None:
            # An absence may have cut the shift in two; it is the same one.
            same = old.technician == new.technician
            same &= old.shift.split("/")[0] == new.shift.split("/")[0]
            if same and abs(old.start - new.start) <= 15 * MINUTE:
                continue
        if new is not None:
            people.add(new.technician)
        if old is not None and name not in forced:
            visits += 1
            people.add(old.technician)
    return visits, len(people)


def could_stay(day: Problem, before) -> bool:
    """Does the judge accept everything that is still wanted where it was?"""
    known = {(p.id, s.id) for p in day.technicians for s in p.shifts}
    kept = {n: x for n, x in before.items() if n in day.visit_by_id}
    if any((x.technician, x.shift) not in known for x in kept.values()):
        return False
    found = check(day, assemble(day, kept)).violations
    return {x.code for x in found} <= {"must_serve"}


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_tangled_days_are_repaired_within_rules_and_budget(seed):
    """Every rule at once: several shifts and breaks, facts, crews, missing ways."""
    rng = random.Random(seed)
    day = tangle(seed, gaps=seed % 2 == 0)
    plan = solve(day, stop=Iterations(2), seed=seed)
    now = rng.randrange(0, 120)
    names = rng.sample(sorted(plan.stops), min(2, len(plan.stops)))
    changes = [_tangled(rng, day, plan, name, now) for name in names]
    new = replace(day.visits[0], id="new", lock=None, published=None, windows=())
    changes += [Added(new)] if rng.random() < 0.5 else []
    budget = Budget(rng.choice((None, 0, 1, 2)), rng.choice((None, 0, 1, 2)))
    done = repair(day, plan, changes, stop=Iterations(3), now=now, budget=budget)
    report = check(done.problem, done.plan)
    assert {x.code for x in report.violations} <= {"must_serve"}
    before, after = assignments_of(plan), assignments_of(done.plan)
    visits, people = counted(
        before, after, {x.visit for x in done.diff.changes if x.forced}
    )
    assert budget.allows(visits, people)
    assert all(
        one.start >= now for name, one in after.items() if before.get(name) != one
    )


def _tangled(rng: random.Random, day: Problem, plan: Plan, name: str, now: int):
    route, stop = plan.stops[name]
    return rng.choice(
        (
            Absent(route.technician, now),
            Overrun(name, stop.end + rng.randint(0, 15)),
            Cancelled(name),
            Changed(
                replace(day.visit_by_id[name], windows=((now, now + 50),), lock=None)
            ),
        )
    )


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


def test_a_repair_comes_out_the_same_when_its_rounds_are_replayed():
    day = believable(people=5, visits=20, crews=1, seed=3)
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
