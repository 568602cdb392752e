"""Level B and F: whatever network, server, clock and office do, nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError

from tests.proof import network, tally
from tests.proof.invariants import Broken
from tests.proof.planted import BUGS, Bug

if TYPE_CHECKING:
    from tests.field_app.world import World

SHORT, LONG = 7, 500


def test_no_act_is_lost_doubled_or_left_unexplained_under_any_fault(world: World):
    network.run(
        world,
        examples=tally.short_or_long(SHORT, LONG),
        steps=30,
        seed=tally.seed(),
        record=tally.note,
    )


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.says)
def test_a_bug_planted_in_the_server_is_caught(world: World, bug: Bug):
    """The test above would be worth nothing if it let these through."""
    caught = (Broken, DatabaseError, AttributeError, KeyError)
    with bug.planted(), pytest.raises(caught) as found:
        network.strolls(world, seeds=range(1, 9), steps=20)

    tally.note(tally.Line("F", bug=bug.says, caught=name_of(found.value)))


def name_of(error: BaseException) -> str:
    """The promise that broke, or the error that came of it."""
    text = str(error).partition(":")[0]
    return f"B, {text}" if isinstance(error, Broken) else f"B, {type(error).__name__}"
