"""Recurring work: jobs are opened ahead, each date once; pause, end, leave one out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from dispatch.errors import IllegalMove, InvalidInput
from dispatch.models import Occurrence, Recurring, RecurringState, User
from dispatch.services import events, jobs, rules

S = RecurringState
SHOWN = 10
FURTHEST_HORIZON = 366
MAKER = "recurring work"


@dataclass(frozen=True)
class Date:
    """One date of a preview: its hours, and what has become of it."""

    day: date
    span: rules.Span
    is_skipped: bool = False
    job: Any = None


@transaction.atomic
def save(row: Recurring, *, by: User, at: datetime) -> Recurring:
    """Keep a new or changed rule. Raises InvalidInput, naming the field."""
    _check(row, at=at)
    is_new = row._state.adding
    row.save()
    _record(row, "recurring.added" if is_new else "recurring.changed", by=by, at=at)
    return row


def preview(row: Recurring, *, at: datetime, count: int = SHOWN) -> list[Date]:
    """The next dates in the time zone of the territory, whether made, left out or new.

    Raises InvalidInput for a rule that cannot be read.
    """
    today = _today(row, at)
    rule = rules.read(row.rule, first_on=row.first_on, today=row.first_on)
    until = max(today, row.first_on) + timedelta(days=366 * rules.FURTHEST_YEARS)
    days = list(islice((d for d in rule.dates(until=until) if d >= today), count))
    known: dict[date, Occurrence] = {}
    if not row._state.adding:
        found = row.occurrences.filter(on__in=days).select_related("job")
        known = {one.on: one for one in found}
    return [_date(row, day, known.get(day)) for day in days]


def make_due(*, at: datetime) -> int:
    """Open the jobs of every active rule within its horizon; how many there were."""
    rows = Recurring.objects.filter(state=S.ACTIVE).values_list("pk", flat=True)
    return sum(make(pk, at=at) for pk in rows.order_by("pk"))


@transaction.atomic
def make(pk: UUID, *, at: datetime) -> int:
    """Open the jobs of one rule that are due; a second worker finds them made."""
    rows = Recurring.objects.select_for_update(of=("self",), skip_locked=True)
    row = (
        rows.select_related("site__territory", "site__customer__sla")
        .filter(pk=pk, state=S.ACTIVE)
        .first()
    )
    if row is None:
        return 0
    today = _today(row, at)
    rule = rules.read(row.rule, first_on=row.first_on, today=row.first_on)
    until = today + timedelta(days=row.horizon_days)
    days = [day for day in rule.dates(until=until) if day >= today]
    made = 0
    for day in _new(row, days):
        span = _span(row, day)
        if span.end > at:
            _open(row, day, span, at=at)
            made += 1
    return made


@transaction.atomic
def skip(row: Recurring, *, day: date, by: User, at: datetime) -> None:
    """Leave one date out. Raises InvalidInput when its job is open, or no date fits."""
    locked = Recurring.objects.select_for_update().get(pk=row.pk)
    if day not in {one.day for one in preview(locked, at=at, count=SHOWN * 10)}:
        raise InvalidInput("The rule has no such date ahead.", field="day")
    one, _ = Occurrence.objects.get_or_create(recurring=locked, on=day)
    if one.job is not None:
        raise IllegalMove(f"{one.job.number} is open for that date. Cancel its visit.")
    one.is_skipped = True
    one.save(update_fields=["is_skipped"])
    said = {"text": f"{day:%a %d %b %Y} is left out"}
    _record(row, "recurring.changed", by=by, at=at, data=said)


@transaction.atomic
def set_state(row: Recurring, *, state: str, by: User, at: datetime) -> Recurring:
    """Pause, go on, or end for good; jobs that are open already stay."""
    locked = Recurring.objects.select_for_update().get(pk=row.pk)
    if locked.state == S.ENDED:
        raise IllegalMove("This has ended. Make a new rule instead.")
    if state not in S.values or state == locked.state:
        raise IllegalMove("It stands so already.")
    before = locked.get_state_display()
    locked.state = state
    locked.save(update_fields=["state"])
    said = {"changed": {"state": [before, locked.get_state_display()]}}
    _record(row, "recurring.changed", by=by, at=at, data=said)
    return locked


def _check(row: Recurring, *, at: datetime) -> None:
    rules.read(row.rule, first_on=row.first_on, today=_today(row, at))
    if row.not_after <= row.not_before:
        raise InvalidInput(
            "The latest end is not after the earliest start.", field="not_after"
        )
    minutes = (row.not_after.hour - row.not_before.hour) * 60
    minutes += row.not_after.minute - row.not_before.minute
    if minutes < row.work_type.duration_minutes:
        raise InvalidInput(
            f"{row.work_type.name} takes {row.work_type.duration_minutes} min, and the "
            "hours leave less. Widen them.",
            field="not_after",
        )
    if not 1 <= row.horizon_days <= FURTHEST_HORIZON:
        raise InvalidInput(
            f"Jobs are opened 1 to {FURTHEST_HORIZON} days ahead.", field="horizon_days"
        )
    try:
        row.clean_fields()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(messages[0], field=name) from error


def _new(row: Recurring, days: Iterable[date]) -> list[date]:
    wanted = list(days)
    known = set(row.occurrences.filter(on__in=wanted).values_list("on", flat=True))
    return [day for day in wanted if day not in known]


def _open(row: Recurring, day: date, span: rules.Span, *, at: datetime) -> None:
    job = jobs.open_job(
        site=row.site,
        work_type=row.work_type,
        title=row.title,
        description=row.description,
        priority=row.priority,
        contact=row.contact,
        asset=row.asset,
        by=None,
        label=MAKER,
        at=at,
        earliest_start=span.start,
        latest_end=span.end,
    )
    Occurrence.objects.create(recurring=row, on=day, job=job)


def _date(row: Recurring, day: date, known: Occurrence | None) -> Date:
    return Date(
        day,
        _span(row, day),
        is_skipped=known is not None and known.is_skipped,
        job=known.job if known else None,
    )


def _span(row: Recurring, day: date) -> rules.Span:
    zone = ZoneInfo(row.site.territory.time_zone)
    return rules.span(day, row.not_before, row.not_after, zone=zone)


def _today(row: Recurring, at: datetime) -> date:
    return at.astimezone(ZoneInfo(row.site.territory.time_zone)).date()


def _record(
    row: Recurring,
    kind: str,
    *,
    by: User,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    territory = row.site.territory
    events.record(kind, subject=row, by=by, at=at, territory=territory, data=data)
