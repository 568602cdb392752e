"""The service report as a file: made from the record, kept by what it says."""

from django.db import models

from dispatch.models.base import Record
from dispatch.models.visit import Visit


class ReportFile(Record):
    """A made PDF; it can be made again from the record at any time."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="report_files")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what it says")
    version = models.PositiveIntegerField(
        default=1, help_text="counts what was made for the visit"
    )
    pdf = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "digest"], name="report_file_once_per_content"
            )
        ]

    def __str__(self) -> str:
        return f"Report of {self.visit_id}"
