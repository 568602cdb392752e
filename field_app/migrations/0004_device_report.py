"""What a device says of itself, who revoked it, and how far receipts were compacted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("field_app", "0003_device_key_half"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="app_version",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="device",
            name="schema",
            field=models.PositiveIntegerField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="device",
            name="storage_protected",
            field=models.BooleanField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="device",
            name="bytes_used",
            field=models.BigIntegerField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="device",
            name="bytes_quota",
            field=models.BigIntegerField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="device",
            name="media_pending",
            field=models.PositiveIntegerField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="device",
            name="push_on",
            field=models.BooleanField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="device",
            name="installed",
            field=models.BooleanField(null=True, blank=True),
        ),
        migrations.AddField(
            model_name="device",
            name="revoked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="device",
            name="compacted_through",
            field=models.PositiveBigIntegerField(default=0),
        ),
    ]
