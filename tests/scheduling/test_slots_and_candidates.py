"""Offers and menus on a living plan: what is offered can be kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import (
    Assignment,
    Candidate,
    Crew,
    Due,
    HeldSkill,
    InputError,
    Iterations,
    Location,
    Lock,
    NeededSkill,
    Objective,
    Plan,
    Problem,
    Sequence,
    Shift,
    Technician,
    TravelMatrix,
    Unplaced,
    Visit,
    assemble,
    assignments_of,
    candidates,
    check,
    offer_slots,
    place,
    solve,
    why_no_slot,
)
from scheduling.plan import SCALE
from scheduling.slots import cut_windows, kept_windows
from scheduling.standing import Board
from tests.scheduling.days import DAY, believable
from tests.scheduling.days import HOUR as H
from tests.scheduling.small import HOUR, LEG, LUNCH, problem, shift, technician, visit
from tests.scheduling.tangles import tangle

NINE = 9 * HOUR
WORKDAY = [(8 * HOUR, 16 * HOUR)]


def added(day: Problem, new: Visit) -> Problem:
    return replace(day, visits=(*day.visits, new))


def busy_day() -> tuple[Problem, Plan]:
    day = believable(people=6, visits=20, crews=1, seed=4)
    return day, solve(day, stop=Iterations(30))


@pytest.mark.parametrize("weight", [0, 3])
def test_every_offered_slot_passes_the_judge_and_costs_what_it_says(weight):
    day, plan = busy_day()
    due = Due(11 * H, 1)
    day = replace(
        day,
        visits=tuple(replace(x, due=due) if x.due else x for x in day.visits),
        objective=Objective(fairness=weight, max_lateness=weight),
    )
    new = replace(day.visits[9], id="new", windows=(), skills=(), lock=None, due=due)
    offered = offer_slots(day, plan, new, days=[(8 * H, 16 * H)], window_minutes=60)
    assert len(offered) >= 3
    wider = added(day, new)
    left = check(wider, assemble(wider, assignments_of(plan))).score
    before = left.total - (new.drop_cost or 0) * SCALE
    for slot in offered:
        after = place(day, plan, new, slot)
        report = check(wider, after)
        assert report.violations == ()
        assert report.score.total - before == slot.marginal_cost
        assert slot.start <= slot.service_start <= slot.end
        assert after.stops["new"][1].start == slot.service_start


def test_an_offer_moves_nobody():
    day, plan = busy_day()
    new = replace(day.visits[9], id="new", windows=(), lock=None)
    slot = offer_slots(day, plan, new, days=[(8 * H, 16 * H)], window_minutes=120)[0]
    after = place(day, plan, new, slot)
    for name, (route, stop) in plan.stops.items():
        assert after.stops[name][0].technician == route.technician
        assert after.stops[name][1].start == stop.start


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_slots_of_tangled_days_pass_the_judge(seed):
    day = tangle(seed, facts=False)
    plan = solve(day, stop=Iterations(5), seed=seed)
    new = replace(day.visits[0], id="new", lock=None, published=None)
    known = check(day, plan).violations
    for slot in offer_slots(day, plan, new, days=[(0, 200)], window_minutes=1):
        report = check(added(day, new), place(day, plan, new, slot))
        assert [x for x in report.violations if x not in known] == []


def test_no_slot_of_a_simple_day_is_missed():
    day = problem([visit("a")], [technician()])
    plan = assemble(day, {"a": Assignment("tariq", 11 * HOUR)})
    offered = offer_slots(
        day, plan, visit("b"), days=[(8 * HOUR, 16 * HOUR)], window_minutes=30
    )
    # Before: start by 9:50. After: from 12:10 to 14:50, home by four.
    starts = sorted(slot.start / HOUR for slot in offered)
    before = [8.0, 8.5, 9.0, 9.5]
    after = [12.0, 12.5, 13.0, 13.5, 14.0, 14.5]
    assert starts == before + after
    latest = max(slot.service_start for slot in offered)
    assert latest == 14 * HOUR + 30 * 60
    assert offered == sorted(offered, key=lambda slot: slot.marginal_cost)


def test_a_slot_leaves_time_for_lunch():
    person = technician(shifts=(shift(breaks=(LUNCH,)),))
    day = problem([visit("a")], [person])
    plan = assemble(day, {"a": Assignment("tariq", 13 * HOUR)})
    long = visit("b", duration=2 * HOUR)
    offered = offer_slots(day, plan, long, days=WORKDAY, window_minutes=30)
    for slot in offered:
        report = check(added(day, long), place(day, plan, long, slot))
        assert report.violations == ()
    # 10:20 would fit by travel alone, but then lunch could not start by one.
    assert (
        max(x.service_start for x in offered if x.start < 13 * HOUR) <= 10 * HOUR + 1200
    )


@settings(max_examples=12, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_no_start_that_the_judge_allows_is_missed_or_dearer_than_said(seed):
    """Every second, technician and shift, put in by hand and judged."""
    day = tangle(seed, people=2, visits=4, links=False, facts=False)
    plan = solve(day, stop=Iterations(5), seed=seed)
    new = replace(day.visits[0], id="new", lock=None, published=None)
    wider, known = added(day, new), check(day, plan).violations
    # The fair share is one of all visits, the new one among them.
    left = check(wider, assemble(wider, assignments_of(plan))).score
    before = left.total - (new.drop_cost or 0) * SCALE
    window = (0, 60)
    best: dict[tuple[int, int], int] = {}
    for person in day.technicians:
        for at in range(window[0], window[1] + 1):
            chosen = {**assignments_of(plan), "new": Assignment(person.id, at)}
            report = check(wider, assemble(wider, chosen))
            if all(item in known for item in report.violations):
                price = report.score.total - before
                best[window] = min(best.get(window, price), price)
    offered = offer_slots(day, plan, new, days=[window], window_minutes=1)
    assert {(x.start, x.end): x.marginal_cost for x in offered} == best


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_no_gap_that_was_not_simulated_is_cheaper(seed):
    day = tangle(seed, people=4, visits=7, links=False, facts=False)
    plan = solve(day, stop=Iterations(5), seed=seed)
    new = replace(day.visits[0], id="new", lock=None, published=None)
    question = Board(added(day, new), plan, new).question
    every = range(len(question.table.gaps.route))
    for window in ((0, 30), (31, 70), (40, 200)):
        spots = [spot for gap in every if (spot := question.spot(gap, window))]
        least = min((spot.cost for spot in spots), default=None)
        best = question.cheapest(window)
        assert (None if best is None else best.cost) == least


def test_of_many_gaps_only_those_that_could_be_cheapest_are_simulated(monkeypatch):
    day = believable(people=14, visits=80, days=7, crews=0)
    plan = solve(day, stop=Iterations(0))
    new = replace(day.visits[20], id="new", windows=(), lock=None)
    board = Board(added(day, new), plan, new)
    asked = []
    simulate = board.question.table.desk.simulate
    monkeypatch.setattr(
        board.question.table.desk,
        "simulate",
        lambda r, seq: asked.append(r) or simulate(r, seq),
    )
    spans = [(d * DAY + 8 * H, d * DAY + 16 * H) for d in range(7)]
    windows = cut_windows(spans, 120)
    offered = kept_windows(board.question, windows)
    assert len(offered) > 7
    assert len(asked) <= 4 * len(windows)


@pytest.mark.parametrize(
    ("days", "minutes", "message"),
    [
        ([(0, 10)], 0, "window_minutes: must be positive"),
        ([(10, 0)], 5, "begins"),
    ],
)
def test_meaningless_questions_are_refused(days, minutes, message):
    day = problem([visit("a")])
    with pytest.raises(InputError, match=message):
        offer_slots(day, Plan(), "a", days=days, window_minutes=minutes)


def test_an_unknown_visit_is_refused():
    with pytest.raises(InputError, match="no visit is called 'ghost'"):
        offer_slots(problem([]), Plan(), "ghost", days=WORKDAY, window_minutes=60)


def test_half_a_crew_is_not_offered():
    day = problem([visit("a"), visit("b")], crews=(Crew(("a", "b")),))
    plan = assemble(day, {})
    assert offer_slots(day, plan, "a", days=WORKDAY, window_minutes=60) == []


@pytest.mark.parametrize(
    ("new", "days", "sentence", "codes"),
    [
        (
            visit("b", skills=(NeededSkill("loto"),)),
            WORKDAY,
            "None of 2 can take it: 2 without the skill.",
            {"skill_missing"},
        ),
        (
            visit("b", windows=((NINE, NINE),)),
            [(10 * HOUR, 12 * HOUR)],
            "Its own windows lie outside the days that were asked for.",
            {"windows"},
        ),
        (
            visit("b", windows=((NINE, NINE),)),
            WORKDAY,
            "There is room only if other visits are moved.",
            set(),
        ),
        (
            visit("c1"),
            WORKDAY,
            "'c2' has to be planned first, or together with it.",
            {"partner"},
        ),
    ],
)
def test_an_empty_offer_carries_its_reasons(new, days, sentence, codes):
    """Both people are at work from nine to ten, and half a crew waits."""
    rest = [visit("a1"), visit("a2"), visit("c1"), visit("c2")]
    day = added(problem(rest, crews=(Crew(("c1", "c2")),)), visit("b"))
    at = {"a1": Assignment("tariq", NINE), "a2": Assignment("mei", NINE)}
    plan = assemble(day, at)
    assert offer_slots(day, plan, new, days=days, window_minutes=60) == []
    why = why_no_slot(day, plan, new, days=days)
    assert why.sentence == sentence
    assert {reason.code for reason in why.reasons} == codes


def test_half_a_crew_can_be_assigned_by_hand_with_a_warning():
    day = problem([visit("a"), visit("b")], crews=(Crew(("a", "b")),))
    for one in candidates(day, assemble(day, {}), "a"):
        assert one.start == 8 * HOUR + LEG
        assert [reason.code for reason in one.violations] == ["crew_partner"]


def test_the_second_half_of_a_crew_is_offered_at_the_time_of_the_first():
    day = problem([visit("a"), visit("b")], crews=(Crew(("a", "b")),))
    plan = assemble(day, {"a": Assignment("tariq", NINE)})
    offered = offer_slots(day, plan, "b", days=WORKDAY, window_minutes=60)
    assert {(slot.technician, slot.service_start) for slot in offered} == {
        ("mei", NINE)
    }


def test_candidates_come_cheapest_first_and_then_those_who_cannot():
    people = [
        technician(skills=(HeldSkill("loto"),)),
        technician("mei", skills=(HeldSkill("loto"),)),
        technician("olu"),
        technician("pat", shifts=()),
    ]
    new = visit("b", skills=(NeededSkill("loto"),))
    day = problem([visit("b1"), new], people)
    plan = assemble(day, {"b1": Assignment("mei", NINE)})
    found = candidates(day, plan, "b")
    assert [one.technician for one in found] == ["mei", "tariq", "olu", "pat"]
    assert found[0].travel_delta == 0
    assert found[1].travel_delta == 2 * LEG
    assert [reason.code for reason in found[2].violations] == ["skill_missing"]
    assert {reason.code for reason in found[3].violations} == {"skill_missing", "shift"}


def test_a_candidate_says_whom_it_would_move():
    tight = visit("b", windows=((NINE, NINE),))
    day = problem([visit("a"), tight], [technician()])
    plan = assemble(day, {"a": Assignment("tariq", NINE + 1800)})
    (only,) = candidates(day, plan, "b")
    assert only.possible
    assert only.start == NINE
    assert [(move.visit, move.start) for move in only.moves] == [
        ("a", NINE + HOUR + LEG)
    ]


def test_a_visit_that_must_follow_soon_moves_what_it_follows():
    """Two hours after a at most: in the afternoon only if a is later in the morning."""
    morning = shift(end=12 * HOUR, end_at=None)
    afternoon = shift(id="late", start=13 * HOUR, end=17 * HOUR)
    order = Sequence("a", "b", (0, 2 * HOUR))
    person = technician(shifts=(morning, afternoon))
    day = problem([visit("a"), visit("b")], [person], sequences=(order,))
    plan = assemble(day, {"a": Assignment("tariq", NINE)})
    (late,) = (x for x in candidates(day, plan, "b") if x.shift == "late")
    assert late.start == 13 * HOUR + LEG
    assert [(x.visit, x.start) for x in late.moves] == [("a", 10 * HOUR + LEG)]


def test_a_candidate_for_a_fixed_time_is_asked_with_a_lock():
    day = problem([visit("a"), visit("b")])
    plan = assemble(day, {"a": Assignment("tariq", NINE)})
    at_nine = replace(day.visits[1], lock=Lock(start=NINE))
    possible = {one.technician: one for one in candidates(day, plan, at_nine)}
    assert possible["mei"].start == NINE
    assert possible["tariq"].moves, "tariq can only if the other visit moves"
    fixed = replace(day.visits[0], lock=Lock(start=NINE))
    held = problem([fixed, visit("b")])
    refused = {one.technician: one for one in candidates(held, plan, at_nine)}
    assert not refused["tariq"].possible
    assert refused["tariq"].violations[0].code == "window_full"


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_candidates_of_tangled_days_keep_their_word(seed):
    # Without pairs of places that have no way: taking a visit out may open one.
    day = tangle(seed, facts=False, told=False, gaps=False)
    plan = solve(day, stop=Iterations(5), seed=seed)
    name = day.visits[seed % 6].id
    in_links = {one for crew in day.crews for one in crew.visits}
    in_links |= {order.after for order in day.sequences}
    before = {item.code for item in check(day, plan).violations}
    for one in candidates(day, plan, name):
        if not one.possible:
            assert one.start is None or name in in_links
            continue
        chosen = assignments_of(plan)
        chosen[name] = Assignment(one.technician, one.start, one.shift)
        for move in one.moves:
            chosen[move.visit] = replace(chosen[move.visit], start=move.start)
        assert {x.code for x in check(day, assemble(day, chosen)).violations} <= before


def applied(plan: Plan, name: str, one: Candidate) -> dict[str, Assignment]:
    """The plan's assignments with a candidate and all that it moves."""
    assert one.start is not None
    chosen = assignments_of(plan)
    chosen[name] = Assignment(one.technician, one.start, one.shift)
    for move in one.moves:
        chosen[move.visit] = replace(chosen[move.visit], start=move.start)
    return chosen


def test_the_second_half_of_a_crew_starts_with_the_first_also_when_others_make_room():
    crew = Crew(("a", "b"))
    day = problem([visit("a"), visit("b"), visit("c")], crews=(crew,))
    plan = assemble(day, {"b": Assignment("mei", NINE), "c": Assignment("tariq", NINE)})
    found = {one.technician: one for one in candidates(day, plan, "a")}
    assert found["tariq"].possible
    chosen = applied(plan, "a", found["tariq"])
    assert chosen["a"].start == chosen["b"].start
    assert check(day, assemble(day, chosen)).violations == ()


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_a_candidate_for_one_half_respects_the_half_that_is_planned(seed):
    day = tangle(seed, facts=False, told=False, gaps=False)
    plan = solve(day, stop=Iterations(5), seed=seed)
    known = check(day, plan).violations
    linked = [name for crew in day.crews for name in crew.visits]
    linked += [order.after for order in day.sequences]
    for name in linked:
        if name not in plan.stops:
            continue
        rest = assignments_of(plan)
        del rest[name]
        half = assemble(day, rest)
        for one in candidates(day, half, name):
            if one.possible:
                full = assemble(day, applied(half, name, one))
                found = check(day, full).violations
                assert [item for item in found if item not in known] == []


def test_slots_are_offered_at_the_times_of_a_clock_too() -> None:
    """Seconds since 1970 are larger than the mark of a way that does not exist."""
    now = 1_800_000_000
    day = Shift("day", now, now + 30_000, "home", "home")
    ways = TravelMatrix(seconds=((0, 300), (300, 0)))
    problem = Problem(
        locations=(Location("home"), Location("site")),
        travel={"default": ways},
        technicians=(Technician("ana", (day,)),),
        visits=(Visit("v", "site", 2700),),
    )
    nothing = Plan(unplaced=(Unplaced("v"),))
    span = (now + 3600, now + 18_000)
    slots = offer_slots(problem, nothing, "v", days=[span], window_minutes=120)
    assert [slot.start for slot in slots] == [now + 3600, now + 10_800]
