"""What all admin pages share: the role as the only permission, and the audit trail."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db.models import Field, Model
from django.http import HttpRequest
from django.utils import timezone

from dispatch.admin_site import may_enter
from dispatch.services import events


class ByRole:
    """Admins may do everything that a page offers; nobody else may do anything."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the page is in the index."""
        return may_enter(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the rows may be read."""
        return may_enter(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether there may be new rows."""
        return may_enter(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether rows may be changed."""
        return may_enter(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether rows may go; the database keeps what others stand on."""
        return may_enter(request.user)


class ReadOnly(ByRole):
    """Rows that only a service writes: to look at."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A service makes these rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A service changes these rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A service, or nobody, deletes these rows."""
        return False


class Recorded:
    """Every write of an admin becomes an event, beside Django's own history."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Something is new."""
        _record("admin.added", request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Something is different; the names of the fields, never their values."""
        _record("admin.changed", request, obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        """Something is gone."""
        for obj in queryset:
            _record("admin.deleted", request, obj, str(obj))
        return super().log_deletions(request, queryset)


class KnownZones:
    """A time zone is chosen, not typed: a wrong one would stop every plan."""

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """A list of zones for the field of that name."""
        if db_field.name == "time_zone":
            zones = [(name, name) for name in sorted(available_timezones())]
            return forms.ChoiceField(choices=zones, initial=db_field.default)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class Inline(ByRole, admin.TabularInline):
    """Rows that belong to another."""

    extra = 0


class KeptAdmin(KnownZones, Recorded, ByRole, admin.ModelAdmin):
    """Rows that an admin keeps."""


class ReadAdmin(ReadOnly, admin.ModelAdmin):
    """Rows that an admin may read; no count of a large table only for its footer."""

    show_full_result_count = False


def _record(kind: str, request: HttpRequest, obj: Model, message: Any) -> None:
    events.record(
        kind,
        subject=obj,
        by=request.user,
        at=timezone.now(),
        data={"what": str(obj), "message": message},
    )
