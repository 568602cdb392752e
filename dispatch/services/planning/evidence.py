"""A plan's evidence in words: what it costs, what was left out and why."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.models import Plan, PlanKind, PriceRun, Visit
from dispatch.services.planning import packing
from scheduling.plan import SCALE
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

# A family of rules as the page calls it, after "Without …".
RULES = {
    "windows": "promised times and opening hours",
    "skills": "the skills asked for",
    "certificates": "dates on certificates",
    "breaks": "breaks",
    "overtime": "a limit on overtime",
    "locks": "pins",
    "who_may": "required and excluded people",
    "territories": "territories",
    "max_travel": "a limit on the way from home",
    "stock": "the limits of van stock",
    "crews": "crews",
    "sequences": "orders between visits",
    "must_serve": "visits that must be served",
    "lateness": "due times",
    "max_lateness": "a price on the longest delay",
    "preference": "preferred people",
    "stability": "the wish to change little",
    "fairness": "the wish to share work evenly",
}


@dataclass(frozen=True)
class Proof:
    """What is proved of a plan: pence that none undercuts, and best orders."""

    bound: float | None
    gap: float | None
    best_orders: int
    days: int


@dataclass(frozen=True)
class Price:
    """What one family of rules costs: in pence, in words, and how to see it again."""

    rule: str
    name: str
    pence: int
    sentence: str
    proved: bool
    iterations: str


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


def proof(plan: Plan) -> Proof:
    """What the engine has proved; a part that it could not is nothing."""
    result = plan.result or {}
    bound = result.get("bound")
    return Proof(
        bound=None if bound is None else bound / SCALE,
        gap=result.get("gap"),
        best_orders=(result.get("evidence") or {}).get("best_orders", 0),
        days=len(result.get("routes", [])),
    )


def prices(run: PriceRun | None) -> list[Price]:
    """What each family of rules costs, dearest first."""
    return [
        Price(
            rule=row["rule"],
            name=_named(row["rule"]).capitalize(),
            pence=row["pence"],
            sentence=_price_sentence(row),
            proved=row["proved"],
            iterations=counts(row.get("evidence") or {}),
        )
        for row in (run.rows if run else [])
    ]


def not_reckoned(run: PriceRun | None) -> int:
    """How many kinds of rules the time was too short for."""
    if run is None or run.is_under_way or not run.progress:
        return 0
    return max(0, int(run.progress["planned"]) - 1 - len(run.rows))


def under_way(run: PriceRun) -> str:
    """What a reckoning is doing now."""
    told = run.progress
    if not told:
        return "Waiting for a worker."
    where = f"Plan {told['done'] + 1} of {told['planned']}"
    if not told["rule"]:
        return f"{where}: the day once more with all rules."
    return f"{where}: the day without {_named(told['rule'])}."


def _price_sentence(row: dict[str, Any]) -> str:
    name = _named(row["rule"])
    if row["more_served"]:
        count = _count(row["more_served"], "visit")
        return f"Without {name}, {count} that must be served would have a place."
    if not row["pence"]:
        known = "No plan" if row["proved"] else "No plan that was found"
        return f"{known} is cheaper without {name}."
    also = []
    if row["minutes"]:
        side = "less" if row["minutes"] > 0 else "more"
        also.append(f"{abs(row['minutes'])} min {side} on the road")
    if row["placed"]:
        side = "more" if row["placed"] > 0 else "fewer"
        also.append(f"{_count(abs(row['placed']), 'visit')} {side} with a place")
    tail = f": {', '.join(also)}" if also else ""
    return f"Without {name} the day would cost this much less{tail}."


def _named(rule: str) -> str:
    return RULES.get(rule, rule.replace("_", " "))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def counts(evidence: dict[str, Any]) -> str:
    """What `--iterations` takes to make a plan again."""
    done, planned = evidence.get("iterations", (0, 0))
    return f"{done} {planned} {evidence.get('exact', 0)}"


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
        Fact("To be placed anew", _count(len(hit), "visit")),
        Fact(
            "Nothing else moves before", f"{plan.frozen_until.astimezone(zone):%H:%M}"
        ),
        Fact(
            "Other visits moved",
            f"{len(others)} of at most {most.get('visits', 0)}",
        ),
        Fact("People whose day may change", f"at most {most.get('people', 0)}"),
    ]


def travel(plan: Plan) -> str:
    """Where the plan's travel times came from; nothing for a plan that kept none."""
    told: dict[str, Any] = plan.travel
    if not told:
        return ""
    legs, estimated = told["legs"], told["estimated"]
    if not told["engine"]:
        return f"{_count(legs, 'leg')}, all estimated: no routing engine is set."
    names = {"osrm": "OSRM", "valhalla": "Valhalla"}
    engine = names.get(told["engine"], told["engine"])
    tail = f"{estimated} of them estimated" if estimated else "none of them estimated"
    data = f" Its data: {told['version']}." if told["version"] else ""
    return f"{_count(legs, 'leg')} by {engine}, {tail}.{data}"


def document(plan: Plan, part: str) -> dict[str, Any]:
    """One part of what a plan stands on, as the engine reads it, or all of it."""
    replay: dict[str, Any] = plan.replay
    parts: dict[str, Any] = {
        "problem": packing.document(plan),
        "plan": plan.result,
        "start": plan.start,
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
    made = (plan.result or {}).get("evidence", {})
    start = " --warm-start start.json" if is_warm(plan) else ""
    how = f"--seed {plan.seed} --iterations {counts(made)}"
    if made.get("parts"):
        how = "--replay plan.json"
    return [
        f"{ENGINE} check problem.json plan.json",
        f"{ENGINE} solve problem.json -o again.json {how}{start}",
    ]


def is_warm(plan: Plan) -> bool:
    """Did the run begin from a plan that stood on the board?"""
    return bool(plan.start and plan.start.get("routes"))


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
