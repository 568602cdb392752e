"""`price_of_rules`: what each rule costs, with both plans to show for it."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import (
    Break,
    Cancel,
    Due,
    HeldSkill,
    InputError,
    Iterations,
    Lock,
    NeededSkill,
    Objective,
    Overtime,
    Plan,
    Problem,
    Published,
    Seconds,
    Wishes,
    check,
    price_of_rules,
    solve,
)
from scheduling.__main__ import main
from tests.scheduling.days import believable
from tests.scheduling.small import HOUR, MINUTE, problem, shift, technician, visit
from tests.scheduling.tangles import tangle

UNIT = 3000
SOME = Iterations(150)


def price(day: Problem, family: str) -> tuple[int, int]:
    """(price in units, more served) of one family."""
    plan = solve(day, stop=SOME)
    (found,) = price_of_rules(day, plan, stop=SOME, families=[family])
    assert found.is_proved
    assert found.price % UNIT == 0
    return found.price // UNIT, found.more_served


def far(*names: str) -> list:
    return [visit(name, drop_cost=500) for name in names]


def _dear():
    return replace(technician().cost, per_travel_minute=4)


EXAMPLES = {
    # One place is served at nine and the other never: its drop price less its way.
    "windows": (
        lambda: problem(
            [
                visit("a", windows=((9 * HOUR, 9 * HOUR),)),
                visit("b", windows=((9 * HOUR, 9 * HOUR),), drop_cost=500),
            ],
            [technician()],
        ),
        500 - 10,
    ),
    "skills": (
        lambda: problem(
            [visit("a", skills=(NeededSkill("loto"),), drop_cost=500)], [technician()]
        ),
        500 - 20,
    ),
    "certificates": (
        lambda: problem(
            [visit("a", skills=(NeededSkill("loto"),), drop_cost=500)],
            [technician(skills=(HeldSkill("loto", valid_until=HOUR),))],
        ),
        500 - 20,
    ),
    # Eight hours hold six visits of an hour with their ways, and five beside lunch.
    "breaks": (
        lambda: problem(
            [
                visit(
                    "a",
                    duration=220 * MINUTE,
                    windows=((0, 8 * HOUR + 10 * MINUTE),),
                ),
                visit("b", duration=220 * MINUTE, drop_cost=500),
            ],
            [technician(shifts=(shift(breaks=(Break(11 * HOUR, 13 * HOUR, HOUR),)),))],
        ),
        500 - 10,
    ),
    "overtime": (
        lambda: problem(
            [visit("a", duration=8 * HOUR, drop_cost=500)],
            [technician(shifts=(shift(overtime=Overtime(0, 3)),))],
        ),
        500 - 20 - 3 * 20,
    ),
    "who_may": (
        lambda: problem(
            [visit("a", technicians=Wishes(excluded=("tariq",)), drop_cost=500)],
            [technician()],
        ),
        500 - 20,
    ),
    "territories": (
        lambda: problem(
            [visit("a", territory="north", drop_cost=500)],
            [technician(territories=("south",))],
        ),
        500 - 20,
    ),
    "max_travel": (
        lambda: problem(far("a"), [technician(max_travel_from_home=60)]),
        500 - 20,
    ),
    "stock": (
        lambda: problem([visit("a", parts={"pump": 1}, drop_cost=500)], [technician()]),
        500 - 20,
    ),
    "lateness": (
        lambda: problem(
            [visit("a", due=Due(8 * HOUR, 60), drop_cost=500)], [technician()]
        ),
        500 - 20,
    ),
    "preference": (
        lambda: problem(
            [visit("a", technicians=Wishes(preferred={"mei": 500}))],
            [technician(), replace(technician("mei"), cost=_dear())],
        ),
        4 * 20 - 20,
    ),
}


@pytest.mark.parametrize("family", EXAMPLES)
def test_a_rule_costs_what_the_day_saves_without_it(family):
    make, expected = EXAMPLES[family]
    assert price(make(), family) == (expected, 0)


def test_a_lock_on_somebody_dearer_costs_the_difference():
    cheap, dear = technician(), technician("mei")
    dear = replace(dear, cost=_dear())
    day = problem([visit("a", lock=Lock("mei"))], [cheap, dear])
    assert price(day, "locks") == (4 * 20 - 20, 0)


def test_a_published_start_costs_what_keeping_it_costs():
    day = problem(
        [visit("a", published=Published("mei", 9 * HOUR))],
        [technician(), replace(technician("mei"), cost=_dear())],
        objective=Objective(stability=1000),
    )
    assert price(day, "stability") == (4 * 20 - 20, 0)


def test_a_visit_that_must_be_served_and_now_can_is_counted_apart():
    day = problem(
        [visit("a", drop_cost=None, skills=(NeededSkill("loto"),))], [technician()]
    )
    plan = solve(day, stop=SOME)
    (found,) = price_of_rules(day, plan, stop=SOME, families=["skills"])
    # It costs its way; that is no negative price of the rule.
    assert (found.more_served, found.price) == (1, -20 * UNIT)
    assert "1 visit that must be served more would have a place" in found.sentence


def test_serving_at_any_price_costs_what_is_above_the_dearest_other_visit():
    dear = replace(technician(), cost=replace(technician().cost, per_shift=3000))
    day = problem([visit("a", drop_cost=None)], [dear])
    # A van for 3000 and 20 minutes, against leaving it out for 1000.
    assert price(day, "must_serve") == (3000 + 20 - 1000, 0)


def test_only_rules_that_the_problem_has_are_priced():
    day = problem([visit("a"), visit("b")])
    plan = solve(day, stop=SOME)
    found = price_of_rules(day, plan, stop=SOME)
    assert [one.family for one in found] == ["overtime"]
    assert found[0].price == 0
    assert "costs nothing" in found[0].sentence


@settings(max_examples=8, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_no_rule_has_a_negative_price(seed):
    day = tangle(seed, people=2, visits=5)
    plan = solve(day, stop=Iterations(20), seed=seed)
    for one in price_of_rules(day, plan, stop=Iterations(20), seed=seed):
        assert one.more_served > 0 or (one.more_served == 0 and one.price >= 0)
        report = check(one.problem, one.without)
        assert report.ok or {x.code for x in report.violations} == {"must_serve"}
        assert report.score == one.without.score
        assert check(day, one.plan).score == one.plan.score
        with_rule = check(one.problem, one.plan).score.total
        assert one.price == with_rule - one.without.score.total


def test_both_plans_can_be_made_again():
    # Larger than what is proved, so that it is quick.
    day = believable(people=4, visits=22, crews=1)
    plan = solve(day, stop=Iterations(40), seed=2)
    asked = {"stop": Iterations(40), "seed": 2, "families": ["windows", "breaks"]}
    first = price_of_rules(day, plan, **asked)
    second = price_of_rules(day, plan, **asked)
    assert [(x.family, x.price, x.without.routes) for x in first] == [
        (x.family, x.price, x.without.routes) for x in second
    ]
    for one in first:
        evidence = one.without.evidence
        assert evidence.problem_hash == one.problem.hash
        stop = Iterations(*evidence.iterations, evidence.exact)
        again = solve(one.problem, stop=stop, seed=2, warm_start=one.plan)
        assert again.routes == one.without.routes


def test_a_cancel_keeps_what_is_finished():
    day = believable(people=4, visits=22, crews=1)
    plan = solve(day, stop=Iterations(20))
    cancel, seen = Cancel(), []

    def tell(done, of, family):
        seen.append((done, of, family))
        if done == 2:
            cancel.cancel()

    found = price_of_rules(day, plan, stop=Iterations(20) | cancel, on_progress=tell)
    assert [one.family for one in found] == [seen[1][2]]
    assert len(seen) == 3
    assert {of for _, of, _ in seen} == {seen[0][1]}


def test_a_plan_that_the_cancel_cuts_short_is_no_price():
    day = believable(people=4, visits=22, crews=1)
    plan = solve(day, stop=Iterations(20))
    families, asks = [], count()

    def cancelled():
        return len(families) == 2 and next(asks) > 2

    stop = Iterations(20_000) | Cancel(asked=cancelled)
    found = price_of_rules(
        day, plan, stop=stop, on_progress=lambda *told: families.append(told[2])
    )
    assert len(families) == 2
    assert next(asks) > 2
    assert found == []


@pytest.mark.usefixtures("own_time")
def test_seconds_are_for_all_plans_together():
    day = believable(people=4, visits=22, crews=1)
    plan = solve(day, stop=Iterations(20))
    found = price_of_rules(day, plan, stop=Seconds(0.6))
    assert sum(one.without.evidence.seconds for one in found) < 0.6 * 2


def test_an_unknown_family_is_refused():
    day = problem([visit("a")])
    with pytest.raises(InputError, match="families: 'weather' is none of"):
        price_of_rules(day, Plan(), stop=SOME, families=["weather"])


def test_the_command_prints_prices_and_keeps_the_plans(tmp_path, capsys):
    day = EXAMPLES["skills"][0]()
    plan = solve(day, stop=SOME)
    for name, item in (("p", day), ("plan", plan)):
        (tmp_path / f"{name}.json").write_text(json.dumps(item.to_json()))
    words = ["price-of-rules", tmp_path / "p.json", tmp_path / "plan.json"]
    words += ["--iterations", 50, "--rules", "skills", "--keep", tmp_path / "kept"]
    assert main([str(word) for word in words]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["rule"], row["price"], row["proved"]) == ("skills", 480 * UNIT, True)
    kept = tmp_path / "kept"
    other = Problem.from_json((kept / "without-skills.problem.json").read_bytes())
    without = Plan.from_json((kept / "without-skills.plan.json").read_bytes())
    assert check(other, without).score.total == 20 * UNIT
    assert Plan.from_json((kept / "plan.json").read_bytes()).score.total == 500 * UNIT
