"""Errands of the field app; the workers find them by name."""

from celery import shared_task
from django.utils import timezone

from field_app import compacting


@shared_task(name="field_app.tasks.compact_receipts")
def compact_receipts() -> int:
    """Once a day. Idempotent: what is compacted is gone."""
    return compacting.compact(at=timezone.now())
