"""Close the gaps in the laws: half a span, a stock row that is taken away.

Whoever acted stays named: an event keeps its actor, so a person who acted is made
inactive, never deleted.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

STOCK = """
CREATE OR REPLACE FUNCTION dispatch_stock_by_ledger_only() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  -- Depth 2 is the ledger's own trigger; anybody else writes the ledger instead.
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
DROP TRIGGER stock_by_ledger_only ON dispatch_stockitem;
CREATE TRIGGER stock_by_ledger_only BEFORE INSERT OR UPDATE OR DELETE
  ON dispatch_stockitem
  FOR EACH ROW EXECUTE FUNCTION dispatch_stock_by_ledger_only();
"""

# The function is a superset of the one before: only the trigger goes back.
STOCK_UNDO = """
DROP TRIGGER stock_by_ledger_only ON dispatch_stockitem;
CREATE TRIGGER stock_by_ledger_only BEFORE INSERT OR UPDATE ON dispatch_stockitem
  FOR EACH ROW EXECUTE FUNCTION dispatch_stock_by_ledger_only();
"""


def whole_span(name: str) -> models.CheckConstraint:
    """Both ends or neither, in order."""
    start, end = f"{name}_start", f"{name}_end"
    neither = Q(**{f"{start}__isnull": True, f"{end}__isnull": True})
    both = Q(**{f"{start}__isnull": False, f"{end}__isnull": False})
    return models.CheckConstraint(
        name=f"visit_{name}_is_ordered",
        condition=neither | (both & Q(**{f"{end}__gt": F(start)})),
        violation_error_message=f"A {name} must end after it starts.",
    )


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0002_laws")]
    operations = [
        migrations.RemoveConstraint("visit", "visit_window_is_ordered"),
        migrations.RemoveConstraint("visit", "visit_promise_is_ordered"),
        migrations.AddConstraint("visit", whole_span("window")),
        migrations.AddConstraint("visit", whole_span("promise")),
        migrations.AlterField(
            "event",
            "actor",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(STOCK, reverse_sql=STOCK_UNDO),
    ]
