"""What a phone is told only around the visit: access codes, and whose home it is."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from dispatch.models import ENDED, UNDER_WAY, ServiceLine, Visit

CARE_VISIT = "Care visit"


def shown(document: dict[str, Any], row: Visit, *, at: datetime) -> dict[str, Any]:
    """The document as the phone may hold it now.

    Codes come some hours before the start and go with the end. At home care so do name,
    address and everything else that says who it is.
    """
    opens = _opens(row)
    is_open = row.status in UNDER_WAY or (
        row.status not in ENDED and opens is not None and opens <= at
    )
    site = {
        **document["site"],
        "has_code": bool(row.job.site.access_code),
        "access_code": row.job.site.access_code if is_open else "",
    }
    secrets_from = None if is_open or row.status in ENDED else opens
    told = {
        **document,
        "site": site,
        "secrets_from": secrets_from.isoformat() if secrets_from else None,
    }
    if is_open or row.job.service_line != ServiceLine.HEALTHCARE:
        return told
    return {**told, **_nobody(site)}


def _opens(row: Visit) -> datetime | None:
    if row.sched_start is None:
        return None
    return row.sched_start - timedelta(hours=settings.FIELD_SECRET_HOURS)


def _nobody(site: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer": "",
        "title": CARE_VISIT,
        "description": "",
        "contact": None,
        "asset": None,
        "site": {
            **site,
            "name": CARE_VISIT,
            "address": "",
            "access_notes": "",
            "access_needs": "",
            # The town, not the house.
            "lat": round(site["lat"], 1),
            "lon": round(site["lon"], 1),
        },
    }
