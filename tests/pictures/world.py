"""The seeded town of the trial run, and visits laid out for the pictures."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from dispatch.demo import base
from dispatch.demo.work import Desk
from dispatch.models import Part, Site, Technician, User, Visit, WorkType
from dispatch.services import checklists, placing, visits

STEPS = ("acknowledged", "en_route", "on_site", "in_progress")
BECAUSE = "For the pictures"


@dataclass
class Town:
    """Who and what the seed left; nobody has a visit yet."""

    now: datetime = field(default_factory=timezone.now)

    @property
    def dora(self) -> User:
        """The dispatcher."""
        return User.objects.get(username="dora")

    def person(self, name: str) -> Technician:
        """By first name."""
        return Technician.objects.select_related("user").get(name__startswith=name)

    def part(self, code: str) -> Part:
        """From the catalogue."""
        return Part.objects.get(code=code)

    def moment(self, minutes: float) -> datetime:
        """So many minutes from now, on a quarter of an hour."""
        then = self.now + timedelta(minutes=minutes)
        return then.replace(minute=then.minute // 15 * 15, second=0, microsecond=0)

    def visit(
        self,
        who: str,
        kind: str,
        site: str,
        *,
        minutes: float,
        to: str = "dispatched",
        mate: str = "",
        late: bool = False,
        **more: Any,
    ) -> Visit:
        """A visit that begins so many minutes from now and has come as far as `to`."""
        types = {row.code: row for row in WorkType.objects.all()}
        start = self.moment(minutes)
        day = start.astimezone(base.ZONE).date()
        desk = Desk(types, {}, day, self.dora)
        if "promised" in more:
            low, high = more.pop("promised")
            more["promise"] = (self.moment(low), self.moment(high))
        place = Site.objects.get(name=site)
        job = desk.open(kind, place, day=day, at=start - timedelta(hours=4), **more)
        rows = list(job.visits.all())
        people = [self.person(name) for name in (who, mate) if name]
        for row, person in zip(rows, people, strict=False):
            self._send(row, person, start, to=to, late=late)
        row.refresh_from_db()
        return Visit.objects.get(pk=rows[0].pk)

    def hand_over(self, visit: Visit, who: str, *, minutes: float) -> None:
        """The office takes it back and sends it again: later, or to somebody else."""
        visits.recall(visit, reason=BECAUSE, by=self.dora, at=self.now)
        self._place(visit, self.person(who), self.moment(minutes), at=self.now)

    def _place(
        self, row: Visit, person: Technician, start: datetime, *, at: datetime
    ) -> None:
        placing.assign(
            row,
            technician=person,
            start=start,
            by=self.dora,
            at=at,
            override_reason=BECAUSE,
        )
        visits.send(row.pk, by=self.dora, at=at, override_reason=BECAUSE)

    def _send(
        self, row: Visit, person: Technician, start: datetime, *, to: str, late: bool
    ) -> None:
        # Long before: what is sent late is a notice to its technician.
        before = timedelta(minutes=9) if late else timedelta(hours=8)
        early = min(start, self.now) - before
        if to == "scheduled":
            placing.assign(
                row,
                technician=person,
                start=start,
                by=self.dora,
                at=early,
                override_reason=BECAUSE,
            )
            return
        self._place(row, person, start, at=early)
        for number, step in enumerate(STEPS):
            if to not in STEPS[number:]:
                return
            visits.move(row.pk, to=step, by=person.user, at=self._when(number, start))

    def _when(self, number: int, start: datetime) -> datetime:
        """When a step was taken: about the planned start, and in the past."""
        return min(start, self.now) + timedelta(minutes=4 * number - 16)

    def answer(self, visit: Visit, by: str, minutes_ago: float, **given: Any) -> None:
        """Answers of one person, two minutes after one another."""
        at = timezone.now() - timedelta(minutes=minutes_ago)
        for key, value in given.items():
            checklists.answer(
                visit,
                item_key=key.replace("_", "-"),
                value=value,
                by=self.person(by).user,
                at=at,
            )
            at += timedelta(minutes=2)
