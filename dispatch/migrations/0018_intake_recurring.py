"""Recurring work, and the dates that its rules have made."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import dispatch.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0018_intake"),
    ]

    operations = [
        migrations.CreateModel(
            name="Recurring",
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
                ("title", models.CharField(max_length=120)),
                ("description", models.TextField(blank=True)),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        default=3, help_text="1 is highest"
                    ),
                ),
                (
                    "rule",
                    models.CharField(help_text="an RRULE of RFC 5545", max_length=200),
                ),
                ("first_on", models.DateField()),
                ("not_before", models.TimeField()),
                ("not_after", models.TimeField()),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(
                        default=28, help_text="how far ahead jobs are opened"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("ended", "Ended"),
                        ],
                        default="active",
                        max_length=8,
                    ),
                ),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="dispatch.asset",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to="dispatch.contact",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recurring",
                        to="dispatch.site",
                    ),
                ),
                (
                    "work_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recurring",
                        to="dispatch.worktype",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "recurring work",
                "ordering": ["title", "id"],
            },
        ),
        migrations.CreateModel(
            name="Occurrence",
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
                ("on", models.DateField()),
                ("is_skipped", models.BooleanField(default=False)),
                (
                    "job",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="occurrence",
                        to="dispatch.job",
                    ),
                ),
                (
                    "recurring",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="occurrences",
                        to="dispatch.recurring",
                    ),
                ),
            ],
            options={
                "ordering": ["on"],
            },
        ),
        migrations.AddConstraint(
            model_name="recurring",
            constraint=models.CheckConstraint(
                condition=models.Q(("not_after__gt", models.F("not_before"))),
                name="recurring_closes_after_it_opens",
                violation_error_message="The window must end after it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="occurrence",
            constraint=models.UniqueConstraint(
                fields=("recurring", "on"), name="occurrence_once_per_date"
            ),
        ),
    ]
