"""Runs that repair a day after a disruption, and when work under way will end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0003_laws_without_gaps"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="budget",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="plan",
            name="cause",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="plan",
            name="frozen_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="plan",
            name="groups",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="plan",
            name="kind",
            field=models.CharField(
                choices=[
                    ("plan", "Plan the day"),
                    ("repair", "Repair after a disruption"),
                ],
                default="plan",
                editable=False,
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="forecast_end",
            field=models.DateTimeField(
                blank=True,
                help_text="when work under way is expected to end",
                null=True,
            ),
        ),
    ]
