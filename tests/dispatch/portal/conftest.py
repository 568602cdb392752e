"""The town that the portal's tests book in, today by the real clock."""

import time
from types import SimpleNamespace

import pytest


@pytest.fixture(autouse=True)
def _no_limits_left_over(monkeypatch):
    """Nor do a test's requests fall into two windows of time."""
    from django.core.cache import cache

    from dispatch.portal import limits

    cache.clear()
    now = time.time()
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: now))


@pytest.fixture
def world(db):
    # Django's models can be named only once the servers of the tests are up.
    from django.utils import timezone

    from tests.dispatch.portal import world as towns

    return towns.build(timezone.localdate())
