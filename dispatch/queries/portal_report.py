"""The service report as a page, in the words of its PDF."""

from typing import Any
from uuid import UUID

from dispatch.models import Visit
from dispatch.queries import report_document

ADDED = "They were not in what was signed."


def report_page(visit_id: UUID) -> dict[str, Any]:
    """The report as it was signed; as it stands when nobody signed."""
    rows = Visit.objects.select_related("job__site", "job__work_type", "technician")
    visit = rows.get(pk=visit_id)
    document = report_document.document(visit)
    found = report_document.file(visit)
    return {
        **document,
        "pictures": [
            ("Photos", "", document["photos"]),
            ("Photos added after the signature", ADDED, document["later"]),
        ],
        "version": found.version if found else 0,
    }
