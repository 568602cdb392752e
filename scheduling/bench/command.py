"""`python -m scheduling bench`: measure, print, write, compare.

python -m scheduling bench [PATH] [--files R1_2*,C1*] [--generated 20x120:5,100x800:20]
    [--seconds 10] [--seeds 3] [--peers pyvrp,vroom,ortools]
    [--json OUT] [--markdown PAGE] [--against KEPT.json]

PATH is a benchmark file or a folder of them; best known values come from the nearest
`best_known.csv`. Exit code 1: worse than the kept table by more than half a point.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scheduling.bench.cases import Case, files, generated
from scheduling.bench.kept import complaints, from_json, losses, to_json
from scheduling.bench.machine import machine
from scheduling.bench.report import tables, write_tables
from scheduling.bench.runs import Result, bench
from scheduling.bench.summary import summary
from scheduling.errors import InputError

MOST_SEEDS = 1000


def add_bench_command(commands: Any) -> None:
    """Put `bench` among the commands of the parser."""
    measure = commands.add_parser("bench", help="measure beside other solvers")
    measure.add_argument("path", type=Path, nargs="?", help="benchmark file or folder")
    measure.add_argument("--files", default="*", help="patterns of file names")
    measure.add_argument("--generated", default="", help="such as 20x120:5,100x800:20")
    measure.add_argument("--seconds", type=float, default=10.0)
    measure.add_argument("--seeds", type=int, default=1, help="how many, from 1 on")
    measure.add_argument("--days", type=int, default=5, help="generated per size")
    measure.add_argument("--peers", default="", help="of pyvrp,vroom,ortools")
    measure.add_argument("--json", type=Path, help="where to write all results")
    measure.add_argument("--markdown", type=Path, help="page to write the tables to")
    measure.add_argument("--against", type=Path, help="JSON of an earlier run")
    measure.set_defaults(run=_bench)


def _bench(options: argparse.Namespace) -> int:
    kept = None if options.against is None else from_json(options.against)
    results = bench(
        _cases(options),
        seeds=options.seeds,
        peers=_words(options.peers),
        tell=_show,
    )
    print(json.dumps(summary(results), indent=1))
    shape = machine()
    if options.json is not None:
        text = json.dumps(to_json(results, shape), indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.markdown is not None:
        text = tables(results, machine=shape, command=_command(options))
        write_tables(options.markdown, text)
    return 0 if kept is None else _compare(results, kept)


def _compare(results: list[Result], kept: list[Result]) -> int:
    found = losses(results, kept)
    worse = list(complaints(found))
    for group, loss in found.items():
        print(f"{group}: {'no answer' if loss is None else f'{loss:+.2f} points'}")
    for line in worse:
        print(f"worse: {line}", file=sys.stderr)
    return 1 if worse else 0


def _words(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _cases(options: argparse.Namespace) -> Iterator[Case]:
    if not 0 < options.seconds < 10**6:
        raise InputError("--seconds", "must be more than 0 and less than a million")
    for name in ("seeds", "days"):
        if not 0 < getattr(options, name) <= MOST_SEEDS:
            raise InputError(f"--{name}", f"must be from 1 to {MOST_SEEDS}")
    if options.path is None and not options.generated:
        raise InputError("bench", "needs a path, or --generated with sizes")
    if options.path is not None:
        only = _words(options.files)
        yield from files(options.path, seconds=options.seconds, only=only)
    yield from generated(options.generated, seconds=options.seconds, seeds=options.days)


def _command(options: argparse.Namespace) -> str:
    """What was asked for, without the places of this machine."""
    words = ["python", "-m", "scheduling", "bench"]
    words += [] if options.path is None else [options.path.name]
    for name in ("files", "generated", "seconds", "seeds", "days", "peers"):
        value = getattr(options, name)
        if value not in ("", "*"):
            text = f"{value:g}" if isinstance(value, float) else str(value)
            words += [f"--{name}", text]
    return shlex.join(words)


def _show(result: Result) -> None:
    gap = "" if result.gap is None else f"{result.gap:+7.2f} %"
    broken = f"  breaks {', '.join(result.broken)}" if result.broken else ""
    print(
        f"{result.group}: {result.case:16} {result.solver:9} seed {result.seed}  "
        f"cost {result.cost}  {gap}  left out {result.left_out}  "
        f"routes {result.routes}  {result.cpu} of {result.wall} s{broken}",
        file=sys.stderr,
        flush=True,
    )
