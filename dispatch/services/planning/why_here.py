"""Why a placed visit is with its technician, and what the next best would cost."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dispatch.errors import InvalidInput
from dispatch.models import Visit
from dispatch.services.planning import live, policies
from dispatch.services.planning.sentences import Names, reason_sentence
from scheduling import Alternative, RuledOut, WhyHere
from scheduling import why_here as engine_why_here
from scheduling.plan import SCALE

# What a person can weigh against each other; the rest is only counted.
MOST = 5
WORDS = {
    "frozen": "It stays with {who}: it was told, is held or is under way.",
    "locked": "It is pinned to {who}.",
    "only_one": "Nobody but {who} can take it as the plan stands.",
    "cheapest": "{who} costs least. {best} would be next.",
    "not_cheapest": "{best} would cost less than {who}.",
    "by_hand": "{who} does not work then. A person put it there.",
    "over": "Its own window is over: nobody else could start it now.",
}


def told(visit: Visit, *, at: datetime) -> dict[str, Any]:
    """The reason in words, who else could do it from `at` on, next best first, and what
    keeps the others out; prices in pence more than now. Raises InvalidInput without a
    place.
    """
    if visit.technician is None or visit.sched_start is None:
        raise InvalidInput("This visit has no place yet.", field="visit")
    territory, key = visit.job.site.territory, str(visit.pk)
    day = visit.sched_start.astimezone(live.zone(territory)).date()
    now = live.live_plan(territory, days=[day])
    names = Names.of(now.reading, extra=visit.technician)
    if key not in now.plan.stops:
        return _no_answer("by_hand", visit.technician.name)
    if live.is_over(now.problem, key, at=at):
        return _no_answer("over", visit.technician.name)
    problem, plan = live.from_now(now, at)
    why = engine_why_here(policies.without_change_price(problem), plan, key)
    others = [_alternative(one, names) for one in why.alternatives]
    out = _ruled_out(why.ruled_out, names)
    more = max(0, len(others) - MOST)
    return _answer(why.because, _sentence(why, names), others[:MOST], out, more=more)


def _no_answer(because: str, who: str) -> dict[str, Any]:
    return _answer(because, WORDS[because].format(who=who), [], [], more=0)


def _answer(
    because: str,
    sentence: str,
    alternatives: list[dict[str, Any]],
    ruled_out: list[dict[str, Any]],
    *,
    more: int,
) -> dict[str, Any]:
    return {
        "because": because,
        "sentence": sentence,
        "alternatives": alternatives,
        "more": more,
        "ruled_out": ruled_out,
    }


def _sentence(why: WhyHere, names: Names) -> str:
    best = why.alternatives[0].technician if why.alternatives else ""
    return WORDS[why.because].format(
        who=names.technicians[why.technician], best=names.technicians.get(best, "")
    )


def _alternative(one: Alternative, names: Names) -> dict[str, Any]:
    price = sum(cost for part, cost in one.parts.items() if part not in live.UNPRICED)
    return {
        "technician_id": one.technician,
        "technician": names.technicians[one.technician],
        "start": datetime.fromtimestamp(one.start, tz=UTC),
        "cost": round(price / SCALE),
        "travel_delta_seconds": one.travel_seconds,
        "overtime_seconds": one.overtime_seconds,
        "visits_moved": one.visits_moved,
    }


def _ruled_out(found: Iterable[RuledOut], names: Names) -> list[dict[str, Any]]:
    """People by what keeps them out, the commonest rule first."""
    groups: dict[str, list[str]] = {}
    for one in found:
        reason = one.reasons[0]
        people = groups.setdefault(reason_sentence(reason, names), [])
        if names.technicians[one.technician] not in people:
            people.append(names.technicians[one.technician])
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"sentence": text, "technicians": people} for text, people in ranked]
