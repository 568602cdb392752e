"""What every record shares: a time-ordered UUID and when it was made."""

import uuid

import uuid6
from django.db import models
from django.utils import timezone


def new_id() -> uuid.UUID:
    """A UUIDv7: unique, and sorted by the time it was made."""
    return uuid.UUID(bytes=uuid6.uuid7().bytes)


class Record(models.Model):
    """A row with a UUIDv7 key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class ServiceLine(models.TextChoices):
    """The three trades; they drive forms, skills, privacy and wording."""

    IT = "it", "IT"
    MANUFACTURING = "mfg", "Manufacturing"
    HEALTHCARE = "care", "Healthcare"


class Channel(models.TextChoices):
    """How somebody is reached, or reached us."""

    WEB = "web", "Web form"
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    QR = "qr", "Asset code"
    API = "api", "API"
