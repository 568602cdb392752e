"""Judge one row completely: a draft of a job, or every problem that it has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.models import Site, WorkType
from dispatch.services.importing import when, where
from dispatch.services.importing.fields import shown
from dispatch.services.importing.row import Row, listed

LONGEST_MINUTES = 24 * 60


@dataclass(frozen=True)
class Draft:
    """A job to open; `site` is not saved yet when `is_new_site`."""

    line: int
    ref: str
    site: Site
    is_new_site: bool
    at: datetime
    arguments: dict[str, Any]


def judge(row: Row) -> Draft | None:
    """The draft, or None when the row has problems; it keeps them itself."""
    row.check_texts()
    if not row.values["external_ref"]:
        row.missing("external_ref")
    kind = _work_type(row)
    territory = where.territory_of(row)
    point = where.point_of(row, territory)
    site, is_new = where.site_of(row, territory, point)
    zone = when.zone_of(row, site or territory)
    at = when.received(row, zone)
    span = when.span_of(row, "earliest_start", "latest_end", zone)
    minutes = row.whole("duration_minutes", 1, LONGEST_MINUTES)
    when.check_length(row, span, minutes, kind)
    extra = {
        "priority": row.whole("priority", 1, 5),
        "duration_minutes": minutes,
        "window": when.window_of(row, zone, span),
        "promise": when.inner_span(row, "promise_start", "promise_end", zone, span),
    }
    if row.problems or kind is None or site is None or span is None:
        return None
    if is_new:
        # Later rows of the file may name it too.
        row.known.add(site)
    arguments = {
        "work_type": kind,
        "title": row.values["title"] or kind.name,
        "description": row.values["description"],
        "earliest_start": span[0],
        "latest_end": span[1],
        **extra,
    }
    ref = row.values["external_ref"]
    return Draft(row.line, ref, site, is_new, at, arguments)


def _work_type(row: Row) -> WorkType | None:
    word = row.values["work_type"]
    if not word:
        row.missing("work_type")
        return None
    found = row.known.work_types.get(word.casefold())
    if found is None:
        codes = listed(row.known.work_type_codes)
        message = f"There is no work type {shown(word)}. Known: {codes}."
        row.refuse("work_type", "unknown work type", message)
    return found
