"""Start real servers for the tests that need them, before Django reads its settings."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
# The engine's tests know no Django and no database.
PURE = TESTS / "scheduling"

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_configure(config: pytest.Config) -> None:
    """Give Django its servers and let pytest-django find it configured."""
    if _only_pure(config):
        return
    _start_servers()
    os.environ["DJANGO_SETTINGS_MODULE"] = "dispatch.config.settings"
    from django.conf import settings as django_settings

    assert django_settings.MODE == "test", "The tests run with MODE=test."
    _empty_quickly()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave no photos behind."""
    if os.environ.get("MODE") == "test" and "MEDIA_ROOT" in os.environ:
        shutil.rmtree(os.environ["MEDIA_ROOT"], ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI nothing may be skipped: what does not run there does not run anywhere."""
    return _refuse_skips((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """The same for a whole file that skips itself."""
    return _refuse_skips((yield))


def _refuse_skips(report: pytest.TestReport) -> pytest.TestReport:
    if os.environ.get("CI") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped: CI runs everything."
    return report


def _only_pure(config: pytest.Config) -> bool:
    paths = [Path(str(arg).split("::")[0]).resolve() for arg in config.args]
    return all(path == PURE or PURE in path.parents for path in paths)


def _empty_quickly() -> None:
    """After a test whose transactions commit: not by Django's flush."""
    from django.test import TransactionTestCase

    from tests.emptying import empty_the_database

    def teardown(_: TransactionTestCase) -> None:
        empty_the_database()

    TransactionTestCase._fixture_teardown = teardown


def _start_servers() -> None:
    """Servers of this run: those that are given, else private ones from the wheels."""
    os.environ["MODE"] = "test"
    # Photos of this run: never among those of a real installation.
    os.environ["MEDIA_ROOT"] = tempfile.mkdtemp(prefix="dispatch-test-media-")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    given = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_BROKER_URL")
    if all(given):
        os.environ["DATABASE_URL"], os.environ["BROKER_URL"] = map(str, given)
        return
    if any(given):
        raise pytest.UsageError("Set TEST_DATABASE_URL and TEST_BROKER_URL, or none.")
    from dispatch.config import embedded

    try:
        servers = embedded.start(durable=False)
    except embedded.ServerError as error:
        raise pytest.UsageError(str(error)) from error
    os.environ["DATABASE_URL"] = servers.database_url
    os.environ["BROKER_URL"] = servers.broker_url
