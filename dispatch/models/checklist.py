"""Checklists: versioned lists of things to do and record, as an admin writes them."""

from django.db import models

from dispatch.models.base import Record


class ChecklistTemplate(Record):
    """A versioned list; a draft until it is published, then never changed."""

    code = models.SlugField()
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=80)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"], name="checklist_once_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class ItemKind(models.TextChoices):
    """What an answer looks like."""

    TICK = "tick", "Done"
    YES_NO = "yes_no", "Yes or no"
    CHOICE = "choice", "One of"
    NUMBER = "number", "Number"
    READING = "reading", "Device reading with a normal range"
    TEXT = "text", "Text"
    SCAN = "scan", "Code or serial number, scanned or typed"
    PHOTO = "photo", "Photo"
    SIGNATURE = "signature", "Signature"
    TIME = "time", "Time of day"
    DATE = "date", "Date"
    VALID_TO = "valid_to", "Valid until (a time that must not have passed)"
    MEDICINE = "medicine", "Medicine given or refused"
    LOCK = "lock", "Lock applied, with its number"
    UNLOCK = "unlock", "Lock removed by who applied it"


class Gate(models.TextChoices):
    """Which step stays closed until the item is answered."""

    NONE = "", "None"
    START = "start", "Work may start"
    WORK = "work", "Work steps may be answered"
    COMPLETE = "complete", "Visit may be completed"
    LEAVE = "leave", "Site may be left, completed or not"
    NO_ACCESS = "no_access", "“No access” may be said"


class ChecklistSection(Record):
    """A heading over items that belong together, with an order of their own."""

    template = models.ForeignKey(
        ChecklistTemplate, models.CASCADE, related_name="sections"
    )
    position = models.PositiveSmallIntegerField()
    key = models.SlugField()
    title = models.CharField(max_length=80)
    hint = models.CharField(max_length=200, blank=True)
    opens_after = models.JSONField(
        default=list, blank=True, help_text="keys of items or sections that come first"
    )
    in_order = models.BooleanField(default=False, help_text="items open one by one")
    waits_for_safety = models.BooleanField(
        default=True, help_text="closed until the safety steps before work are done"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "key"], name="checklist_section_once_per_key"
            )
        ]

    def __str__(self) -> str:
        return self.title


class ChecklistItem(Record):
    """One line of a checklist."""

    template = models.ForeignKey(
        ChecklistTemplate, models.CASCADE, related_name="items"
    )
    position = models.PositiveSmallIntegerField()
    section = models.SlugField(blank=True, help_text="key of a section above")
    key = models.SlugField()
    label = models.CharField(max_length=160)
    hint = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=ItemKind, default=ItemKind.TICK)
    options = models.JSONField(
        default=list, blank=True, help_text="answers to choose from; medicine: reasons"
    )
    unit = models.CharField(max_length=12, blank=True)
    lower = models.FloatField(null=True, blank=True)
    upper = models.FloatField(null=True, blank=True)
    normal_lower = models.FloatField(
        null=True, blank=True, help_text="below it the phone warns"
    )
    normal_upper = models.FloatField(
        null=True, blank=True, help_text="above it the phone warns"
    )
    gate = models.CharField(
        max_length=10, choices=Gate, default=Gate.COMPLETE, blank=True
    )
    opens_after = models.JSONField(
        default=list, blank=True, help_text="keys of items or sections that come first"
    )
    wait_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="opens so long after those, or after arrival"
    )
    refers_to = models.SlugField(
        blank=True,
        help_text="removed lock: its lock; time: the one it may not be before; "
        "scan: the one it must differ from",
    )
    only_if = models.SlugField(
        blank=True, help_text="asked only when this item was answered so:"
    )
    only_if_is = models.CharField(
        max_length=60, blank=True, help_text="yes, no, an option, or a medicine outcome"
    )
    is_safety = models.BooleanField(default=False)
    is_clinical = models.BooleanField(
        default=False, help_text="two people who differ go to the office"
    )
    needs_witness = models.BooleanField(default=False)
    in_report = models.BooleanField(
        default=True, help_text="the customer reads and signs the answer"
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "key"], name="checklist_item_once_per_key"
            )
        ]

    def __str__(self) -> str:
        return self.label
