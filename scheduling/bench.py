"""Measuring: this engine and others on the same files, one core, the same time.

Reads Solomon's format. Costs count by the DIMACS convention; the gap is to the best
known value in the nearest `best_known.csv`, absent where there is none.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scheduling.errors import InputError
from scheduling.formats.vrptw import read_vrptw
from scheduling.peers import PEERS, Fleet, fleet_of
from scheduling.problem import Problem
from scheduling.solver import solve
from scheduling.stop import Seconds
from scheduling.warming import warm_kernel

OURS = "dispatch"
ORTOOLS = "ortools"
CONVENTION = "DIMACS"


@dataclass(frozen=True, slots=True)
class Result:
    """One run: `cost` is None when no plan with all visits came back; `cpu` seconds."""

    file: str
    solver: str
    seed: int
    cost: int | None
    routes: int
    cpu: float
    gap: float | None = None
    iterations: int | None = None


def bench(
    folder: Path,
    *,
    seconds: float,
    seeds: int = 1,
    peers: Sequence[str] = (),
    tell: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Run every `*.txt` below the folder with each solver and seed; wall `seconds`
    per run. Raises `InputError` for an unknown peer or a folder without files."""
    unknown = set(peers) - {*PEERS, ORTOOLS}
    if unknown:
        raise InputError("--peers", f"nobody is called {', '.join(sorted(unknown))}")
    paths = sorted(folder.rglob("*.txt")) if folder.is_dir() else [folder]
    if not paths:
        raise InputError(str(folder), "holds no *.txt file")
    known, results = best_known(folder), list[Result]()
    warm_kernel()
    for path in paths:
        problem = read_vrptw(path.read_text(encoding="utf-8"))
        for result in _runs(path.name, problem, seconds, seeds, peers):
            best = known.get(path.name)
            if best and result.cost is not None:
                gap = round(100 * (result.cost / best - 1), 3)
                result = Result(**{**asdict(result), "gap": gap})
            results.append(result)
            tell(result)
    return results


def best_known(folder: Path) -> dict[str, int]:
    """Best known costs by file name, from the nearest table at or above the folder."""
    for place in (folder, *folder.resolve().parents):
        table = place / "best_known.csv"
        if table.is_file():
            with table.open(encoding="utf-8", newline="") as lines:
                return {
                    Path(row["file"]).name: int(row["best_known"])
                    for row in csv.DictReader(lines)
                    if CONVENTION in row["objective"]
                }
    return {}


def _runs(
    name: str, problem: Problem, seconds: float, seeds: int, peers: Sequence[str]
) -> Iterator[Result]:
    fleet = fleet_of(problem)
    for seed in range(1, seeds + 1):
        yield _ours(name, problem, fleet, seconds, seed, "auto")
        if ORTOOLS in peers:
            yield _ours(name, problem, fleet, seconds, seed, ORTOOLS)
        for peer in peers:
            if peer in PEERS:
                yield _peer(name, peer, fleet, seconds, seed)


def _ours(
    name: str, problem: Problem, fleet: Fleet, seconds: float, seed: int, solver: str
) -> Result:
    began = time.process_time()
    plan = solve(problem, stop=Seconds(seconds), seed=seed, solver=solver)
    cpu = round(time.process_time() - began, 2)
    number = {visit.id: node for node, visit in enumerate(problem.visits, start=1)}
    routes = [[number[stop.visit] for stop in route.stops] for route in plan.routes]
    done = plan.evidence.iterations[0] if plan.evidence else None
    title = OURS if solver == "auto" else solver
    return Result(name, title, seed, fleet.cost(routes), len(routes), cpu, None, done)


def _peer(name: str, peer: str, fleet: Fleet, seconds: float, seed: int) -> Result:
    began = time.process_time()
    try:
        routes = PEERS[peer](fleet, seconds, seed)
    except ImportError:
        raise InputError("--peers", f"{peer} is not installed") from None
    cpu = round(time.process_time() - began, 2)
    return Result(name, peer, seed, fleet.cost(routes), len(routes), cpu)


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """Mean gap and number of files per solver, over files where it found a plan."""
    found: dict[str, list[float]] = {}
    for result in results:
        gaps = found.setdefault(result.solver, [])
        if result.gap is not None:
            gaps.append(result.gap)
    return {
        solver: {
            "mean_gap": round(sum(gaps) / len(gaps), 3) if gaps else None,
            "runs": len(gaps),
        }
        for solver, gaps in found.items()
    }
