"""Text messages to technicians: one sentence and a link, and nothing about a person."""

import re
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings

from dispatch.errors import InvalidInput
from dispatch.models import Visit

# Two parts of a message at most: longer ones are cut by some networks.
LONGEST = 300
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\Z")
WORDS = {
    "not_seen": "Urgent change to job {number}, not seen on your phone yet. "
    "Open the app: {link}"
}


class Sender(Protocol):
    """A way to phones; `SMS_SENDER` names one by its dotted path.

    Handing over the same key twice is one message where the network can tell.
    """

    def send(self, *, to: str, text: str, key: str) -> None:
        """Hand one message over; raises whatever shall be tried again."""
        ...


@dataclass(frozen=True)
class TextMessage:
    """One message, ready to be handed over."""

    to: str
    text: str
    key: str


def number_of(phone: str) -> str:
    """The number as networks want it, `+441633496001`; empty when it is not one.

    A number without its country is not guessed: a stranger might get the message.
    """
    bare = re.sub(r"[\s().\-/]", "", phone)
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    # "+44 (0)1633": the nought is for callers from inside the country.
    if "(0)" in phone.replace(" ", ""):
        bare = re.sub(r"[\s.\-/()]", "", phone.replace("(0)", ""))
    return bare if NUMBER.match(bare) else ""


def can_reach(phone: str) -> bool:
    """Whether there is a way to phones, and this is a number for it."""
    return bool(settings.SMS_SENDER and number_of(phone))


def compose(payload: dict[str, Any]) -> TextMessage:
    """Write the message that an outbox row asks for. Raises InvalidInput."""
    words = WORDS.get(str(payload.get("template", "")))
    if words is None:
        raise InvalidInput("There is no such text message.", field="template")
    visit = Visit.objects.select_related("job").filter(pk=payload["visit"]).first()
    if visit is None:
        raise InvalidInput("The visit of this message is gone.", field="visit")
    link = f"{settings.PUBLIC_URL.rstrip('/')}/field/visit/{visit.pk}"
    text = words.format(number=visit.job.number, link=link)[:LONGEST]
    return TextMessage(to=str(payload["to"]), text=text, key=str(payload["key"]))
