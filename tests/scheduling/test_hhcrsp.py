"""The home health care benchmark: its files, its cost, its solutions."""

from __future__ import annotations

import copy
import csv
import json
from pathlib import Path

import pytest

from scheduling import (
    InputError,
    Iterations,
    Plan,
    Problem,
    Route,
    Stop,
    Unplaced,
    check,
    solve,
)
from scheduling.__main__ import main
from scheduling.formats.hhcrsp import read_hhcrsp, write_hhcrsp
from scheduling.plan import SCALE

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/data/vrp"
PLACE = [0.0, 0.0]


def care(service: str, **more: float) -> dict:
    return {"service": service, **more}


# Ana and Bo wash (s1), only Bo gives medicine (s2); p2 needs both at once, p3 first the
# medicine and 5 to 15 minutes after its start the washing.
TINY = {
    "name": "tiny",
    "patients": [
        {
            "id": "p1",
            "location": PLACE,
            "time_window": [20, 30],
            "required_caregivers": [care("s1", duration=10)],
        },
        {
            "id": "p2",
            "location": PLACE,
            "time_window": [0, 5],
            "required_caregivers": [care("s1"), care("s2", duration=5.0)],
            "synchronization": {"type": "simultaneous"},
        },
        {
            "id": "p3",
            "location": PLACE,
            "time_window": [15, 18],
            "required_caregivers": [care("s2", duration=4), care("s1", duration=4)],
            "synchronization": {"type": "sequential", "distance": [5, 15]},
        },
    ],
    "services": [
        {"id": "s1", "default_duration": 5},
        {"id": "s2", "default_duration": 9},
    ],
    "caregivers": [
        {"id": "ana", "abilities": ["s1"]},
        {"id": "bo", "abilities": ["s1", "s2"]},
    ],
    "central_offices": [{"id": "d", "location": PLACE}],
    "distances": [
        [0, 10.5, 8, 12],
        [10.5, 0, 6.25, 9],
        [8, 6.25, 0, 7],
        [12, 9, 7, 0],
    ],
}
# Ana: p2, p1, p3; Bo: p2, p3, where the medicine waits for Ana to be 15 minutes away.
BY_HAND = {
    "routes": [
        {
            "caregiver_id": "ana",
            "locations": [
                {"patient": "p2", "service": "s1", "arrival_time": 8},
                {"patient": "p1", "service": "s1", "arrival_time": 20},
                {"patient": "p3", "service": "s1", "arrival_time": 39},
            ],
        },
        {
            "caregiver_id": "bo",
            "locations": [
                {"patient": "p2", "service": "s2", "arrival_time": 8},
                {"patient": "p3", "service": "s2", "arrival_time": 24},
            ],
        },
        {"caregiver_id": "cy"},
    ],
}


def tiny() -> Problem:
    return read_hhcrsp(json.dumps(TINY))


def planned(problem: Problem, solution: dict) -> Plan:
    """The plan that a solution file describes, with its own times."""
    routes = []
    for route in solution["routes"]:
        stops = []
        for place in route.get("locations", []):
            name = f"{place['patient']}:{place['service']}"
            start = round(place["arrival_time"] * 1000)
            end = start + problem.visit_by_id[name].duration
            stops.append(Stop(name, start, start, end))
        if stops:
            routes.append(Route(route["caregiver_id"], "day", tuple(stops)))
    return Plan(tuple(routes))


def cost(problem: Problem, plan: Plan) -> float:
    report = check(problem, plan)
    assert report.violations == ()
    return report.score.total / SCALE / 3000


def test_a_small_file_becomes_a_problem():
    problem = tiny()
    names = ["p1:s1", "p2:s1", "p2:s2", "p3:s2", "p3:s1"]
    assert [x.id for x in problem.visits] == names
    assert [x.duration for x in problem.visits] == [10_000, 5000, 5000, 4000, 4000]
    assert [x.visits for x in problem.crews] == [tuple(names[1:3]), tuple(names[3:])]
    assert [x.lag for x in problem.crews] == [(0, 0), (5000, 15_000)]
    assert problem.travel["default"].seconds[1] == (10_500, 0, 6250, 9000)
    assert [x.name for x in problem.technicians[1].skills] == ["s1", "s2"]
    first = problem.visits[0]
    assert (first.windows[0][0], first.due.at) == (20_000, 30_000)
    # All by one person: 28 minutes of care, six drives of up to 12, the lag of 15.
    last = problem.technicians[0].shifts[0].end
    assert first.windows[0][1] == last == (30 + 28 + 6 * 12 + 15) * 1000


def test_a_plan_costs_a_third_of_distance_and_lateness_and_the_largest_lateness():
    # Ana drives 8 + 6.25 + 9 + 12, Bo 8 + 7 + 12. Late are p2 by 3 twice, the washing
    # of p3 by 21 and its medicine by 6.
    expected = (62.25 + (3 + 3 + 21 + 6) + 21) / 3
    assert cost(tiny(), planned(tiny(), BY_HAND)) == pytest.approx(expected, abs=1e-9)


def test_the_best_plan_is_found_and_exported_with_the_times_of_the_file():
    problem = tiny()
    plan = solve(problem, stop=Iterations(200), seed=1)
    # Bo takes p1 last: ways of 27 and 34.5; late by 3, 3, 2, 7 and 3.
    assert cost(problem, plan) == pytest.approx((61.5 + 18 + 7) / 3, abs=1e-9)
    solution = json.loads(json.dumps(write_hhcrsp(plan)))
    by_name = {x["caregiver_id"]: x["locations"] for x in solution["routes"]}
    assert by_name["bo"][2] == {
        "patient": "p1",
        "service": "s1",
        "arrival_time": 33.0,
        "departure_time": 43.0,
    }
    assert cost(problem, planned(problem, solution)) == cost(problem, plan)


def test_a_plan_that_is_not_one_of_the_benchmark_is_not_exported():
    with pytest.raises(InputError, match="unplaced: 'p1:s1' is not planned"):
        write_hhcrsp(Plan(unplaced=(Unplaced("p1:s1"),)))
    route = Route("ana", "day", (Stop("v1", 0, 0, 0),))
    with pytest.raises(InputError, match=r"routes\[0\].stops\[0\].visit: 'v1' is no"):
        write_hhcrsp(Plan((route,)))


WRONG = [
    (("patients",), 3, "patients: must be a list"),
    (("patients", 0, "mood"), "sad", "patients[0].mood: unknown field"),
    (("patients", 0, "time_window"), [9, 2], "patients[0].time_window: begins after"),
    (("patients", 0, "time_window"), [0, 1e99], "patients[0].time_window[1]: must be"),
    (("patients", 0, "time_window", 0), -1, "patients[0].time_window[0]: must be"),
    (("patients", 0, "time_window", 0), float("nan"), "patients[0].time_window[0]: "),
    (("patients", 0, "required_caregivers"), [], "patients[0].required_caregivers: mu"),
    (
        ("patients", 1, "required_caregivers", 1, "service"),
        "s1",
        "patients[1].required_caregivers: holds the same service twice",
    ),
    (
        ("patients", 0, "required_caregivers", 0, "service"),
        "s9",
        "patients[0].required_caregivers[0].service: no service is called 's9'",
    ),
    (
        ("patients", 1, "synchronization", "type"),
        "soon",
        "patients[1].synchronization.type: must be 'simultaneous' or 'sequential'",
    ),
    (
        ("patients", 1, "synchronization", "type"),
        "sequential",
        "patients[1].synchronization.distance: is missing",
    ),
    (
        ("patients", 2, "synchronization", "distance"),
        [9, 1],
        "patients[2].synchronization.distance: begins after it ends",
    ),
    (("patients", 1, "id"), "p1", "locations[2].id: 'p1' appears twice"),
    (("central_offices",), [], "central_offices: must hold exactly one office"),
    # Hours of the office would be a rule about the way back: none is known.
    (
        ("central_offices", 0, "time_window"),
        [0, 9],
        "central_offices[0].time_window: unknown field",
    ),
    (("caregivers", 0, "abilities"), [1], "caregivers[0].abilities[0]: must be a text"),
    (("distances", 3), [1, 2, 3], "distances: must have 4 rows and columns"),
    (("distances", 3, 1), "far", "distances[3][1]: must be a number"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_a_wrong_file_is_refused_with_the_path(path, value, message):
    changed = copy.deepcopy(TINY)
    node = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    with pytest.raises(InputError) as caught:
        read_hhcrsp(json.dumps(changed))
    assert str(caught.value).startswith(message)


def test_both_ways_on_the_command_line(tmp_path, capsys):
    source, problem, plan = (tmp_path / f"{x}.json" for x in "abc")
    source.write_text(json.dumps(TINY), encoding="utf-8")
    assert main(["convert", "hhcrsp", str(source), "-o", str(problem)]) == 0
    found = planned(Problem.from_json(problem.read_bytes()), BY_HAND)
    plan.write_text(json.dumps(found.to_json()), encoding="utf-8")
    assert main(["export", "hhcrsp", str(plan)]) == 0
    routes = json.loads(capsys.readouterr().out)["routes"]
    assert [len(route["locations"]) for route in routes] == [3, 2]
    assert routes[0]["locations"][0]["departure_time"] == 13.0


def test_published_solutions_cost_what_was_published_where_they_are_present():
    table = PUBLISHED / "best_known.csv"
    if not table.exists():
        return
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    known = {x["file"]: float(x["best_known"]) for x in rows}
    files = [name for name in known if name.startswith("hhcrsp/")]
    assert len(files) >= 11
    for name in files:
        file = PUBLISHED / name
        problem = read_hhcrsp(file.read_text(encoding="utf-8"))
        [own] = (PUBLISHED / "hhcrsp/sol").glob(f"sol-{file.stem}-*.json")
        plan = planned(problem, json.loads(own.read_text(encoding="utf-8")))
        # Six digits are printed.
        assert cost(problem, plan) == pytest.approx(known[name], rel=5e-6)


def test_bench_counts_a_third_of_distance_and_delays(tmp_path, capsys):
    (tmp_path / "instance_tiny.json").write_text(json.dumps(TINY), encoding="utf-8")
    table = "file,objective,best_known\nx/instance_tiny.json,hhcrsp total cost,40\n"
    (tmp_path / "best_known.csv").write_text(table, encoding="utf-8")
    out = tmp_path / "out.json"
    words = ["bench", str(tmp_path), "--seconds", "0.3", "--json", str(out)]
    assert main(words) == 0
    (result,) = json.loads(out.read_text(encoding="utf-8"))["results"]
    by_hand = cost(tiny(), planned(tiny(), BY_HAND))
    assert 0 < result["cost"] <= by_hand
    assert result["gap"] == pytest.approx(100 * (result["cost"] / 40 - 1), abs=0.01)
