"""Whom we work for, and where: territories, customers, sites, contacts."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from dispatch.admin.base import Inline, KeptAdmin
from dispatch.models import Asset, Contact, Customer, OpeningHours, Site, Sla, Territory
from dispatch.services import pins
from dispatch.services.importing import places


class TerritoryForm(ModelForm):
    """A territory's area is a polygon, or left empty."""

    def clean_polygon(self) -> Any:
        """What the import and the map can read."""
        area = self.cleaned_data["polygon"]
        if not area:
            return None
        try:
            places.polygons(area)
        except ValueError as error:
            raise ValidationError("This is not a GeoJSON polygon.") from error
        return area


@admin.register(Territory)
class TerritoryAdmin(KeptAdmin):
    form = TerritoryForm
    list_display = ("name", "code", "time_zone")
    search_fields = ("name", "code")


@admin.register(Sla)
class SlaAdmin(KeptAdmin):
    list_display = ("name", "respond_minutes", "onsite_minutes", "restore_minutes")
    search_fields = ("name",)


class ContactInline(Inline):
    model = Contact
    fields = ("name", "phone", "email", "preferred_channel")


@admin.register(Customer)
class CustomerAdmin(KeptAdmin):
    list_display = ("name", "sla", "preferred_channel")
    list_select_related = ("sla",)
    list_filter = ("sla",)
    search_fields = ("name",)
    exclude = ("is_demo",)
    inlines = (ContactInline,)


class OpeningHoursInline(Inline):
    model = OpeningHours


class AssetInline(Inline):
    model = Asset


@admin.register(Site)
class SiteAdmin(KeptAdmin):
    list_display = ("name", "customer", "street", "city", "territory")
    list_select_related = ("customer", "territory")
    list_filter = ("territory",)
    search_fields = ("name", "street", "postcode", "customer__name")
    autocomplete_fields = ("customer", "territory")
    inlines = (OpeningHoursInline, AssetInline)
    readonly_fields = ("place_on_the_map",)

    @admin.display(description="Place on the map")
    def place_on_the_map(self, site: Site) -> str:
        """Where the pin comes from, and what is to be done about it."""
        return pins.sentence(site)

    def save_model(
        self, request: HttpRequest, obj: Site, form: ModelForm, change: bool
    ) -> None:
        """A pin that was put here stays; a new address is looked up."""
        super().save_model(request, obj, form, change)
        if change and {"lat", "lon"} & set(form.changed_data):
            pins.put_by_hand(obj, by=request.user, at=timezone.now())
        elif change and {"street", "city", "postcode"} & set(form.changed_data):
            pins.want(obj, at=timezone.now())


@admin.register(Contact)
class ContactAdmin(KeptAdmin):
    list_display = ("name", "customer", "site", "email", "phone")
    list_select_related = ("customer", "site")
    search_fields = ("name", "email", "phone", "customer__name")
    autocomplete_fields = ("customer", "site")
