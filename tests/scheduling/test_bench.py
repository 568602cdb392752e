"""Days made up by chance, and measuring on benchmark files."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from scheduling import InputError, Iterations, Problem, check, solve
from scheduling.__main__ import main
from scheduling.bench import bench, best_known
from scheduling.formats.vrptw import read_vrptw
from scheduling.generate import field_day
from scheduling.peers import fleet_of
from tests.scheduling.test_command_line import TINY


def test_a_generated_day_has_every_rule_in_it_and_is_the_same_for_its_seed():
    day = field_day(technicians=20, visits=120, seed=3)
    assert day.hash == field_day(technicians=20, visits=120, seed=3).hash
    assert day.hash != field_day(technicians=20, visits=120, seed=4).hash
    assert day.crews
    assert day.sequences
    assert any(len(visit.windows) > 1 for visit in day.visits)
    assert any(visit.due for visit in day.visits)
    assert any(visit.parts for visit in day.visits)
    assert any(visit.technicians.preferred for visit in day.visits)
    assert all(person.shifts[0].breaks for person in day.technicians)


def test_a_generated_day_is_planned_whole():
    day = field_day(technicians=20, visits=120, seed=3)
    plan = solve(day, stop=Iterations(300), seed=1)
    assert check(day, plan).ok
    assert len(plan.unplaced) <= 2


def test_generate_writes_a_problem(tmp_path):
    out = tmp_path / "day.json"
    words = ["generate", "--technicians", "3", "--visits", "9", "-o", str(out)]
    assert main(words) == 0
    assert len(Problem.from_json(out.read_bytes()).visits) == 9


def test_a_day_without_technicians_is_refused(capsys):
    assert main(["generate", "--technicians", "0"]) == 2
    assert "needs a technician" in capsys.readouterr().err


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tiny.txt").write_text(TINY, encoding="utf-8")
    table = 'file,objective,best_known,vehicles\nx/tiny.txt,"DIMACS",300,\n'
    (tmp_path / "best_known.csv").write_text(table, encoding="utf-8")
    return tmp_path


def test_bench_measures_the_gap_to_the_best_known(folder, capsys):
    out = folder / "out.json"
    words = ["bench", str(folder), "--seconds", "0.3", "--json", str(out)]
    assert main(words) == 0
    assert "tiny.txt" in capsys.readouterr().err
    found = json.loads(out.read_text(encoding="utf-8"))
    (result,) = found["results"]
    assert result["cost"] == 50 + 67 + 100 + 50 + 50
    assert result["gap"] == pytest.approx(100 * (317 / 300 - 1), abs=0.001)
    assert found["summary"]["dispatch"]["runs"] == 1


def test_costs_of_others_are_measured_and_not_believed():
    fleet = fleet_of(read_vrptw(TINY))
    assert fleet.cost([[2, 3], [1]]) == 317
    assert fleet.cost([[1], [2]]) is None, "visit 3 is left out"
    assert fleet.cost([[1, 2, 3]]) is None, "more than the van holds"
    assert fleet.cost([[1], [2], [3]]) is None, "more vans than there are"
    late = replace(fleet, windows=[(0, 500), (200, 600), (0, 266)])
    assert late.cost([[2, 3], [1]]) is None, "late at visit 3"


def test_unknown_peers_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match="nobody is called magic"):
        bench(tmp_path, seconds=1, peers=["magic"])
    with pytest.raises(InputError, match="holds no"):
        bench(tmp_path, seconds=1)
    assert best_known(tmp_path) == {}
