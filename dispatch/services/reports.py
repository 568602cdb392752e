"""Service reports as files: asked for with the fact, made by a worker, kept once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from dispatch.models import Outbox, ReportFile, Visit, VisitStatus
from dispatch.queries import report_document
from dispatch.services import outbox, report_pictures

Render = Callable[[dict[str, Any], Mapping[str, bytes]], bytes]


class Overtaken(Exception):
    """Another worker made a version at the same time; the next try finds it."""


def want(visit: Visit, *, at: datetime) -> Outbox | None:
    """Have the report made as it stands now; None when nothing is done or signed yet.

    Asked twice for the same words it is one making; one given up is tried anew.
    """
    row = _visit(visit.pk)
    if not has_report(row):
        return None
    wanted = report_document.digest(report_document.document(row))
    key = report_document.key(row, wanted)
    delivery = outbox.enqueue(
        "report.make", key=key, payload={"visit": str(row.pk)}, at=at
    )
    if not ReportFile.objects.filter(visit=row, digest=wanted).exists():
        outbox.again(delivery, at=at)
    return delivery


def make(visit_id: UUID, *, render: Render) -> ReportFile:
    """Make the file unless it is there; older ones of the visit go.

    Each that says something else is a version of its own, and says which.
    """
    visit = _visit(visit_id)
    content = report_document.document(visit)
    digest = report_document.digest(content)
    known = ReportFile.objects.filter(visit=visit, digest=digest).first()
    if known is not None:
        return known
    version = _last_version(visit) + 1
    files = report_pictures.files(content)
    # Outside of the lock: it takes seconds, and acts on the visit must not wait.
    pdf = render(content | {"version": version}, files)
    with transaction.atomic():
        Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        if _last_version(visit) + 1 != version:
            raise Overtaken(f"Version {version} of {visit} was made meanwhile.")
        ReportFile.objects.filter(visit=visit).delete()
        return ReportFile.objects.create(
            visit=visit, digest=digest, pdf=pdf, version=version
        )


def _last_version(visit: Visit) -> int:
    found = ReportFile.objects.filter(visit=visit).aggregate(last=Max("version"))
    return found["last"] or 0


def has_report(visit: Visit) -> bool:
    """Whether there is anything to report: finished, or signed."""
    return visit.status == VisitStatus.COMPLETED or visit.signoffs.exists()


def _visit(visit_id: UUID) -> Visit:
    rows = Visit.objects.select_related(
        "job__site", "job__work_type__checklist", "technician", "crew"
    )
    return rows.get(pk=visit_id)
