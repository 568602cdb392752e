"""Reasons are true, name the rule and say by how much."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import (
    Assignment,
    Crew,
    HeldSkill,
    InputError,
    Iterations,
    Lock,
    NeededSkill,
    Overtime,
    Plan,
    Sequence,
    TravelMatrix,
    Wishes,
    assemble,
    assignments_of,
    check,
    explain,
    solve,
)
from tests.scheduling.small import (
    HOUR,
    LEG,
    LUNCH,
    PLACES,
    problem,
    shift,
    technician,
    travel,
    visit,
)
from tests.scheduling.tangles import tangle

NINE = 9 * HOUR
LOTO = (NeededSkill("loto", 2),)

CASES = [
    ("skill_missing", {"skills": LOTO}, {}, "Lacks skill loto at level 2."),
    (
        "skill_level",
        {"skills": LOTO},
        {"skills": (HeldSkill("loto", 1),)},
        "Holds loto at level 1, needs 2.",
    ),
    (
        "skill_expired",
        {"skills": LOTO},
        {"skills": (HeldSkill("loto", 3, valid_until=7 * HOUR),)},
        "The certificate for loto will have expired.",
    ),
    (
        "skill_not_yet",
        {"skills": LOTO},
        {"skills": (HeldSkill("loto", 3, valid_from=20 * HOUR),)},
        "The certificate for loto is not valid at that time.",
    ),
    (
        "excluded",
        {"technicians": Wishes(excluded=("tariq",))},
        {},
        "Is excluded from this visit.",
    ),
    (
        "not_required",
        {"technicians": Wishes(required=("mei",))},
        {},
        "Is not among the technicians this visit asks for.",
    ),
    (
        "territory",
        {"territory": "north"},
        {"territories": ("south",)},
        "Does not work in north.",
    ),
    (
        "travel_too_far",
        {},
        {"max_travel_from_home": 300},
        "Is 10 minutes from home, goes at most 5.",
    ),
    (
        "stock_short",
        {"parts": {"disk": 2}},
        {"stock": {"disk": 1}},
        "Needs 2 × disk, the van holds 1.",
    ),
    (
        "shift",
        {"windows": ((18 * HOUR, 19 * HOUR),)},
        {},
        "Is not at work when the visit may start.",
    ),
    ("shift", {}, {"shifts": ()}, "Does not work in this period."),
    (
        "lock_technician",
        {"lock": Lock("mei")},
        {},
        "The visit is locked to someone else.",
    ),
    (
        "lock_start",
        {"lock": Lock(start=NINE), "windows": ((0, 1),)},
        {},
        "The locked start lies outside the visit's windows.",
    ),
    (
        "window_full",
        {"windows": ((8 * HOUR, 8 * HOUR + 540),)},
        {},
        "Cannot be there in time: 1 min too late at best.",
    ),
    (
        "overtime",
        {"duration": 8 * HOUR},
        {},
        "Would end 20 min after the shift allows.",
    ),
]


@pytest.mark.parametrize(("code", "asks", "has", "sentence"), CASES)
def test_the_rule_that_stops_a_technician_is_named(code, asks, has, sentence):
    day = problem([visit("a", **asks)], [technician(**has), technician("mei")])
    why = explain(day, assemble(day, {}), "a")
    tariq = next(one for one in why.technicians if one.technician == "tariq")
    assert [(x.code, x.sentence) for x in tariq.reasons] == [(code, sentence)]
    assert tariq.reasons[0].technician == "tariq"


def test_a_full_van_is_told_from_an_empty_one():
    visits = [visit("a", parts={"disk": 2}), visit("b", parts={"disk": 2})]
    day = problem(visits, [technician(stock={"disk": 3})])
    plan = assemble(day, {"a": Assignment("tariq", NINE)})
    (reason,) = explain(day, plan, "b").reasons
    assert reason.sentence == "Needs 2 × disk, only 1 left in the van."
    assert reason.details == {"part": "disk", "needed": 2, "left": 1}


def test_a_full_day_says_how_many_minutes_are_missing():
    visits = [visit("a", windows=((NINE, NINE),)), visit("b", windows=((NINE, NINE),))]
    day = problem(visits, [technician()])
    why = explain(day, assemble(day, {"a": Assignment("tariq", NINE)}), "b")
    assert why.nearest.code == "window_full"
    assert why.nearest.details["short_by"] == HOUR + LEG
    assert why.sentence == "None of 1 can take it: 1 with no room at that time."


def test_a_break_that_would_be_lost_is_the_reason():
    tight = shift(start=11 * HOUR + 1800, end=14 * HOUR + 1800, breaks=(LUNCH,))
    long = visit("a", duration=9600, windows=((0, 11 * HOUR + 1800 + LEG),))
    day = problem([long], [technician(shifts=(tight,))])
    (reason,) = explain(day, assemble(day, {}), "a").reasons
    assert reason.code == "break"


def test_a_visit_that_is_far_too_long_is_not_called_unreachable():
    """A million million seconds: more than stands for a way that is missing."""
    endless = visit("a", duration=10**12)
    day = problem([endless, visit("b")], [technician()])
    plan = assemble(day, {"b": Assignment("tariq", NINE)})
    (reason,) = explain(day, plan, "a").reasons
    assert reason.code == "overtime"
    assert 10**12 - 8 * HOUR < reason.details["short_by"] < 10**12
    (reason,) = explain(day, assemble(day, {}), "a").reasons
    # From ten past eight until home, in a shift that ends at four.
    missing = 8 * HOUR + LEG + 10**12 + LEG - 16 * HOUR
    assert (reason.code, reason.details["short_by"]) == ("overtime", missing)


def test_a_place_without_a_way_is_unreachable_however_long_the_visit():
    rows = [list(row) for row in travel().seconds]
    for row in rows:
        row[PLACES.index("c")] = None
    ways = {"default": TravelMatrix(tuple(map(tuple, rows)))}
    for length in (0, HOUR, 10**12):
        day = problem([visit("c", duration=length)], [technician()])
        day = replace(day, travel=ways)
        (reason,) = explain(day, assemble(day, {}), "c").reasons
        assert reason.code == "unreachable"


def test_a_crew_without_a_mate_says_so():
    pair = [visit("a"), visit("b", windows=((NINE, NINE),))]
    day = problem(pair, [technician()], crews=(Crew(("a", "b")),))
    (reason,) = explain(day, assemble(day, {}), "a").reasons
    assert (reason.code, reason.details["partner"]) == ("crew_partner", "b")
    busy = [*pair, visit("c", windows=((NINE, NINE),))]
    day = problem(busy, crews=(Crew(("a", "b")),))
    plan = assemble(day, {"c": Assignment("mei", NINE)})
    codes = {x.technician: x.code for x in explain(day, plan, "b").reasons}
    assert codes == {"tariq": "crew_partner", "mei": "window_full"}


def test_a_crew_half_that_also_follows_the_other_does_not_wait_for_it():
    """Both are placed at once, so what is missing is somebody for the other half."""
    crew, order = Crew(("a", "b"), (0, 2 * HOUR)), Sequence("a", "b")
    day = problem([visit("a"), visit("b")], crews=(crew,), sequences=(order,))
    assert explain(day, assemble(day, {}), "b").reasons == ()
    alone = replace(day, technicians=day.technicians[:1])
    (reason,) = explain(alone, assemble(alone, {}), "b").reasons
    assert (reason.code, reason.details["partner"]) == ("crew_partner", "a")


def test_a_follower_waits_for_its_predecessor():
    order = Sequence("a", "b", same_technician=True)
    day = problem([visit("a"), visit("b")], sequences=(order,))
    codes = {x.code for x in explain(day, assemble(day, {}), "b").reasons}
    assert codes == {"sequence_before"}
    plan = assemble(day, {"a": Assignment("mei", NINE)})
    why = explain(day, plan, "b")
    assert {x.technician: x.code for x in why.reasons} == {
        "tariq": "sequence_technician"
    }


def test_a_technician_with_room_has_no_reason():
    day = problem([visit("a", drop_cost=1)])
    why = explain(day, assemble(day, {}), "a")
    assert [one.possible for one in why.technicians] == [True, True]
    assert why.sentence == "There is room for it, at a higher cost than leaving it out."


def test_an_unknown_visit_is_refused():
    with pytest.raises(InputError, match="no visit is called 'ghost'"):
        explain(problem([]), Plan(), "ghost")


@settings(max_examples=5, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_nobody_who_was_ruled_out_could_have_taken_the_visit(seed):
    """Brute force: at no second of any shift does the judge accept such a visit."""
    day = tangle(seed, facts=False, links=False, told=False)
    bare = tuple(
        replace(p, shifts=tuple(replace(s, breaks=()) for s in p.shifts))
        for p in day.technicians
    )
    day = replace(day, technicians=bare)
    plan = solve(day, stop=Iterations(3), seed=seed)
    for left in plan.unplaced:
        out = {reason.technician for reason in left.reasons if reason.code != "cost"}
        for person in day.technicians:
            if person.id in out:
                assert not could_take(day, plan, left.visit, person)


def could_take(day, plan, name, person) -> bool:
    """Is there a start at which the visit stands in the plan as it is?"""
    standing = assignments_of(plan)
    known = {(x.code, x.visits) for x in check(day, plan).violations}
    for one in person.shifts:
        for start in range(one.start, one.end + one.overtime.max, 3):
            chosen = {**standing, name: Assignment(person.id, start, one.id)}
            found = check(day, assemble(day, chosen)).violations
            if all((x.code, x.visits) in known for x in found):
                return True
    return False


def test_every_unplaced_visit_of_a_plan_has_a_reason_for_every_technician():
    person = technician(shifts=(shift(end=10 * HOUR, overtime=Overtime(60)),))
    visits = [visit(name) for name in ("a", "b", "c")]
    day = problem(visits, [person, technician("mei", skills=(HeldSkill("x"),))])
    day = replace(day, visits=(*day.visits, visit("c1", skills=LOTO)))
    plan = solve(day, stop=Iterations(20))
    assert plan.unplaced
    for left in plan.unplaced:
        assert {reason.technician for reason in left.reasons} == {"tariq", "mei"}
        assert all(reason.sentence.endswith(".") for reason in left.reasons)
