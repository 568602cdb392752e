"""A step of a checklist may stay with the office."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0015_reports_and_notices")]

    operations = [
        migrations.AddField(
            "checklistitem",
            "in_report",
            models.BooleanField(
                default=True, help_text="the customer reads and signs the answer"
            ),
        ),
        migrations.AddField(
            "reportfile",
            "version",
            models.PositiveIntegerField(
                default=1, help_text="counts what was made for the visit"
            ),
        ),
    ]
