"""Roads: engine, places, ways, calibration; days in memory hear of changes there."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import dispatch.models.base

# Days in memory are laid out anew when other travel times hold.
TOLD = """
CREATE TRIGGER plan_change AFTER UPDATE OF version, revision ON dispatch_roadengine
  FOR EACH ROW WHEN ((OLD.version, OLD.revision)
    IS DISTINCT FROM (NEW.version, NEW.revision))
  EXECUTE FUNCTION dispatch_everything_changed();
CREATE TRIGGER plan_change AFTER INSERT OR UPDATE OR DELETE ON dispatch_travelpace
  FOR EACH STATEMENT EXECUTE FUNCTION dispatch_everything_changed();
CREATE TRIGGER plan_change AFTER INSERT OR UPDATE OR DELETE ON dispatch_roadratio
  FOR EACH STATEMENT EXECUTE FUNCTION dispatch_everything_changed();
"""
UNTOLD = """
DROP TRIGGER plan_change ON dispatch_roadengine;
DROP TRIGGER plan_change ON dispatch_travelpace;
DROP TRIGGER plan_change ON dispatch_roadratio;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0016_notice_channel"),
    ]

    operations = [
        migrations.CreateModel(
            name="GeoAnswer",
            fields=[
                (
                    "key",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("query", models.CharField(max_length=300)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PlanWays",
            fields=[
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="ways",
                        serialize=False,
                        to="dispatch.plan",
                    ),
                ),
                ("cells", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                (
                    "name",
                    models.CharField(max_length=20, primary_key=True, serialize=False),
                ),
                ("free_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="plan",
            name="travel",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.CreateModel(
            name="RoadEngine",
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
                ("name", models.CharField(max_length=20)),
                ("profile", models.CharField(max_length=20)),
                ("version", models.CharField(blank=True, max_length=80)),
                ("revision", models.PositiveIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("retry_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "profile"), name="road_engine_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoadRatio",
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
                ("ratio", models.FloatField()),
                ("legs", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "territory",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="road_ratio",
                        to="dispatch.territory",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RoadLine",
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
                ("version", models.CharField(max_length=80)),
                ("origin", models.BigIntegerField()),
                ("destination", models.BigIntegerField()),
                ("polyline", models.TextField()),
                (
                    "engine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="dispatch.roadengine",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("engine", "version", "origin", "destination"),
                        name="road_line_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RoadPlace",
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
                ("version", models.CharField(max_length=80)),
                ("key", models.BigIntegerField()),
                ("label", models.CharField(max_length=120)),
                (
                    "territory",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="dispatch.territory",
                    ),
                ),
                (
                    "snap_metres",
                    models.FloatField(
                        blank=True,
                        help_text="to the nearest road; empty: there is none",
                        null=True,
                    ),
                ),
                ("ways", models.BinaryField(default=bytes)),
                (
                    "engine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="dispatch.roadengine",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("engine", "version", "key"), name="road_place_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SitePin",
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
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Place is being looked up"),
                            ("found", "Place found"),
                            ("not_found", "Place not found: put the pin by hand"),
                            ("by_hand", "Pin put by hand"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("query", models.CharField(max_length=300)),
                ("source", models.CharField(blank=True, max_length=40)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("next_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "site",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pin",
                        to="dispatch.site",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_at"],
                        name="site_pin_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TravelPace",
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
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                ("is_used", models.BooleanField(default=False)),
                ("is_engine", models.BooleanField(default=False)),
                ("start_seconds", models.FloatField()),
                ("seconds_per_km", models.FloatField()),
                ("factor", models.FloatField(default=1.0)),
                ("bands", models.JSONField(default=dict)),
                ("trips", models.PositiveIntegerField()),
                ("left_out", models.JSONField(default=dict)),
                ("median_error", models.FloatField(blank=True, null=True)),
                ("p90_error", models.FloatField(blank=True, null=True)),
                ("coverage", models.FloatField(blank=True, null=True)),
                ("error_before", models.FloatField(blank=True, null=True)),
                (
                    "territory",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="paces",
                        to="dispatch.territory",
                    ),
                ),
            ],
            options={
                "ordering": ["-day"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("territory", "day"), name="travel_pace_once_a_day"
                    )
                ],
            },
        ),
        migrations.RunSQL(TOLD, reverse_sql=UNTOLD),
    ]
