"""Who calls: the person of the session, with the CSRF check that cookies need."""

from typing import Any

from django.http import HttpRequest
from ninja.security import APIKeyCookie

from dispatch.errors import NotSignedIn
from dispatch.queries import field


class SignedInTechnician(APIKeyCookie):
    """The signed-in technician; 401 for strangers, 403 for everybody else."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The user, once it is clear that they drive a van of ours."""
        if not request.user.is_authenticated:
            raise NotSignedIn
        field.technician(request.user)
        return request.user
