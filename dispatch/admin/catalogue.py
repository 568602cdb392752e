"""What work there is: kinds of work, skills, parts, checklists."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet

from dispatch.admin.base import Inline, KeptAdmin
from dispatch.models import (
    ChecklistAnswer,
    ChecklistItem,
    ChecklistTemplate,
    Part,
    Skill,
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


@admin.register(WorkType)
class WorkTypeAdmin(KeptAdmin):
    list_display = ("name", "code", "service_line", "duration_minutes", "bookable")
    list_filter = ("service_line", "bookable")
    search_fields = ("name", "code")
    autocomplete_fields = ("checklist",)
    inlines = (WorkTypeSkillInline, WorkTypePartInline)


class UnansweredItems(BaseInlineFormSet):
    """Steps that somebody answered stay as they were read then."""

    def clean(self) -> None:
        """Refuse a change to a list that is in use; a new version is free."""
        super().clean()
        if not self.has_changed():
            return
        if ChecklistAnswer.objects.filter(item__template_id=self.instance.pk).exists():
            raise ValidationError(
                "Visits have answered this list. Give it the next version number and "
                "use “Save as new”, then choose that version at the type of work."
            )


class ChecklistItemInline(Inline):
    model = ChecklistItem
    formset = UnansweredItems


@admin.register(ChecklistTemplate)
class ChecklistTemplateAdmin(KeptAdmin):
    list_display = ("name", "code", "version")
    search_fields = ("name", "code")
    save_as = True
    inlines = (ChecklistItemInline,)
