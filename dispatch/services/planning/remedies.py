"""What would make room for a visit: small changes that really do, with their price."""

import re
from datetime import UTC, date, datetime
from typing import Any

from dispatch.models import Visit
from dispatch.services.planning import live, policies
from dispatch.services.planning.hours import seconds
from dispatch.services.planning.sentences import Names, reason_sentence
from scheduling import find_remedies
from scheduling.plan import SCALE
from scheduling.remedy import Remedy, Useless

MOST = 5
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Where an edit speaks of a skill or a part by its code.
CODE = re.compile(r"(\b[Ww]aive |\b[Aa]ccept |× )([\w-]+)")


def offered(visit: Visit, *, day: date, at: datetime) -> dict[str, Any]:
    """Remedies, cheapest first, and what was tried in vain; prices in pence.

    A visit that cannot start on that day at all has neither.
    """
    key = str(visit.pk)
    territory = visit.job.site.territory
    now = live.live_plan(territory, days=[day], free=frozenset({key}))
    if key not in now.reading.visits:
        return {"remedies": [], "in_vain": [live.closed(visit)["sentence"]]}
    names = Names.of(now.reading)
    problem, plan = live.from_now(now, at)
    asked = policies.without_change_price(problem)
    found = find_remedies(asked, plan, key, most=MOST, now=seconds(at))
    return {
        "remedies": [_shown(one, names, key) for one in found.remedies if one.edits],
        "in_vain": [_in_vain(one, names, key) for one in found.checked_and_useless],
    }


def _shown(one: Remedy, names: Names, key: str) -> dict[str, Any]:
    price = sum(cost for part, cost in one.parts.items() if part not in live.UNPRICED)
    return {
        "sentence": _named(one.sentence.partition(": fits")[0], names, key),
        "technician_id": one.technician,
        "technician": names.technicians[one.technician],
        "start": datetime.fromtimestamp(one.start, tz=UTC),
        "cost": round(price / SCALE),
        "travel_delta_seconds": one.travel_seconds,
        "overtime_seconds": one.overtime_seconds,
        "visits_moved": one.visits_moved,
        "promises_moved": one.promises_moved,
        "needs_responsible": one.needs_responsible,
        # The other visits stay: placing this one with a reason is all there is to do.
        "is_one_act": one.visits_moved == 0,
    }


def _in_vain(one: Useless, names: Names, key: str) -> str:
    why = reason_sentence(one.reason, names)
    return f"{_named(one.edit.sentence(), names, key)}: would not help. {why}"


def _named(sentence: str, names: Names, key: str) -> str:
    """Names instead of ids; the visit that is asked about is “this visit”."""
    known = {**names.visits, **names.technicians, key: "this visit"}
    sentence = UUID.sub(lambda found: known.get(found[0], found[0]), sentence)
    return CODE.sub(
        lambda found: found[1] + names.things.get(found[2], found[2]), sentence
    )
