"""`python -m scheduling remedies|why|repair` as people and scripts use them."""

from __future__ import annotations

import json

import pytest

from scheduling import NeededSkill, Plan, Problem, assemble, check
from scheduling.__main__ import main
from tests.scheduling.small import HOUR, problem, technician, visit
from tests.scheduling.test_repair import at

NINE = 9 * HOUR


@pytest.fixture
def files(tmp_path):
    """A small day on disk: one visit planned, one that nobody has the skill for."""
    asks = visit("b", skills=(NeededSkill("loto"),))
    day = problem([visit("a"), asks], [technician(), technician("mei")])
    plan = assemble(day, {"a": at(NINE)})
    names = {name: tmp_path / f"{name}.json" for name in ("problem", "plan", "changes")}
    names["problem"].write_text(json.dumps(day.to_json()), encoding="utf-8")
    names["plan"].write_text(json.dumps(plan.to_json()), encoding="utf-8")
    return names


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_remedies_prints_edits_and_prices(files, capsys):
    assert run("remedies", files["problem"], files["plan"], "b") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["visit"] == "b"
    first = answer["remedies"][0]
    assert first["edits"][0]["kind"] == "skill"
    assert first["needs_responsible"] is True
    assert set(first) >= {"technician", "start", "extra_cost", "parts", "sentence"}


def test_why_prints_what_others_would_cost(files, capsys):
    assert run("why", files["problem"], files["plan"], "a") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [one["technician"] for one in answer["alternatives"]] == ["mei"]


def test_repair_writes_a_plan_and_prints_the_difference(files, tmp_path, capsys):
    happened = {
        "format": "dispatch-changes/1",
        "now": 8 * HOUR,
        "changes": [
            {"kind": "absent", "technician": "tariq", "since": 8 * HOUR},
            {"kind": "cancelled", "visit": "b"},
            {
                "kind": "added",
                "visit": {"id": "new", "location": "c", "duration": 600},
            },
        ],
    }
    files["changes"].write_text(json.dumps(happened), encoding="utf-8")
    out, fresh = tmp_path / "out.json", tmp_path / "fresh.json"
    words = ["-o", out, "--iterations", 5, "--problem-out", fresh]
    given = [files["problem"], files["plan"], files["changes"]]
    assert run("repair", *given, *words) == 0
    diff = json.loads(capsys.readouterr().out)
    assert diff["people_touched"] == ["mei"]
    plan = Plan.from_json(out.read_bytes())
    assert {route.technician for route in plan.routes} == {"mei"}
    assert set(plan.stops) == {"a", "new"}
    assert check(Problem.from_json(fresh.read_bytes()), plan).ok


def test_repair_keeps_to_the_budget_of_the_command_line(files, capsys):
    happened = {
        "now": 8 * HOUR,
        "changes": [{"kind": "absent", "technician": "tariq", "since": 0}],
    }
    files["changes"].write_text(json.dumps(happened), encoding="utf-8")
    given = [files["problem"], files["plan"], files["changes"]]
    words = ["--iterations", 5, "--most-people", 0, "--most-visits", 0]
    assert run("repair", *given, *words) == 0
    plan = json.loads(capsys.readouterr().out)
    left = {x["visit"]: x["reasons"][0]["code"] for x in plan["unplaced"]}
    assert left["a"] == "budget"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("{", "not valid JSON"),
        ({"changes": []}, "now: is missing"),
        ({"now": 0, "changes": [{"kind": "fire"}]}, "changes[0].visit: is missing"),
        (
            {"now": 0, "changes": [{"kind": "fire", "visit": "a"}]},
            "changes[0].kind: must be one of absent, added",
        ),
        (
            {"now": 0, "changes": [{"kind": "cancelled", "visit": "ghost"}]},
            "changes[0].visit: no visit is called 'ghost'",
        ),
        (
            {"now": 0, "changes": [{"kind": "absent", "technician": "x", "since": 0}]},
            "changes[0].technician: no technician is called 'x'",
        ),
        (
            {"now": 0, "changes": [{"kind": "added", "visit": {"id": "n"}}]},
            "changes[0].visit.location: is missing",
        ),
        (
            {
                "now": 0,
                "changes": [
                    {
                        "kind": "added",
                        "visit": {"id": "n", "location": "moon", "duration": 1},
                    }
                ],
            },
            "no location is called 'moon'",
        ),
    ],
)
def test_bad_changes_are_answered_with_field_and_id(changes, message, files, capsys):
    text = changes if isinstance(changes, str) else json.dumps(changes)
    files["changes"].write_text(text, encoding="utf-8")
    given = [files["problem"], files["plan"], files["changes"]]
    assert run("repair", *given, "--iterations", 1) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert error.count("\n") == 1


def test_a_plan_of_another_problem_is_answered_with_field_and_id(files, capsys):
    data = json.loads(files["plan"].read_text(encoding="utf-8"))
    data["routes"][0]["stops"][0]["visit"] = "ghost"
    files["plan"].write_text(json.dumps(data), encoding="utf-8")
    assert run("remedies", files["problem"], files["plan"], "b") == 2
    expected = "error: plan.routes[0].stops[0].visit: no visit is called 'ghost'\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize(
    ("command", "name", "message"),
    [
        ("remedies", "ghost", "visit: no visit is called 'ghost'"),
        ("remedies", "a", "visit: 'a' is planned"),
        ("why", "b", "visit: 'b' is not planned"),
    ],
)
def test_a_visit_that_cannot_be_asked_about_is_named(
    command, name, message, files, capsys
):
    assert run(command, files["problem"], files["plan"], name) == 2
    assert message in capsys.readouterr().err


def test_impossible_limits_are_refused(files, capsys):
    given = [files["problem"], files["plan"], files["changes"]]
    assert run("repair", *given, "--most-visits", "-1") == 2
    assert "error: --most-visits: must be between" in capsys.readouterr().err
