"""Why a visit is where it is: the next best, at the price the judge gives it."""

from __future__ import annotations

import pytest

from scheduling import (
    Assignment,
    HeldSkill,
    InputError,
    Iterations,
    Lock,
    NeededSkill,
    Wishes,
    assemble,
    check,
    solve,
    why_here,
)
from scheduling.plan import SCALE
from tests.scheduling.days import believable
from tests.scheduling.small import HOUR, LEG, problem, technician, visit

NINE = 9 * HOUR


def test_the_next_best_is_priced_against_the_plan_as_it_is():
    """With tariq it lies on his way; mei and olu would drive for it alone."""
    wish = Wishes(preferred={"tariq": 7, "mei": 7})
    visits = [visit("b1"), visit("b", technicians=wish)]
    people = [technician(), technician("mei"), technician("olu")]
    day = problem(visits, people)
    at = {
        "b1": Assignment("tariq", NINE),
        "b": Assignment("tariq", NINE + HOUR),
    }
    why = why_here(day, assemble(day, at), "b")
    assert (why.technician, why.start, why.because) == (
        "tariq",
        NINE + HOUR,
        "cheapest",
    )
    mei, olu = why.alternatives
    assert (mei.technician, mei.parts) == ("mei", {"travel": 20 * SCALE})
    assert (olu.technician, olu.extra_cost) == ("olu", 27 * SCALE)
    assert olu.parts == {"travel": 20 * SCALE, "preference": 7 * SCALE}
    assert (mei.travel_seconds, mei.overtime_seconds, mei.visits_moved) == (
        2 * LEG,
        0,
        0,
    )
    assert why.sentence == (
        "tariq costs least; of the 2 others who could, mei is next best at 20 more "
        "(+20 min travel)."
    )


def test_an_alternative_tells_whom_it_would_move():
    """Mei's own visit would have to wait until nine's is done."""
    day = problem([visit("a"), visit("b", windows=((NINE, NINE),))])
    at = {"b": Assignment("tariq", NINE), "a": Assignment("mei", NINE + HOUR // 2)}
    (mei,) = why_here(day, assemble(day, at), "b").alternatives
    assert (mei.technician, mei.start, mei.visits_moved) == ("mei", NINE, 1)


def test_a_plan_that_is_not_the_cheapest_says_so():
    wish = Wishes(preferred={"mei": 9})
    day = problem([visit("a", technicians=wish)])
    why = why_here(day, assemble(day, {"a": Assignment("tariq", NINE)}), "a")
    assert why.because == "not_cheapest"
    assert why.sentence == "mei would cost 9 less (no more travel)."


@pytest.mark.parametrize(
    ("asks", "because", "code"),
    [
        ({"lock": Lock("tariq")}, "locked", "lock_technician"),
        ({"lock": Lock("tariq", NINE, frozen=True)}, "frozen", "lock_technician"),
        ({"skills": (NeededSkill("x"),)}, "only_one", "skill_missing"),
    ],
)
def test_those_who_cannot_are_named_with_the_rule(asks, because, code):
    people = [technician(skills=(HeldSkill("x"),)), technician("mei")]
    day = problem([visit("a", **asks)], people)
    why = why_here(day, assemble(day, {"a": Assignment("tariq", NINE)}), "a")
    assert (why.because, why.alternatives) == (because, ())
    (mei,) = why.ruled_out
    assert (mei.technician, mei.reasons[0].code) == ("mei", code)
    assert why.to_json()["ruled_out"][0]["reasons"][0]["code"] == code


def test_every_alternative_of_a_full_day_is_a_real_one():
    day = believable(people=6, visits=24, crews=1, seed=5)
    plan = solve(day, stop=Iterations(20))
    base = check(day, plan).score.total
    for name in list(plan.stops)[:8]:
        chosen = {
            n: Assignment(r.technician, s.start, r.shift)
            for n, (r, s) in plan.stops.items()
        }
        for other in why_here(day, plan, name).alternatives:
            if other.visits_moved:
                continue
            moved = Assignment(other.technician, other.start, other.shift)
            report = check(day, assemble(day, {**chosen, name: moved}))
            assert report.violations == ()
            assert report.score.total - base == other.extra_cost


def test_a_visit_that_is_not_planned_has_no_here():
    day = problem([visit("a")])
    with pytest.raises(InputError, match="ask `remedies`"):
        why_here(day, assemble(day, {}), "a")
