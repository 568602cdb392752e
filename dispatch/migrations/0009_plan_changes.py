"""A feed of what changed about plans, for processes that keep days in memory.

Each row says in which transaction something about a territory's days changed. A reader
asks for rows that its last snapshot could not see: nothing is locked or counted, and a
change that commits late is never missed. Rows are deleted after a while.
"""

from django.db import migrations

TABLE = """
CREATE TABLE dispatch_plan_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- No territory: whoever keeps days, whichever they are.
  territory_id uuid,
  -- What has to be read again; neither: everything of the territory.
  visit_id uuid,
  technician_id uuid
);
CREATE INDEX plan_change_since ON dispatch_plan_change (xid);

CREATE FUNCTION dispatch_visit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  one dispatch_visit := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  -- A visit that goes to another job may leave a territory.
  INSERT INTO dispatch_plan_change (visit_id, territory_id)
  SELECT one.id, CASE WHEN TG_OP = 'UPDATE' AND OLD.job_id <> NEW.job_id THEN NULL
    ELSE (
    SELECT site.territory_id FROM dispatch_job job
    JOIN dispatch_site site ON site.id = job.site_id WHERE job.id = one.job_id
  ) END;
  RETURN NULL;
END $$;

CREATE FUNCTION dispatch_technician_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  own text := TG_ARGV[0];
BEGIN
  INSERT INTO dispatch_plan_change (technician_id)
  SELECT DISTINCT (row ->> own)::uuid
  FROM unnest(ARRAY[to_jsonb(OLD), to_jsonb(NEW)]) AS row
  WHERE row IS NOT NULL;
  RETURN NULL;
END $$;

CREATE FUNCTION dispatch_everything_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dispatch_plan_change DEFAULT VALUES;
  RETURN NULL;
END $$;
"""

VISIT = """
CREATE TRIGGER plan_change_made AFTER INSERT OR DELETE ON dispatch_visit
  FOR EACH ROW EXECUTE FUNCTION dispatch_visit_changed();
CREATE TRIGGER plan_change AFTER UPDATE ON dispatch_visit FOR EACH ROW
  WHEN ((OLD.status, OLD.technician_id, OLD.job_id, OLD.duration_minutes,
         OLD.sched_start, OLD.sched_end, OLD.actual_start, OLD.actual_end,
         OLD.forecast_end)
    IS DISTINCT FROM
        (NEW.status, NEW.technician_id, NEW.job_id, NEW.duration_minutes,
         NEW.sched_start, NEW.sched_end, NEW.actual_start, NEW.actual_end,
         NEW.forecast_end))
  EXECUTE FUNCTION dispatch_visit_changed();
"""

# Table to the column that names the technician.
PEOPLE = {
    "technician": "id",
    "shift": "technician_id",
    "absence": "technician_id",
    "certification": "technician_id",
    "stockitem": "technician_id",
    "technician_territories": "technician_id",
}
# Table to the columns that count; a change there is rare, and everything is read anew.
EVERYTHING = {
    "policy": "",
    "worktypepart": "",
    "part": "UPDATE OF code",
    "skill": "UPDATE OF code",
    "job": "UPDATE OF site_id, work_type_id",
    "site": "UPDATE OF territory_id, lat, lon, access_minutes",
    "territory": "UPDATE OF time_zone",
}


def _people(table: str, column: str) -> str:
    return f"""
CREATE TRIGGER plan_change AFTER INSERT OR UPDATE OR DELETE ON dispatch_{table}
  FOR EACH ROW EXECUTE FUNCTION dispatch_technician_changed('{column}');
"""


def _everything(table: str, when: str) -> str:
    if not when:
        return f"""
CREATE TRIGGER plan_change AFTER INSERT OR UPDATE OR DELETE ON dispatch_{table}
  FOR EACH STATEMENT EXECUTE FUNCTION dispatch_everything_changed();
"""
    names = when.removeprefix("UPDATE OF ").split(", ")
    old = ", ".join(f"OLD.{name}" for name in names)
    new = ", ".join(f"NEW.{name}" for name in names)
    return f"""
CREATE TRIGGER plan_change AFTER {when} ON dispatch_{table} FOR EACH ROW
  WHEN (({old}) IS DISTINCT FROM ({new}))
  EXECUTE FUNCTION dispatch_everything_changed();
"""


FORWARD = TABLE + VISIT
FORWARD += "".join(_people(*one) for one in PEOPLE.items())
FORWARD += "".join(_everything(*one) for one in EVERYTHING.items())
UNDO = """
DROP FUNCTION dispatch_visit_changed CASCADE;
DROP FUNCTION dispatch_technician_changed CASCADE;
DROP FUNCTION dispatch_everything_changed CASCADE;
DROP TABLE dispatch_plan_change;
"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0008_price_runs")]
    operations = [migrations.RunSQL(FORWARD, reverse_sql=UNDO)]
