"""The demo's Tuesday, seeded once for a file of tests and taken back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The module that seeds, with the day as it stands at half past seven."""
    from django.db import transaction

    from dispatch.demo import base, seeding
    from tests.dispatch.world import TUESDAY

    with django_db_blocker.unblock(), transaction.atomic():
        at = base.on(TUESDAY, "07:30")
        said: list[str] = []
        assert seeding.seed(
            today=TUESDAY, at=at, password="for-tests-only", say=said.append
        )
        yield seeding
        transaction.set_rollback(True)
