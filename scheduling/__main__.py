"""Command line: `python -m scheduling` with solve, check, explain, slots and others;
`remedies`, `why`, `repair` and `price-of-rules` are in `day_commands`.

Exit codes: 0 done (check: every rule holds), 1 check found broken rules, 2 bad input.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scheduling import (
    Cancel,
    InputError,
    Iterations,
    Plan,
    Problem,
    Progress,
    Seconds,
    check,
    day_commands,
    explain,
    offer_slots,
    solve,
    warm,
    why_no_slot,
)
from scheduling.bench.command import add_bench_command
from scheduling.formats.hhcrsp import read_hhcrsp, write_hhcrsp
from scheduling.formats.vrptw import read_vrptw
from scheduling.generate import field_day
from scheduling.plan import SCALE
from scheduling.problem import Visit
from scheduling.problem_json import read_visit
from scheduling.solver import SOLVERS
from scheduling.stop import StopRule

OK, BROKEN, BAD_INPUT = 0, 1, 2
READERS = {"vrptw": read_vrptw, "hhcrsp": read_hhcrsp}
WRITERS = {"hhcrsp": write_hhcrsp}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result goes to stdout or a file, complaints to stderr."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except InputError as error:
        # Names from the input may hold line breaks, or what no terminal can show.
        line = " ".join(f"error: {error}".splitlines())
        print(line.encode(errors="backslashreplace").decode(), file=sys.stderr)
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
    except UnicodeDecodeError:
        print("error: the file is not UTF-8 text", file=sys.stderr)
    return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scheduling", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    _solve_parser(commands)
    judge = commands.add_parser("check", help="judge a plan")
    judge.add_argument("problem", type=Path)
    judge.add_argument("plan", type=Path)
    judge.set_defaults(run=_check)
    why = commands.add_parser("explain", help="say why a visit is not planned")
    why.add_argument("problem", type=Path)
    why.add_argument("plan", type=Path)
    why.add_argument("visit", help="id of a visit")
    why.set_defaults(run=_explain)
    _slots_parser(commands)
    # Remedies, why, repair: the questions of a day under way.
    day_commands.add_day_commands(commands)
    convert = commands.add_parser("convert", help="turn a benchmark into a problem")
    convert.add_argument("format", choices=list(READERS))
    convert.add_argument("file", type=Path)
    convert.add_argument("-o", "--output", type=Path)
    convert.set_defaults(run=_convert)
    export = commands.add_parser("export", help="turn a plan into a solution file")
    export.add_argument("format", choices=list(WRITERS))
    export.add_argument("plan", type=Path)
    export.add_argument("-o", "--output", type=Path)
    export.set_defaults(run=_export)
    _generate_parser(commands)
    add_bench_command(commands)
    ready = commands.add_parser("warm", help="compile the kernel into its cache")
    ready.set_defaults(run=_warm)
    return parser


def _solve_parser(commands: Any) -> None:
    solver = commands.add_parser("solve", help="make a plan")
    solver.add_argument("problem", type=Path)
    solver.add_argument("-o", "--output", type=Path)
    solver.add_argument("--seconds", type=float)
    solver.add_argument(
        "--iterations",
        type=int,
        nargs="+",
        metavar="N",
        help="done [planned [exact]], as in a plan's evidence",
    )
    solver.add_argument("--seed", type=int, default=0)
    solver.add_argument("--warm-start", type=Path)
    solver.add_argument("--solver", choices=SOLVERS, default="auto")
    solver.add_argument("--cores", type=int, default=1)
    solver.add_argument(
        "--replay",
        type=Path,
        metavar="PLAN",
        help="seed, iterations, parts and cores of a plan's evidence",
    )
    solver.add_argument("--quiet", action="store_true")
    solver.set_defaults(run=_solve)


def _slots_parser(commands: Any) -> None:
    slots = commands.add_parser("slots", help="offer arrival windows for a visit")
    slots.add_argument("problem", type=Path)
    slots.add_argument("plan", type=Path)
    slots.add_argument("visit", type=Path, help="JSON file with one visit")
    slots.add_argument("--from", dest="begin", type=int, required=True)
    slots.add_argument("--until", type=int, required=True)
    slots.add_argument("--window-minutes", type=int, default=120)
    slots.set_defaults(run=_slots)


def _generate_parser(commands: Any) -> None:
    make = commands.add_parser("generate", help="make up a day of field service")
    make.add_argument("--technicians", type=int, default=20)
    make.add_argument("--visits", type=int, default=120)
    make.add_argument("--days", type=int, default=1)
    make.add_argument("--seed", type=int, default=1)
    make.add_argument("--crew-share", type=float, default=0.02)
    make.add_argument("--sequence-share", type=float, default=0.02)
    make.add_argument("-o", "--output", type=Path)
    make.set_defaults(run=_generate)


def _problem(path: Path) -> Problem:
    return Problem.from_json(path.read_bytes())


def _plan(path: Path) -> Plan:
    return Plan.from_json(path.read_bytes())


def _write(data: Any, output: Path | None) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


def _stop(options: argparse.Namespace, cancel: Cancel) -> StopRule:
    if options.iterations is not None:
        if len(options.iterations) > 3 or min(options.iterations) < 0:
            raise InputError("--iterations", "takes one to three counts, not negative")
        rule: StopRule = Iterations(*options.iterations)
    else:
        seconds = 10.0 if options.seconds is None else options.seconds
        if not 0 <= seconds < 10**6:
            raise InputError("--seconds", "must be between 0 and a million")
        return Seconds(seconds) | cancel
    return (
        rule | Seconds(options.seconds) | cancel if options.seconds else rule | cancel
    )


def _replayed(options: argparse.Namespace) -> StopRule:
    """What the evidence of a plan says, in place of the other options."""
    proof = _plan(options.replay).evidence
    if proof is None:
        raise InputError("--replay", "the plan has no evidence")
    options.seed, options.cores = proof.seed, proof.cores
    return Iterations(*proof.iterations, parts=proof.parts, rounds=proof.rounds)


def _solve(options: argparse.Namespace) -> int:
    problem = _problem(options.problem)
    warm = _plan(options.warm_start) if options.warm_start else None
    cancel = Cancel()
    stop = _replayed(options) | cancel if options.replay else _stop(options, cancel)
    # Ctrl-C asks for the best plan so far instead of losing it.
    before = signal.signal(signal.SIGINT, lambda *_: cancel.cancel())
    try:
        plan = solve(
            problem,
            stop=stop,
            seed=options.seed,
            warm_start=warm,
            on_progress=None if options.quiet else _show,
            solver=options.solver,
            cores=options.cores,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    if not options.quiet:
        print(proved(plan), file=sys.stderr)
    _write(plan.to_json(), options.output)
    return OK


def proved(plan: Plan) -> str:
    """What is proved of the plan, in one sentence."""
    if plan.bound is None:
        return "no bound was proved, so none is claimed"
    if not plan.gap:
        return f"proved: no plan costs less than {plan.score.total / SCALE:.1f}"
    floor = plan.bound / SCALE
    return f"proved: no plan costs less than {floor:.1f}; the gap is {plan.gap} %"


def _show(progress: Progress) -> None:
    print(
        f"{progress.seconds:7.2f} s  {progress.iterations:7d} iterations  "
        f"cost {progress.score.total / SCALE:.1f}  unplaced {progress.unplaced}",
        file=sys.stderr,
    )


def _check(options: argparse.Namespace) -> int:
    problem, plan = _problem(options.problem), _plan(options.plan)
    if plan.evidence is not None and plan.evidence.problem_hash != problem.hash:
        print("note: the plan was made for another problem", file=sys.stderr)
    report = check(problem, plan)
    _write(report.to_json(), None)
    return OK if report.ok else BROKEN


def _explain(options: argparse.Namespace) -> int:
    why = explain(_problem(options.problem), _plan(options.plan), options.visit)
    _write(why.to_json(), None)
    return OK


def _slots(options: argparse.Namespace) -> int:
    visit: Visit = read_visit(options.visit.read_bytes())
    problem, plan = _problem(options.problem), _plan(options.plan)
    days = [(options.begin, options.until)]
    minutes = options.window_minutes
    found = offer_slots(problem, plan, visit, days=days, window_minutes=minutes)
    _write([slot.to_json() for slot in found], None)
    if not found:
        why = why_no_slot(problem, plan, visit, days=days)
        print(why.sentence, file=sys.stderr)
    return OK


def _convert(options: argparse.Namespace) -> int:
    problem = READERS[options.format](options.file.read_text(encoding="utf-8"))
    _write(problem.to_json(), options.output)
    return OK


def _export(options: argparse.Namespace) -> int:
    _write(WRITERS[options.format](_plan(options.plan)), options.output)
    return OK


def _generate(options: argparse.Namespace) -> int:
    problem = field_day(
        technicians=options.technicians,
        visits=options.visits,
        days=options.days,
        seed=options.seed,
        crew_share=options.crew_share,
        sequence_share=options.sequence_share,
    )
    _write(problem.to_json(), options.output)
    return OK


def _warm(options: argparse.Namespace) -> int:
    del options
    warm()
    return OK


if __name__ == "__main__":
    sys.exit(main())
