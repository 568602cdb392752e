"""Runs of the engine inside a test: asked for and carried out in one go."""

from dispatch.services.planning import plans, running
from tests.dispatch.world import TUESDAY, clock

ASKED, BEGAN, OVER = clock(6), clock(6, 1), clock(6, 2)


def ask(world, **changes):
    """Dora wants the Tuesday planned."""
    facts = {"day": TUESDAY, "by": world.dora, "at": ASKED, "seconds": 1, "seed": 7}
    return plans.request(world.territory, **{**facts, **changes})


def run(world, *, moments=(BEGAN, OVER), **changes):
    """A draft for the Tuesday; the clock of the run shows `moments` in turn."""
    plan = ask(world, **changes)
    times = iter(moments)
    return running.run(plan.pk, clock=lambda: next(times))


def by_visit(rows):
    """Rows of a draft or an outcome by the visit they are about."""
    return {row["visit"]: row for row in rows}
