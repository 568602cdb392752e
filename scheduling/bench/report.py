"""The tables of a run in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean, median

from scheduling.bench.runs import OURS, Result
from scheduling.bench.summary import (
    by_case,
    groups,
    median_cost,
    median_gap,
    ratios,
)
from scheduling.errors import InputError
from scheduling.peers import PEERS

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
# A run that got less of the processor than this share of its time was disturbed.
UNDISTURBED = 0.9
TITLES = {OURS: "this engine", **{name: peer.title for name, peer in PEERS.items()}}
BEST = "best peer"
NOTHING = "–"


def write_tables(path: Path, text: str) -> None:
    """Put the tables between the two markers of a page, or make a page of them.
    Raises `InputError` when a page has no markers: then it is not ours to change."""
    block = f"{BEGIN}\n\n{text}\n{END}\n"
    if path.is_file():
        page = path.read_text(encoding="utf-8")
        if BEGIN not in page or END not in page:
            raise InputError(str(path), f"holds no {BEGIN} … {END} to write between")
        head, tail = page.split(BEGIN)[0], page.split(END, 1)[1].lstrip("\n")
        block = f"{head}{block}" + (f"\n{tail}" if tail else "")
    path.write_text(block, encoding="utf-8")


def tables(
    results: Sequence[Result], *, machine: Mapping[str, str], command: str
) -> str:
    """Everything that one run has to show."""
    parts = [f"`{command}`", _machine(machine), _quiet(results)]
    for group, runs in groups(results).items():
        parts += [f"### {group}", *_group(runs)]
    return "\n\n".join(parts) + "\n"


def _machine(machine: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in machine.items()) + "."


def _quiet(results: Sequence[Result]) -> str:
    shares = [x.cpu / x.wall for x in results if x.wall > 1]
    if not shares:
        return "All runs took less than a second."
    low, text = sum(share < UNDISTURBED for share in shares), "Share of the core that"
    return (
        f"{text} a run got: median {100 * median(shares):.0f} %, least "
        f"{100 * min(shares):.0f} %; {low} of {len(shares)} runs got less than "
        f"{100 * UNDISTURBED:.0f} % and were disturbed."
    )


def _group(results: Sequence[Result]) -> Iterator[str]:
    names = list(dict.fromkeys(result.solver for result in results))
    if any(result.best for result in results):
        yield _table(_gap_rows(results, names))
    elif len(names) > 1:
        yield _table(_cost_rows(results, names))
    else:
        yield _table(_rule_rows(results))


def _table(rows: Iterator[list[str]]) -> str:
    head, *rest = rows
    lines = [head, ["---"] * len(head), *rest]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _gap_rows(results: Sequence[Result], names: list[str]) -> Iterator[list[str]]:
    runs = {name: by_case(results, name) for name in names}
    best = {x.case: x.best for x in results}
    tuned = {x.case for x in results if x.tuned}
    yield ["file", "best known", *(TITLES.get(name, name) for name in names)]
    for case, value in best.items():
        mark = " (tuned on)" if case in tuned else ""
        known = NOTHING if value is None else f"{value:g}"
        yield [case + mark, known, *(_gap(runs[name].get(case)) for name in names)]
    untouched = [case for case in best if case not in tuned]
    for title, cases in (("mean, never tuned on", untouched), ("mean", list(best))):
        if title == "mean" or 0 < len(untouched) < len(best):
            means = [_mean_gap(runs[name], cases) for name in names]
            yield [f"**{title}**", f"{len(cases)} files", *means]
    yield ["CPU seconds, mean", "", *(_cpu(results, name) for name in names)]


def _gap(runs: Sequence[Result] | None) -> str:
    gap = median_gap(runs or [])
    if gap is None:
        return NOTHING
    gaps = [x.gap for x in runs or [] if x.gap is not None]
    spread = f" ({min(gaps):.2f} … {max(gaps):.2f})" if len(set(gaps)) > 1 else ""
    return f"{gap:.2f} %{spread}"


def _mean_gap(runs: Mapping[str, Sequence[Result]], cases: Sequence[str]) -> str:
    found = [median_gap(runs.get(case, [])) for case in cases]
    gaps = [gap for gap in found if gap is not None]
    if not gaps:
        return NOTHING
    few = "" if len(gaps) == len(cases) else f" (of {len(gaps)})"
    return f"**{fmean(gaps):.2f} %**{few}"


def _cpu(results: Sequence[Result], name: str) -> str:
    return f"{fmean(x.cpu for x in results if x.solver == name):.1f}"


def _cost_rows(results: Sequence[Result], names: list[str]) -> Iterator[list[str]]:
    runs = {name: by_case(results, name) for name in names}
    ratio = ratios(results)
    cases = list(dict.fromkeys(x.case for x in results))
    yield ["day", *(TITLES.get(name, name) for name in names), f"ours / {BEST}"]
    for case in cases:
        costs = [_cost(results, case, name, runs[name].get(case)) for name in names]
        share = f"{ratio[case]:.3f}" if case in ratio else NOTHING
        yield [case, *costs, share]
    middle = f"**{median(ratio.values()):.3f}**" if ratio else NOTHING
    yield ["**median**", *[""] * len(names), middle]
    yield ["CPU seconds, mean", *(_cpu(results, name) for name in names), ""]


def _cost(
    results: Sequence[Result], case: str, name: str, runs: Sequence[Result] | None
) -> str:
    cost = median_cost(runs or [])
    if cost is None:
        own = (x for x in results if (x.case, x.solver) == (case, name))
        broken = sorted({code for x in own for code in x.broken})
        return f"breaks {', '.join(broken)}" if broken else NOTHING
    left = int(median(x.left_out for x in runs or []))
    return f"{cost:.0f}" + (f", {left} left out" if left else "")


def _rule_rows(results: Sequence[Result]) -> Iterator[list[str]]:
    yield ["day", "seed", "cost", "left out", "rules broken", "iterations", "CPU s"]
    for x in results:
        cost = NOTHING if x.cost is None else f"{x.cost:.0f}"
        broken = ", ".join(x.broken) or "none"
        done = NOTHING if x.iterations is None else f"{x.iterations}"
        yield [x.case, f"{x.seed}", cost, f"{x.left_out}", broken, done, f"{x.cpu:.1f}"]
