"""The engine is loaded before anybody asks; until then the site is not ready."""

import logging
from threading import Event

import pytest
from celery import signals

import scheduling
from dispatch.config import celery
from dispatch.services import warming


@pytest.fixture
def engine(monkeypatch):
    """An engine that takes as long to load as the test wants, in a new process."""
    monkeypatch.setattr(warming, "_begun", Event())
    monkeypatch.setattr(warming, "_done", Event())
    loaded, calls = Event(), []

    def warm():
        calls.append(1)
        assert loaded.wait(timeout=120)

    monkeypatch.setattr(scheduling, "warm", warm)
    loaded.calls = calls
    yield loaded
    loaded.set()


def test_a_process_loads_the_engine_once_and_does_not_wait_for_it(engine):
    warming.begin()
    warming.begin(wait=0.01)
    assert warming.is_under_way()
    engine.set()
    warming.begin(wait=120)
    assert not warming.is_under_way()
    assert engine.calls == [1]


def test_the_site_is_ready_when_the_engine_is(engine, db, client):
    assert client.get("/readyz").json()["engine"] is True, "nobody has begun"
    warming.begin()
    early = client.get("/readyz")
    assert (early.status_code, early.json()["engine"]) == (503, False)
    assert client.get("/livez").status_code == 200
    engine.set()
    warming.begin(wait=120)
    late = client.get("/readyz")
    assert (late.status_code, late.json()["engine"]) == (200, True)


def test_where_nothing_is_kept_the_log_says_what_takes_so_long(
    engine, monkeypatch, caplog
):
    monkeypatch.setattr(warming, "LOADING_SECONDS", 0.0)
    told = Event()
    warning = warming.log.warning
    monkeypatch.setattr(
        warming.log, "warning", lambda *words: (warning(*words), told.set())
    )
    warming.begin()
    assert told.wait(timeout=120)
    assert "No compiled engine is kept" in caplog.text


def test_an_engine_that_does_not_load_does_not_close_the_site(
    engine, monkeypatch, caplog
):
    def broken():
        raise OSError("no such library")

    monkeypatch.setattr(scheduling, "warm", broken)
    with caplog.at_level(logging.INFO):
        warming.now()
    assert not warming.is_under_way()
    assert "could not be made ready" in caplog.text


def test_the_pool_is_forked_when_the_engine_is_compiled_and_each_child_loads_it(
    engine, monkeypatch
):
    compiled = []
    monkeypatch.setattr(warming, "compile_apart", lambda: compiled.append(1))
    engine.set()
    assert celery.compile_the_engine in signals.worker_init._live_receivers(None)
    celery.compile_the_engine()
    assert (compiled, engine.calls) == ([1], [])
    assert celery.load_the_engine in signals.worker_process_init._live_receivers(None)
    celery.load_the_engine()
    assert (compiled, engine.calls) == ([1], [1])
    # Longer than a child may need to load it, or to compile it when all else fails.
    assert celery.app.conf.worker_proc_alive_timeout >= 120


def test_what_goes_wrong_when_compiling_apart_is_told(monkeypatch, caplog):
    monkeypatch.setattr(warming.sys, "executable", "false")
    warming.compile_apart()
    assert "could not be compiled" in caplog.text
