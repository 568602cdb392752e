"""Solomon's benchmark format, read by the DIMACS convention."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduling import InputError, Iterations, check, solve
from scheduling.formats.vrptw import read_vrptw
from tests.scheduling.test_command_line import TINY

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/data/vrp/solomon"


def test_a_small_file_becomes_a_problem():
    problem = read_vrptw(TINY)
    assert [person.id for person in problem.technicians] == ["v1", "v2"]
    assert problem.technicians[0].stock == {"load": 10}
    assert problem.technicians[0].shifts[0].end == 1000
    assert problem.visits[1].windows == ((200, 600),)
    assert problem.visits[1].duration == 100
    assert all(visit.drop_cost is None for visit in problem.visits)
    # 3-4-5 triangle: fifty tenths; from 1 to 2 the root of ten, cut off.
    assert problem.travel["default"].seconds[0][1:] == (50, 50, 100)
    assert problem.travel["default"].seconds[1][2] == 31


def test_its_best_plan_is_found_and_costs_its_distance():
    problem = read_vrptw(TINY)
    plan = solve(problem, stop=Iterations(60))
    assert check(problem, plan).ok
    # The load allows 2 with 3, or 1 with 2 for 14 tenths more.
    assert plan.score.in_units()["total"] == (50 + 67 + 100) + (50 + 50)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("", "no line gives the number of vehicles"),
        (TINY.split("CUSTOMER")[0], "no line describes the depot"),
        (TINY.replace("3      6", "3      x"), "line 13: must hold seven numbers"),
        (TINY.replace("90        10", "-9        10"), "line 13: window, demand"),
        (TINY.replace("    3      6", "    2      6"), "appears twice"),
        (TINY.replace("  2         10", "  0         10"), "line 5: the number of"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line(wrong, message):
    with pytest.raises(InputError, match=message):
        read_vrptw(wrong)


def test_published_files_are_read_and_planned_where_they_are_present():
    for path in sorted(PUBLISHED.glob("*.txt"))[:2]:
        problem = read_vrptw(path.read_text(encoding="utf-8"))
        assert len(problem.visits) == 100
        plan = solve(problem, stop=Iterations(1))
        rules = {item.code for item in check(problem, plan).violations}
        assert rules <= {"must_serve"}
        assert len(plan.unplaced) <= 10
