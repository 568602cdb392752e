"""A visit that somebody has worked on is not deleted: their work would go with it."""

from django.db import migrations, models
from django.db.models.deletion import PROTECT

VISIT = "dispatch.visit"
RECORDS = {
    "checklistanswer": "answers",
    "timecorrection": "time_corrections",
    "note": "notes",
    "photo": "photos",
}


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0016_in_report")]

    operations = [
        *[
            migrations.AlterField(
                name, "visit", models.ForeignKey(VISIT, PROTECT, related_name=related)
            )
            for name, related in RECORDS.items()
        ],
        migrations.AlterField(
            "reviewcase",
            "visit",
            models.ForeignKey(
                VISIT, PROTECT, null=True, blank=True, related_name="review_cases"
            ),
        ),
        migrations.AlterField(
            "reviewcase",
            "technician",
            models.ForeignKey(
                "dispatch.technician",
                PROTECT,
                null=True,
                blank=True,
                related_name="+",
            ),
        ),
    ]
