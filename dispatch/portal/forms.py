"""What customers type, checked before anything is done with it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.models import WorkType
from dispatch.queries import portal
from dispatch.services.feedback import COMMENT_LENGTH, REASONS

SCORES = {5: "Very good", 4: "Good", 3: "So-so", 2: "Bad", 1: "Very bad"}


class WhatForm(forms.Form):
    """What is wrong."""

    work = forms.ModelChoiceField(
        queryset=WorkType.objects.none(),
        to_field_name="code",
        error_messages={
            "required": _("Choose what fits best."),
            "invalid_choice": _("Choose one of these."),
        },
    )
    description = forms.CharField(max_length=1000, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["work"].queryset = portal.bookable()


class WhereForm(forms.Form):
    """Where we should come."""

    name = forms.CharField(
        max_length=120, error_messages={"required": _("Enter a name for the place.")}
    )
    street = forms.CharField(
        max_length=120, error_messages={"required": _("Enter number and street.")}
    )
    postcode = forms.CharField(
        max_length=12, error_messages={"required": _("Enter the postcode.")}
    )


class WhoForm(forms.Form):
    """How we reach the customer."""

    name = forms.CharField(
        max_length=80, error_messages={"required": _("Enter your name.")}
    )
    email = forms.EmailField(
        required=False,
        error_messages={"invalid": _("Enter an e-mail address like name@example.org.")},
    )
    phone = forms.RegexField(
        r"^\+?[\d ()./-]{5,30}$",
        required=False,
        error_messages={"invalid": _("Enter a phone number like 01632 960 123.")},
    )
    consent = forms.BooleanField(
        error_messages={"required": _("We need your consent to keep these details.")}
    )

    def clean(self) -> dict[str, object]:
        """One way to reach the customer is enough, none is not."""
        data = super().clean() or {}
        typed = any(self.data.get(name, "").strip() for name in ("email", "phone"))
        if not typed:
            self.add_error("email", _("Enter an e-mail address or a phone number."))
        return data


class WindowForm(forms.Form):
    """Which window."""

    start = forms.DateTimeField(
        error_messages={
            "required": _("Choose a time."),
            "invalid": _("Choose one of these times."),
        },
    )


class RateForm(forms.Form):
    """How it went."""

    score = forms.TypedChoiceField(
        coerce=int,
        choices=[(str(score), word) for score, word in SCORES.items()],
        error_messages={
            "required": _("Choose one of the five."),
            "invalid_choice": _("Choose one of the five."),
        },
    )
    reason = forms.ChoiceField(
        choices=[("", ""), *REASONS.items()],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the reasons.")},
    )
    comment = forms.CharField(max_length=COMMENT_LENGTH, required=False)
