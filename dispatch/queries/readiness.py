"""Is a visit ready to be promised or sent? Every red item is named."""

from collections import defaultdict
from typing import TypedDict

from dispatch.models import Part, RequestedPart, StockItem, Visit
from dispatch.queries import credentials


class RedItem(TypedDict):
    """What is not ready, in words."""

    code: str
    sentence: str


def red_items(visit: Visit) -> list[RedItem]:
    """What stands against sending this visit to its technician."""
    if visit.technician is None or visit.sched_start is None:
        return [RedItem(code="no_technician", sentence="Nobody is assigned.")]
    return [*_missing_parts(visit), *_awaited(visit), *_invalid_skills(visit)]


def _awaited(visit: Visit) -> list[RedItem]:
    """Parts that were asked for on an earlier visit of the job."""
    found: list[RedItem] = []
    for row in visit.waits_for.select_related("part"):
        if row.is_waiting:
            by = row.expected_on
            when = f"expected on {by:%-d %b}" if by else "no date yet"
            sentence = f"Waits for {row}: {row.get_state_display().lower()}, {when}."
            found.append(RedItem(code="part_awaited", sentence=sentence))
    return found


def _missing_parts(visit: Visit) -> list[RedItem]:
    stock = dict(
        StockItem.objects.filter(technician=visit.technician_id).values_list(
            "part_id", "on_hand"
        )
    )
    needed: dict[Part, int] = defaultdict(int)
    for line in visit.job.work_type.parts.select_related("part"):
        needed[line.part] += line.quantity
    arrived = visit.waits_for.filter(state=RequestedPart.ARRIVED)
    for row in arrived.select_related("part").exclude(part=None):
        assert row.part is not None
        needed[row.part] += row.quantity
    return [
        RedItem(
            code="part_missing",
            sentence=f"{part} is not in the van of {visit.technician}.",
        )
        for part, quantity in needed.items()
        if stock.get(part.pk, 0) < quantity
    ]


def _invalid_skills(visit: Visit) -> list[RedItem]:
    return [
        RedItem(code="skill_missing", sentence=lapse.sentence)
        for lapse in credentials.lapses([visit])
    ]
