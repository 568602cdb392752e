"""Fixtures of the engine's tests."""

import time
from types import SimpleNamespace

import pytest

from scheduling import stop, warm


@pytest.fixture
def own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds as this process spends them: who else keeps the machine busy, and loading
    the compiled engine, take nothing from a run. For runs in one process alone.
    """
    warm()
    monkeypatch.setattr(stop, "time", SimpleNamespace(monotonic=time.process_time))
