"""A plan's evidence in words: what it costs, what was left out and why."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.models import Plan, PlanKind, Visit
from scheduling.words import IN_SHORT

ENGINE = "python -m scheduling"
# Every part of the score, in the order in which a dispatcher asks for it.
PARTS = {
    "drop": "Visits without a place",
    "travel": "Time on the road",
    "per_km": "Distance",
    "shift": "Vans that leave the yard",
    "overtime": "Work after the shift ends",
    "lateness": "Starts after what was due",
    "max_lateness": "The longest delay",
    "preference": "Not the person asked for",
    "fairness": "Work spread unevenly",
    "stability": "Changes to what people have seen",
}


@dataclass(frozen=True)
class CostPart:
    """One part of the price, in pence, before the run and after it."""

    name: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """What the run saved (below zero) or added."""
        return self.after - self.before


@dataclass(frozen=True)
class LeftOut:
    """A visit without a place, and how many people each rule kept from it."""

    number: str
    site: str
    reasons: list[str]


def costs(plan: Plan) -> list[CostPart]:
    """The parts that are not nothing; the last line is their sum."""
    before, after = (
        plan.progress.get(side, {}).get("score", {}) for side in ("before", "after")
    )
    lines = [
        CostPart(words, before.get(part, 0), after.get(part, 0))
        for part, words in PARTS.items()
        if before.get(part) or after.get(part)
    ]
    if not after:
        return []
    whole = CostPart("Together", before.get("total", 0), after.get("total", 0))
    return [*lines, whole]


@dataclass(frozen=True)
class Fact:
    """One line about a repair."""

    name: str
    value: str


def happened(plan: Plan) -> list[Fact]:
    """What a repair was given and how far it went; nothing for a plan of the day."""
    if plan.kind != PlanKind.REPAIR or plan.frozen_until is None:
        return []
    zone = ZoneInfo(plan.territory.time_zone)
    hit = set(plan.cause.get("hit", []))
    others = [row for row in plan.changes if row["visit"] not in hit]
    most = plan.budget
    return [
        Fact("To be placed anew", _counted(len(hit), "visit")),
        Fact(
            "Nothing else moves before", f"{plan.frozen_until.astimezone(zone):%H:%M}"
        ),
        Fact(
            "Other visits moved",
            f"{len(others)} of at most {most.get('visits', 0)}",
        ),
        Fact("People whose day may change", f"at most {most.get('people', 0)}"),
    ]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def document(plan: Plan, part: str) -> dict[str, Any]:
    """One part of what a plan stands on, as the engine reads it, or all of it."""
    replay: dict[str, Any] = plan.replay
    parts: dict[str, Any] = {
        "problem": plan.problem,
        "plan": plan.result,
        "before": replay.get("before"),
        "changes": replay.get("changes"),
    }
    if part != "all":
        return parts.get(part) or {}
    known = {name: data for name, data in parts.items() if data is not None}
    how = {"seed": plan.seed, "budget": plan.budget, "rounds": replay.get("rounds")}
    return {**known, **{name: value for name, value in how.items() if value}}


def again(plan: Plan) -> list[str]:
    """The commands that make the plan anew from the downloads, and judge it."""
    if plan.kind == PlanKind.REPAIR:
        return _repair_again(plan)
    done, planned = (plan.result or {}).get("evidence", {}).get("iterations", (0, 0))
    return [
        f"{ENGINE} check problem.json plan.json",
        f"{ENGINE} solve problem.json -o again.json --seed {plan.seed} "
        f"--iterations {done} {planned}",
    ]


def _repair_again(plan: Plan) -> list[str]:
    replay: dict[str, Any] = plan.replay
    words = [
        f"{ENGINE} repair problem.json before.json changes.json",
        "-o again.json --problem-out answered.json",
        f"--seed {plan.seed}",
        f"--most-visits {plan.budget.get('visits', 0)}",
        f"--most-people {plan.budget.get('people', 0)}",
        f"--slack {replay.get('slack', 0)}",
    ]
    if replay.get("apart"):
        words.append(f"--apart {' '.join(replay['apart'])}")
    rounds = [str(count) for pair in replay.get("rounds", []) for count in pair]
    words.append(" ".join(["--rounds", *rounds]))
    return [" ".join(words), f"{ENGINE} check answered.json again.json"]


def left_out(plan: Plan) -> list[LeftOut]:
    """What the engine could not place, by number."""
    found = (plan.result or {}).get("unplaced", [])
    ids = [item["visit"] for item in found]
    rows = {
        str(row.pk): row
        for row in Visit.objects.filter(pk__in=ids).select_related("job__site")
    }
    lines = [
        LeftOut(rows[key].job.number, rows[key].job.site.name, _in_short(item))
        for item in found
        if (key := item["visit"]) in rows
    ]
    return sorted(lines, key=lambda line: line.number)


def _in_short(item: dict[str, Any]) -> list[str]:
    people: dict[object, str] = {}
    for reason in item.get("reasons", []):
        people.setdefault(reason.get("technician"), reason["code"])
    counted = Counter(people.values()).most_common()
    return [f"{count} {IN_SHORT.get(code, code)}" for code, count in counted]
