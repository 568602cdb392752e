"""What a published checklist says never changes; a visit keeps the version it began with.

Lists that were in use before there were drafts count as published.
"""

from django.db import migrations

KEEP = """
UPDATE dispatch_checklisttemplate SET published_at = created_at
  WHERE published_at IS NULL;
UPDATE dispatch_visit visit SET checklist_id = begun.template_id
  FROM (
    SELECT DISTINCT ON (answer.visit_id) answer.visit_id, item.template_id
    FROM dispatch_checklistanswer answer
    JOIN dispatch_checklistitem item ON item.id = answer.item_id
    ORDER BY answer.visit_id, answer.answered_at DESC
  ) begun
  WHERE begun.visit_id = visit.id;
SET CONSTRAINTS ALL IMMEDIATE;
"""

LAW = """
CREATE FUNCTION dispatch_published_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Before and after: a line may not leave a published list for a draft, either.
  IF EXISTS (
    SELECT 1 FROM unnest(ARRAY[to_jsonb(OLD), to_jsonb(NEW)]) AS line
    JOIN dispatch_checklisttemplate template
      ON template.id = (line ->> TG_ARGV[0])::uuid
    WHERE template.published_at IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'A published checklist never changes: make a new version.'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'checklist_published_stays';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER published_stays BEFORE INSERT OR UPDATE OR DELETE
  ON dispatch_checklistitem
  FOR EACH ROW EXECUTE FUNCTION dispatch_published_stays('template_id');
CREATE TRIGGER published_stays BEFORE INSERT OR UPDATE OR DELETE
  ON dispatch_checklistsection
  FOR EACH ROW EXECUTE FUNCTION dispatch_published_stays('template_id');
-- Publishing itself is the update that finds it unpublished.
CREATE TRIGGER published_stays BEFORE UPDATE OR DELETE
  ON dispatch_checklisttemplate
  FOR EACH ROW EXECUTE FUNCTION dispatch_published_stays('id');
"""

UNDO = """
DROP TRIGGER published_stays ON dispatch_checklisttemplate;
DROP TRIGGER published_stays ON dispatch_checklistsection;
DROP TRIGGER published_stays ON dispatch_checklistitem;
DROP FUNCTION dispatch_published_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0011_service_lines")]
    operations = [
        migrations.RunSQL(KEEP, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(LAW, reverse_sql=UNDO),
    ]
