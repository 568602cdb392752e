"""The way to each visit of a person's day: it follows from the order of the visits."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dispatch.models import PLACED, SOFT, Technician, Visit, VisitStatus
from dispatch.services.planning.problem import travel
from scheduling import problem as engine

# A person, and a moment of the day that changed; nobody and no time change nothing.
Place = tuple[UUID | None, datetime | None]
# What may still be reckoned anew: who has set off has set off.
AHEAD = SOFT | {VisitStatus.DISPATCHED, VisitStatus.ACKNOWLEDGED}
A_DAY = timedelta(days=1)


def settle(places: Iterable[Place]) -> None:
    """Reckon the ways of these people's days anew, after a visit came or went.

    Not an act of anybody: no version and no event, as the order of the visits is
    what people decide, and the ways follow from it.
    """
    days: dict[tuple[UUID, date], datetime] = {}
    for person, moment in places:
        if person is not None and moment is not None:
            days[person, moment.date()] = moment
    for (person, _), moment in sorted(days.items(), key=str):
        _settle_day(Technician.objects.get(pk=person), moment)


def _settle_day(person: Technician, moment: datetime) -> None:
    rows = _day(person, moment)
    if not rows:
        return
    home = engine.Location("home", person.home_lat, person.home_lon)
    stops = [engine.Location(str(r.pk), r.job.site.lat, r.job.site.lon) for r in rows]
    seconds = travel(rows[0].job.site.territory, [home, *stops]).seconds
    for number, row in enumerate(rows):
        way = seconds[number][number + 1] or 0
        if row.status in AHEAD and row.travel_seconds != way:
            Visit.objects.filter(pk=row.pk).update(travel_seconds=way)


def _day(person: Technician, moment: datetime) -> list[Visit]:
    """The visits of that local day, in their order."""
    near = Visit.objects.filter(
        technician=person,
        status__in=PLACED,
        sched_start__gt=moment - A_DAY,
        sched_start__lt=moment + A_DAY,
    ).select_related("job__site__territory")
    return [
        row
        for row in near.order_by("sched_start", "pk")
        if row.sched_start is not None and _same_day(row, row.sched_start, moment)
    ]


def _same_day(row: Visit, start: datetime, moment: datetime) -> bool:
    zone = ZoneInfo(row.job.site.time_zone)
    return start.astimezone(zone).date() == moment.astimezone(zone).date()
