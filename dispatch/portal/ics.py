"""One visit as an iCalendar entry (RFC 5545), without a word about the work."""

from datetime import UTC, datetime

from django.conf import settings

from dispatch.models import Visit, VisitStatus

STAMP = "%Y%m%dT%H%M%SZ"
MAX_OCTETS = 75


def entry(visit: Visit, *, at: datetime) -> str:
    """The promised window; empty when no time is known."""
    start = visit.promise_start or visit.sched_start
    end = visit.promise_end or visit.sched_end
    if start is None or end is None:
        return ""
    site = visit.job.site
    is_off = visit.status == VisitStatus.CANCELLED
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{_text(settings.PWA_APP_NAME)}//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{visit.pk}@visits",
        f"SEQUENCE:{visit.version}",
        f"DTSTAMP:{at.astimezone(UTC):{STAMP}}",
        f"DTSTART:{start.astimezone(UTC):{STAMP}}",
        f"DTEND:{end.astimezone(UTC):{STAMP}}",
        f"SUMMARY:{_text(f'Visit from {settings.PWA_APP_NAME}')}",
        f"LOCATION:{_text(f'{site.name}, {site.address}')}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _text(value: str) -> str:
    for char in ("\\", ";", ","):
        value = value.replace(char, f"\\{char}")
    return " ".join(value.split())


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets, never cut inside a letter."""
    parts, part = [], ""
    for char in line:
        if len((part + char).encode()) > MAX_OCTETS:
            parts.append(part)
            part = " "
        part += char
    return [*parts, part]
