"""Exported plans of home health care, judged by the benchmark's rules alone."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path
from typing import Any

import pytest

from scheduling import Iterations, check, solve
from scheduling.formats.hhcrsp import read_hhcrsp, write_hhcrsp
from scheduling.plan import SCALE
from tests.scheduling.care_rules import cost_of
from tests.scheduling.test_hhcrsp import PUBLISHED, TINY

SMALL = ("InstanzCPLEX_HCSRP_10_1", "InstanzCPLEX_HCSRP_25_2", "instance_003")


def _files() -> list[tuple[Path, float]]:
    """The published instances with their best known cost, where they are present."""
    table = PUBLISHED / "best_known.csv"
    if not table.exists():
        return []
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    known = [(row["file"], float(row["best_known"])) for row in rows]
    return [(PUBLISHED / name, c) for name, c in known if name.startswith("hhcrsp/")]


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _exported(instance: dict[str, Any], iterations: int) -> tuple[float, Any]:
    """What our judge says that a found plan costs, and the file made of it."""
    problem = read_hhcrsp(json.dumps(instance))
    plan = solve(problem, stop=Iterations(iterations), seed=1, solver="search")
    total = check(problem, plan).score.total / SCALE / 3000
    return total, json.loads(json.dumps(write_hhcrsp(plan)))


def test_the_rules_of_the_benchmark_price_the_published_solutions():
    for file, best in _files():
        [own] = (PUBLISHED / "hhcrsp/sol").glob(f"sol-{file.stem}-*.json")
        # Six digits are printed.
        assert cost_of(_read(file), _read(own)) == pytest.approx(best, rel=5e-6)


def test_an_exported_plan_costs_by_those_rules_what_it_costs_by_ours():
    ours, solution = _exported(TINY, 200)
    assert cost_of(TINY, solution) == pytest.approx(ours, abs=1e-9)
    for file, _ in _files():
        if file.name.startswith(SMALL):
            instance = _read(file)
            ours, solution = _exported(instance, 300)
            assert cost_of(instance, solution) == pytest.approx(ours, abs=2e-3)


def _stop(solution: Any, patient: str, service: str) -> Any:
    [found] = [
        stop
        for route in solution["routes"]
        for stop in route["locations"]
        if (stop["patient"], stop["service"]) == (patient, service)
    ]
    return found


def _move(solution: Any, patient: str, service: str, minutes: float) -> None:
    stop = _stop(solution, patient, service)
    stop["arrival_time"] += minutes
    stop["departure_time"] += minutes


def _swap_names(solution: Any) -> None:
    first, second = solution["routes"]
    first["caregiver_id"], second["caregiver_id"] = "bo", "ana"


BREAKS = [
    (lambda x: _move(x, "p1", "s1", -20), "so early"),
    (lambda x: _move(x, "p2", "s1", 1), "so early|not in step"),
    (lambda x: _move(x, "p3", "s2", -100), "so early|sleeps"),
    (lambda x: _stop(x, "p1", "s1").update(departure_time=99), "leaves p1"),
    (_swap_names, "cannot give s2"),
    (lambda x: x["routes"][0]["locations"].pop(), "is not served"),
    (lambda x: x["routes"][0]["locations"].append(_stop(x, "p1", "s1")), "twice|early"),
]


@pytest.mark.parametrize(("spoil", "rule"), BREAKS)
def test_those_rules_refuse_a_spoilt_solution(spoil, rule):
    _, solution = _exported(TINY, 200)
    spoilt = copy.deepcopy(solution)
    spoil(spoilt)
    with pytest.raises(AssertionError, match=rule):
        cost_of(TINY, spoilt)
