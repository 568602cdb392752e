"""Stock in vans and warehouses; what is on its way between them, asked for, sent back."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import dispatch.models.base

# One place is a van or a warehouse: the ledger adds up in both.
LEDGER = """
CREATE OR REPLACE FUNCTION dispatch_ledger_adds_up() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dispatch_stockitem
    (id, created_at, technician_id, warehouse_id, part_id, on_hand, minimum)
  VALUES (gen_random_uuid(), now(), NEW.technician_id, NEW.warehouse_id, NEW.part_id,
          NEW.quantity, 0)
  ON CONFLICT (technician_id, warehouse_id, part_id)
    DO UPDATE SET on_hand = dispatch_stockitem.on_hand + EXCLUDED.on_hand;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION dispatch_stock_by_ledger_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- Depth 2 is the ledger's own trigger; anybody else writes the ledger instead.
  IF pg_trigger_depth() < 2 AND (
    (TG_OP = 'INSERT' AND NEW.on_hand <> 0)
    OR (TG_OP = 'DELETE' AND OLD.on_hand <> 0)
    OR (TG_OP = 'UPDATE' AND
        (NEW.on_hand, NEW.technician_id, NEW.warehouse_id, NEW.part_id)
        IS DISTINCT FROM
        (OLD.on_hand, OLD.technician_id, OLD.warehouse_id, OLD.part_id))
  ) THEN
    RAISE EXCEPTION 'Stock changes only through the ledger.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_by_ledger_only';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;

-- What lies in a warehouse is nobody's day.
CREATE OR REPLACE FUNCTION dispatch_technician_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  own text := TG_ARGV[0];
BEGIN
  INSERT INTO dispatch_plan_change (technician_id)
  SELECT DISTINCT (row ->> own)::uuid
  FROM unnest(ARRAY[to_jsonb(OLD), to_jsonb(NEW)]) AS row
  WHERE row ->> own IS NOT NULL;
  RETURN NULL;
END $$;

CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON dispatch_stockcount
  FOR EACH ROW EXECUTE FUNCTION dispatch_never_changes();
"""

# Back to vans alone.
LEDGER_UNDO = """
DROP TRIGGER never_changes ON dispatch_stockcount;

CREATE OR REPLACE FUNCTION dispatch_ledger_adds_up() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dispatch_stockitem
    (id, created_at, technician_id, part_id, on_hand, minimum)
  VALUES (gen_random_uuid(), now(), NEW.technician_id, NEW.part_id, NEW.quantity, 0)
  ON CONFLICT (technician_id, part_id)
    DO UPDATE SET on_hand = dispatch_stockitem.on_hand + EXCLUDED.on_hand;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION dispatch_stock_by_ledger_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 AND (
    (TG_OP = 'INSERT' AND NEW.on_hand <> 0)
    OR (TG_OP = 'DELETE' AND OLD.on_hand <> 0)
    OR (TG_OP = 'UPDATE' AND (NEW.on_hand, NEW.technician_id, NEW.part_id)
        IS DISTINCT FROM (OLD.on_hand, OLD.technician_id, OLD.part_id))
  ) THEN
    RAISE EXCEPTION 'Stock changes only through the ledger.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_by_ledger_only';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0013_review_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="PartRequest",
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
                    "description",
                    models.CharField(
                        blank=True,
                        help_text="when it is not in the catalogue",
                        max_length=120,
                    ),
                ),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Asked for"),
                            ("ordered", "Ordered"),
                            ("arrived", "Arrived"),
                            ("dropped", "Not needed any more"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("wanted_on", models.DateField(blank=True, null=True)),
                ("expected_on", models.DateField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(help_text="corrected device time")),
            ],
            options={
                "ordering": ["asked_at"],
            },
        ),
        migrations.CreateModel(
            name="ReturnOrder",
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
                ("quantity", models.PositiveIntegerField(default=1)),
                ("serial", models.CharField(blank=True, max_length=60)),
                ("lot", models.CharField(blank=True, max_length=60)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("faulty", "Does not work"),
                            ("doa", "Dead on arrival"),
                            ("exchange", "Taken out, goes back"),
                            ("wrong", "Wrong part"),
                            ("surplus", "Not needed"),
                            ("recall", "Recalled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "from_stock",
                    models.BooleanField(
                        default=True,
                        help_text="it leaves the van's stock; else it was taken out",
                    ),
                ),
                (
                    "number",
                    models.CharField(blank=True, help_text="RMA number", max_length=60),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "In the van"),
                            ("handed_in", "Handed in"),
                            ("closed", "Received"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField(help_text="corrected device time")),
                ("handed_in_at", models.DateTimeField(blank=True, null=True)),
                ("handed_in_where", models.CharField(blank=True, max_length=120)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["due_on", "opened_at"],
            },
        ),
        migrations.CreateModel(
            name="StockCount",
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
                ("lot", models.CharField(blank=True, max_length=60)),
                ("counted", models.PositiveIntegerField()),
                ("expected", models.IntegerField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("counted_at", models.DateTimeField(help_text="corrected device time")),
            ],
            options={
                "ordering": ["-counted_at"],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
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
                ("quantity", models.PositiveIntegerField()),
                ("serial", models.CharField(blank=True, max_length=60)),
                ("lot", models.CharField(blank=True, max_length=60)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sent", "Under way"),
                            ("received", "Received"),
                            ("taken_back", "Taken back"),
                        ],
                        default="sent",
                        max_length=10,
                    ),
                ),
                ("sent_at", models.DateTimeField(help_text="corrected device time")),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                (
                    "received_quantity",
                    models.PositiveIntegerField(blank=True, null=True),
                ),
            ],
            options={
                "ordering": ["-sent_at"],
            },
        ),
        migrations.CreateModel(
            name="Warehouse",
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
                ("code", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=80)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="stockitem",
            name="stock_once_per_van_and_part",
        ),
        migrations.AddField(
            model_name="part",
            name="barcode",
            field=models.CharField(
                blank=True,
                help_text="what is printed on the box, if not code",
                max_length=60,
            ),
        ),
        migrations.AddField(
            model_name="part",
            name="has_lot",
            field=models.BooleanField(
                default=False, help_text="the lot is written down"
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="lot",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AlterField(
            model_name="part",
            name="has_serial",
            field=models.BooleanField(default=False, help_text="each piece by number"),
        ),
        migrations.AlterField(
            model_name="stockitem",
            name="technician",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stock",
                to="dispatch.technician",
            ),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("load", "Loaded"),
                    ("use", "Used"),
                    ("undo", "Taken back"),
                    ("return", "Returned"),
                    ("count", "Counted"),
                    ("sent", "Sent on"),
                    ("received", "Received"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="quantity",
            field=models.IntegerField(help_text="signed: what the place gains"),
        ),
        migrations.AlterField(
            model_name="stockmovement",
            name="technician",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="dispatch.technician",
            ),
        ),
        migrations.AddField(
            model_name="partrequest",
            name="follow_up",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="waits_for",
                to="dispatch.visit",
            ),
        ),
        migrations.AddField(
            model_name="partrequest",
            name="part",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="requests",
                to="dispatch.part",
            ),
        ),
        migrations.AddField(
            model_name="partrequest",
            name="technician",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="part_requests",
                to="dispatch.technician",
            ),
        ),
        migrations.AddField(
            model_name="partrequest",
            name="visit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="part_requests",
                to="dispatch.visit",
            ),
        ),
        migrations.AddField(
            model_name="returnorder",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="return_orders",
                to="dispatch.part",
            ),
        ),
        migrations.AddField(
            model_name="returnorder",
            name="technician",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="return_orders",
                to="dispatch.technician",
            ),
        ),
        migrations.AddField(
            model_name="returnorder",
            name="visit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="return_orders",
                to="dispatch.visit",
            ),
        ),
        migrations.AddField(
            model_name="stockcount",
            name="counted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stockcount",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stock_counts",
                to="dispatch.part",
            ),
        ),
        migrations.AddField(
            model_name="stockcount",
            name="technician",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stock_counts",
                to="dispatch.technician",
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="count",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="dispatch.stockcount",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="from_technician",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers_out",
                to="dispatch.technician",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers",
                to="dispatch.part",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="received_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="sent_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="to_technician",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers_in",
                to="dispatch.technician",
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="transfer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="dispatch.transfer",
            ),
        ),
        migrations.AddField(
            model_name="warehouse",
            name="territory",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="warehouses",
                to="dispatch.territory",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="from_warehouse",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers_out",
                to="dispatch.warehouse",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="to_warehouse",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers_in",
                to="dispatch.warehouse",
            ),
        ),
        migrations.AddField(
            model_name="stockitem",
            name="warehouse",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stock",
                to="dispatch.warehouse",
            ),
        ),
        migrations.AddField(
            model_name="stockmovement",
            name="warehouse",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movements",
                to="dispatch.warehouse",
            ),
        ),
        migrations.AddIndex(
            model_name="stockmovement",
            index=models.Index(
                condition=models.Q(("serial", ""), _negated=True),
                fields=["part", "serial"],
                name="movement_by_serial",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.UniqueConstraint(
                fields=("technician", "warehouse", "part"),
                name="stock_once_per_place_and_part",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="stockitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("technician__isnull", False), ("warehouse__isnull", True)
                    ),
                    models.Q(
                        ("technician__isnull", True), ("warehouse__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="stock_lies_in_one_place",
                violation_error_message="Stock lies in a van or in a warehouse.",
            ),
        ),
        migrations.AddConstraint(
            model_name="stockmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("technician__isnull", False), ("warehouse__isnull", True)
                    ),
                    models.Q(
                        ("technician__isnull", True), ("warehouse__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="movement_is_in_one_place",
                violation_error_message="A stock entry names a van or a warehouse.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("part__isnull", False),
                    models.Q(("description", ""), _negated=True),
                    _connector="OR",
                ),
                name="part_request_names_a_part",
                violation_error_message="Say which part is missing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            ("from_technician__isnull", False),
                            ("from_warehouse__isnull", True),
                        ),
                        models.Q(
                            ("from_technician__isnull", True),
                            ("from_warehouse__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(
                            ("to_technician__isnull", False),
                            ("to_warehouse__isnull", True),
                        ),
                        models.Q(
                            ("to_technician__isnull", True),
                            ("to_warehouse__isnull", False),
                        ),
                        _connector="OR",
                    ),
                ),
                name="transfer_has_two_ends",
                violation_error_message="A transfer goes from one place to another.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)),
                name="transfer_moves_something",
                violation_error_message="A transfer needs a quantity.",
            ),
        ),
        migrations.RunSQL(LEDGER, reverse_sql=LEDGER_UNDO),
    ]
