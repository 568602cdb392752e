"""What matters how much when a territory is planned; said in words."""

from django.db import models

from dispatch.models.base import Record
from dispatch.models.user import Territory


class Matters(models.TextChoices):
    """How much something weighs beside everything else."""

    LITTLE = "little", "Matters little"
    USUAL = "usual", "As usual"
    MUCH = "much", "Matters much"


def _word(usual: Matters = Matters.USUAL) -> "models.CharField[str, str]":
    return models.CharField(max_length=6, choices=Matters.choices, default=usual)


class Policy(Record):
    """A territory's wishes for its plans; without a row everything is as usual."""

    territory = models.OneToOneField(Territory, models.CASCADE, related_name="policy")
    road = _word()
    overtime = _word()
    lateness = _word()
    preference = _word()
    stability = _word()
    # Whoever lives near the work does it, until a territory wants it shared.
    fairness = _word(Matters.LITTLE)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"Policy of {self.territory}"
