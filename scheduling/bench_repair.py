"""Measuring repairs: `python -m scheduling.bench_repair`, bad moments of a made-up day.

Seconds are CPU seconds of this process. One line per kind of disruption: how long half
and 95 of 100 repairs took, and how many other visits they moved.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from scheduling.changes import Absent, Added, Cancelled, Change, Overrun
from scheduling.check import check
from scheduling.diff import Budget
from scheduling.generate import HOUR, field_day
from scheduling.plan import Plan
from scheduling.problem import Problem
from scheduling.repair import repair
from scheduling.solver import solve
from scheduling.stop import Seconds
from scheduling.warming import warm_kernel

FIRST, LAST = 8 * HOUR, 15 * HOUR


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of a day, and what is heard then."""

    now: int
    change: Change


@dataclass(frozen=True, slots=True)
class Sample:
    """One repair: CPU seconds, other visits that moved, and what found no place."""

    kind: str
    cpu: float
    moved: int
    people: int
    lost: int
    ok: bool


@dataclass(frozen=True, slots=True)
class Row:
    """All repairs of one kind; `moved` are shares of the planned visits in per cent."""

    kind: str
    runs: int
    p50: float
    p95: float
    moved_p50: float
    moved_p95: float
    lost: int
    wrong: int


def moments(
    problem: Problem, plan: Plan, kind: str, rng: random.Random
) -> Iterator[Moment]:
    """Disruptions of one kind, without end."""
    make = KINDS[kind]
    while True:
        now = rng.randrange(FIRST, LAST, 300)
        change = make(problem, plan, now, rng)
        if change is not None:
            yield Moment(now, change)


def _ill(problem: Problem, plan: Plan, now: int, rng: random.Random) -> Change | None:
    left = {x.technician for x in plan.routes if x.stops[-1].start > now}
    return Absent(rng.choice(sorted(left)), now) if left else None


def _running(plan: Plan, now: int) -> list[str]:
    return sorted(k for k, (_, x) in plan.stops.items() if x.start <= now < x.end)


def _overrun(
    problem: Problem, plan: Plan, now: int, rng: random.Random
) -> Change | None:
    name = rng.choice(_running(plan, now) or [""])
    if not name:
        return None
    return Overrun(name, plan.stops[name][1].end + rng.choice((1800, 3600, 7200)))


def _no_show(
    problem: Problem, plan: Plan, now: int, rng: random.Random
) -> Change | None:
    name = rng.choice(_running(plan, now) or [""])
    return Cancelled(name) if name else None


def _cancelled(
    problem: Problem, plan: Plan, now: int, rng: random.Random
) -> Change | None:
    later = sorted(k for k, (_, x) in plan.stops.items() if x.start > now)
    return Cancelled(rng.choice(later)) if later else None


def _emergency(
    problem: Problem, plan: Plan, now: int, rng: random.Random
) -> Change | None:
    like = rng.choice(problem.visits)
    window = ((now, now + rng.choice((1, 2, 4)) * HOUR),)
    fresh = replace(
        like,
        id="emergency",
        windows=window,
        drop_cost=10_000,
        due=None,
        parts={},
        lock=None,
        published=None,
    )
    return Added(fresh)


Maker = Callable[[Problem, Plan, int, random.Random], Change | None]
KINDS: dict[str, Maker] = {
    "ill": _ill,
    "overrun": _overrun,
    "no-show": _no_show,
    "cancelled": _cancelled,
    "emergency": _emergency,
}


def measure(
    problem: Problem,
    plan: Plan,
    kind: str,
    *,
    runs: int,
    seconds: float,
    seed: int,
    budget: Budget,
) -> Iterator[Sample]:
    """Repair so many moments of this kind, each from the plan as it was."""
    rng = random.Random(f"{kind} {seed}")
    for number, moment in zip(
        range(runs), moments(problem, plan, kind, rng), strict=False
    ):
        began = time.process_time()
        done = repair(
            problem,
            plan,
            [moment.change],
            stop=Seconds(seconds),
            budget=budget,
            now=moment.now,
            frozen_until=moment.now + HOUR,
            seed=number,
        )
        cpu = time.process_time() - began
        known = {x.visit for x in plan.unplaced}
        lost = sum(x.visit not in known for x in done.plan.unplaced)
        fine = check(done.problem, done.plan).ok and budget.allows(
            done.diff.visits_moved, len(done.diff.people_touched)
        )
        people = len(done.diff.people_touched)
        yield Sample(kind, cpu, done.diff.visits_moved, people, lost, fine)


def summed_up(samples: Sequence[Sample], planned: int) -> Row:
    """The samples of one kind as a line of the table."""
    cpu = sorted(x.cpu for x in samples)
    share = sorted(100 * x.moved / planned for x in samples)
    return Row(
        samples[0].kind,
        len(samples),
        round(_at(cpu, 50), 3),
        round(_at(cpu, 95), 3),
        round(_at(share, 50), 2),
        round(_at(share, 95), 2),
        sum(x.lost for x in samples),
        sum(not x.ok for x in samples),
    )


def _at(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many of a hundred do not exceed."""
    return values[max(0, -(-len(values) * percent // 100) - 1)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a day, plan it, repair it many times, print a line of JSON per kind."""
    parser = argparse.ArgumentParser(
        prog="python -m scheduling.bench_repair", description=__doc__
    )
    parser.add_argument("--technicians", type=int, default=100)
    parser.add_argument("--visits", type=int, default=800)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=50, help="of each kind")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--plan-seconds", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=0.5, help="of one repair")
    parser.add_argument("--most-visits", type=int)
    parser.add_argument("--most-people", type=int)
    options = parser.parse_args(arguments)
    problem = field_day(
        technicians=options.technicians, visits=options.visits, seed=options.seed
    )
    warm_kernel()
    plan = solve(problem, stop=Seconds(options.plan_seconds), seed=options.seed)
    for kind in options.kinds:
        samples = measure(
            problem,
            plan,
            kind,
            runs=options.runs,
            seconds=options.seconds,
            seed=options.seed,
            budget=Budget(options.most_visits, options.most_people),
        )
        print(json.dumps(asdict(summed_up(list(samples), len(plan.stops)))), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
