"""Which planned visits a certificate will not carry, and which certificates end soon.

What counts is the day of the visit in its territory, never the day of asking.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from dispatch.models import (
    ENDED,
    UNDER_WAY,
    Certification,
    User,
    Visit,
    WorkTypeSkill,
)
from dispatch.queries import access

# What ended so lately is shown still: it may have been forgotten.
LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Lapse:
    """A visit on a day when its technician does not hold what it asks for."""

    visit: Visit
    day: date
    need: WorkTypeSkill
    held: Certification | None

    @property
    def sentence(self) -> str:
        """Why, in words, with the day on which it ends or begins."""
        who, skill = self.visit.technician, self.need.skill
        if self.held is None:
            return f"{who} has no {skill}."
        if self.held.expires is not None and self.held.expires < self.day:
            return f"{skill} of {who} ends on {_on(self.held.expires)}."
        if self.held.issued is not None and self.held.issued > self.day:
            return f"{skill} of {who} begins on {_on(self.held.issued)}."
        return f"{who} has {self.held}; level {self.need.level} is needed."


@dataclass(frozen=True)
class BrokenDay:
    """The visits of a day in a territory that break."""

    territory: str
    code: str
    day: date
    lapses: list[Lapse]


@dataclass
class Ending:
    """A certificate that ends, and the planned visits that will miss it."""

    certificate: Certification
    days_left: int
    breaks: int = 0


@dataclass(frozen=True)
class Horizon:
    """Everything on the page; `kept` are visits that a dispatcher keeps on purpose."""

    broken: list[BrokenDay]
    kept: list[Lapse]
    ending: list[Ending] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len({one.visit.pk for day in self.broken for one in day.lapses})


def day_of(visit: Visit) -> date:
    """The day of a visit where it takes place."""
    assert visit.sched_start is not None
    zone = ZoneInfo(visit.job.site.territory.time_zone)
    return visit.sched_start.astimezone(zone).date()


def with_needs(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits with all that `lapses` reads, however many they are."""
    return rows.select_related(
        "technician", "job__site__territory", "job__work_type"
    ).prefetch_related(
        "technician__certifications__skill", "job__work_type__skills__skill"
    )


def lapses(rows: Iterable[Visit]) -> list[Lapse]:
    """What the technicians of these visits do not hold on the day."""
    found: list[Lapse] = []
    for visit in rows:
        if visit.technician is None or visit.sched_start is None:
            continue
        day = day_of(visit)
        held = {row.skill_id: row for row in visit.technician.certifications.all()}
        for need in visit.job.work_type.skills.all():
            own = held.get(need.skill_id)
            if own is None or not own.is_valid_on(day) or own.level < need.level:
                found.append(Lapse(visit, day, need, own))
    return found


def horizon(user: User, *, at: datetime, days: int) -> Horizon:
    """What breaks within so many days from now, in the user's territories."""
    until = at + timedelta(days=days)
    rows = access.visits_for(user).filter(
        technician__isnull=False, sched_start__gte=at, sched_start__lt=until
    )
    rows = rows.exclude(status__in=[*ENDED, *UNDER_WAY]).order_by("sched_start", "id")
    found = lapses(with_needs(rows))
    kept = [one for one in found if one.visit.override_reason]
    open_ones = [one for one in found if not one.visit.override_reason]
    return Horizon(_by_day(open_ones), kept, _ending(user, found, at=at, days=days))


def _by_day(found: list[Lapse]) -> list[BrokenDay]:
    def place(one: Lapse) -> tuple[date, str, str]:
        territory = one.visit.job.site.territory
        return one.day, territory.name, territory.code

    return [
        BrokenDay(name, code, day, list(rows))
        for (day, name, code), rows in groupby(sorted(found, key=place), key=place)
    ]


def _ending(user: User, found: list[Lapse], *, at: datetime, days: int) -> list[Ending]:
    """Certificates that end within the horizon, or ended lately and are missed."""
    breaks: dict[object, int] = defaultdict(int)
    for one in found:
        if one.held is not None:
            breaks[one.held.pk] += 1
    today = at.astimezone(UTC).date()
    rows = certificates_for(user).filter(
        expires__gte=today - LOOK_BACK, expires__lt=today + timedelta(days=days)
    )
    return [
        Ending(row, (row.expires - today).days, breaks[row.pk])
        for row in rows.order_by("expires", "technician__name")
        if row.expires is not None
    ]


def certificates_for(user: User) -> QuerySet[Certification]:
    """Certificates of the people whom the user may see."""
    people = access.technicians_for(user).filter(is_active=True)
    rows = Certification.objects.filter(technician__in=people)
    return rows.select_related("technician", "skill")


def _on(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
