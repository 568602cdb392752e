"""Wake a technician's devices: they pull, and what changed never travels by push."""

import json
import re
import uuid
from datetime import datetime
from fnmatch import fnmatch
from typing import Protocol

from django.conf import settings

from dispatch.errors import InvalidInput
from dispatch.models import Outbox, OutboxState, PushSubscription, User
from dispatch.services import outbox

KIND = "push.pull"
ORIGIN = re.compile(r"(https?://[a-z0-9.-]+(?::\d+)?)/[!-\[\]-~]*\Z")
# All that ever leaves the house this way.
PAYLOAD = json.dumps({"t": "pull"})


class Gone(Exception):
    """The push service knows this subscription no more."""


class Sender(Protocol):
    """The push services of the browsers, as far as we need them."""

    def send(self, *, endpoint: str, p256dh: str, auth: str, data: str) -> None:
        """Hand one message over. Raises Gone, or whatever shall be tried again."""
        ...


def subscribe(
    user: User, *, device_id: uuid.UUID, endpoint: str, p256dh: str, auth: str
) -> PushSubscription:
    """Keep where this device may be woken; one place each, the newest counts.

    Raises InvalidInput for an address that is no push service's: the server would
    otherwise call whatever address somebody names.
    """
    _check(endpoint)
    row, _ = PushSubscription.objects.update_or_create(
        device_id=device_id,
        defaults={"user": user, "endpoint": endpoint, "p256dh": p256dh, "auth": auth},
    )
    return row


def unsubscribe(user: User, *, device_id: uuid.UUID) -> None:
    """Wake this device no more."""
    PushSubscription.objects.filter(user=user, device_id=device_id).delete()


def is_subscribed(user: User, *, device_id: uuid.UUID) -> bool:
    """Whether this device asked to be woken."""
    rows = PushSubscription.objects.filter(user=user, device_id=device_id)
    return rows.exists()


def wake(user_id: uuid.UUID, *, at: datetime) -> None:
    """Write one delivery for each device of this person; many changes are one."""
    for row in PushSubscription.objects.filter(user_id=user_id).only("pk"):
        waiting = Outbox.objects.filter(
            kind=KIND, state=OutboxState.WAITING, attempts=0, payload__to=str(row.pk)
        )
        if not waiting.exists():
            key = f"push:{row.pk}:{uuid.uuid4().hex}"
            outbox.enqueue(KIND, key=key, payload={"to": str(row.pk)}, at=at)


def deliver(subscription_id: uuid.UUID, *, sender: Sender) -> None:
    """Send it; a subscription that is gone is deleted. Other failures are raised."""
    row = PushSubscription.objects.filter(pk=subscription_id).first()
    if row is None:
        return
    try:
        sender.send(
            endpoint=row.endpoint, p256dh=row.p256dh, auth=row.auth, data=PAYLOAD
        )
    except Gone:
        row.delete()


def _check(endpoint: str) -> None:
    # Nothing that another reader of addresses might take for the end of the host.
    found = ORIGIN.match(endpoint)
    place = found[1] if found else ""
    if not any(fnmatch(place, pattern) for pattern in settings.PUSH_SERVICES):
        raise InvalidInput(
            "This browser's push service is not one that the office allows.",
            field="endpoint",
        )
