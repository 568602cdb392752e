"""What moves and waits beside the ledger: transfers, requests, returns, counts.

Each is named by the act that made it: its key is the id of that command.
"""

from django.db import models
from django.db.models import Q

from dispatch.models.base import Record
from dispatch.models.part import Part, Warehouse
from dispatch.models.technician import Technician
from dispatch.models.user import User


def _either(first: str, second: str) -> Q:
    one = Q(**{f"{first}__isnull": False, f"{second}__isnull": True})
    return one | Q(**{f"{first}__isnull": True, f"{second}__isnull": False})


class TransferState(models.TextChoices):
    """How far a transfer has come."""

    SENT = "sent", "Under way"
    RECEIVED = "received", "Received"
    TAKEN_BACK = "taken_back", "Taken back"


class Transfer(Record):
    """Parts on their way between two places: sent by one hand, confirmed by another."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="transfers")
    quantity = models.PositiveIntegerField()
    serial = models.CharField(max_length=60, blank=True)
    lot = models.CharField(max_length=60, blank=True)
    from_technician = models.ForeignKey(
        Technician, models.PROTECT, null=True, blank=True, related_name="transfers_out"
    )
    from_warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, blank=True, related_name="transfers_out"
    )
    to_technician = models.ForeignKey(
        Technician, models.PROTECT, null=True, blank=True, related_name="transfers_in"
    )
    to_warehouse = models.ForeignKey(
        Warehouse, models.PROTECT, null=True, blank=True, related_name="transfers_in"
    )
    state = models.CharField(
        max_length=10, choices=TransferState, default=TransferState.SENT
    )
    sent_at = models.DateTimeField(help_text="corrected device time")
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_quantity = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                name="transfer_has_two_ends",
                condition=_either("from_technician", "from_warehouse")
                & _either("to_technician", "to_warehouse"),
                violation_error_message="A transfer goes from one place to another.",
            ),
            models.CheckConstraint(
                name="transfer_moves_something",
                condition=Q(quantity__gt=0),
                violation_error_message="A transfer needs a quantity.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part} to {self.target}"

    @property
    def source(self) -> Technician | Warehouse:
        """Where the parts came from."""
        found = self.from_technician or self.from_warehouse
        assert found is not None
        return found

    @property
    def target(self) -> Technician | Warehouse:
        """Where the parts go."""
        found = self.to_technician or self.to_warehouse
        assert found is not None
        return found


class RequestedPart(models.TextChoices):
    """How far a part that was asked for has come."""

    OPEN = "open", "Asked for"
    ORDERED = "ordered", "Ordered"
    ARRIVED = "arrived", "Arrived"
    DROPPED = "dropped", "Not needed any more"


class PartRequest(Record):
    """A part that was missing on a visit; a follow-up visit waits for it."""

    visit = models.ForeignKey(
        "dispatch.Visit", models.CASCADE, related_name="part_requests"
    )
    follow_up = models.ForeignKey(
        "dispatch.Visit",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="waits_for",
    )
    technician = models.ForeignKey(
        Technician, models.PROTECT, related_name="part_requests"
    )
    part = models.ForeignKey(
        Part, models.PROTECT, null=True, blank=True, related_name="requests"
    )
    description = models.CharField(
        max_length=120, blank=True, help_text="when it is not in the catalogue"
    )
    quantity = models.PositiveIntegerField(default=1)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(
        max_length=8, choices=RequestedPart, default=RequestedPart.OPEN
    )
    wanted_on = models.DateField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    asked_at = models.DateTimeField(help_text="corrected device time")

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(
                name="part_request_names_a_part",
                condition=Q(part__isnull=False) | ~Q(description=""),
                violation_error_message="Say which part is missing.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.what}"

    @property
    def what(self) -> str:
        """The part in words."""
        return self.part.name if self.part else self.description

    @property
    def is_waiting(self) -> bool:
        """Whether the part is still to come."""
        return self.state in (RequestedPart.OPEN, RequestedPart.ORDERED)


class ReturnReason(models.TextChoices):
    """Why a part goes back."""

    FAULTY = "faulty", "Does not work"
    DOA = "doa", "Dead on arrival"
    EXCHANGE = "exchange", "Taken out, goes back"
    WRONG = "wrong", "Wrong part"
    SURPLUS = "surplus", "Not needed"
    RECALL = "recall", "Recalled"


class ReturnState(models.TextChoices):
    """How far a return has come."""

    OPEN = "open", "In the van"
    HANDED_IN = "handed_in", "Handed in"
    CLOSED = "closed", "Received"


class ReturnOrder(Record):
    """A part that goes back to where it came from (RMA)."""

    technician = models.ForeignKey(
        Technician, models.PROTECT, related_name="return_orders"
    )
    visit = models.ForeignKey(
        "dispatch.Visit",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="return_orders",
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="return_orders")
    quantity = models.PositiveIntegerField(default=1)
    serial = models.CharField(max_length=60, blank=True)
    lot = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=10, choices=ReturnReason)
    note = models.CharField(max_length=500, blank=True)
    from_stock = models.BooleanField(
        default=True, help_text="it leaves the van's stock; else it was taken out"
    )
    number = models.CharField(max_length=60, blank=True, help_text="RMA number")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=ReturnState, default=ReturnState.OPEN
    )
    opened_at = models.DateTimeField(help_text="corrected device time")
    handed_in_at = models.DateTimeField(null=True, blank=True)
    handed_in_where = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "opened_at"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}, {self.get_reason_display().lower()}"


class StockCount(Record):
    """What somebody counted, and what the list said for that moment."""

    technician = models.ForeignKey(
        Technician, models.PROTECT, related_name="stock_counts"
    )
    part = models.ForeignKey(Part, models.PROTECT, related_name="stock_counts")
    lot = models.CharField(max_length=60, blank=True)
    counted = models.PositiveIntegerField()
    expected = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True)
    counted_at = models.DateTimeField(help_text="corrected device time")
    counted_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-counted_at"]

    def __str__(self) -> str:
        return f"{self.part}: {self.counted} counted, {self.expected} listed"

    @property
    def difference(self) -> int:
        """What was found beyond the list; below zero is missing."""
        return self.counted - self.expected
