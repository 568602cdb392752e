"""What changed about a territory's plan since a process last looked.

The database writes down every change in the transaction that makes it; see the
migration `plan_changes`. A snapshot tells which transactions a reader could see.
"""

from dataclasses import dataclass

from django.db import connection

from dispatch.models import Territory

# Rows are kept for an hour; whoever looks less often than this begins anew.
KEPT = "1 hour"
TOO_LONG = "30 minutes"

LOOK = f"""
SELECT pg_current_snapshot()::text, clock_timestamp()::text,
  clock_timestamp() - %(at)s::timestamptz > interval '{TOO_LONG}'
    -- The database is another one than before, brought back from a backup.
    OR pg_snapshot_xmax(pg_current_snapshot())
      < pg_snapshot_xmax(%(seen)s::pg_snapshot),
  change.id IS NOT NULL, change.visit_id, change.technician_id,
  change.xid IS NOT DISTINCT FROM pg_current_xact_id_if_assigned()
FROM (SELECT 1) AS always LEFT JOIN dispatch_plan_change AS change
  ON change.xid >= pg_snapshot_xmin(%(seen)s::pg_snapshot)
  AND NOT pg_visible_in_snapshot(change.xid, %(seen)s::pg_snapshot)
  AND (change.territory_id = %(territory)s::uuid OR change.territory_id IS NULL)
"""

FIRST_LOOK = """
SELECT pg_current_snapshot()::text, clock_timestamp()::text, EXISTS (
  SELECT FROM dispatch_plan_change WHERE xid = pg_current_xact_id_if_assigned()
)
"""


@dataclass(frozen=True)
class Mark:
    """How far a reader has seen, and when it looked."""

    snapshot: str
    at: str


@dataclass(frozen=True)
class Changes:
    """What has to be read again; `is_own`: this transaction itself made changes."""

    mark: Mark
    visits: frozenset[str] = frozenset()
    technicians: frozenset[str] = frozenset()
    everything: bool = False
    is_own: bool = False


def since(mark: Mark | None, territory: Territory) -> Changes:
    """The changes that `mark` did not see, in one query; without one everything."""
    if mark is None:
        return _first_look()
    values = {"at": mark.at, "seen": mark.snapshot, "territory": str(territory.pk)}
    with connection.cursor() as cursor:
        cursor.execute(LOOK, values)
        rows = cursor.fetchall()
    snapshot, at, is_old = rows[0][:3]
    found = [row[4:] for row in rows if row[3]]
    return Changes(
        mark=Mark(snapshot, at),
        visits=frozenset(str(visit) for visit, _, _ in found if visit),
        technicians=frozenset(str(who) for _, who, _ in found if who),
        everything=is_old or any(not visit and not who for visit, who, _ in found),
        is_own=any(own for *_, own in found),
    )


def _first_look() -> Changes:
    with connection.cursor() as cursor:
        cursor.execute(FIRST_LOOK)
        snapshot, at, is_own = cursor.fetchone()
    return Changes(Mark(snapshot, at), everything=True, is_own=is_own)


def forget() -> int:
    """Delete what everybody has seen; how many rows that was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM dispatch_plan_change"
            f" WHERE at < clock_timestamp() - interval '{KEPT}'"
        )
        return int(cursor.rowcount)
