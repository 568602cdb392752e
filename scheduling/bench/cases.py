"""What is measured: benchmark files with best known values, and days made by chance."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from scheduling.errors import InputError
from scheduling.formats.hhcrsp import THOUSANDTHS, read_hhcrsp
from scheduling.formats.vrptw import read_vrptw
from scheduling.generate import field_day
from scheduling.plan import SCALE, Score
from scheduling.problem import Overtime, Problem, Technician, Visit, Wishes

# Files that settings of the search were ever tried on; the table shows them apart.
TUNED_ON = ("R1_2_4", "RC2_2_7", "R2_4_5", "RC1_4_9", "RC204")
COMMON, ALL_RULES = "common rules", "all rules"


def in_units(score: Score) -> float:
    """A score in the problem's price unit."""
    return score.total / SCALE


@dataclass(frozen=True)
class Case:
    """One problem to solve. `group` heads its table; `best` is the best known cost;
    `peers`: do other solvers know all of its rules? `must_be_whole`: is a plan that
    leaves a visit out no answer? `one_run`: chance is in the case, so one seed is
    enough. `cost` is how the score counts in its benchmark.
    """

    name: str
    group: str
    read: Callable[[], Problem]
    seconds: float
    best: float | None = None
    peers: bool = True
    must_be_whole: bool = False
    one_run: bool = False
    tuned: bool = False
    cost: Callable[[Score], float] = in_units


@dataclass(frozen=True, slots=True)
class Kind:
    """A family of benchmark files: what they are called, how to read one, and which
    `objective` of `best_known.csv` counts as its cost does. A new family is one more
    row of KINDS.
    """

    name: str
    patterns: tuple[str, ...]
    read: Callable[[str], Problem]
    convention: str
    peers: bool = True
    must_be_whole: bool = True
    cost: Callable[[Score], float] = field(default=in_units)


def _third(score: Score) -> float:
    """Distance, total and largest lateness, a third of each."""
    return in_units(score) / (3 * THOUSANDTHS)


KINDS = (
    Kind("VRPTW", ("*.txt",), read_vrptw, "DIMACS"),
    Kind(
        "HHCRSP",
        ("InstanzCPLEX_*.json", "InstanzVNS_*.json", "instance_*.json"),
        read_hhcrsp,
        "hhcrsp",
        peers=False,
        cost=_third,
    ),
)


def files(
    folder: Path, *, seconds: float, only: Sequence[str] = ("*",)
) -> Iterator[Case]:
    """The benchmark files at or below a path whose names fit one of the patterns.
    Raises `InputError` when there is none."""
    known = best_known(folder)
    paths = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
    found = 0
    for path, kind in [(path, kind) for kind in KINDS for path in paths]:
        is_kind = any(path.match(pattern) for pattern in kind.patterns)
        is_asked_for = any(fnmatch(path.name, f"{name}*") for name in only)
        if not is_kind or not is_asked_for or path.name.startswith("readme"):
            continue
        found += 1
        yield Case(
            name=path.stem,
            group=f"{kind.name}, {seconds:g} s",
            read=partial(_read, kind, path),
            seconds=seconds,
            best=known.get((path.name, kind.convention)),
            peers=kind.peers,
            must_be_whole=kind.must_be_whole,
            tuned=path.stem in TUNED_ON,
            cost=kind.cost,
        )
    if not found:
        raise InputError(str(folder), "holds no benchmark file that is asked for")


def _read(kind: Kind, path: Path) -> Problem:
    return kind.read(path.read_text(encoding="utf-8"))


def best_known(folder: Path) -> dict[tuple[str, str], float]:
    """Best known cost by file name and convention, from the nearest `best_known.csv`
    at or above the folder."""
    for place in (folder, *folder.resolve().parents):
        table = place / "best_known.csv"
        if table.is_file():
            with table.open(encoding="utf-8", newline="") as lines:
                return {
                    (Path(row["file"]).name, kind.convention): float(row["best_known"])
                    for row in csv.DictReader(lines)
                    for kind in KINDS
                    if kind.convention in row["objective"]
                }
    return {}


def generated(sizes: str, *, seconds: float, seeds: int) -> Iterator[Case]:
    """Field-service days, `20x120,100x800:20` (technicians x visits : seconds), each
    by seeds 1 to `seeds`: once with the rules that all solvers know, once with all.
    """
    for size in filter(None, sizes.split(",")):
        match = re.fullmatch(r"(\d+)x(\d+)(?::(\d+(?:\.\d+)?))?", size)
        if match is None:
            raise InputError("--generated", f"'{size}' is not like 20x120 or 20x120:5")
        people, visits = int(match[1]), int(match[2])
        limit = float(match[3] or seconds)
        for rules in (COMMON, ALL_RULES):
            for seed in range(1, seeds + 1):
                yield Case(
                    name=f"{people}x{visits} seed {seed}",
                    group=f"{people} × {visits}, {rules}, {limit:g} s",
                    read=partial(_day, people, visits, seed, rules),
                    seconds=limit,
                    peers=rules == COMMON,
                    one_run=True,
                )


def _day(people: int, visits: int, seed: int, rules: str) -> Problem:
    if rules == ALL_RULES:
        return field_day(technicians=people, visits=visits, seed=seed)
    return common(
        field_day(
            technicians=people,
            visits=visits,
            seed=seed,
            crew_share=0,
            sequence_share=0,
        )
    )


def common(day: Problem) -> Problem:
    """The day with only those rules that every peer knows: homes, shifts, skills,
    windows, stock, and visits that may be left out at a price. A visit for which
    nobody has skills and parts asks for no skill: its price would only dilute every
    comparison."""
    team = tuple(_plain_person(person) for person in day.technicians)
    return replace(
        day,
        technicians=team,
        visits=tuple(_plain_visit(visit, team) for visit in day.visits),
        crews=(),
        sequences=(),
    )


def _plain_person(person: Technician) -> Technician:
    skills = (replace(x, valid_from=None, valid_until=None) for x in person.skills)
    shifts = (replace(x, breaks=(), overtime=Overtime()) for x in person.shifts)
    return replace(person, skills=tuple(skills), shifts=tuple(shifts))


def _plain_visit(visit: Visit, team: Iterable[Technician]) -> Visit:
    able = any(_is_able(person, visit) for person in team)
    return replace(
        visit,
        skills=visit.skills if able else (),
        technicians=Wishes(),
        due=None,
        lock=None,
        published=None,
    )


def _is_able(person: Technician, visit: Visit) -> bool:
    parts = visit.parts.items()
    return all(person.stock.get(part, 0) >= count for part, count in parts) and all(
        any(x.name == need.name and x.level >= need.level for x in person.skills)
        for need in visit.skills
    )
