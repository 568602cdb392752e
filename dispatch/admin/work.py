"""The work itself, to read: services change it, and leave their events."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from dispatch import tasks
from dispatch.admin.base import ReadAdmin
from dispatch.models import (
    Event,
    Job,
    Outbox,
    Plan,
    SignOff,
    StockMovement,
    Visit,
)
from dispatch.services import outbox


@admin.register(Job)
class JobAdmin(ReadAdmin):
    list_display = ("number", "title", "customer", "site", "work_type", "status")
    list_select_related = ("customer", "site", "work_type")
    list_filter = ("status", "work_type__service_line")
    search_fields = ("number", "title", "external_ref", "site__name")


@admin.register(Visit)
class VisitAdmin(ReadAdmin):
    list_display = ("job", "status", "technician", "sched_start", "promise_start")
    list_select_related = ("job", "technician")
    list_filter = ("status",)
    search_fields = ("job__number", "job__title", "technician__name")


@admin.register(Event)
class EventAdmin(ReadAdmin):
    list_display = ("seq", "at", "kind", "subject_type", "actor_label", "territory")
    list_select_related = ("territory",)
    search_fields = ("kind", "actor_label", "=subject_id")
    ordering = ("-id",)


@admin.register(Outbox)
class OutboxAdmin(ReadAdmin):
    """Deliveries; what was given up may be tried again."""

    list_display = ("kind", "key", "state", "attempts", "next_at", "last_error")
    list_filter = ("state", "kind")
    search_fields = ("key",)
    ordering = ("-created_at",)
    actions = ("retry",)

    @admin.action(description="Try again what was given up", permissions=["view"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Outbox]) -> None:
        """Five new attempts for each dead row."""
        now = timezone.now()
        count = sum(outbox.retry(row, by=request.user, at=now) for row in queryset)
        tasks.wake_all_due()
        self.message_user(request, f"{count} will be tried again.")


@admin.register(StockMovement)
class StockMovementAdmin(ReadAdmin):
    list_display = (
        *("created_at", "technician", "warehouse", "kind", "quantity", "part"),
        *("serial", "lot"),
    )
    list_select_related = ("technician", "warehouse", "part")
    list_filter = ("kind",)
    search_fields = ("part__name", "serial", "technician__name")
    ordering = ("-created_at",)


@admin.register(SignOff)
class SignOffAdmin(ReadAdmin):
    list_display = ("signed_at", "signed_by", "method", "visit")
    list_select_related = ("visit__job",)
    search_fields = ("signed_by", "visit__job__number")
    ordering = ("-signed_at",)


@admin.register(Plan)
class PlanAdmin(ReadAdmin):
    """Runs; their inputs and results are files of megabytes, not form fields."""

    list_display = ("territory", "day", "state", "requested_by", "created_at")
    list_select_related = ("territory", "requested_by")
    list_filter = ("state", "territory")
    exclude = ("problem", "result", "read_versions", "changes", "kept")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        """Without what the pages do not show."""
        return super().get_queryset(request).defer(*self.exclude)
