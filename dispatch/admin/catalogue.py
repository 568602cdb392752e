"""What work there is: kinds of work, skills, parts."""

from django.contrib import admin

from dispatch.admin.base import Inline, KeptAdmin
from dispatch.models import (
    Part,
    Skill,
    TriageQuestion,
    Warehouse,
    WorkType,
    WorkTypePart,
    WorkTypeSkill,
)


@admin.register(Skill)
class SkillAdmin(KeptAdmin):
    list_display = ("name", "code", "is_certificate")
    search_fields = ("name", "code")


@admin.register(Part)
class PartAdmin(KeptAdmin):
    list_display = ("name", "code", "unit", "barcode", "has_serial", "has_lot")
    search_fields = ("name", "code", "barcode")


@admin.register(Warehouse)
class WarehouseAdmin(KeptAdmin):
    """Places that vans are filled from; what lies there changes through the ledger."""

    list_display = ("name", "code", "territory", "is_active")
    list_select_related = ("territory",)
    search_fields = ("name", "code")


class WorkTypeSkillInline(Inline):
    model = WorkTypeSkill
    autocomplete_fields = ("skill",)


class WorkTypePartInline(Inline):
    model = WorkTypePart
    autocomplete_fields = ("part",)


class TriageQuestionInline(Inline):
    model = TriageQuestion


@admin.register(WorkType)
class WorkTypeAdmin(KeptAdmin):
    list_display = ("name", "code", "service_line", "duration_minutes", "bookable")
    list_filter = ("service_line", "bookable")
    search_fields = ("name", "code")
    autocomplete_fields = ("checklist",)
    inlines = (WorkTypeSkillInline, WorkTypePartInline, TriageQuestionInline)
