"""Repairs inside a test: somebody falls ill at ten, and the day is mended."""

from datetime import timedelta

from dispatch.models import PlanKind
from dispatch.services import disruptions
from dispatch.services.planning import plans, running
from tests.dispatch.world import TUESDAY, clock

NOW = clock(10)
OVER = NOW + timedelta(seconds=3)
LATER = NOW + timedelta(minutes=5)


def ill(world, person, *, start=NOW, end=None, reason="Ill"):
    """Dora hears that somebody goes home."""
    return disruptions.technician_absent(
        person,
        start=start,
        end=end or clock(17),
        reason=reason,
        by=world.dora,
        at=start,
    )


def repair(world, *, at=NOW, **changes):
    """A draft that places again what was hit."""
    facts = {"day": TUESDAY, "by": world.dora, "at": at, "seconds": 1, "seed": 7}
    plan = plans.request(
        world.territory, **{**facts, "kind": PlanKind.REPAIR, **changes}
    )
    times = iter((at, at + timedelta(seconds=3)))
    return running.run(plan.pk, clock=lambda: next(times))


def accept(world, plan, *, only=None, at=LATER):
    """Dora takes the draft, or some visits of it."""
    return plans.accept(plan, by=world.dora, at=at, only=only)


def spots(visits):
    """Where everything is: (status, person, start) by visit, read anew."""
    for row in visits:
        row.refresh_from_db()
    return {row.pk: (row.status, row.technician_id, row.sched_start) for row in visits}
