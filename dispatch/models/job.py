"""Requests, jobs and the types of work."""

from django.core.exceptions import ValidationError
from django.db import models

from dispatch.models.base import Channel, Record, ServiceLine
from dispatch.models.checklist import ChecklistTemplate
from dispatch.models.customer import Asset, Contact, Customer, Site
from dispatch.models.part import Part
from dispatch.models.technician import Skill


class WorkType(Record):
    """A kind of work: how long, who, with what."""

    code = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    service_line = models.CharField(max_length=4, choices=ServiceLine)
    duration_minutes = models.PositiveSmallIntegerField()
    crew_size = models.PositiveSmallIntegerField(default=1)
    priority = models.PositiveSmallIntegerField(default=3)
    checklist = models.ForeignKey(
        ChecklistTemplate, models.PROTECT, null=True, blank=True
    )
    bookable = models.BooleanField(default=False, help_text="offered on the portal")
    customer_words = models.CharField(
        max_length=120, blank=True, help_text="how a customer would say it"
    )
    description = models.TextField(
        blank=True, help_text="for whoever takes the call: when it is this work"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Technicians get published lists only: a draft may still change under them."""
        if self.checklist is not None and self.checklist.published_at is None:
            raise ValidationError(
                {"checklist": f"{self.checklist} is a draft. Publish it first."}
            )


class TriageQuestion(Record):
    """What whoever takes a call asks about this work."""

    work_type = models.ForeignKey(WorkType, models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=160)
    choices = models.CharField(
        max_length=300,
        blank=True,
        help_text="answers to choose from, with a semicolon between; empty = free text",
    )
    is_required = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.text

    @property
    def options(self) -> list[str]:
        """The answers to choose from; none for a free text."""
        return [word.strip() for word in self.choices.split(";") if word.strip()]


class WorkTypeSkill(Record):
    """A skill that the work requires."""

    work_type = models.ForeignKey(WorkType, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class WorkTypePart(Record):
    """A part that the work uses from the van."""

    work_type = models.ForeignKey(WorkType, models.CASCADE, related_name="parts")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.quantity} × {self.part}"


class JobStatus(models.TextChoices):
    """Where a job stands."""

    OPEN = "open", "Open"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    MERGED = "merged", "Merged into another"


class Job(Record):
    """Work agreed with a customer; its appointments are visits."""

    number = models.CharField(max_length=16, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="jobs")
    site = models.ForeignKey(Site, models.PROTECT, related_name="jobs")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True)
    asset = models.ForeignKey(Asset, models.SET_NULL, null=True, blank=True)
    work_type = models.ForeignKey(WorkType, models.PROTECT, related_name="jobs")
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    priority = models.PositiveSmallIntegerField(default=3, help_text="1 is highest")
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.OPEN)
    respond_due = models.DateTimeField(null=True, blank=True)
    onsite_due = models.DateTimeField(null=True, blank=True)
    restore_due = models.DateTimeField(null=True, blank=True)
    external_ref = models.CharField(max_length=60, blank=True, db_index=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="job_priority_1_to_5",
                condition=models.Q(priority__range=(1, 5)),
                violation_error_message="Priority goes from 1 (highest) to 5.",
            ),
            models.CheckConstraint(
                name="job_merged_says_into_what",
                condition=models.Q(status="merged", merged_into__isnull=False)
                | (~models.Q(status="merged") & models.Q(merged_into__isnull=True)),
                violation_error_message="A merged job names the job it went into.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def service_line(self) -> str:
        """The trade of this work."""
        return self.work_type.service_line


class RequestStatus(models.TextChoices):
    """Where a request stands."""

    NEW = "new", "New"
    ACCEPTED = "accepted", "Accepted"
    CLOSED = "closed", "Closed"


class Request(Record):
    """What somebody asked for; may end without a visit."""

    channel = models.CharField(max_length=8, choices=Channel)
    status = models.CharField(
        max_length=10, choices=RequestStatus, default=RequestStatus.NEW
    )
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="requests"
    )
    territory = models.ForeignKey("dispatch.Territory", models.PROTECT)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True)
    contact_name = models.CharField(max_length=80, blank=True)
    contact_phone = models.CharField(max_length=32, blank=True)
    contact_email = models.EmailField(blank=True)
    description = models.TextField()
    answers = models.JSONField(
        default=list, blank=True, help_text="question and answer of the triage"
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.description[:60]
