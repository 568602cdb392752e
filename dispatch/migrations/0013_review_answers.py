"""Who answered a review case and how; work that was done on a cancelled visit counts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

LAW = """
CREATE OR REPLACE FUNCTION dispatch_visit_law() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  law constant jsonb := '{
    "unscheduled": ["scheduled", "cancelled"],
    "scheduled": ["unscheduled", "dispatched", "cancelled"],
    "dispatched": ["acknowledged", "en_route", "scheduled", "cancelled"],
    "acknowledged": ["en_route", "on_site", "scheduled", "cancelled"],
    "en_route": ["on_site", "acknowledged", "cancelled"],
    "on_site": ["in_progress", "no_access", "cannot_complete", "cancelled"],
    "in_progress": ["paused", "completed", "cannot_complete"],
    "paused": ["in_progress", "cannot_complete"]%s
  }';
BEGIN
  IF NEW.status = OLD.status OR law -> OLD.status ? NEW.status THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A visit may not go from %% to %%.', OLD.status, NEW.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'visit_status_law';
END $$;
"""
# Only the office's decision on work done after a cancellation takes these steps.
BY_DECISION = """,
    "cancelled": ["completed", "cannot_complete", "no_access"]"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0012_photo")]

    operations = [
        migrations.AddField(
            model_name="reviewcase",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="reviewcase",
            name="answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("apply", "Carried out"),
                    ("note", "Kept as a note"),
                    ("discard", "Discarded"),
                    ("answer", "Answered"),
                    ("recount", "Count asked for"),
                    ("accept", "Difference booked"),
                    ("author", "Settled by the technician"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="reviewcase",
            name="decision",
            field=models.CharField(
                blank=True,
                help_text="the reason or the reply, in words",
                max_length=300,
            ),
        ),
        migrations.AddIndex(
            model_name="reviewcase",
            index=models.Index(
                condition=models.Q(("decided_at", None)),
                fields=["created_at"],
                name="review_case_open",
            ),
        ),
        migrations.RunSQL(LAW % BY_DECISION, LAW % ""),
    ]
