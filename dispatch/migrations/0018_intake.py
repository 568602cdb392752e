"""Calls: finding who calls, what to ask them, and jobs that were one job."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import dispatch.models.base
import dispatch.models.customer


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0017_roads"),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="TriageQuestion",
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
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("text", models.CharField(max_length=160)),
                (
                    "choices",
                    models.CharField(
                        blank=True,
                        help_text="answers to choose from, with a semicolon between; empty = free text",
                        max_length=300,
                    ),
                ),
                ("is_required", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.AddField(
            model_name="job",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="dispatch.job",
            ),
        ),
        migrations.AddField(
            model_name="request",
            name="answers",
            field=models.JSONField(
                blank=True, default=list, help_text="question and answer of the triage"
            ),
        ),
        migrations.AddField(
            model_name="worktype",
            name="description",
            field=models.TextField(
                blank=True, help_text="for whoever takes the call: when it is this work"
            ),
        ),
        migrations.AlterField(
            model_name="job",
            name="status",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("done", "Done"),
                    ("cancelled", "Cancelled"),
                    ("merged", "Merged into another"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("tag"), name="gin_trgm_ops"
                ),
                name="asset_by_tag",
            ),
        ),
        migrations.AddIndex(
            model_name="asset",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("serial"), name="gin_trgm_ops"
                ),
                name="asset_by_serial",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                ),
                name="contact_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    dispatch.models.customer.Digits("phone"), name="gin_trgm_ops"
                ),
                name="contact_by_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                ),
                name="customer_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="site",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                ),
                name="site_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="site",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("street"), name="gin_trgm_ops"
                ),
                name="site_by_street",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_into__isnull", False), ("status", "merged")),
                    models.Q(
                        models.Q(("status", "merged"), _negated=True),
                        ("merged_into__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="job_merged_says_into_what",
                violation_error_message="A merged job names the job it went into.",
            ),
        ),
        migrations.AddField(
            model_name="triagequestion",
            name="work_type",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="questions",
                to="dispatch.worktype",
            ),
        ),
    ]
