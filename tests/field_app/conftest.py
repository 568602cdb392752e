"""Fixtures of the field app's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

# Imported when Django is ready: pytest reads this file before.
if TYPE_CHECKING:
    from tests.field_app.world import Phone, World


@pytest.fixture
def world(db: None) -> World:
    from tests.field_app.world import build

    return build()


@pytest.fixture
def phone(world: World) -> Phone:
    """Tariq's phone, enrolled."""
    from tests.field_app.world import Phone

    return Phone(world.tariq)


@pytest.fixture
def other_phone(world: World) -> Phone:
    """Mei's phone, enrolled."""
    from tests.field_app.world import Phone

    return Phone(world.mei)
