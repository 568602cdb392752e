"""Problem and plan as JSON: nothing is lost, nothing wrong slips in."""

from __future__ import annotations

import copy
import hashlib
import json
import math
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduling import (
    Break,
    HeldSkill,
    InputError,
    Iterations,
    Plan,
    Problem,
    estimate_travel,
    solve,
)
from scheduling.sense import refuse_nonsense
from tests.scheduling.days import believable
from tests.scheduling.small import HOUR, problem, shift, technician, visit
from tests.scheduling.tangles import tangle


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_problem_and_plan_survive_the_round_trip(seed):
    day = tangle(seed)
    assume(makes_sense(day))
    text = json.dumps(day.to_json())
    again = Problem.from_json(text)
    assert again == day
    assert again.hash == day.hash
    plan = solve(day, stop=Iterations(3), seed=seed)
    assert Plan.from_json(json.dumps(plan.to_json())) == plan


def makes_sense(day: Problem) -> bool:
    """A random day may pin one technician to two places at once: no document may."""
    try:
        refuse_nonsense(day)
    except InputError:
        return False
    return True


def test_another_problem_has_another_hash():
    assert problem([visit("a")]).hash != problem([visit("b")]).hash


def document() -> dict:
    person = technician(
        skills=(HeldSkill("loto"),), shifts=(shift(breaks=(Break(0, 9, 3),)),)
    )
    data = problem([visit("a"), visit("b")], [person]).to_json()
    data["crews"] = [{"visits": ["a", "b"], "lag": [0, 0]}]
    data["sequences"] = [{"before": "a", "after": "b"}]
    return data


WRONG = [
    ("visits.0.colour", "red", "visits[0].colour: unknown field"),
    ("visits.0.duration", -1, "visits[0].duration: must not be negative"),
    ("visits.0.duration", 1.5, "visits[0].duration: must be a whole number"),
    ("visits.0.duration", True, "visits[0].duration: must be a whole number"),
    ("visits.0.duration", 10**15, "visits[0].duration: is out of range"),
    ("visits.0.location", "mars", "visits[0].location: no location is called 'mars'"),
    ("visits.0.windows", [[5, 1]], "visits[0].windows[0]: begins after it ends"),
    ("visits.0.windows", [[5]], "visits[0].windows[0]: must be a list of exactly two"),
    ("visits.0.id", "b", "visits[1].id: 'b' appears twice"),
    ("visits.0.id", "", "visits[0].id: must be a text that is not empty"),
    ("visits.0.lock", {"frozen": True}, "visits[0].lock: a frozen visit needs"),
    ("visits.0.lock", {"technician": "x"}, "visits[0].lock.technician: no technician"),
    (
        "visits.0.technicians",
        {"required": ["tariq"], "excluded": ["tariq"]},
        "visits[0].technicians: 'tariq' is both required and excluded",
    ),
    ("visits.0.parts", {"disk": -1}, "visits[0].parts.disk: must not be negative"),
    ("visits", {}, "visits: must be a list"),
    ("technicians.0.profile", "bike", "technicians[0].profile: no travel is given"),
    ("technicians.0.shifts.0.from", "mars", "technicians[0].shifts[0].from: no loc"),
    ("technicians.0.shifts.0.end", 0, "technicians[0].shifts[0]: begins (28800)"),
    (
        "technicians.0.skills",
        [{"name": "x", "valid_from": 9, "valid_until": 1}],
        "technicians[0].skills[0]: begins (9) after it ends (1)",
    ),
    (
        "technicians.0.shifts.0.breaks.0.duration",
        -5,
        "technicians[0].shifts[0].breaks[0].duration: must be at least 0",
    ),
    ("travel.default.seconds", [[0]], "travel.default.seconds: has 1 rows for 4"),
    ("travel.default.seconds.1", [0], "travel.default.seconds[1]: has 1 values"),
    ("travel.default.seconds.1.2", -4, "travel.default.seconds[1]: holds a negative"),
    ("travel.default.seconds.1.2", "x", "travel.default.seconds[1][2]: must be a who"),
    ("crews.0.visits", ["a", "a"], "crews[0].visits: a crew needs two different"),
    ("crews.0.visits", ["a", "z"], "crews[0].visits: no visit is called 'z'"),
    ("crews.0.lag", [5, 1], "crews[0].lag: begins (5) after it ends (1)"),
    ("sequences.0.after", "a", "sequences[0]: a visit cannot follow itself"),
    ("objective.fairness", -1, "objective.fairness: must not be negative"),
    ("objective.beauty", 1, "objective.beauty: unknown field"),
    ("format", "dispatch-problem/9", "format: must be 'dispatch-problem/1'"),
]


def put(data: dict, path: str, value: object) -> dict:
    changed = copy.deepcopy(data)
    node = changed
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in way:
        node = node[key]
    node[last] = value
    return changed


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_a_wrong_field_is_named_with_its_path(path, value, message):
    with pytest.raises(InputError) as caught:
        Problem.from_json(put(document(), path, value))
    assert str(caught.value).startswith(message)


def test_a_missing_field_is_named():
    data = document()
    del data["visits"][1]["duration"]
    with pytest.raises(InputError, match=r"visits\[1\].duration: is missing"):
        Problem.from_json(data)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON .line 1, column 2"),
        ("[]", "must be an object"),
        ('{"visits": 1, "visits": 2}', "'visits' appears twice"),
        (b"\xff\xfe\xff", "not UTF-8|not valid JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_text_that_is_no_document_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        Problem.from_json(text)
    with pytest.raises(InputError, match=message):
        Plan.from_json(text)


def test_overlapping_shifts_are_an_input_error():
    with pytest.raises(InputError, match="'day' and 'late' overlap"):
        problem([], [technician(shifts=(shift(), shift(id="late", start=15 * HOUR)))])


def test_overlapping_windows_are_merged_when_read():
    merged = visit("a", windows=((50, 60), (0, 10), (5, 20), (21, 30))).windows
    assert merged == ((0, 30), (50, 60))


def test_a_plan_with_a_wrong_field_is_refused():
    day = believable(people=3, visits=5, crews=0)
    data = solve(day, stop=Iterations(1)).to_json()
    with pytest.raises(InputError, match=r"routes\[0\].stops\[0\].start: must be"):
        Plan.from_json(put(data, "routes.0.stops.0.start", "noon"))


def test_estimated_travel_is_a_start_plus_the_way():
    # One degree of latitude is 111.195 km on the mean sphere.
    matrix = estimate_travel([(51.0, -3.0), (52.0, -3.0), (51.0, -3.0)])
    assert matrix.seconds[0][1] == round(60 + 110 * 111.19508)
    assert matrix.metres[0][1] == pytest.approx(111_195, abs=1)
    assert matrix.seconds[0][0] == matrix.seconds[0][2] == 0
    assert matrix.seconds[0][1] == matrix.seconds[1][0]
    assert estimate_travel([]).seconds == ()
    east = estimate_travel([(60.0, 10.0), (60.0, 11.0)]).metres[0][1]
    assert east == pytest.approx(111_195 * math.cos(math.radians(60)), rel=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.integers(min_value=0, max_value=10**9))
def test_the_hash_is_that_of_the_whole_document_with_sorted_keys(seed: int):
    day = tangle(seed)
    extra = replace(day, travel={"ä bike": day.travel["default"], **day.travel})
    for one in (day, extra, problem([visit("a")])):
        text = json.dumps(one.to_json(), sort_keys=True, separators=(",", ":"))
        assert one.hash == hashlib.sha256(text.encode()).hexdigest()
