"""Customers, their sites and opening hours, contacts and assets."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper

from dispatch.models.base import Channel, Record
from dispatch.models.user import Territory


class Digits(models.Func):
    """The digits of a phone number, however it was written down."""

    function = "REGEXP_REPLACE"
    template = "%(function)s(%(expressions)s, '[^0-9]', '', 'g')"
    output_field = models.TextField()


def _letters(field: str, name: str) -> GinIndex:
    """Finds any part of a name or a number while somebody is on the phone."""
    return GinIndex(OpClass(Upper(field), name="gin_trgm_ops"), name=name)


WEEKDAYS = [
    (0, "Monday"),
    (1, "Tuesday"),
    (2, "Wednesday"),
    (3, "Thursday"),
    (4, "Friday"),
    (5, "Saturday"),
    (6, "Sunday"),
]


class Sla(Record):
    """What a customer is entitled to; minutes from the request, null = not agreed."""

    name = models.CharField(max_length=60, unique=True)
    respond_minutes = models.PositiveIntegerField(null=True, blank=True)
    onsite_minutes = models.PositiveIntegerField(null=True, blank=True)
    restore_minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = "SLA"

    def __str__(self) -> str:
        return self.name


class Customer(Record):
    """An organisation or a person whom we visit."""

    name = models.CharField(max_length=120)
    sla = models.ForeignKey(Sla, models.PROTECT, null=True, blank=True)
    language = models.CharField(max_length=8, default="en")
    preferred_channel = models.CharField(
        max_length=8, choices=Channel, default=Channel.EMAIL
    )
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        indexes = [_letters("name", "customer_by_name")]

    def __str__(self) -> str:
        return self.name


class Site(Record):
    """A place that we visit, in its own time zone."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="sites")
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="sites")
    name = models.CharField(max_length=120)
    street = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    city = models.CharField(max_length=60, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    time_zone = models.CharField(max_length=40, default="Europe/London")
    access_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="Parking and walking in, added to each visit"
    )
    access_notes = models.TextField(blank=True)
    access_needs = models.CharField(max_length=200, blank=True)
    access_code = models.CharField(
        max_length=40,
        blank=True,
        help_text="Keysafe, gate or door; handed out only around a visit",
    )
    source = models.CharField(max_length=40, blank=True, help_text="e.g. an OSM object")

    class Meta:
        ordering = ["name"]
        indexes = [
            _letters("name", "site_by_name"),
            _letters("street", "site_by_street"),
        ]
        constraints = [
            models.CheckConstraint(
                name="site_is_on_earth",
                condition=models.Q(lat__range=(-90, 90), lon__range=(-180, 180)),
                violation_error_message="Latitude or longitude is out of range.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Street, city and postcode on one line."""
        return ", ".join(
            part for part in (self.street, self.city, self.postcode) if part
        )


class OpeningHours(Record):
    """One opening on one weekday, in the site's time zone; no rows = always open."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        verbose_name_plural = "opening hours"
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                name="site_closes_after_it_opens",
                condition=models.Q(closes__gt=models.F("opens")),
                violation_error_message="A site must close after it opens.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Contact(Record):
    """A person at a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contacts")
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    preferred_channel = models.CharField(
        max_length=8, choices=Channel, default=Channel.EMAIL
    )
    consent_at = models.DateTimeField(null=True, blank=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)

    class Meta:
        indexes = [
            _letters("name", "contact_by_name"),
            GinIndex(
                OpClass(Digits("phone"), name="gin_trgm_ops"), name="contact_by_phone"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Asset(Record):
    """A thing that we look after at a site."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="assets")
    name = models.CharField(max_length=80)
    serial = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=80, blank=True)
    tag = models.CharField(max_length=40, blank=True)
    location_path = models.CharField(max_length=120, blank=True)
    warranty_end = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            _letters("tag", "asset_by_tag"),
            _letters("serial", "asset_by_serial"),
        ]

    def __str__(self) -> str:
        return self.name
