"""Parts and van stock; the ledger is the truth, the stock row its sum."""

from django.db import models

from dispatch.models.base import Record
from dispatch.models.technician import Technician


class Part(Record):
    """Something that is built in or used up on a visit."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    unit = models.CharField(max_length=12, default="piece")
    has_serial = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MovementKind(models.TextChoices):
    """Why stock changed."""

    LOAD = "load", "Loaded"
    USE = "use", "Used"
    UNDO = "undo", "Taken back"
    RETURN = "return", "Returned"
    COUNT = "count", "Counted"


class StockItem(Record):
    """What a van holds; kept by a database trigger on the ledger, never by hand."""

    technician = models.ForeignKey(Technician, models.CASCADE, related_name="stock")
    part = models.ForeignKey(Part, models.PROTECT, related_name="stock")
    on_hand = models.IntegerField(default=0)
    minimum = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technician", "part"], name="stock_once_per_van_and_part"
            )
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.on_hand}"


class StockMovement(Record):
    """One entry of the ledger; never changed, undone by its opposite."""

    technician = models.ForeignKey(Technician, models.PROTECT, related_name="movements")
    part = models.ForeignKey(Part, models.PROTECT, related_name="movements")
    visit = models.ForeignKey(
        "dispatch.Visit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
    )
    kind = models.CharField(max_length=8, choices=MovementKind)
    quantity = models.IntegerField(help_text="signed: what the van gains")
    serial = models.CharField(max_length=60, blank=True)
    command_id = models.UUIDField(null=True, blank=True, unique=True)
    device_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                name="movement_moves_something",
                condition=~models.Q(quantity=0),
                violation_error_message="A stock entry needs a quantity.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.part}"
