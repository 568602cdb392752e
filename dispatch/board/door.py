"""Who may come in: the dispatcher's pages are for the office."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from dispatch.models import Role, User


def office(request: HttpRequest) -> User:
    """The signed-in dispatcher or admin; PermissionDenied for everybody else."""
    user = request.user
    assert isinstance(user, User)
    if user.role not in {Role.DISPATCHER, Role.ADMIN}:
        raise PermissionDenied("The board is for dispatchers.")
    return user
