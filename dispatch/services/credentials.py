"""Certificates that are renewed or withdrawn: who did it, and from which day."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from dispatch.errors import InvalidInput
from dispatch.models import Certification, User
from dispatch.services import events, law

RENEWED = "technician.certificate_renewed"
REVOKED = "technician.certificate_revoked"
LONGEST = timedelta(days=366 * 30)
REASON_LENGTH = 200


@transaction.atomic
def renew(
    certificate: Certification,
    *,
    expires: date,
    evidence: str,
    by: User,
    at: datetime,
) -> Certification:
    """Let a certificate hold until another day, that day included."""
    row = _locked(certificate)
    if not at.date() <= expires <= at.date() + LONGEST:
        message = "The last valid day is today or later, within thirty years."
        raise InvalidInput(message, field="expires")
    if row.issued is not None and expires < row.issued:
        message = f"It begins on {row.issued:%d %b %Y}: it cannot end before."
        raise InvalidInput(message, field="expires")
    before = _facts(row)
    row.expires = expires
    if evidence.strip():
        row.evidence = evidence.strip()[:120]
    row.save(update_fields=["expires", "evidence"])
    _noted(row, RENEWED, by=by, at=at, data={"before": before, "after": _facts(row)})
    return row


@transaction.atomic
def revoke(
    certificate: Certification, *, first_day: date, reason: str, by: User, at: datetime
) -> None:
    """Withdraw a certificate: it holds no more from that day on.

    One that never held by then is struck out; the event keeps what it said.
    """
    row = _locked(certificate)
    words = reason.strip()[:REASON_LENGTH]
    if not words:
        raise InvalidInput("A certificate is withdrawn for a reason.", field="reason")
    last = first_day - timedelta(days=1)
    if row.expires is not None and row.expires <= last:
        message = f"It ends on {row.expires:%d %b %Y} already."
        raise InvalidInput(message, field="first_day")
    data = {"before": _facts(row), "from": first_day.isoformat(), "reason": words}
    _noted(row, REVOKED, by=by, at=at, data=data)
    if row.issued is not None and last < row.issued:
        row.delete()
        return
    row.expires = last
    row.save(update_fields=["expires"])


def _locked(certificate: Certification) -> Certification:
    law.hold_people([certificate.technician_id])
    rows = Certification.objects.select_related("technician", "skill")
    found: Certification = rows.get(pk=certificate.pk)
    return found


def _facts(row: Certification) -> dict[str, Any]:
    return {
        "skill": row.skill.code,
        "level": row.level,
        "issued": row.issued.isoformat() if row.issued else None,
        "expires": row.expires.isoformat() if row.expires else None,
        "evidence": row.evidence,
    }


def _noted(
    row: Certification, kind: str, *, by: User, at: datetime, data: dict[str, Any]
) -> None:
    """One event in every territory: each board shows the person."""
    for territory in row.technician.territories.order_by("code"):
        events.record(
            kind, subject=row.technician, by=by, at=at, territory=territory, data=data
        )
