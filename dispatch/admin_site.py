"""The door of `/admin/`: the role decides, not Django's own flags.

Beside the package, not in it: Django needs this site before it imports the pages, which
register themselves with it.
"""

from typing import Any

from django.contrib import admin
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from dispatch.models import Role


def may_enter(user: Any) -> bool:
    """Admins, and the superuser of the command line, who makes the first admin."""
    is_admin = getattr(user, "role", None) == Role.ADMIN
    return user.is_active and (is_admin or getattr(user, "is_superuser", False))


class OfficeSignIn(AuthenticationForm):
    """Sign in, and say it when the person is known but no admin."""

    def confirm_login_allowed(self, user: Any) -> None:
        """Only admins come in here."""
        super().confirm_login_allowed(user)
        if not may_enter(user):
            raise ValidationError("These pages are for admins.", code="not_allowed")


class OfficeSite(admin.AdminSite):
    """The admin's pages."""

    site_header = "Field Dispatch: administration"
    site_title = "Administration"
    index_title = "What the work stands on"
    site_url = "/board/"
    login_form = OfficeSignIn

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person may see any of these pages."""
        return may_enter(request.user)
