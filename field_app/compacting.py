"""Receipts of long ago shrink to a mark: below it every act reads as settled."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from dispatch.services import reviews
from field_app import results
from field_app.models import Command, Device

KEPT = timedelta(days=90)


def compact(*, at: datetime) -> int:
    """Forget receipts older than 90 days that their devices have; how many went.

    Each device for itself, and only from the lowest number up: a mark stands for all
    below it. An act that was refused and that nobody has answered yet stops it.
    """
    old = Command.objects.filter(
        device=OuterRef("pk"),
        received_at__lt=at - KEPT,
        seq__lte=OuterRef("acked_through"),
    )
    found = Device.objects.filter(Exists(old)).order_by("pk")
    return sum(_one(pk, at=at) for pk in found.values_list("pk", flat=True))


@transaction.atomic
def _one(pk: uuid.UUID, *, at: datetime) -> int:
    device = Device.objects.select_for_update().get(pk=pk)
    mark = _mark(device, at=at)
    if mark <= device.compacted_through:
        return 0
    device.compacted_through = mark
    device.save(update_fields=["compacted_through"])
    gone, _ = Command.objects.filter(device=device, seq__lte=mark).delete()
    return gone


def _mark(device: Device, *, at: datetime) -> int:
    """The highest number below which everything is old, acknowledged and answered."""
    rows = Command.objects.filter(device=device, seq__gt=device.compacted_through)
    stops = [device.acked_through + 1, device.last_seq + 1]
    young = rows.filter(received_at__gte=at - KEPT).order_by("seq").first()
    if young is not None:
        stops.append(young.seq)
    refused = dict(rows.filter(result__in=results.REFUSALS).values_list("pk", "seq"))
    stops += [refused[pk] for pk in reviews.unanswered(refused)]
    return min(stops) - 1
