"""The usual fields of a record, to be changed by a dispatcher."""

import hashlib
import json
from typing import Any

from django import forms
from django.db.models import Model

from dispatch.models import (
    Asset,
    Contact,
    Customer,
    Job,
    Site,
    Technician,
    User,
)
from dispatch.queries import access

FIELDS: dict[str, tuple[type[Model], list[str]]] = {
    "job": (Job, ["title", "description", "priority", "contact", "asset"]),
    "customer": (Customer, ["name", "sla", "language", "preferred_channel"]),
    "site": (
        Site,
        [
            "name",
            "street",
            "postcode",
            "city",
            "access_minutes",
            "access_needs",
            "access_notes",
        ],
    ),
    "asset": (
        Asset,
        ["name", "tag", "serial", "model", "location_path", "warranty_end"],
    ),
    "contact": (Contact, ["name", "phone", "email", "preferred_channel"]),
    "technician": (Technician, ["name", "role_line", "phone"]),
}


class _Form(forms.ModelForm):
    """Fields of one row, and a mark of how they stood when the page was opened."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.instance, Job):
            self.fields["priority"].min_value = 1
            self.fields["priority"].widget.attrs |= {"min": 1, "max": 5}
            self._only("contact", access.contacts_for(user), "customer")
            self._only("asset", access.assets_for(user), "site")
        for name, one in self.fields.items():
            one.widget.attrs["class"] = "input"
            if isinstance(one, forms.ModelChoiceField):
                one.empty_label = "None"
            if name == "warranty_end":
                one.widget = forms.DateInput(attrs={"type": "date", "class": "input"})
            if isinstance(one.widget, forms.Textarea):
                one.widget.attrs["rows"] = 4

    def _only(self, name: str, rows: Any, owner: str) -> None:
        of = {owner: getattr(self.instance, f"{owner}_id")}
        self.fields[name].queryset = rows.filter(**of).order_by("name")

    def clean_priority(self) -> int:
        """1 to 5, as on every list."""
        found: int = self.cleaned_data["priority"]
        if not 1 <= found <= 5:
            raise forms.ValidationError("Priority goes from 1 (highest) to 5.")
        return found


def form(user: User, kind: str, row: Model, data: Any = None) -> forms.ModelForm | None:
    """The form of this row; None for what is not changed here."""
    if kind not in FIELDS:
        return None
    model, names = FIELDS[kind]
    made = forms.modelform_factory(model, form=_Form, fields=names)
    found: forms.ModelForm = made(user, data, instance=row)
    return found


def mark(kind: str, row: Model) -> str:
    """How the fields stand: another mark means that somebody changed them."""
    _, names = FIELDS[kind]
    values = [str(row.serializable_value(name)) for name in names]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]
