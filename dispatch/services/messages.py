"""What a message says: composed when it is sent, without any clinical detail."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from dispatch.errors import InvalidInput
from dispatch.models import Feedback, Visit
from dispatch.queries import wording
from dispatch.services import links

SUBJECTS = {
    "booked": "Your visit on {day}, {window}",
    "on_the_way": "We are on the way to you",
    "done": "Your visit is done",
    "cancelled": "Your visit on {day} is cancelled",
    "not_seen": "Your day has changed: job {number}",
    "low_rating": "A customer is not happy: job {number}",
}
FOR_STAFF = frozenset({"low_rating", "not_seen"})


@dataclass(frozen=True)
class Message:
    """One message, ready to be handed to a sender."""

    to: str
    subject: str
    text: str
    html: str


def compose(payload: dict[str, Any]) -> Message:
    """Write the message that an outbox row asks for.

    The link is made here: a token is never kept, not even in the outbox. Raises
    InvalidInput for an unknown template and for a visit that does not exist.
    """
    template = str(payload.get("template", ""))
    if template not in SUBJECTS:
        raise InvalidInput(f"There is no message {template!r}.", field="template")
    rows = Visit.objects.select_related("job__site", "job__contact", "technician")
    visit = rows.filter(pk=str(payload["visit"])).first()
    if visit is None:
        raise InvalidInput("The visit of this message is gone.", field="visit")
    with translation.override(str(payload.get("language") or "en")):
        context = _context(visit, template)
        return Message(
            to=str(payload["to"]),
            subject=SUBJECTS[template].format(**context),
            text=render_to_string(f"email/{template}.txt", context),
            html=render_to_string(f"email/{template}.html", context),
        )


def _context(visit: Visit, template: str) -> dict[str, Any]:
    zone = visit.job.site.time_zone
    start = visit.promise_start or visit.sched_start or visit.earliest_start
    end = visit.promise_end or visit.sched_end or visit.latest_end
    contact = visit.job.contact
    context: dict[str, Any] = {
        "product_name": settings.PWA_APP_NAME,
        "phone": getattr(settings, "SUPPORT_PHONE", ""),
        "name": contact.name if contact else "",
        "number": visit.job.number,
        "day": wording.day(start, zone=zone),
        "window": wording.window(start, end, zone=zone),
    }
    if template in FOR_STAFF:
        return context | _staff_facts(visit, template)
    token = links.issue(visit, at=links.ends_at(visit))
    return context | {"link": f"{settings.PUBLIC_URL.rstrip('/')}/v/{token}/"}


def _staff_facts(visit: Visit, template: str) -> dict[str, Any]:
    if template == "not_seen":
        return {"link": f"{settings.PUBLIC_URL.rstrip('/')}/field/visit/{visit.pk}"}
    rating = Feedback.objects.filter(visit=visit).first()
    return {
        "score": rating.score if rating else "",
        "link": f"{settings.PUBLIC_URL.rstrip('/')}/board/",
    }
