"""Checklists: written as drafts, looked at as the phone shows them, published."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dispatch.admin.base import ByRole, KeptAdmin
from dispatch.errors import DomainError
from dispatch.models import (
    ChecklistAnswer,
    ChecklistItem,
    ChecklistSection,
    ChecklistTemplate,
)
from dispatch.queries.field_documents import checklist as document
from dispatch.services import templates


class Lines(forms.CharField):
    """A list of words, one on each line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 40})

    def prepare_value(self, value: Any) -> Any:
        """The list as lines."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """The lines as a list, without empty ones."""
        text = super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the words differ, however they are spaced."""
        return (initial or []) != self.to_python(data)


class SectionForm(forms.ModelForm):
    """A section."""

    opens_after = Lines(required=False, help_text="Keys, one on each line")

    class Meta:
        model = ChecklistSection
        exclude = ()


class ItemForm(forms.ModelForm):
    """A line of the list."""

    options = Lines(required=False, help_text="One on each line")
    opens_after = Lines(required=False, help_text="Keys, one on each line")

    class Meta:
        model = ChecklistItem
        exclude = ()


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


class SectionInline(ByRole, admin.TabularInline):
    model = ChecklistSection
    form = SectionForm
    extra = 0


class ItemInline(ByRole, admin.StackedInline):
    """One line with what every line has on top; the rest unfolds."""

    model = ChecklistItem
    form = ItemForm
    formset = UnansweredItems
    extra = 0
    fieldsets = (
        (None, {"fields": (("position", "section", "key"), "label", "hint")}),
        (
            None,
            {"fields": (("kind", "gate"), ("is_safety", "is_clinical", "in_report"))},
        ),
        (
            "Options, limits, what it waits for",
            {
                "classes": ("collapse",),
                "fields": (
                    ("options", "opens_after"),
                    ("unit", "lower", "upper", "normal_lower", "normal_upper"),
                    ("refers_to", "wait_minutes", "needs_witness"),
                    ("only_if", "only_if_is"),
                ),
            },
        ),
    )


@admin.register(ChecklistTemplate)
class ChecklistTemplateAdmin(KeptAdmin):
    list_display = ("name", "code", "version", "published_at")
    list_filter = (("published_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "code")
    readonly_fields = ("published_at",)
    save_as = True
    inlines = (SectionInline, ItemInline)
    change_form_template = "admin/dispatch/checklisttemplate/change_form.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A published list is read; the next version is written."""
        is_draft = obj is None or obj.published_at is None
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A published list stays: visits stand on it."""
        is_draft = obj is None or obj.published_at is None
        return is_draft and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        """Preview, publish and the next version, beside the form."""
        named = {"preview": self.preview, "publish": self.publish, "next": self.next}
        own = [
            path(
                f"<uuid:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"dispatch_checklisttemplate_{name}",
            )
            for name, view in named.items()
        ]
        return [*own, *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any) -> Any:
        """The form, with what still keeps the draft from being published."""
        found = self.get_object(request, object_id)
        wrong = list(templates.problems(found)) if found else []
        extra = {"problems": wrong, "draft": found and found.published_at is None}
        return super().change_view(request, object_id, "", extra)

    def preview(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """The list as a phone shows it; what is tapped there is kept nowhere."""
        template = get_object_or_404(ChecklistTemplate, pk=pk)
        context = {"template": template, "document": document(template)}
        return render(request, "admin/dispatch/checklisttemplate/preview.html", context)

    def publish(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """From here on this version is what technicians get."""
        return require_POST(self._publish)(request, pk)

    def _publish(self, request: HttpRequest, pk: Any) -> HttpResponse:
        template = get_object_or_404(ChecklistTemplate, pk=pk)
        try:
            templates.publish(template, by=request.user, at=timezone.now())
        except DomainError as refusal:
            for line in refusal.details.get("problems", [refusal.message]):
                messages.error(request, line)
        else:
            messages.success(request, f"{template} is published.")
        return _to(template)

    def next(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """The draft of the next version."""
        return require_POST(self._next)(request, pk)

    def _next(self, request: HttpRequest, pk: Any) -> HttpResponse:
        return _to(templates.new_draft(get_object_or_404(ChecklistTemplate, pk=pk)))


def _to(template: ChecklistTemplate) -> HttpResponse:
    address = reverse("admin:dispatch_checklisttemplate_change", args=[template.pk])
    return HttpResponseRedirect(address)
