"""Who calls: a signed-in person by cookie (with CSRF), or a program by key."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from dispatch.models import ApiKey, Role, User
from dispatch.queries import access


class StaffSession(SessionAuth):
    """A person's session cookie; unsafe methods need the CSRF header."""

    def __call__(self, request: HttpRequest) -> Any:
        """The signed-in person, or None; only a cookie that opens can be forged."""
        return super().__call__(request) if request.user.is_authenticated else None


class IntegrationKey(HttpBearer):
    """`Authorization: Bearer KEY`; a revoked or unknown key is nobody."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The integration behind the key, or None."""
        found = ApiKey.objects.filter(
            key_hash=ApiKey.digest(token), revoked_at__isnull=True
        ).first()
        return access.Integration(found) if found else None


STAFF = StaffSession()
ANY = [STAFF, IntegrationKey()]


def office(request: HttpRequest) -> User:
    """The dispatcher or admin who calls; refuse everybody else."""
    caller = request.auth  # type: ignore[attr-defined]
    access.require_role(caller, Role.DISPATCHER, Role.ADMIN)
    user: User = caller
    return user


def office_or_program(request: HttpRequest) -> access.Caller:
    """A dispatcher, an admin or an integration; refuse technicians."""
    caller = request.auth  # type: ignore[attr-defined]
    access.require_role(caller, Role.DISPATCHER, Role.ADMIN, "integration")
    found: access.Caller = caller
    return found


def anybody(request: HttpRequest) -> User:
    """Whoever is signed in with a cookie."""
    user: User = request.auth  # type: ignore[attr-defined]
    access.require_role(user, *Role.values)
    return user
