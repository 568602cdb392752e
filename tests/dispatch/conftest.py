"""Fixtures of the tests of the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

# Imported when Django is ready: pytest reads this file before.
if TYPE_CHECKING:
    from tests.dispatch.world import World


@pytest.fixture
def tuesday(db: None) -> World:
    """One day in Newport without any work."""
    from tests.dispatch.world import build

    return build()


@pytest.fixture
def open_tuesday(transactional_db: None) -> World:
    """The same, in a database where transactions really commit."""
    from tests.dispatch.world import build

    return build()
