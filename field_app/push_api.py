"""The door for push: which key to subscribe with, and where a device listens."""

import uuid
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from dispatch.queries.field import User
from dispatch.services import push
from field_app.envelope import envelope
from field_app.errors import ReEnrol
from field_app.models import Device

router = Router()
Key = Annotated[str, StringConstraints(pattern=r"^[\w-]{20,100}=*$")]


class SubscriptionIn(Schema):
    """What the browser was given by its push service."""

    model_config = ConfigDict(extra="forbid")
    device: uuid.UUID
    endpoint: str = Field(max_length=1000)
    p256dh: Key
    auth: Key


class DeviceRef(Schema):
    """One of the caller's devices."""

    model_config = ConfigDict(extra="forbid")
    device: uuid.UUID


@router.get("/push", operation_id="field_push")
def state(request: HttpRequest, device: uuid.UUID) -> dict[str, Any]:
    """The key to subscribe with (empty: not set up here), and whether it is known."""
    user = _owner(request, device)
    is_on = push.is_subscribed(user, device_id=device)
    return envelope(key=settings.VAPID_PUBLIC_KEY, subscribed=is_on)


@router.post("/push/subscribe", operation_id="field_push_subscribe")
def subscribe(request: HttpRequest, body: SubscriptionIn) -> dict[str, Any]:
    """Wake this device from now on; what is sent is `{"t": "pull"}` and no more."""
    push.subscribe(
        _owner(request, body.device),
        device_id=body.device,
        endpoint=body.endpoint,
        p256dh=body.p256dh,
        auth=body.auth,
    )
    return envelope(subscribed=True)


@router.post("/push/unsubscribe", operation_id="field_push_unsubscribe")
def unsubscribe(request: HttpRequest, body: DeviceRef) -> dict[str, Any]:
    """Wake this device no more."""
    push.unsubscribe(_owner(request, body.device), device_id=body.device)
    return envelope(subscribed=False)


def _owner(request: HttpRequest, device: uuid.UUID) -> User:
    user = request.user
    assert isinstance(user, User)
    if not Device.objects.filter(pk=device, user=user, revoked_at=None).exists():
        raise ReEnrol
    return user
