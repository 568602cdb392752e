"""Who calls: the person of the session, with the CSRF check that cookies need."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie

from dispatch.errors import NotSignedIn
from dispatch.queries import field
from field_app import devices

# In the session: the device that this sign-in last enrolled.
DEVICE = "device"


class SignedInTechnician(APIKeyCookie):
    """The signed-in technician; 401 for strangers, 403 for everybody else."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        """Strangers are sent to sign in before a CSRF token is asked of them."""
        refuse_strangers(request)
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The user, once it is clear that they drive a van of ours."""
        field.technician(request.user)
        return request.user


def refuse_strangers(request: HttpRequest) -> None:
    """Nobody without a sign-in, and no sign-in of a revoked device.

    Raises NotSignedIn, Revoked.
    """
    if not request.user.is_authenticated:
        raise NotSignedIn
    devices.refuse_revoked(request.session.get(DEVICE))


def bind(request: HttpRequest, device_id: uuid.UUID) -> None:
    """From now on this sign-in belongs to that device, and lasts as long as a device's.

    A revoked device takes its sign-in with it.
    """
    if request.session.get(DEVICE) == str(device_id):
        return
    request.session[DEVICE] = str(device_id)
    request.session.set_expiry(settings.FIELD_SESSION_DAYS * 24 * 3600)
