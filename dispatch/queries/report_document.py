"""What the printed service report says: words only, ready to be laid out."""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings

from dispatch.models import (
    Outbox,
    OutboxState,
    ReportFile,
    ReturnReason,
    ServiceLine,
    SignOff,
    Visit,
)
from dispatch.queries import report, report_photos, wording
from dispatch.queries.portal import what

Document = dict[str, Any]
# A change here makes every report anew the next time it is asked for.
LAYOUT = 2
READY, BEING_MADE, GIVEN_UP, NONE = "ready", "being_made", "given_up", "none"


def document(visit: Visit) -> Document:
    """The report as it was signed; as it stands when nobody signed."""
    signoff = report.latest(visit)
    content = report.report(visit)
    if signoff is not None:
        content = report.for_customer(signoff.content, visit)
    zone = visit.job.site.time_zone
    number = str(content.get("number") or visit.job.number)
    return {
        "layout": LAYOUT,
        "language": "en",
        "product": settings.PWA_APP_NAME,
        "title": f"Service report {number}",
        "subtitle": f"{what(visit)}, {number}",
        "footer": f"Service report {number}",
        "stale": _stale(signoff, visit, zone),
        "facts": _facts(visit, content, zone),
        "sections": _sections(content.get("answers") or []),
        "parts": _parts(content.get("parts") or []),
        "returns": _returns(content.get("returns") or []),
        **report_photos.shown(visit, signoff),
        "signature": signoff and _signature(signoff, zone),
    }


def digest(content: Document) -> str:
    """What a report is kept under: the same words are the same file."""
    return report.digest(content)


def state(visit: Visit) -> str:
    """Whether the PDF of the report as it stands is there, on its way, or neither."""
    wanted = digest(document(visit))
    if ReportFile.objects.filter(visit=visit, digest=wanted).exists():
        return READY
    row = Outbox.objects.filter(key=key(visit, wanted)).only("state").first()
    if row is None or row.state == OutboxState.DONE:
        return NONE
    return GIVEN_UP if row.state == OutboxState.DEAD else BEING_MADE


def file(visit: Visit) -> ReportFile | None:
    """The PDF of the report as it stands, if it has been made."""
    wanted = digest(document(visit))
    return ReportFile.objects.filter(visit=visit, digest=wanted).first()


def key(visit: Visit, wanted: str) -> str:
    """The outbox key of one making."""
    return f"report:{visit.pk}:{wanted[:40]}"


def _facts(visit: Visit, content: Document, zone: str) -> list[dict[str, str]]:
    is_care = visit.job.service_line == ServiceLine.HEALTHCARE
    title = "" if is_care else str(content.get("work") or "")
    work = what(visit)
    facts = [
        ("Work", work, title if title != work else ""),
        (
            "Where",
            str(content.get("site") or visit.job.site.name),
            str(content.get("address") or visit.job.site.address),
        ),
        ("When", *_when(visit, zone)),
        ("Who came", str(content.get("came") or report.came(visit)), ""),
    ]
    return [
        {"label": label, "value": value, "more": more}
        for label, value, more in facts
        if value
    ]


def _when(visit: Visit, zone: str) -> tuple[str, str]:
    start, end = visit.actual_start, visit.actual_end
    if start is None:
        return "", ""
    text = f"{wording.day(start, zone=zone)}, {wording.figures(start, zone=zone)}"
    if end is None:
        return text, ""
    hours, minutes = divmod(round((end - start).total_seconds() / 60), 60)
    length = f"{hours} h {minutes} min" if hours else f"{minutes} min"
    return f"{text}–{wording.figures(end, zone=zone)}", f"{length} on site"


def _sections(rows: list[Document]) -> list[Document]:
    named = [(str(row.get("section") or ""), row) for row in rows]
    return [
        {"title": title, "rows": [_row(row) for _, row in group]}
        for title, group in groupby(named, key=lambda pair: pair[0])
    ]


def _row(row: Document) -> Document:
    value, unit = row.get("value"), str(row.get("unit") or "")
    lower, upper = row.get("lower"), row.get("upper")
    has_limits = lower is not None or upper is not None
    is_bad = has_limits and not _lies_within(value, lower, upper)
    verdict = "Outside its limits" if is_bad else "Inside its limits"
    return {
        "label": str(row.get("label", "")),
        "value": f"{words(value)} {unit}".strip(),
        "limits": _limits(lower, upper, unit) if has_limits else "",
        "verdict": verdict if has_limits else "",
        "is-bad": is_bad,
    }


def words(value: Any) -> str:
    """An answer as people read it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(words(item) for item in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _lies_within(value: Any, lower: Any, upper: Any) -> bool:
    if not isinstance(value, int | float):
        return False
    return (lower is None or value >= lower) and (upper is None or value <= upper)


def _limits(lower: Any, upper: Any, unit: str) -> str:
    if lower is None:
        text = f"at most {words(upper)}"
    elif upper is None:
        text = f"at least {words(lower)}"
    else:
        text = f"{words(lower)} to {words(upper)}"
    return f"{text} {unit}".strip()


def _parts(rows: list[Document]) -> list[dict[str, str]]:
    return [
        {key: str(row.get(key) or "") for key in ("code", "name", "serial", "quantity")}
        for row in rows
    ]


def _returns(rows: list[Document]) -> list[dict[str, str]]:
    why = dict(ReturnReason.choices)
    keys = ("code", "name", "serial", "quantity")
    return [
        {key: str(row.get(key) or "") for key in keys}
        | {"reason": str(why.get(str(row.get("reason")), ""))}
        for row in rows
    ]


def _stale(signoff: SignOff | None, visit: Visit, zone: str) -> str:
    if signoff is None or not report.is_stale(signoff):
        return ""
    return (
        f"The record was changed after {signoff.signed_by} had signed it. This report "
        "shows what was signed. A new signature is needed for what has changed."
    )


def _signature(signoff: SignOff, zone: str) -> dict[str, str]:
    at = f"{_day(signoff.signed_at, zone)}, {_clock(signoff.signed_at, zone)}"
    how = "Drawn" if signoff.method == "drawn" else "Typed"
    return {
        "name": signoff.signed_by,
        "svg": signoff.signature_svg,
        "alt": f"Signature of {signoff.signed_by}",
        "line": signoff.signed_by,
        "said": f"{how} on {at}",
        "hash": signoff.content_hash,
    }


def _day(moment: datetime, zone: str) -> str:
    return wording.day(moment, zone=zone)


def _clock(moment: datetime, zone: str) -> str:
    return wording.figures(moment, zone=zone)
