"""A real Chromium against the real processes; without a Chromium, a loud word."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import DjangoDbBlocker

from tests.chromium import FLAGS, find_chromium
from tests.e2e.patience import patient
from tests.e2e.processes import Site, running_site
from tests.emptying import empty_the_database

HERE = Path(__file__).parent
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
NOT_RUN = pytest.StashKey[list[str]]()


# --- Without a browser: say so, and fail where nothing may be left out ----------------


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Mark what lives here; set it aside when there is no Chromium."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
    ours = [item for item in items if item.get_closest_marker("browser")]
    if not ours or find_chromium() is not None:
        return
    if os.environ.get("CI"):
        raise pytest.UsageError(f"No Chromium: {len(ours)} browser tests cannot run.")
    config.stash[NOT_RUN] = [item.nodeid for item in ours]
    config.hook.pytest_deselected(items=ours)
    items[:] = [item for item in items if item not in ours]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name every browser test that did not run, and how to run it."""
    left_out = config.stash.get(NOT_RUN, [])
    if not left_out:
        return
    terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="!", red=True, bold=True)
    for name in left_out:
        terminalreporter.line(f"  {name}")
    terminalreporter.line(
        f"{len(left_out)} tests need Chromium and none was found. Install it"
        " (Debian: apt install chromium), or name one with CHROMIUM=/path, then run"
        " `make test` again."
    )


# --- With one ------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run; each page gets a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS
        )
        yield browser
        browser.close()
        # While Playwright's loop runs, Django keeps lines to the database for it alone.
        connections.close_all()


@pytest.fixture(scope="session")
def site_processes(
    django_db_setup: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Site]:
    """Web server, worker and beat on the database of the tests."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def transactional_db(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """As pytest-django's, but the product's processes go on reading meanwhile, so
    emptying the tables may meet one of their locks and has to be tried again."""
    with django_db_blocker.unblock():
        yield
        empty_the_database()


@pytest.fixture
def site(transactional_db: None, site_processes: Site) -> Iterator[Site]:
    """The running product with an empty database; what a test writes is committed."""
    yield site_processes
    site_processes.settle()
    site_processes.forget_mail()
    site_processes.forget_limits()


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody new: `open_page("/book/", phone=True)`.

    At the end of the test a script error on any page fails it.
    """
    contexts, errors = [], []

    def open_(path: str = "/", *, phone: bool = False, **options: object) -> Page:
        context = chromium.new_context(
            base_url=site.url, viewport=PHONE if phone else DESKTOP, **options
        )
        contexts.append(patient(context))
        context.on("weberror", lambda error: errors.append(str(error.error)))
        page = context.new_page()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def sign_in(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open a page as a person with a sign-in: `sign_in(dora.email, "password")`."""

    def sign_in_(name: str, password: str, path: str = "/", **options: object) -> Page:
        page = open_page(f"/login/?next={path}", **options)
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(password)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(f"**{path}")
        return page

    return sign_in_
