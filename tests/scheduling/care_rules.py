"""The home health care benchmark's own rules, read straight from its two kinds of file.

Knows nothing of the engine: no problem, plan or judge is made here, only the documents
of an instance and of a solution are compared.
"""

from __future__ import annotations

from typing import Any

# Published times are rounded: to six digits in some files.
SLACK = 2e-3

Json = dict[str, Any]


def cost_of(instance: Json, solution: Json) -> float:
    """A third of distance, of all delays and of the largest one; `AssertionError` with
    the rule that the solution breaks."""
    patients = {patient["id"]: patient for patient in instance["patients"]}
    starts: dict[tuple[str, str], tuple[float, str]] = {}
    distance = 0.0
    for route in solution["routes"]:
        distance += _ride(instance, patients, route, starts)
    delays = []
    for name, patient in patients.items():
        _complete(patient, starts)
        for need in patient["required_caregivers"]:
            start, _ = starts.pop((name, need["service"]))
            delays.append(max(0.0, start - patient["time_window"][1]))
    assert not starts, f"nobody asked for {sorted(starts)}"
    return (distance + sum(delays) + max(delays)) / 3


def _ride(
    instance: Json,
    patients: Json,
    route: Json,
    starts: dict[tuple[str, str], tuple[float, str]],
) -> float:
    """The way of one caregiver, whose starts are added."""
    office = instance["central_offices"][0]["id"]
    at = {office: 0} | {name: k + 1 for k, name in enumerate(patients)}
    able = {x["id"]: x["abilities"] for x in instance["caregivers"]}
    usual = {x["id"]: x["default_duration"] for x in instance["services"]}
    who, here, leave, distance = route["caregiver_id"], 0, 0.0, 0.0
    for stop in route.get("locations", []):
        name, service = stop["patient"], stop["service"]
        there, start = at[name], stop["arrival_time"]
        way = instance["distances"][here][there]
        [need] = [
            x for x in patients[name]["required_caregivers"] if x["service"] == service
        ]
        assert service in able[who], f"{who} cannot give {service}"
        assert start >= leave + way - SLACK, f"{who} cannot be at {name} so early"
        assert start >= patients[name]["time_window"][0] - SLACK, f"{name} sleeps"
        assert (name, service) not in starts, f"{name} gets {service} twice"
        starts[name, service] = start, who
        leave = start + need.get("duration", usual[service])
        assert abs(stop["departure_time"] - leave) <= SLACK, f"{who} leaves {name}"
        here, distance = there, distance + way
    return float(distance + instance["distances"][here][0])


def _complete(patient: Json, starts: dict[tuple[str, str], tuple[float, str]]) -> None:
    """All services are given, by two people if there are two, at the right distance."""
    name = patient["id"]
    needs = [(name, need["service"]) for need in patient["required_caregivers"]]
    assert all(need in starts for need in needs), f"{name} is not served"
    if len(needs) < 2:
        return
    (first, one), (second, other) = starts[needs[0]], starts[needs[1]]
    assert one != other, f"{one} is two people at {name}"
    together = patient["synchronization"]
    low, high = together["distance"] if together["type"] == "sequential" else (0.0, 0.0)
    assert low - SLACK <= second - first <= high + SLACK, f"{name}: not in step"
