"""The budgets of the field app: `make field-budgets`.

Starts PostgreSQL, the web server and Chromium, measures a technician's phone with a
full week on it and prints each figure beside its budget; exit code 1 on a miss.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator

from tests.budgets import sizes, starting, visiting, working
from tests.budgets.figures import BUSY, Figure, Sample, table
from tests.budgets.house import JOBS, NOTES, House, house
from tests.budgets.phone import Phone, browser

PARTS = ("sizes", "start", "acts", "screens", "send", "visit", "axe")


def main(words: list[str] | None = None) -> int:
    """Measure and print; 1 when a budget is missed."""
    options = _arguments(words)
    figures = sizes.figures() if "sizes" in options.only else []
    if set(options.only) - {"sizes"}:
        with house() as home:
            for figure in _on_a_phone(options, home):
                figures.append(figure)
                say(f"  {figure.measured:g} {figure.unit}: {figure.name}")
    _compare_work(figures)
    missed = [figure for figure in figures if not figure.ok]
    if options.json:
        print(json.dumps([figure.shown() for figure in figures], indent=1))
    else:
        print(_report(figures, missed))
    return 1 if missed else 0


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make field-budgets", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="repetitions of a start")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    return parser.parse_args(words)


def _on_a_phone(options: argparse.Namespace, home: House) -> Iterator[Figure]:
    """In this order: what is done later makes the phone fuller."""
    only, runs = options.only, options.runs
    with browser() as chromium:
        if "visit" in only:
            say("a first visit over a slow line")
            yield from visiting.first_visit(chromium, home, max(3, runs // 3))
        phone = Phone(chromium, home)
        phone.set_up()
        if "start" in only:
            say("starts without a signal")
            held = f"{JOBS} jobs and {NOTES} notes"
            yield from starting.figures(phone, 1, runs, held)
            yield from starting.figures(phone, 4, runs, held)
        for rate in (1, 4):
            if "screens" in only:
                say(f"screens at {rate}×")
                yield from working.screens(phone, rate, max(3, runs // 3))
            if "acts" in only:
                say(f"acts at {rate}×")
                yield from working.keeping(phone, rate, 4 * runs)
        if "send" in only:
            say("sending")
            yield from working.sending(phone, max(3, runs // 2))
        if "start" in only and "send" in only:
            say("starts with a full outbox")
            held = f"and {working.ACTS * max(3, runs // 2)} acts"
            yield from starting.figures(phone, 4, max(3, runs // 3), held)
        phone.context.set_offline(False)
        yield _shift(phone)
        if "axe" in only:
            say("axe")
            yield from visiting.accessible(phone)
        phone.close()


def _shift(phone: Phone) -> Figure:
    """Of the page that moved most, to the two digits that people see."""
    phone.note_shift()
    worst, what = max(phone.shifts)
    return Figure("layout shift", "", [Sample(round(worst, 2))], 0, note=what)


def _compare_work(figures: list[Figure]) -> None:
    """The fixed work at its quickest, apart for each rate of the processor."""
    for rate in ("1×", "4×"):
        mine = [one for one in figures if (rate == "4×") == ("4× CPU" in one.name)]
        works = [sample.work for one in mine for sample in one.samples if sample.work]
        for one in mine:
            one.quiet_work = min(works, default=0)


def _report(figures: list[Figure], missed: list[Figure]) -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    lines = [
        f"{os.cpu_count()} cores, load {load}; “machine” says how many times longer"
        " than at its quickest a fixed piece of work took meanwhile",
        "",
        table(figures),
        "",
        *(f"{one.name}: {one.note}" for one in figures if one.note and not one.ok),
    ]
    busy = [one.name for one in missed if one.busy >= BUSY]
    if busy:
        lines.append(f"The machine was busy: measure again. {'; '.join(busy)}")
    lines.append("every budget kept" if not missed else f"{len(missed)} missed")
    return "\n".join(lines)


def say(words: str) -> None:
    """Progress goes to the error output: the figures stand alone."""
    print(f"  {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
