"""Parts and van stock; the ledger is the truth, the stock row its sum."""

from django.db import models

from dispatch.models.base import Record
from dispatch.models.technician import Technician
from dispatch.models.user import Territory

# Stock lies in exactly one place: a van, which is its technician's, or a warehouse.
ONE_PLACE = models.Q(technician__isnull=False, warehouse__isnull=True) | models.Q(
    technician__isnull=True, warehouse__isnull=False
)


class Part(Record):
    """Something that is built in or used up on a visit."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    unit = models.CharField(max_length=12, default="piece")
    barcode = models.CharField(
        max_length=60, blank=True, help_text="what is printed on the box, if not code"
    )
    has_serial = models.BooleanField(default=False, help_text="each piece by number")
    has_lot = models.BooleanField(default=False, help_text="the lot is written down")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Warehouse(Record):
    """A place of a territory that vans are filled from."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="warehouses")
    is_active = models.BooleanField(default=True)

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
    SENT = "sent", "Sent on"
    RECEIVED = "received", "Received"


class StockItem(Record):
    """What a place holds; kept by a database trigger on the ledger, never by hand."""

    technician = models.ForeignKey(
        Technician, models.CASCADE, null=True, blank=True, related_name="stock"
    )
    warehouse = models.ForeignKey(
        Warehouse, models.CASCADE, null=True, blank=True, related_name="stock"
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="stock")
    on_hand = models.IntegerField(default=0)
    minimum = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["technician", "warehouse", "part"],
                name="stock_once_per_place_and_part",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="stock_lies_in_one_place",
                condition=ONE_PLACE,
                violation_error_message="Stock lies in a van or in a warehouse.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.on_hand}"


class StockMovement(Record):
    """One entry of the ledger; never changed, undone by its opposite."""

    technician = models.ForeignKey(
        Technician, models.PROTECT, null=True, blank=True, related_name="movements"
    )
    warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, blank=True, related_name="movements"
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="movements")
    visit = models.ForeignKey(
        "dispatch.Visit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
    )
    kind = models.CharField(max_length=8, choices=MovementKind)
    quantity = models.IntegerField(help_text="signed: what the place gains")
    serial = models.CharField(max_length=60, blank=True)
    lot = models.CharField(max_length=60, blank=True)
    # What the entry belongs to, when that has more than one entry.
    transfer = models.ForeignKey(
        "dispatch.Transfer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
    )
    count = models.ForeignKey(
        "dispatch.StockCount",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="movements",
    )
    command_id = models.UUIDField(null=True, blank=True, unique=True)
    device_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(
                fields=["part", "serial"],
                condition=~models.Q(serial=""),
                name="movement_by_serial",
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="movement_moves_something",
                condition=~models.Q(quantity=0),
                violation_error_message="A stock entry needs a quantity.",
            ),
            models.CheckConstraint(
                name="movement_is_in_one_place",
                condition=ONE_PLACE,
                violation_error_message="A stock entry names a van or a warehouse.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.part}"
