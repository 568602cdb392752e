"""Comparing a run with the table that is kept: is the engine worse than it was?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from statistics import fmean
from typing import Any

from scheduling.bench.runs import OURS, Result
from scheduling.bench.summary import by_case, groups, median_cost, summary
from scheduling.errors import InputError

# Points of mean gap, or percent of mean cost, that count as worse and not as chance.
MOST_LOSS = 0.5


def to_json(results: Sequence[Result], machine: Mapping[str, str]) -> dict[str, Any]:
    """What `from_json` and other programs read."""
    return {
        "machine": dict(machine),
        "summary": summary(results),
        "results": [asdict(result) for result in results],
    }


def from_json(path: Path) -> list[Result]:
    """Results that `to_json` wrote; `InputError` when the file holds none."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["results"]
        known = {field.name for field in fields(Result)}
        return [
            Result(**{k: v for k, v in row.items() if k in known} | _tuple(row))
            for row in rows
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(str(path), "holds no results of bench") from error


def _tuple(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"broken": tuple(row.get("broken", ()))}


def losses(now: Sequence[Result], kept: Sequence[Result]) -> dict[str, float | None]:
    """Per group how much worse this engine is on the cases that both runs hold:
    points of mean gap where a best known cost is there, else percent of mean cost;
    None where it has no answer to a case that had one. Raises `InputError` when the
    runs share nothing: other seconds are another group.
    """
    before, found = groups(kept), dict[str, float | None]()
    for group, runs in groups(now).items():
        old = by_case(before.get(group, []), OURS)
        new = by_case(runs, OURS)
        both = [case for case in new if old.get(case)]
        if both:
            found[group] = _loss([new[case] for case in both], [old[x] for x in both])
    if not found:
        raise InputError("--against", "holds none of the groups that were run")
    return found


def _loss(new: list[list[Result]], old: list[list[Result]]) -> float | None:
    if not all(new):
        return None
    return round(_level(new, old) - _level(old, old), 3)


def _level(runs: list[list[Result]], reference: list[list[Result]]) -> float:
    """Mean cost in percent of the best known, or of what the kept run found."""
    return 100 * fmean(
        (median_cost(mine) or 0.0) / (theirs[0].best or median_cost(theirs) or 1.0)
        for mine, theirs in zip(runs, reference, strict=True)
    )


def complaints(found: Mapping[str, float | None]) -> Iterator[str]:
    """A line for each group that lost more than may be chance."""
    for group, loss in found.items():
        if loss is None:
            yield f"{group}: a case that had an answer has none"
        elif loss > MOST_LOSS:
            yield f"{group}: {loss:.2f} points worse than the kept table"
