"""Running the solvers, one after another, on one core, and counting what they used.

CPU seconds are counted for everybody, from the problem to the routes, the building of
a peer's model included. Limits are seconds of the clock on the wall for this engine
and for OR-Tools, so on a busy machine they get less than they are given: each result
says how much they got.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from scheduling.bench.cases import Case
from scheduling.bench.judge import Verdict, judge, judge_routes, routes_of
from scheduling.errors import InputError
from scheduling.peers import PEERS, fleet_of
from scheduling.problem import Problem
from scheduling.solver import solve
from scheduling.stop import Seconds
from scheduling.warming import warm_kernel

OURS = "dispatch"


@dataclass(frozen=True, slots=True)
class Result:
    """One run. `cost` is None when the plan breaks a rule or must be whole and is
    not; `gap` is in percent of the best known cost; `cpu` and `wall` in seconds."""

    group: str
    case: str
    solver: str
    seed: int
    cost: float | None
    left_out: int
    routes: int
    cpu: float
    wall: float
    best: float | None = None
    gap: float | None = None
    tuned: bool = False
    iterations: int | None = None
    broken: tuple[str, ...] = ()


def bench(
    cases: Iterable[Case],
    *,
    seeds: int = 1,
    peers: Sequence[str] = (),
    tell: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Solve every case with this engine and each peer, by seeds 1 to `seeds`; solvers
    that no seed changes run once. Raises `InputError` for a peer that is unknown or
    not installed."""
    for name in peers:
        _load(name)
    warm_kernel()
    results: list[Result] = []
    with one_core():
        for case in cases:
            for result in _runs(case, case.read(), seeds, peers):
                results.append(result)
                tell(result)
    return results


def _load(name: str) -> None:
    if name not in PEERS:
        known = ", ".join(PEERS)
        raise InputError("--peers", f"nobody is called {name}; known are {known}")
    try:
        PEERS[name].load()
    except ImportError:
        raise InputError("--peers", f"{name} is not installed") from None


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _runs(
    case: Case, problem: Problem, seeds: int, peers: Sequence[str]
) -> Iterator[Result]:
    fleet = fleet_of(problem) if case.peers else None
    for seed in range(1, 2 if case.one_run else seeds + 1):
        yield _ours(case, problem, seed)
        for name in peers:
            peer = PEERS[name]
            if fleet is not None and (seed == 1 or peer.by_seed):
                watch = Watch()
                routes = peer.solve(fleet, case.seconds, seed)
                cpu, wall = watch.read()
                verdict = judge_routes(problem, routes)
                yield _result(case, name, seed, verdict, cpu, wall)


def _ours(case: Case, problem: Problem, seed: int) -> Result:
    watch = Watch()
    plan = solve(problem, stop=Seconds(case.seconds), seed=seed)
    cpu, wall = watch.read()
    verdict = judge(problem, plan)
    if case.peers:
        # By the same function as theirs; the written plan must obey as well.
        bare = judge_routes(problem, routes_of(problem, plan))
        verdict = verdict if verdict.broken else bare
    elif verdict.score != plan.score:
        raise AssertionError(f"{case.name}: the engine's own score is not the judge's")
    done = plan.evidence.iterations[0] if plan.evidence else None
    return _result(case, OURS, seed, verdict, cpu, wall, done)


class Watch:
    """Seconds since it was made: of the processor, and on the wall."""

    def __init__(self) -> None:
        self.cpu, self.wall = time.process_time(), time.perf_counter()

    def read(self) -> tuple[float, float]:
        cpu, wall = time.process_time() - self.cpu, time.perf_counter() - self.wall
        return round(cpu, 2), round(wall, 2)


def _result(
    case: Case,
    solver: str,
    seed: int,
    verdict: Verdict,
    cpu: float,
    wall: float,
    iterations: int | None = None,
) -> Result:
    no_answer = verdict.broken or (case.must_be_whole and verdict.left_out)
    cost = None if no_answer else round(case.cost(verdict.score), 3)
    gap = None
    if case.best and cost is not None:
        gap = round(100 * (cost / case.best - 1), 3)
    return Result(
        group=case.group,
        case=case.name,
        solver=solver,
        seed=seed,
        cost=cost,
        left_out=verdict.left_out,
        routes=verdict.routes,
        cpu=cpu,
        wall=wall,
        best=case.best,
        gap=gap,
        tuned=case.tuned,
        iterations=iterations,
        broken=verdict.broken,
    )
