"""`python -m scheduling` as people and scripts use it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scheduling import Iterations, Plan, Problem, check, solve
from scheduling.__main__ import main
from scheduling.plan import SCALE
from tests.scheduling.days import believable
from tests.scheduling.small import HOUR, problem, visit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def files(tmp_path):
    """A small problem and its plan on disk."""
    day = believable(people=4, visits=10, crews=1)
    plan = solve(day, stop=Iterations(5))
    names = {"problem": tmp_path / "problem.json", "plan": tmp_path / "plan.json"}
    names["problem"].write_text(json.dumps(day.to_json()), encoding="utf-8")
    names["plan"].write_text(json.dumps(plan.to_json()), encoding="utf-8")
    return names


def run(*words: object) -> int:
    return main([str(word) for word in words])


def test_solve_writes_a_plan_that_check_accepts(files, tmp_path, capsys):
    out = tmp_path / "out.json"
    assert run("solve", files["problem"], "-o", out, "--iterations", 5) == 0
    progress = capsys.readouterr()
    assert progress.out == ""
    assert "unplaced" in progress.err
    plan = Plan.from_json(out.read_bytes())
    assert plan.evidence.iterations == (5, 5)
    assert f"no plan costs less than {plan.score.total / SCALE:.1f}" in progress.err
    assert run("check", files["problem"], out) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_check_fails_a_wrong_plan_and_names_the_rule(files, capsys):
    data = json.loads(files["plan"].read_text(encoding="utf-8"))
    data["routes"][0]["stops"][0]["start"] -= 4 * HOUR
    files["plan"].write_text(json.dumps(data), encoding="utf-8")
    assert run("check", files["problem"], files["plan"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert "duration" in {item["code"] for item in report["violations"]}


def test_check_notes_a_plan_of_another_problem(files, tmp_path, capsys):
    other = tmp_path / "other.json"
    other.write_text(json.dumps(problem([visit("a")]).to_json()), encoding="utf-8")
    assert run("check", other, files["plan"]) == 1
    assert "made for another problem" in capsys.readouterr().err


def test_explain_prints_reasons_per_technician(files, capsys):
    assert run("explain", files["problem"], files["plan"], "v3") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["visit"] == "v3"
    assert len(answer["technicians"]) == 4


def test_slots_prints_windows(files, tmp_path, capsys):
    new = tmp_path / "visit.json"
    text = json.dumps({"id": "new", "location": "site1", "duration": 900})
    new.write_text(text, encoding="utf-8")
    words = ["--from", 8 * HOUR, "--until", 16 * HOUR, "--window-minutes", 60]
    assert run("slots", files["problem"], files["plan"], new, *words) == 0
    offered = json.loads(capsys.readouterr().out)
    assert offered
    assert set(offered[0]) >= {"start", "end", "technician", "service_start"}


def test_slots_says_why_when_there_are_none(files, tmp_path, capsys):
    new = tmp_path / "visit.json"
    asked = {"id": "new", "location": "site1", "duration": 900}
    text = json.dumps({**asked, "skills": [{"name": "flying", "level": 1}]})
    new.write_text(text, encoding="utf-8")
    words = ["--from", 8 * HOUR, "--until", 16 * HOUR]
    assert run("slots", files["problem"], files["plan"], new, *words) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == []
    assert "without the skill" in said.err


def test_a_warm_start_and_routing_can_be_asked_for(files, capsys):
    words = ["--iterations", 2, "--warm-start", files["plan"], "--quiet"]
    assert run("solve", files["problem"], *words) == 0
    assert run("solve", files["problem"], "--seconds", 0.5, "--solver", "ortools") == 0
    assert "ortools: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not valid JSON (line 1, column 2"),
        ('{"locations": []}', "travel: is missing"),
        ('{"visits": [], "huh": 1}', "huh: unknown field"),
    ],
)
def test_bad_input_is_answered_in_one_line(text, message, tmp_path, capsys):
    bad = tmp_path / "bad.json"
    bad.write_text(text, encoding="utf-8")
    assert run("solve", bad) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert error.count("\n") == 1


def test_a_missing_file_is_answered_in_one_line(tmp_path, capsys):
    assert run("check", tmp_path / "no.json", tmp_path / "no.json") == 2
    assert "no.json: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--iterations", "-1"],
        ["--iterations", "1", "2", "3", "4"],
        ["--seconds", "nan"],
    ],
)
def test_impossible_limits_are_refused(words, files, capsys):
    assert run("solve", files["problem"], *words) == 2
    assert "error: --" in capsys.readouterr().err


def test_convert_makes_a_problem_from_a_benchmark(tmp_path):
    source, out = tmp_path / "tiny.txt", tmp_path / "problem.json"
    source.write_text(TINY, encoding="utf-8")
    assert run("convert", "vrptw", source, "-o", out) == 0
    assert len(Problem.from_json(out.read_bytes()).visits) == 3


def test_an_interrupt_ends_the_run_with_its_best_plan(files, tmp_path):
    out = tmp_path / "out.json"
    words = ["solve", files["problem"], "-o", out, "--iterations", "1000000000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "scheduling", *map(str, words)],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    # The second line comes from a search that is under way.
    process.stderr.readline()
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode == 0
    day = Problem.from_json(files["problem"].read_bytes())
    assert check(day, Plan.from_json(out.read_bytes())).ok


TINY = """TINY

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME

    0      0        0        0       0           100       0
    1      3        4        6       0           50        10
    2      0        5        4       20          60        10
    3      6        8        5       0           90        10
"""


@pytest.mark.usefixtures("own_time")
def test_a_run_in_blocks_is_replayed_from_its_plan(files, tmp_path, monkeypatch):
    monkeypatch.setattr("scheduling.rounds.MOST_VISITS", 4)
    first, again = tmp_path / "first.json", tmp_path / "again.json"
    words = ("solve", files["problem"], "--quiet", "-o")
    assert run(*words, first, "--seconds", 0.4, "--seed", 5) == 0
    assert run(*words, again, "--replay", first) == 0
    one, other = (Plan.from_json(path.read_bytes()) for path in (first, again))
    assert one.evidence.parts
    assert (other.routes, other.evidence.parts) == (one.routes, one.evidence.parts)
    assert other.evidence.seed == 5


def test_only_a_plan_with_evidence_can_be_replayed(files, tmp_path, capsys):
    bare = tmp_path / "bare.json"
    bare.write_text('{"routes": []}', encoding="utf-8")
    assert run("solve", files["problem"], "--replay", bare) == 2
    assert "--replay: the plan has no evidence" in capsys.readouterr().err
