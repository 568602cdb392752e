"""The world of the API's tests; tomorrow, so that nothing has passed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

# Imported when Django is ready: pytest reads this file before.
if TYPE_CHECKING:
    from tests.dispatch.api.world import Caller, World


@pytest.fixture
def world(db: None) -> World:
    from datetime import timedelta

    from django.utils import timezone

    from tests.dispatch.api.world import build

    return build(timezone.localdate() + timedelta(days=1))


@pytest.fixture
def dora(world: World) -> Caller:
    """The dispatcher of Newport, signed in."""
    from tests.dispatch.api.world import person

    return person(world.newport.dispatcher)


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    """Hundreds of callers ask from one address; none is refused for the others."""
    from django.core.cache import cache

    cache.clear()
