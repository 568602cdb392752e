"""The service report as a file."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import dispatch.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0010_policy_fairness"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=dispatch.models.base.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        help_text="SHA-256 of what it says", max_length=64
                    ),
                ),
                ("pdf", models.BinaryField()),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="report_files",
                        to="dispatch.visit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("visit", "digest"), name="report_file_once_per_content"
                    )
                ],
            },
        ),
    ]
