"""Reports as files; where devices are woken, and what technicians must see."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import dispatch.models.base


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0014_stock_places"),
    ]

    operations = [
        migrations.CreateModel(
            name="PushSubscription",
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
                ("device_id", models.UUIDField(default=uuid.uuid4, unique=True)),
                ("endpoint", models.URLField(max_length=1000)),
                ("p256dh", models.CharField(max_length=100)),
                ("auth", models.CharField(max_length=40)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="push_subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
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
        migrations.CreateModel(
            name="VisitNotice",
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
                    "kind",
                    models.CharField(
                        choices=[("new", "New and urgent"), ("changed", "Changed")],
                        max_length=8,
                    ),
                ),
                ("is_urgent", models.BooleanField(default=False)),
                (
                    "before",
                    models.JSONField(
                        help_text="start and end as told before", null=True
                    ),
                ),
                ("told_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("seen_received_at", models.DateTimeField(blank=True, null=True)),
                ("fallback_at", models.DateTimeField(blank=True, null=True)),
                (
                    "technician",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="dispatch.technician",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="dispatch.visit",
                    ),
                ),
            ],
            options={
                "ordering": ["-told_at"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("seen_at", None)),
                        fields=["told_at"],
                        name="visit_notice_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("seen_at", None)),
                        fields=("visit", "technician"),
                        name="visit_notice_one_open",
                    )
                ],
            },
        ),
    ]
