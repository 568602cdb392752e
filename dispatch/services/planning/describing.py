"""A draft in figures and groups, for people to choose from."""

from typing import Any

from dispatch.services.planning import problem as reading
from dispatch.services.planning.changes import ADDED, DROPPED
from dispatch.services.planning.sentences import Names, sentence_for
from scheduling import Plan as EnginePlan
from scheduling import check
from scheduling.plan import SCALE, Route

Row = dict[str, Any]


def figures(found: reading.Reading, plan: EnginePlan, names: Names) -> Row:
    """What is placed, what it costs, how far people drive and how long they stay;
    and the rules that it breaks, so that a dearer draft beside it can be understood.
    """
    report = check(found.problem, plan)
    score = report.score
    # What has no place is counted apart.
    broken = [item for item in report.violations if item.code != "must_serve"]
    left = [found.visits[one.visit] for one in plan.unplaced]
    left += found.closed
    over = sum(_overtime(found, route) for route in plan.routes)
    return {
        "placed": len(plan.stops),
        "unplaced": len(left),
        "promises_at_risk": sum(row.promise_end is not None for row in left),
        "travel_minutes": round(sum(r.travel_seconds for r in plan.routes) / 60),
        "overtime_minutes": round(over / 60),
        "cost": round((score.total - score.drop) / SCALE),
        "broken": sorted({sentence_for(item, names) for item in broken}),
        "score": {key: round(value) for key, value in score.in_units().items()},
    }


def groups(changed: list[Row], cut: list[list[str]]) -> list[Row]:
    """Each group with a title and what is to be known before it is taken."""
    rows = {row["visit"]: row for row in changed}
    found = [[rows[key] for key in keys] for keys in cut]
    ordered = sorted(found, key=lambda group: (_is_queue(group), group[0]["site"]))
    return [
        {
            "id": number,
            "title": _title(group),
            "note": _note(group),
            "visits": [row["visit"] for row in group],
        }
        for number, group in enumerate(ordered, 1)
    ]


def _title(group: list[Row]) -> str:
    if _is_queue(group):
        return f"Put {_names(group)} into the queue"
    hit = [row for row in group if row["hit"] and row["kind"] != DROPPED]
    if any(row["before"] for row in hit):
        return f"Place {_names(hit)} again"
    added = [row for row in group if row["kind"] == ADDED]
    return f"Place {_names(added)}" if added else f"Move {_names(group)}"


def _note(group: list[Row]) -> str:
    told = [row for row in group if row["told"]]
    if not told:
        return ""
    people = sorted({row["before"]["technician_name"] for row in told})
    return f"{_listed(people)} was told: recalled, to be sent again"


def _is_queue(group: list[Row]) -> bool:
    return all(row["kind"] == DROPPED for row in group)


def _names(group: list[Row]) -> str:
    return _listed([row["site"] for row in group])


def _listed(words: list[str]) -> str:
    """Two by name, more by number."""
    if len(words) > 2:
        return f"{words[0]} and {len(words) - 1} others"
    return " and ".join(words)


def _overtime(found: reading.Reading, route: Route) -> int:
    problem = found.problem
    person = problem.technician_by_id[route.technician]
    shift = next(one for one in person.shifts if one.id == route.shift)
    last = route.stops[-1]
    end = max([last.end, *(rest.end for rest in route.breaks)])
    if shift.end_at is not None:
        index, visit = problem.location_index, problem.visit_by_id[last.visit]
        seconds = problem.travel[person.profile].seconds
        end += seconds[index[visit.location]][index[shift.end_at]] or 0
    return max(0, end - shift.end)
