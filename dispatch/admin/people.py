"""Who signs in, by which key, and whom we send."""

from datetime import timedelta
from itertools import combinations
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from dispatch.admin.base import ByRole, Inline, KeptAdmin, ReadOnly, Recorded
from dispatch.models import (
    Absence,
    ApiKey,
    Certification,
    Shift,
    StockItem,
    Technician,
    User,
)
from dispatch.services import keys

# The role is the permission: groups would be a second one.
admin.site.unregister(Group)
OWN_ROW = ("role", "is_active")
WHO = ("first_name", "last_name", "email", "role", "territories")
KEY_PAGE = "admin/dispatch/apikey/key.html"
# Shifts and absences that ended before are history: not changed any more.
LOOK_BACK = timedelta(days=1)


@admin.register(User)
class PersonAdmin(Recorded, ByRole, UserAdmin):
    """People who sign in; who leaves is switched off, because records name them."""

    list_display = ("username", "first_name", "last_name", "role", "is_active")
    list_filter = ("role", "is_active", "territories")
    filter_horizontal = ("territories",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Who", {"fields": (*WHO, "is_active")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "password1", "password2")}),
        ("Who", {"fields": WHO}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Nobody locks themselves out."""
        is_own = obj is not None and obj.pk == request.user.pk
        # The superuser of the command line is no admin yet.
        locked = OWN_ROW if is_own and obj.sees_everything else ()
        return (*self.readonly_fields, *locked)


@admin.register(ApiKey)
class ApiKeyAdmin(KeptAdmin):
    """Keys of programs: shown once, kept as a hash, revoked for ever."""

    list_display = ("name", "created_at", "revoked_at")
    fields = ("name", "territories", "revoked_at")
    readonly_fields = ("revoked_at",)
    filter_horizontal = ("territories",)
    search_fields = ("name",)
    actions = ("revoke",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key is revoked instead, so that events still name it."""
        return False

    def save_model(
        self, request: HttpRequest, obj: ApiKey, form: Any, change: bool
    ) -> None:
        """A new key gets its secret here, and nowhere else."""
        if not change:
            request.new_key = keys.give_secret(obj)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: Any = None
    ) -> HttpResponse:
        """Show the secret in this answer only: not in a cookie, a log or a cache."""
        page = {
            **self.admin_site.each_context(request),
            "title": f"The key of {obj}",
            "opts": self.opts,
            "secret": request.new_key,
        }
        answer = TemplateResponse(request, KEY_PAGE, page)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @admin.action(description="Revoke the chosen keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """From now on these keys open nothing."""
        now = timezone.now()
        count = sum(keys.revoke(key, by=request.user, at=now) for key in queryset)
        self.message_user(request, f"{count} revoked.")


class NoOverlap(BaseInlineFormSet):
    """Two stretches of one form may not overlap; the database sees only saved ones."""

    def clean(self) -> None:
        """Compare every pair that stays."""
        super().clean()
        kept = [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None)
            and not form.cleaned_data.get("DELETE")
        ]
        spans = [
            (row["starts_at"], row["ends_at"])
            for row in kept
            if row.get("starts_at") and row.get("ends_at")
        ]
        for one, other in combinations(spans, 2):
            if one[0] < other[1] and other[0] < one[1]:
                raise ValidationError("Two of these overlap.")


class CurrentRows(Inline):
    """Rows that have not ended long ago; a year of shifts would fill the page."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """From yesterday on."""
        since = timezone.now() - LOOK_BACK
        return super().get_queryset(request).filter(ends_at__gte=since)


class CertificationInline(Inline):
    model = Certification
    autocomplete_fields = ("skill",)


class ShiftInline(CurrentRows):
    model = Shift
    formset = NoOverlap


class AbsenceInline(CurrentRows):
    model = Absence


class StockInline(ReadOnly, admin.TabularInline):
    model = StockItem
    fields = ("part", "on_hand", "minimum")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the part's name."""
        return super().get_queryset(request).select_related("part")


@admin.register(Technician)
class TechnicianAdmin(KeptAdmin):
    """People whom we send; the van's stock changes through the ledger only."""

    list_display = ("name", "service_line", "role_line", "phone", "is_active")
    list_filter = ("service_line", "is_active", "territories")
    search_fields = ("name", "user__username")
    autocomplete_fields = ("user",)
    filter_horizontal = ("territories",)
    inlines = (CertificationInline, ShiftInline, AbsenceInline, StockInline)
