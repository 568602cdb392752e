"""Random bad moments: rules, facts, promises and the budget hold in every repair."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import (
    Absent,
    Added,
    Assignment,
    Budget,
    Cancelled,
    Changed,
    Iterations,
    Lost,
    Overrun,
    Plan,
    Problem,
    assemble,
    assignments_of,
    check,
    repair,
    solve,
)
from tests.scheduling.days import believable
from tests.scheduling.small import HOUR, MINUTE, problem, technician, visit
from tests.scheduling.tangles import tangle

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
    match rng.randrange(6):
        case 0:
            until = rng.choice((None, now + 3 * HOUR))
            return Absent(route.technician, now - rng.choice((0, 1800)), until)
        case 1:
            return Overrun(name, stop.end + rng.choice((600, 3600)))
        case 2:
            return Cancelled(name)
        case 5 if stop.start > now:
            return Lost(name)
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
        assert forced <= {x.visit for x in changes if isinstance(x, Cancelled | Lost)}


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
        lost = any(isinstance(x, Lost) and x.visit == name for x in changes)
        if name in cancelled or gone or lost or (name in changed and one.start > now):
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


def test_a_fact_in_an_absence_is_not_moved_by_the_shift_it_counts_to():
    """It lasts longer, half an hour before tariq is back, and pushes the next."""
    short = visit("c", duration=15 * MINUTE)
    day = problem([visit("a"), visit("b"), short], [technician()])
    starts = {"b": 9 * HOUR, "a": 13 * HOUR + 1800, "c": 14 * HOUR + 2400}
    plan = assemble(day, {x: Assignment("tariq", at) for x, at in starts.items()})
    away = Absent("tariq", 10 * HOUR, until=14 * HOUR)
    long = Overrun("a", 15 * HOUR)
    done = repair(day, plan, [away, long], stop=Iterations(6), now=10 * HOUR)
    assert {x.visit for x in done.diff.changes} == {"c"}


def test_two_absences_may_leave_only_the_end_of_a_shift():
    day = problem([visit("a"), visit("b")], [technician()])
    starts = {"a": 9 * HOUR, "b": 15 * HOUR - 10 * MINUTE}
    plan = assemble(day, {x: Assignment("tariq", at) for x, at in starts.items()})
    gone = [
        Absent("tariq", 12 * HOUR, until=14 * HOUR),
        Absent("tariq", 8 * HOUR, until=13 * HOUR),
    ]
    done = repair(day, plan, gone, stop=Iterations(6), now=8 * HOUR)
    assert assignments_of(done.plan)["b"].start == starts["b"]
    assert "a" not in done.plan.stops


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
