"""The town that the portal's tests book in, today by the real clock."""

import pytest


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def world(db):
    # Django's models can be named only once the servers of the tests are up.
    from django.utils import timezone

    from tests.dispatch.portal import world as towns

    return towns.build(timezone.localdate())
