"""What cannot be planned is refused with the field and the id; the rest gets a plan."""

from __future__ import annotations

import copy
import json
import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling import InputError, Iterations, Plan, Problem, check, solve
from scheduling.__main__ import main
from tests.scheduling.small import HOUR, MINUTE, problem, visit
from tests.scheduling.tangles import tangle


def document(*names: str, **changes: Any) -> dict[str, Any]:
    data = problem([visit(name) for name in names or ("a", "b", "c")]).to_json()
    data.update(changes)
    return data


def locked(start: int, length: int = HOUR, **more: Any) -> dict[str, Any]:
    return {"duration": length, "lock": {"technician": "mei", "start": start, **more}}


def after(before: str, name: str, **more: Any) -> dict[str, Any]:
    return {"before": before, "after": name, **more}


CIRCLE = r"sequences\[0\]: the visits .* follow each other in a circle"
LAGS = r"(crews\[0\].lag|sequences\[.\]): no starts of .* can keep all their lags"
APART = r"crews\[0\].visits: 'a', 'c' need two people, and sequences keep them with one"
PAIR = {"visits": ["a", "b"]}
CIRCLES = [
    (
        {"sequences": [after("a", "b"), after("b", "c"), after("c", "a")]},
        *("abc", CIRCLE),
    ),
    (
        {"sequences": [after("a", "b", lag=[-9 * HOUR, None]), after("b", "a")]},
        *("ab", CIRCLE),
    ),
    # b begins with a, c after b has ended, and a after c has ended.
    (
        {"crews": [PAIR], "sequences": [after("b", "c"), after("c", "a")]},
        *("abc", LAGS),
    ),
    ({"crews": [{**PAIR, "lag": [0, 0]}, {**PAIR, "lag": [60, 90]}]}, "ab", LAGS),
    # An hour of work lies between the start of a and that of b.
    (
        {
            "crews": [{**PAIR, "lag": [0, 59 * MINUTE]}],
            "sequences": [after("a", "b")],
        },
        *("ab", LAGS),
    ),
    (
        {
            "sequences": [
                after("a", "b", lag=[0, 10]),
                after("b", "c"),
                after("a", "c", lag=[0, 10]),
            ]
        },
        *("abc", LAGS),
    ),
    (
        {
            "crews": [{"visits": ["a", "c"]}],
            "sequences": [
                after("a", "b", same_technician=True),
                after("c", "b", same_technician=True),
            ],
        },
        *("ac", APART),
    ),
]


@pytest.mark.parametrize(("links", "names", "message"), CIRCLES)
def test_links_that_contradict_each_other_are_refused(links, names, message):
    with pytest.raises(InputError) as caught:
        Problem.from_json(document(**links))
    assert re.fullmatch(message, str(caught.value))
    assert set(re.findall(r"'(.)'", str(caught.value))) == set(names)


def test_lags_that_can_just_be_kept_are_accepted_and_planned():
    links = {
        "crews": [{"visits": ["a", "b"], "lag": [0, HOUR]}],
        "sequences": [after("b", "c", lag=[0, 10 * MINUTE])],
    }
    day = Problem.from_json(document(**links))
    plan = solve(day, stop=Iterations(20))
    assert check(day, plan).ok
    assert not plan.unplaced


def test_two_visits_locked_to_one_technician_at_once_are_refused():
    data = document("a", "b")
    data["visits"][0].update(locked(9 * HOUR))
    data["visits"][1].update(locked(10 * HOUR - 1))
    with pytest.raises(InputError) as caught:
        Problem.from_json(data)
    assert str(caught.value) == (
        "visits[1].lock.start: 'b' and 'a' are locked to 'mei' at once"
    )
    data["visits"][1].update(locked(10 * HOUR))
    Problem.from_json(data)


def test_nobody_begins_two_frozen_visits_at_once_but_work_may_run_over():
    data = document("a", "b")
    data["visits"][0].update(locked(9 * HOUR, frozen=True))
    data["visits"][1].update(locked(9 * HOUR, frozen=True))
    with pytest.raises(InputError, match="locked to 'mei' at once"):
        Problem.from_json(data)
    data["visits"][1].update(locked(9 * HOUR + 1, frozen=True))
    day = Problem.from_json(data)
    report = check(day, solve(day, stop=Iterations(2)))
    assert report.ok
    assert {name for item in report.given for name in item.visits} == {"b"}


def test_visits_without_anybody_to_send_are_refused_in_a_file():
    with pytest.raises(InputError, match=r"^technicians: must not be empty"):
        Problem.from_json(document(technicians=[]))


def test_a_place_without_a_way_to_it_leaves_its_visit_unplaced_with_the_reason():
    data = document("a", "b")
    for row in data["travel"]["default"]["seconds"]:
        row[2] = None  # the column of b
    day = Problem.from_json(data)
    plan = solve(day, stop=Iterations(5))
    assert check(day, plan).ok
    (left,) = plan.unplaced
    assert left.visit == "b"
    assert {reason.code for reason in left.reasons} == {"unreachable"}


WRONG = [
    ("locations.1.lat", "NaN", "locations[1].lat: must be a finite number"),
    ("locations.1.lon", "Infinity", "locations[1].lon: must be a finite number"),
    ("locations.1.lat", "-1e999", "locations[1].lat: must be a finite number"),
    ("locations.1.lat", "true", "locations[1].lat: must be a number"),
    ("locations.1.id", '"a\\ud800"', "locations[1].id: holds half of a surrogate"),
    ("visits.1.duration", "-1", "visits[1].duration: must not be negative (id 'b')"),
    ("visits.1.duration", "NaN", "visits[1].duration: must be a whole number (id 'b'"),
    ("visits.1.duration", "3e3", "visits[1].duration: must be a whole number (id 'b'"),
    ("visits.1.duration", "false", "visits[1].duration: must be a whole number (id"),
    ("visits.1.duration", str(2**63), "visits[1].duration: is out of range (id 'b')"),
    ("visits.1.duration", "9" * 5000, "$: the problem holds a number that is too"),
    ("visits.1.windows", "[[9,8]]", "visits[1].windows[0]: begins after it ends (id"),
    ("visits.1.location", '"x"', "visits[1].location: no location is called 'x' (id"),
    ("visits.1.drop_cost", str(10**12), "visits: the prices can add up to 10000000"),
    ("visits.1.huh", "1", "visits[1].huh: unknown field"),
    ("technicians.0.shifts.0.end", "0", "technicians[0].shifts[0]: begins (28800) af"),
    (
        "technicians.0.shifts.0.start",
        "null",
        "technicians[0].shifts[0].start: must be a whole number (id 'tariq')",
    ),
    ("technicians.1.id", '"tariq"', "technicians[1].id: 'tariq' appears twice"),
    ("travel.default.seconds", "[]", "travel.default.seconds: has 0 rows for 4 loc"),
    ("travel.default.seconds.0.1", str(10**19), "travel.default.seconds[0]: holds a"),
    ("travel.default.seconds.0.1", "1.5", "travel.default.seconds[0][1]: must be a w"),
    ("travel.default.seconds.0.1", "true", "travel.default.seconds[0][1]: must be a"),
    ("crews", '[{"visits": ["a"]}]', "crews[0].visits: must be a list of exactly two"),
    ("crews", '[{"visits": ["a", "x"]}]', "crews[0].visits: no visit is called 'x'"),
    ("objective.travel", str(10**11), "technicians: the prices can add up to"),
]


def put(data: dict[str, Any], path: str, text: str) -> str:
    """The document as text, with this text in place of a value."""
    changed = copy.deepcopy(data)
    node: Any = changed
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in way:
        node = node[key]
    node[last] = "HERE"
    return json.dumps(changed).replace('"HERE"', text)


@pytest.mark.parametrize(("path", "text", "message"), WRONG)
def test_a_bad_value_ends_a_command_with_one_line(
    path, text, message, tmp_path, capsys
):
    file = tmp_path / "bad.json"
    file.write_text(put(document("a", "b"), path, text), encoding="utf-8")
    assert main(["solve", str(file)]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.startswith(f"error: {message}")
    assert answer.err.count("\n") == 1


def test_every_command_answers_bad_input_with_exit_code_two(tmp_path, capsys):
    bad, plan = tmp_path / "bad.json", tmp_path / "plan.json"
    bad.write_text(put(document("a"), "visits.0.a\nb", "1"), encoding="utf-8")
    plan.write_text(json.dumps(Plan(()).to_json()), encoding="utf-8")
    words = [["solve", bad], ["check", bad, plan], ["explain", bad, plan, "a"]]
    words += [["remedies", bad, plan, "a"], ["why", bad, plan, "a"]]
    for command in words:
        assert main([str(word) for word in command]) == 2
        error = capsys.readouterr().err
        assert error.startswith("error: visits[0].a b: unknown field")
        assert error.count("\n") == 1


NUMBERS = [0, 1, -1, 7, 60, 1.5, 1e308, math.nan, 10**9, 10**12, -(10**12), 2**63]
TEXTS = ["", "v0", "v1", "t0", "p0", "first", "\n", "\ud800"]
LISTS = [[], [[]], [0, 0], [9, 1], ["v0", "v1"]]
NASTY = st.sampled_from([None, True, {}, {"a": 1}, *NUMBERS, *TEXTS, *LISTS])
STEPS = st.lists(st.integers(0, 10**6), min_size=1, max_size=6)


def spoil(data: Any, steps: list[int], value: Any) -> None:
    """Follow the steps into the document; replace, drop or double what is there."""
    keys: list[Any] = []
    node = data
    for step in steps:
        choices = list(node) if isinstance(node, dict) else range(len(node))
        if not choices:
            return
        keys.append(choices[step % len(choices)])
        inner = node[keys[-1]]
        if not isinstance(inner, dict | list) or step is steps[-1]:
            break
        node = inner
    kind = sum(steps) % 5
    if kind == 0:
        del node[keys[-1]]
    elif kind == 1 and isinstance(node, list):
        node.append(copy.deepcopy(node[keys[-1]]))
    else:
        node[keys[-1]] = copy.deepcopy(value)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 40), st.lists(st.tuples(STEPS, NASTY), min_size=1, max_size=3))
def test_a_spoilt_document_is_refused_or_planned_within_the_rules(seed, changes):
    data = tangle(seed).to_json()
    for steps, value in changes:
        spoil(data, steps, value)
    try:
        day = Problem.from_json(json.dumps(data))
    except InputError:
        return
    plan = solve(day, stop=Iterations(2))
    broken = {item.code for item in check(day, plan).violations}
    assert broken <= {"must_serve"}
    assert {x.visit for x in plan.unplaced} | plan.stops.keys() == {
        x.id for x in day.visits
    }
    assert all(x.reasons for x in plan.unplaced)
