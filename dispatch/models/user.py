"""People and programs that sign in, and the territories they may see."""

import hashlib

from django.contrib.auth.models import AbstractUser
from django.db import models

from dispatch.models.base import Record, new_id


class Role(models.TextChoices):
    """What a signed-in person is here."""

    DISPATCHER = "dispatcher", "Dispatcher"
    TECHNICIAN = "technician", "Technician"
    ADMIN = "admin", "Admin"


class Territory(Record):
    """An area that is planned together."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=40, default="Europe/London")
    polygon = models.JSONField(null=True, blank=True, help_text="GeoJSON polygon")

    class Meta:
        verbose_name_plural = "territories"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in; an admin sees every territory."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.CharField(max_length=12, choices=Role, default=Role.DISPATCHER)
    territories = models.ManyToManyField(Territory, blank=True, related_name="users")

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def sees_everything(self) -> bool:
        """Admins are not scoped by territory."""
        return self.role == Role.ADMIN


class ApiKey(Record):
    """An integration's key; only its SHA-256 is stored."""

    name = models.CharField(max_length=80)
    key_hash = models.CharField(max_length=64, unique=True)
    territories = models.ManyToManyField(Territory, related_name="api_keys")
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest(key: str) -> str:
        """The stored form of a key."""
        return hashlib.sha256(key.encode()).hexdigest()
