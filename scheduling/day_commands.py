"""Commands about one visit, and about a day under way.

python -m scheduling remedies P.json PLAN.json VISIT_ID [--most 6]
    prints {"visit", "remedies": [...], "checked_and_useless": [...]}: per remedy
    its typed edits, technician, start, cost in parts (1/3000 units) and sentence
python -m scheduling why P.json PLAN.json VISIT_ID
    prints why a planned visit is where it is, and what the next best would cost
python -m scheduling repair P.json PLAN.json CHANGES.json -o PLAN.json
        [--most-visits N] [--most-people N] [--apart PERSON...] [--slack SECONDS]
        [--seed N] [--seconds S | --iterations N | --rounds DONE PLANNED...]
        [--problem-out P.json]
    reads `dispatch-changes/1` (see `changes_json`), writes the new plan, and
    prints the difference when the plan goes to a file; --problem-out writes the
    problem with changes and frozen visits in it, for `check`. With the rounds of an
    earlier repair (they are printed with the difference) it gives the same plan
python -m scheduling price-of-rules P.json PLAN.json [--keep FOLDER]
        [--rules windows,breaks] [--seconds N | --iterations N] [--seed N]
    prints what each family of rules costs; --keep writes the plan with all rules,
    and per family the problem and the plan without it, for `check` and `solve`
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from scheduling.changes_json import read_changes
from scheduling.diff import STABLE_WITHIN, Budget
from scheduling.errors import InputError
from scheduling.placement import why_here
from scheduling.plan import Plan
from scheduling.prices import FAMILIES, price_of_rules
from scheduling.problem import Problem
from scheduling.remedies import find_remedies
from scheduling.repair import repair
from scheduling.stop import Iterations, Seconds, StopRule


def add_day_commands(commands: Any) -> None:
    """Put `remedies`, `why` and `repair` among the commands of the parser."""
    helping = commands.add_parser("remedies", help="say what would make a visit fit")
    _about_one_visit(helping)
    helping.add_argument("--most", type=int, default=6)
    helping.set_defaults(run=_remedies)
    why = commands.add_parser("why", help="say why a visit is planned where it is")
    _about_one_visit(why)
    why.set_defaults(run=_why)
    mend = commands.add_parser("repair", help="put a plan right after changes")
    mend.add_argument("problem", type=Path)
    mend.add_argument("plan", type=Path)
    mend.add_argument("changes", type=Path, help="JSON file with what happened")
    mend.add_argument("-o", "--output", type=Path)
    mend.add_argument("--problem-out", type=Path)
    mend.add_argument("--most-visits", type=int)
    mend.add_argument("--most-people", type=int)
    mend.add_argument("--apart", nargs="*", default=[], help="people not counted")
    mend.add_argument("--slack", type=int, default=STABLE_WITHIN)
    mend.add_argument("--seconds", type=float, default=1.0)
    mend.add_argument("--rounds", type=int, nargs="*", metavar="N")
    mend.add_argument("--iterations", type=int)
    mend.add_argument("--seed", type=int, default=0)
    mend.set_defaults(run=_repair)
    prices = commands.add_parser("price-of-rules", help="say what each rule costs")
    prices.add_argument("problem", type=Path)
    prices.add_argument("plan", type=Path)
    prices.add_argument("--rules", help=f"of {','.join(FAMILIES)}")
    prices.add_argument("--seconds", type=float, default=30.0)
    prices.add_argument("--iterations", type=int, help="for each plan")
    prices.add_argument("--seed", type=int, default=0)
    prices.add_argument("--keep", type=Path, help="folder for the plans without")
    prices.set_defaults(run=_prices)


def _about_one_visit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("problem", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("visit", help="id of a visit")


def _read(options: argparse.Namespace) -> tuple[Problem, Plan]:
    problem = Problem.from_json(options.problem.read_bytes())
    plan = Plan.from_json(options.plan.read_bytes())
    _fitting(problem, plan)
    return problem, plan


def _fitting(problem: Problem, plan: Plan) -> None:
    """Raise `InputError` where the plan names what the problem does not know."""
    shifts = {(p.id, s.id) for p in problem.technicians for s in p.shifts}
    for number, route in enumerate(plan.routes):
        path = f"plan.routes[{number}]"
        if route.technician not in problem.technician_by_id:
            text = f"no technician is called '{route.technician}'"
            raise InputError(f"{path}.technician", text)
        if (route.technician, route.shift) not in shifts:
            text = f"'{route.technician}' has no shift '{route.shift}'"
            raise InputError(f"{path}.shift", text)
        for at, stop in enumerate(route.stops):
            if stop.visit not in problem.visit_by_id:
                text = f"no visit is called '{stop.visit}'"
                raise InputError(f"{path}.stops[{at}].visit", text)


def _write(data: Any, output: Path | None) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


def _remedies(options: argparse.Namespace) -> int:
    _at_least_zero("--most", options.most)
    problem, plan = _read(options)
    found = find_remedies(problem, plan, options.visit, most=options.most)
    _write(found.to_json(), None)
    return 0


def _why(options: argparse.Namespace) -> int:
    _write(why_here(*_read(options), options.visit).to_json(), None)
    return 0


def _repair(options: argparse.Namespace) -> int:
    for name in ("most_visits", "most_people", "iterations", "seconds", "slack"):
        _at_least_zero(f"--{name.replace('_', '-')}", getattr(options, name))
    problem, plan = _read(options)
    happening = read_changes(options.changes.read_bytes())
    stop: StopRule = Seconds(options.seconds)
    if options.iterations is not None:
        stop = Iterations(options.iterations)
    done = repair(
        problem,
        plan,
        happening.changes,
        stop=stop,
        budget=Budget(
            options.most_visits,
            options.most_people,
            apart=tuple(options.apart),
            slack=options.slack,
        ),
        now=happening.now,
        frozen_until=happening.frozen_until,
        seed=options.seed,
        rounds=_rounds(options.rounds),
    )
    _write(done.proved().to_json(), options.output)
    if options.output is not None:
        _write({**done.diff.to_json(), "rounds": done.rounds}, None)
    if options.problem_out is not None:
        _write(done.problem.to_json(), options.problem_out)
    return 0


def _prices(options: argparse.Namespace) -> int:
    for name in ("iterations", "seconds"):
        _at_least_zero(f"--{name}", getattr(options, name))
    problem, plan = _read(options)
    stop: StopRule = Seconds(options.seconds)
    if options.iterations is not None:
        stop = Iterations(options.iterations)
    rules = options.rules.split(",") if options.rules else None
    found = price_of_rules(problem, plan, stop=stop, seed=options.seed, families=rules)
    _write([one.to_json() for one in found], None)
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
        for one in found:
            name = options.keep / f"without-{one.family}"
            _write(one.plan.to_json(), options.keep / "plan.json")
            _write(one.problem.to_json(), Path(f"{name}.problem.json"))
            _write(one.without.to_json(), Path(f"{name}.plan.json"))
    return 0


def _rounds(counts: list[int] | None) -> tuple[tuple[int, int], ...] | None:
    """Pairs of iterations done and planned, as a repair printed them."""
    if counts is None:
        return None
    for count in counts:
        _at_least_zero("--rounds", count)
    if len(counts) % 2:
        raise InputError("--rounds", "must be pairs of done and planned")
    return tuple(zip(counts[::2], counts[1::2], strict=True))


def _at_least_zero(name: str, value: float | None) -> None:
    if value is not None and not 0 <= value < 10**6:
        raise InputError(name, "must be between 0 and a million")
