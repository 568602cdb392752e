"""A plan can be made again from what is stored with it, without the database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch.models import Plan
from dispatch.services.planning import evidence
from scheduling import Plan as EnginePlan
from scheduling import Problem, check
from tests.dispatch.services.planning.repairs import ill, repair
from tests.dispatch.services.planning.runs import run
from tests.dispatch.world import clock

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def draft(tuesday):
    """A day with a pair, a promise, a visit that was sent and one that nobody can."""
    for site in range(4):
        tuesday.waiting(site=site)
    tuesday.pair()
    tuesday.waiting(site=1, promise_start=clock(13), promise_end=clock(15))
    tuesday.placed(tuesday.mei, clock(11), site=2, status="dispatched")
    tuesday.waiting(site=3, duration_minutes=600)
    return Plan.objects.get(pk=run(tuesday).pk)


def engine(*words):
    """The engine's own command line, which knows no settings and no database."""
    environment = {k: v for k, v in os.environ.items() if "DATABASE" not in k}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "scheduling", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_is_stored_is_what_the_engine_judged(draft):
    problem, plan = Problem.from_json(draft.problem), EnginePlan.from_json(draft.result)
    assert check(problem, plan).violations == ()
    assert plan.evidence.problem_hash == problem.hash
    assert plan.evidence.seed == draft.seed == 7
    assert len(problem.visits) == len(draft.read_versions) == 9
    assert [left.visit for left in plan.unplaced] == [
        visit.id for visit in problem.visits if visit.duration == 600 * 60
    ]
    assert draft.progress["after"]["placed"] == 8


def test_the_stored_problem_solved_again_gives_a_plan_that_the_judge_accepts(
    draft, tmp_path
):
    problem, out = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(draft.problem), encoding="utf-8")
    stored = EnginePlan.from_json(draft.result)
    counts = stored.evidence.iterations
    words = ["--seed", draft.seed, "--iterations", *counts, "--quiet"]
    solved = engine("solve", problem, "-o", out, *words)
    assert solved.returncode == 0, solved.stderr
    judged = engine("check", problem, out)
    assert judged.returncode == 0, judged.stdout
    again = EnginePlan.from_json(out.read_bytes())
    assert len(again.stops) == 8
    assert again.evidence.problem_hash == stored.evidence.problem_hash


def test_the_stored_plan_itself_is_judged_by_the_command_line(draft, tmp_path):
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(draft.problem), encoding="utf-8")
    plan.write_text(json.dumps(draft.result), encoding="utf-8")
    judged = engine("check", problem, plan)
    assert judged.returncode == 0, judged.stdout
    assert judged.stderr == ""
    # The judge is not asleep: a stop that is moved into the night is found.
    draft.result["routes"][0]["stops"][0]["start"] -= 8 * 3600
    plan.write_text(json.dumps(draft.result), encoding="utf-8")
    assert engine("check", problem, plan).returncode == 1


@pytest.fixture
def mended(tuesday):
    """Tariq is ill, and his visit finds a place only if Mei's afternoon makes room."""
    facts = {"promise_start": clock(14), "promise_end": clock(14, 10)}
    tuesday.placed(tuesday.tariq, clock(14), job=tuesday.job(priority=1), **facts)
    tuesday.placed(tuesday.mei, clock(14), site=0)
    tuesday.placed(tuesday.mei, clock(9), site=2, status="completed")
    tuesday.placed(tuesday.tariq, clock(15), site=3, status="dispatched")
    tuesday.waiting()
    ill(tuesday, tuesday.tariq)
    return Plan.objects.get(pk=repair(tuesday).pk)


def test_a_repair_made_again_from_its_evidence_is_the_same_plan(mended, tmp_path):
    assert mended.replay["rounds"]
    for part in ("problem", "before", "changes"):
        data = json.dumps(evidence.document(mended, part))
        (tmp_path / f"{part}.json").write_text(data, encoding="utf-8")
    mend, judge = evidence.again(mended)
    for command in (mend, judge):
        words = command.removeprefix("python -m scheduling ").split()
        done = engine(*(tmp_path / x if x.endswith(".json") else x for x in words))
        assert done.returncode == 0, done.stderr + done.stdout
    stored = EnginePlan.from_json(mended.result)
    again = EnginePlan.from_json((tmp_path / "again.json").read_bytes())
    assert (again.routes, again.unplaced) == (stored.routes, stored.unplaced)
    assert again.evidence.problem_hash == stored.evidence.problem_hash
    assert len(stored.stops) == 4


def test_the_evidence_of_a_repair_says_what_happened(mended, tuesday):
    happened = evidence.document(mended, "changes")["changes"]
    kinds = [change["kind"] for change in happened]
    assert kinds == ["absent", "lost", "lost"]
    assert happened[0]["technician"] == str(tuesday.tariq.pk)
    said = {fact.name: fact.value for fact in evidence.happened(mended)}
    assert said["To be placed anew"] == "2 visits"
    assert said["Other visits moved"].startswith("1 of at most")
