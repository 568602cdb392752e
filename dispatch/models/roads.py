"""Roads: what an engine said, how it is doing, and what trips have taught us."""

from django.db import models

from dispatch.models.base import Record
from dispatch.models.customer import Site
from dispatch.models.plan import Plan
from dispatch.models.user import Territory


class RoadEngine(Record):
    """How the routing engine is doing; all processes share this row."""

    name = models.CharField(max_length=20)
    profile = models.CharField(max_length=20)
    # Of its data: legs of another version are other roads.
    version = models.CharField(max_length=80, blank=True)
    # Counted up with every change of what is kept, so that days in memory notice.
    revision = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    # Set while nobody asks it; the first who asks after that tries it out.
    retry_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "profile"], name="road_engine_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.profile})"


class RoadPlace(Record):
    """A place as one version of an engine sees it, and its ways to other places.

    All ways from a place are one row: a day of 560 places is 560 rows, not 313,600.
    `ways` holds (key of the destination, seconds, metres), sorted by key; see
    `services/roads/block.py`.
    """

    engine = models.ForeignKey(RoadEngine, models.CASCADE, related_name="places")
    version = models.CharField(max_length=80)
    key = models.BigIntegerField()
    label = models.CharField(max_length=120)
    # Who asked first, and may read the label.
    territory = models.ForeignKey(Territory, models.CASCADE, related_name="+")
    snap_metres = models.FloatField(
        null=True, blank=True, help_text="to the nearest road; empty: there is none"
    )
    ways = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engine", "version", "key"], name="road_place_once"
            )
        ]

    def __str__(self) -> str:
        return self.label


class RoadLine(Record):
    """The course of one way, for the map; an encoded polyline of five digits."""

    engine = models.ForeignKey(RoadEngine, models.CASCADE, related_name="lines")
    version = models.CharField(max_length=80)
    origin = models.BigIntegerField()
    destination = models.BigIntegerField()
    polyline = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engine", "version", "origin", "destination"],
                name="road_line_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.origin} to {self.destination}"


class RoadRatio(Record):
    """How much longer the engine takes than the estimate, as seen in a territory."""

    territory = models.OneToOneField(
        Territory, models.CASCADE, related_name="road_ratio"
    )
    ratio = models.FloatField()
    legs = models.PositiveIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.territory}: {self.ratio:.2f}"


class TravelPace(Record):
    """One night's calibration: how trips really went, and how well that predicts."""

    territory = models.ForeignKey(Territory, models.CASCADE, related_name="paces")
    day = models.DateField()
    at = models.DateTimeField()
    # Too few trips leave a row too: it says so.
    is_used = models.BooleanField(default=False)
    is_engine = models.BooleanField(default=False)
    start_seconds = models.FloatField()
    seconds_per_km = models.FloatField()
    factor = models.FloatField(default=1.0)
    bands = models.JSONField(default=dict)
    trips = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict)
    # Of trips that the fit had not seen; shares of the time on the road.
    median_error = models.FloatField(null=True, blank=True)
    p90_error = models.FloatField(null=True, blank=True)
    coverage = models.FloatField(null=True, blank=True)
    error_before = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "day"], name="travel_pace_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.territory} {self.day}"


class PlanWays(models.Model):
    """The travel tables of a large run, packed: what it saw is what it keeps."""

    plan = models.OneToOneField(
        Plan, models.CASCADE, primary_key=True, related_name="ways"
    )
    cells = models.BinaryField()

    def __str__(self) -> str:
        return f"Ways of {self.plan}"


class PinState(models.TextChoices):
    """How a site came to its place on the map."""

    WAITING = "waiting", "Place is being looked up"
    FOUND = "found", "Place found"
    NOT_FOUND = "not_found", "Place not found: put the pin by hand"
    BY_HAND = "by_hand", "Pin put by hand"


class SitePin(Record):
    """Where a site's coordinates come from; no row: as whoever entered it said."""

    site = models.OneToOneField(Site, models.CASCADE, related_name="pin")
    state = models.CharField(max_length=10, choices=PinState, default=PinState.WAITING)
    query = models.CharField(max_length=300)
    source = models.CharField(max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            # queue: what is still to be looked up
            models.Index(
                fields=["next_at"],
                name="site_pin_waiting",
                condition=models.Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.site}: {self.get_state_display()}"


class GeoAnswer(models.Model):
    """What a geocoding service said about an address."""

    key = models.CharField(max_length=64, primary_key=True)
    query = models.CharField(max_length=300)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.query


class Turn(models.Model):
    """When the next one may ask an outside service: one row for all workers."""

    name = models.CharField(primary_key=True, max_length=20)
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.free_at}"
