"""The laws that constraints alone cannot state: status moves, ledger, event order."""

from django.db import migrations

VISIT_LAW = """
CREATE FUNCTION dispatch_visit_law() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  law constant jsonb := '{
    "unscheduled": ["scheduled", "cancelled"],
    "scheduled": ["unscheduled", "dispatched", "cancelled"],
    "dispatched": ["acknowledged", "en_route", "scheduled", "cancelled"],
    "acknowledged": ["en_route", "on_site", "scheduled", "cancelled"],
    "en_route": ["on_site", "acknowledged", "cancelled"],
    "on_site": ["in_progress", "no_access", "cannot_complete", "cancelled"],
    "in_progress": ["paused", "completed", "cannot_complete"],
    "paused": ["in_progress", "cannot_complete"]
  }';
BEGIN
  IF NEW.status = OLD.status OR law -> OLD.status ? NEW.status THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'A visit may not go from % to %.', OLD.status, NEW.status
    USING ERRCODE = 'check_violation', CONSTRAINT = 'visit_status_law';
END $$;
CREATE TRIGGER visit_status_law BEFORE UPDATE OF status ON dispatch_visit
  FOR EACH ROW EXECUTE FUNCTION dispatch_visit_law();
"""

LEDGER = """
CREATE FUNCTION dispatch_ledger_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dispatch_stockitem
    (id, created_at, technician_id, part_id, on_hand, minimum)
  VALUES (gen_random_uuid(), now(), NEW.technician_id, NEW.part_id, NEW.quantity, 0)
  ON CONFLICT (technician_id, part_id)
    DO UPDATE SET on_hand = dispatch_stockitem.on_hand + EXCLUDED.on_hand;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_adds_up AFTER INSERT ON dispatch_stockmovement
  FOR EACH ROW EXECUTE FUNCTION dispatch_ledger_adds_up();

CREATE FUNCTION dispatch_stock_by_ledger_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Depth 2 is the ledger's own trigger; anybody else writes the ledger instead.
  IF pg_trigger_depth() < 2 AND (
    (TG_OP = 'INSERT' AND NEW.on_hand <> 0)
    OR (TG_OP = 'UPDATE' AND NEW.on_hand <> OLD.on_hand)
  ) THEN
    RAISE EXCEPTION 'Stock changes only through the ledger.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_by_ledger_only';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stock_by_ledger_only BEFORE INSERT OR UPDATE ON dispatch_stockitem
  FOR EACH ROW EXECUTE FUNCTION dispatch_stock_by_ledger_only();
"""

IMMUTABLE = """
CREATE FUNCTION dispatch_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are never changed or deleted.', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'never_changes';
END $$;
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON dispatch_signoff
  FOR EACH ROW EXECUTE FUNCTION dispatch_never_changes();
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON dispatch_stockmovement
  FOR EACH ROW EXECUTE FUNCTION dispatch_never_changes();
CREATE TRIGGER never_deleted BEFORE DELETE ON dispatch_event
  FOR EACH ROW EXECUTE FUNCTION dispatch_never_changes();
CREATE TRIGGER never_changes BEFORE UPDATE ON dispatch_event
  FOR EACH ROW WHEN (OLD.seq IS NOT NULL) EXECUTE FUNCTION dispatch_never_changes();
"""

# The counter row is locked only while a transaction commits, so numbers follow
# commit order and nobody waits for the work in between.
EVENT_ORDER = """
CREATE FUNCTION dispatch_event_seq() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
  INSERT INTO dispatch_counter (name, value) VALUES ('event', 1)
  ON CONFLICT (name) DO UPDATE SET value = dispatch_counter.value + 1
  RETURNING value INTO n;
  UPDATE dispatch_event SET seq = n WHERE id = NEW.id;
  PERFORM pg_notify('dispatch_events', n::text);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER event_seq AFTER INSERT ON dispatch_event
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION dispatch_event_seq();
"""

UNDO = """
DROP TRIGGER event_seq ON dispatch_event;
DROP TRIGGER never_changes ON dispatch_event;
DROP TRIGGER never_deleted ON dispatch_event;
DROP TRIGGER never_changes ON dispatch_stockmovement;
DROP TRIGGER never_changes ON dispatch_signoff;
DROP TRIGGER stock_by_ledger_only ON dispatch_stockitem;
DROP TRIGGER ledger_adds_up ON dispatch_stockmovement;
DROP TRIGGER visit_status_law ON dispatch_visit;
DROP FUNCTION dispatch_event_seq;
DROP FUNCTION dispatch_never_changes;
DROP FUNCTION dispatch_stock_by_ledger_only;
DROP FUNCTION dispatch_ledger_adds_up;
DROP FUNCTION dispatch_visit_law;
"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0001_initial")]
    operations = [
        migrations.RunSQL(
            VISIT_LAW + LEDGER + IMMUTABLE + EVENT_ORDER, reverse_sql=UNDO
        )
    ]
