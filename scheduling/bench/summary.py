"""What many runs say together: the median over seeds, then the mean over cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean, median
from typing import Any

from scheduling.bench.runs import OURS, Result


def groups(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Results by the table they belong to, in the order they came."""
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.group, []).append(result)
    return found


def by_case(results: Sequence[Result], solver: str) -> dict[str, list[Result]]:
    """A solver's runs with an answer, by case; cases without one are empty."""
    found: dict[str, list[Result]] = {}
    for result in results:
        if result.solver == solver:
            runs = found.setdefault(result.case, [])
            runs += [] if result.cost is None else [result]
    return found


def median_cost(runs: Sequence[Result]) -> float | None:
    return median(x.cost for x in runs if x.cost is not None) if runs else None


def median_gap(runs: Sequence[Result]) -> float | None:
    gaps = [x.gap for x in runs if x.gap is not None]
    return median(gaps) if gaps else None


def ratios(results: Sequence[Result]) -> dict[str, float]:
    """Per case: our median cost over that of the best peer; the smaller the better.
    A peer that leaves out what must be served has no cost."""
    ours = by_case(results, OURS)
    others = {x.solver for x in results} - {OURS}
    costs = {name: by_case(results, name) for name in sorted(others)}
    found: dict[str, float] = {}
    for case, runs in ours.items():
        theirs = [median_cost(costs[name].get(case, [])) for name in costs]
        best = min((x for x in theirs if x), default=None)
        mine = median_cost(runs)
        if best is not None and mine is not None:
            found[case] = round(mine / best, 4)
    return found


def summary(results: Sequence[Result]) -> dict[str, Any]:
    """Per group and solver: cases with an answer, mean of the median gaps and costs,
    mean CPU seconds; per group the median ratio of our cost to the best peer's."""
    return {name: _group(runs) for name, runs in groups(results).items()}


def _group(results: Sequence[Result]) -> dict[str, Any]:
    solvers = dict.fromkeys(result.solver for result in results)
    found: dict[str, Any] = {name: _solver(results, name) for name in solvers}
    ratio = ratios(results)
    if ratio:
        found["ratio"] = round(median(ratio.values()), 4)
    return found


def _solver(results: Sequence[Result], name: str) -> dict[str, Any]:
    cases = by_case(results, name)
    gaps = [x for runs in cases.values() if (x := median_gap(runs)) is not None]
    costs = [x for runs in cases.values() if (x := median_cost(runs)) is not None]
    used = [x.cpu for x in results if x.solver == name]
    return {
        "cases": len(cases),
        "answered": len(costs),
        "mean_gap": round(fmean(gaps), 3) if gaps else None,
        "mean_cost": round(fmean(costs), 3) if costs else None,
        "mean_cpu": round(fmean(used), 2),
    }
