"""The full history of a record: who did what when, by both clocks, page by page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from dispatch.models import Event
from dispatch.queries import event_words

PAGE = 50
# Of a customer with more than this, the newest are looked at.
MOST_SUBJECTS = 500
# A device that is this far from the office's clock was without a network.
APART = timedelta(seconds=90)


@dataclass(frozen=True)
class Line:
    """One event; `heard_at` only when it reached us later than it happened."""

    id: int
    at: datetime
    heard_at: datetime | None
    sentence: str
    about: str
    details: list[str]


@dataclass(frozen=True)
class History:
    """Some lines, newest first; `before` asks for the older ones."""

    lines: list[Line]
    before: int | None


def read(
    subjects: Iterable[QuerySet[Any]],
    *,
    zone: ZoneInfo,
    before: int | None = None,
    also: Q | None = None,
) -> History:
    """What happened to these rows; they come through `access` already.

    One query for each kind of row and one for the events, however many there are.
    """
    labels: dict[UUID, str] = {}
    for some in subjects:
        labels.update(dict(some.order_by("-pk")[:MOST_SUBJECTS]))
    found = Event.objects.filter(Q(subject_id__in=list(labels)) | (also or Q(pk=None)))
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    lines = [_line(row, labels, zone) for row in rows[:PAGE]]
    return History(lines, lines[-1].id if len(rows) > PAGE else None)


def _line(row: Event, labels: dict[UUID, str], zone: ZoneInfo) -> Line:
    late = row.received_at - row.at > APART
    return Line(
        id=row.pk,
        at=row.at,
        heard_at=row.received_at if late else None,
        sentence=event_words.sentence(row.kind, row.actor_label, row.data),
        about=labels.get(row.subject_id, ""),
        details=event_words.details(row.data, zone=zone),
    )
