"""Sign-off: an immutable signature under exactly what the signer saw."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.errors import GateClosed, IllegalMove, InvalidInput
from dispatch.models import SignOff, User, Visit, VisitStatus
from dispatch.queries.report import canonical, digest, is_stale, latest, report
from dispatch.services import checklists, events, reports
from dispatch.services.checklist_values import STROKES

__all__ = ["canonical", "digest", "is_stale", "latest", "report", "sign"]
MAX_BYTES = 20_000
METHODS = ("drawn", "typed")
OPEN_FOR_SIGNING = frozenset(
    {
        VisitStatus.ON_SITE,
        VisitStatus.IN_PROGRESS,
        VisitStatus.PAUSED,
        VisitStatus.COMPLETED,
    }
)


@transaction.atomic
def sign(
    visit: Visit,
    *,
    signed_by: str,
    method: str,
    signature_svg: str,
    content: dict[str, Any],
    by: User,
    at: datetime,
    command_id: uuid.UUID | None = None,
    content_hash: str = "",
) -> SignOff:
    """Keep a signature with the content and its hash.

    Raises InvalidInput, GateClosed (checklist not done), IllegalMove (not on site).
    """
    known = SignOff.objects.filter(command_id=command_id).first()
    if command_id is not None and known is not None:
        return known
    _check(visit, signed_by, method, signature_svg, content)
    if content_hash and content_hash != digest(content):
        raise InvalidInput(
            "The report was damaged on its way: it does not match its hash.",
            field="content_hash",
        )
    signoff = SignOff.objects.create(
        visit=visit,
        signed_by=signed_by.strip(),
        method=method,
        signature_svg=signature_svg if method == "drawn" else "",
        content=content,
        content_hash=digest(content),
        signed_at=at,
        command_id=command_id,
    )
    events.record(
        "visit.signed",
        subject=visit,
        by=by,
        at=at,
        territory=visit.job.site.territory,
        data={"signed_by": signoff.signed_by, "hash": signoff.content_hash},
    )
    reports.want(visit, at=at)
    return signoff


def _check(
    visit: Visit, signed_by: str, method: str, svg: str, content: dict[str, Any]
) -> None:
    if not 0 < len(signed_by.strip()) <= 80:
        raise InvalidInput("Enter the full name of the signer.", field="signed_by")
    if method not in METHODS:
        raise InvalidInput("A signature is drawn or typed.", field="method")
    if method == "drawn" and not (len(svg) <= MAX_BYTES and STROKES.fullmatch(svg)):
        raise InvalidInput("The drawn signature cannot be read.", field="signature_svg")
    if not content or len(canonical(content)) > MAX_BYTES * 5:
        raise InvalidInput("The signed report is empty or too long.", field="content")
    if visit.status not in OPEN_FOR_SIGNING:
        raise IllegalMove(
            f"A visit that is “{visit.get_status_display().lower()}” cannot be signed.",
            status=visit.status,
        )
    missing = checklists.missing(visit, gate="complete")
    if missing:
        raise GateClosed("The checklist must be done first.", missing=missing)
