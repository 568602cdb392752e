"""What a dispatcher says about planning, in words."""

from typing import NamedTuple

from django import forms

from dispatch.models import Matters, Policy
from dispatch.services.planning.policies import WORDS


class Question(NamedTuple):
    """One line of a policy: what it is about, and what saying “much” does."""

    name: str
    about: str
    much: str


QUESTIONS = [
    Question(
        "road",
        "Time on the road",
        "Vans drive less, even when somebody starts later or works longer.",
    ),
    Question(
        "overtime",
        "Work after the shift ends",
        "People go home on time; a visit may take a longer way or wait.",
    ),
    Question(
        "lateness",
        "Starts after what was agreed as due",
        "Service levels come first; vans drive more for it.",
    ),
    Question(
        "preference",
        "The person whom the customer knows",
        "The same person comes again, even from further away.",
    ),
    Question(
        "stability",
        "What already stands on the board",
        "A new plan leaves nearly everything where it is.",
    ),
    Question(
        "fairness",
        "Work shared evenly",
        "Everybody gets a fair share of the day, even when somebody else is nearer.",
    ),
]


class PolicyForm(forms.Form):
    """A word for each question, and the version that the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, policy: Policy, *args: object) -> None:
        said = {name: getattr(policy, name) for name in WORDS}
        super().__init__(*args, initial={**said, "version": policy.version})
        for question in QUESTIONS:
            self.fields[question.name] = forms.ChoiceField(
                label=question.about,
                help_text=question.much,
                choices=Matters.choices,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": "Choose one of the three."},
            )

    def words(self) -> dict[str, str]:
        """The answers by what they are about."""
        return {name: self.cleaned_data[name] for name in WORDS}
