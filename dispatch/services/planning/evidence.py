"""A plan's evidence in words: what it costs, what was left out and why."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from dispatch.models import Plan, Visit
from scheduling.words import IN_SHORT

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
