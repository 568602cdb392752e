"""Who could do a visit, best first, and what stands against the others."""

from datetime import UTC, date, datetime
from typing import Any

from dispatch.models import Visit
from dispatch.services.planning import live, policies
from dispatch.services.planning.sentences import Names, reason_sentence
from scheduling import candidates as engine_candidates
from scheduling.plan import SCALE


def ranked(visit: Visit, *, day: date, at: datetime) -> list[dict[str, Any]]:
    """Every technician of the territory, JSON-ready; prices in pence.

    Nobody is asked to start before `at`.
    """
    key = str(visit.pk)
    territory = visit.job.site.territory
    now = live.live_plan(territory, days=[day], free=frozenset({key}))
    names = Names.of(now.reading)
    if key not in now.reading.visits:
        return _closed(visit, names)
    if live.is_over(now.problem, key, at=at):
        return _closed(visit, names)
    problem, plan = live.from_now(now, at)
    found = engine_candidates(policies.without_change_price(problem), plan, key)
    return [
        {
            "technician_id": item.technician,
            "name": names.technicians[item.technician],
            "start": None
            if item.start is None
            else datetime.fromtimestamp(item.start, tz=UTC),
            "travel_delta_seconds": item.travel_delta or 0,
            "cost": round((item.marginal_cost or 0) / SCALE),
            "fits": not item.violations,
            "moves": len(item.moves),
            "violations": [
                {"code": reason.code, "sentence": reason_sentence(reason, names)}
                for reason in item.violations
            ],
        }
        for item in found
    ]


def _closed(visit: Visit, names: Names) -> list[dict[str, Any]]:
    violation = live.closed(visit)
    return [
        {
            "technician_id": key,
            "name": name,
            "start": None,
            "travel_delta_seconds": 0,
            "cost": 0,
            "fits": False,
            "moves": 0,
            "violations": [violation],
        }
        for key, name in names.technicians.items()
    ]
