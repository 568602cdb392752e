"""The field app in a real browser, with and without a network."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from dispatch.models import Note, ReviewCase, StockItem, Visit
from dispatch.queries import report
from dispatch.services import visits
from field_app.models import Command
from tests.chromium import FLAGS, find_chromium
from tests.e2e.conftest import PHONE
from tests.e2e.patience import patient
from tests.e2e.processes import Site
from tests.field_app.world import World, build

SignIn = Callable[..., Page]


@pytest.fixture
def world(site: Site) -> World:
    return build()


@pytest.fixture
def visit(world: World) -> Visit:
    return world.visit()


def begin(page: Page) -> None:
    """Until the list is there and the worker has the page."""
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    expect(page.get_by_text("All sent")).to_be_visible()
    page.evaluate(
        """async () => {
            await navigator.serviceWorker.ready
            while (!navigator.serviceWorker.controller)
                await new Promise((done) => setTimeout(done, 20))
        }"""
    )


def until_sent(page: Page, *, acts: int) -> None:
    """Until this phone has so many acts, and was told how each of them ended."""
    page.evaluate(
        """async (acts) => {
            const [{ name }] = await indexedDB.databases()
            for (;;) {
                const db = await new Promise((done) => {
                    const ask = indexedDB.open(name)
                    ask.onsuccess = () => done(ask.result)
                })
                const rows = await new Promise((done) => {
                    const ask = db.transaction("outbox").objectStore("outbox").getAll()
                    ask.onsuccess = () => done(ask.result)
                })
                db.close()
                const sent = rows.filter((row) => row.state !== "pending")
                if (rows.length === acts && sent.length === acts) return
                await new Promise((done) => setTimeout(done, 20))
            }
        }""",
        acts,
    )


def field_of(sign_in: SignIn) -> Page:
    page = sign_in("tariq", "x", "/field/", phone=True)
    begin(page)
    return page


def do_the_lockout(page: Page, visit: Visit) -> None:
    page.goto(f"/field/visit/{visit.pk}/checklist")
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_label("Reading").fill("0,05")
    page.get_by_role("button", name="Verify", exact=True).click()
    page.get_by_role("link", name="Ready: back to the visit").click()


def do_the_work(page: Page) -> None:
    page.get_by_role("button", name="Start work").click()
    page.get_by_role("link", name="Open the checklist").first.click()
    page.get_by_role("button", name="Yes", exact=True).click()
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_role("link", name="All done: back to the visit").click()
    page.get_by_role("link", name="Open the parts").click()
    page.get_by_role("button", name="V-belt").click()
    page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="Use 2").click()
    page.get_by_role("link", name="Back").click()


def sign_with_a_typed_name(page: Page) -> None:
    page.get_by_role("button", name="Get it signed").click()
    page.get_by_label("Full name").fill("Marged Hale")
    page.get_by_role("button", name="Type the name instead of drawing").click()
    page.get_by_label("I agree with the report above").check()
    page.get_by_role("button", name="Sign and finish").click()
    expect(page.get_by_text("Finished. Saved on this phone")).to_be_visible()


def open_profile(chromium: Browser, site: Site, folder: Path) -> BrowserContext:
    """A browser whose data outlives its closing."""
    return patient(
        chromium.browser_type.launch_persistent_context(
            folder,
            executable_path=find_chromium(),
            args=FLAGS,
            base_url=site.url,
            viewport=PHONE,
        )
    )


def test_a_visit_done_offline_survives_a_closed_browser_and_counts_once(
    chromium: Browser, site: Site, world: World, visit: Visit, tmp_path: Path
):
    context = open_profile(chromium, site, tmp_path)
    page = context.new_page()
    page.goto("/login/?next=/field/")
    page.locator("[name=username]").fill("tariq")
    page.locator("[name=password]").fill("x")
    page.locator("[name=password]").press("Enter")
    begin(page)

    context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="I’m on the way").click()
    page.get_by_role("button", name="I’m on site").click()
    expect(page.get_by_text("2 waiting to be sent")).to_be_visible()
    do_the_lockout(page, visit)
    do_the_work(page)
    sign_with_a_typed_name(page)
    assert not Command.objects.exists()
    context.close()

    context = open_profile(chromium, site, tmp_path)
    context.set_offline(True)
    page = context.new_page()
    page.goto(f"/field/visit/{visit.pk}")
    expect(page.get_by_text("10 waiting to be sent")).to_be_visible()
    expect(page.get_by_text("Finished. Saved on this phone")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text("Received by the office")).to_be_visible()
    context.close()

    assert_done_once(world, visit)


def assert_done_once(world: World, visit: Visit) -> None:
    seqs = list(Command.objects.order_by("seq").values_list("seq", "result"))
    assert seqs == [(seq, "applied") for seq in range(1, 11)]
    visit.refresh_from_db()
    assert visit.status == "completed"
    stock = StockItem.objects.get(technician=world.tariq, part=world.belt)
    assert stock.on_hand == 3
    signoff = visit.signoffs.get()
    assert signoff.signed_by == "Marged Hale"
    now = report.report(visit)
    assert signoff.content == {**now, "until": signoff.content["until"]}
    assert signoff.content_hash == report.digest(signoff.content)
    assert not report.is_stale(signoff)


def test_a_refused_act_shows_its_reason_and_is_kept_as_a_note(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    page.context.set_offline(True)
    page.get_by_role("button", name="I’m on the way").click()
    visits.recall(visit, reason="Wrong day", by=world.dora, at=datetime.now(UTC))
    page.context.set_offline(False)

    expect(page.get_by_text("1 to look at").first).to_be_visible()
    page.get_by_role("link", name="Sync").click()
    card = page.get_by_role("article")
    expect(card).to_contain_text("Refused by the office")
    expect(card).to_contain_text("took this visit back for planning")
    card.get_by_role("button", name="Keep as note").click()

    expect(card).to_be_hidden()
    expect(page.get_by_role("heading", name="Everything is sent")).to_be_visible()
    assert "On the way" in Note.objects.get().body
    assert ReviewCase.objects.get().decision == "kept as a note"


def test_a_lost_answer_is_asked_for_again_and_counts_once(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    lost: list[int] = []

    def lose_once(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.context.route("**/field/api/sync/push", lose_once)
    page.goto(f"/field/visit/{visit.pk}")
    page.get_by_label("New note").fill("Only once")
    with page.expect_response("**/field/api/sync/push"):
        page.get_by_role("button", name="Add the note").click()

    expect(page.get_by_text("All sent")).to_be_visible()
    assert lost == [200]
    assert [note.body for note in Note.objects.all()] == ["Only once"]


def test_two_tabs_number_their_acts_without_a_gap(
    sign_in: SignIn, world: World, visit: Visit
):
    first = field_of(sign_in)
    second = first.context.new_page()
    tabs = [first, second]
    for tab in tabs:
        tab.goto(f"/field/visit/{visit.pk}")
    first.context.set_offline(True)

    for number in range(6):
        tab = tabs[number % 2]
        # What lies behind is given little of a busy machine's time.
        tab.bring_to_front()
        tab.get_by_label("New note").fill(f"Note {number}")
        tab.get_by_role("button", name="Add the note").click()
        for each in tabs:
            expect(each.get_by_text(f"Note {number}", exact=True)).to_be_visible()
    first.context.set_offline(False)

    expect(first.get_by_text("All sent")).to_be_visible()
    bodies = [row.args["body"] for row in Command.objects.order_by("seq")]
    assert bodies == [f"Note {number}" for number in range(6)]


def test_the_app_starts_without_a_network_whatever_language_the_browser_names(
    sign_in: SignIn, visit: Visit
):
    page = sign_in("tariq", "x", "/field/", phone=True, locale="cy-GB")
    begin(page)
    page.context.set_offline(True)
    page.reload()

    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_a_draft_outlives_the_page(sign_in: SignIn, visit: Visit):
    page = field_of(sign_in)
    page.goto(f"/field/visit/{visit.pk}")
    page.get_by_label("New note").fill("Half a sent")
    # Kept within 300 ms; the database says when.
    page.evaluate(
        """async () => {
            for (;;) {
                const [{ name }] = await indexedDB.databases()
                const db = await new Promise((done) => {
                    const ask = indexedDB.open(name)
                    ask.onsuccess = () => done(ask.result)
                })
                const count = await new Promise((done) => {
                    const ask = db.transaction("drafts").objectStore("drafts").count()
                    ask.onsuccess = () => done(ask.result)
                })
                db.close()
                if (count) return
                await new Promise((done) => setTimeout(done, 20))
            }
        }"""
    )
    page.reload()

    expect(page.get_by_label("New note")).to_have_value("Half a sent")


def test_nobody_else_on_this_device_sees_or_sends_the_work(
    sign_in: SignIn, world: World, visit: Visit
):
    page = field_of(sign_in)
    page.context.set_offline(True)
    page.get_by_role("button", name="I’m on the way").click()
    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
    # Before the link is back: being online again, the page sends at once.
    page.context.route("**/field/api/sync/push", lambda route: route.abort())
    page.context.set_offline(False)
    # An answer that is under way would bring the first person's cookie back.
    page.goto("about:blank")
    page.context.clear_cookies()
    page.goto("/login/?next=/field/")
    page.locator("[name=username]").fill("mei")
    page.locator("[name=password]").fill("x")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/field/")
    page.context.unroute("**/field/api/sync/push")

    expect(page.get_by_text("1 act of another person wait here")).to_be_visible()
    expect(page.get_by_text("No more visits today")).to_be_visible()
    assert not Command.objects.exists()


def test_a_revoked_device_wipes_itself(sign_in: SignIn, world: World, visit: Visit):
    from field_app.models import Device

    page = field_of(sign_in)
    Device.objects.update(revoked_at=datetime.now(UTC))
    page.get_by_role("link", name="Sync").click()
    page.get_by_role("button", name="Send now").click()

    expect(page.get_by_text("signed out by the office")).to_be_visible()
    names = page.evaluate("indexedDB.databases().then((all) => all.length)")
    assert names == 0


def replace(file: Path, data: bytes) -> None:
    """In one step: whoever reads it meanwhile gets the old file or the new one."""
    fresh = file.with_suffix(".new")
    fresh.write_bytes(data)
    fresh.replace(file)


def test_an_update_waits_for_the_person_and_keeps_what_is_unsent(
    sign_in: SignIn, site: Site, world: World, visit: Visit
):
    worker = site.dist / "serviceworker.js"
    before = worker.read_bytes()
    page = field_of(sign_in)
    page.context.route("**/field/api/sync/push", lambda route: route.abort())
    page.get_by_role("button", name="I’m on the way").click()
    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
    try:
        replace(worker, before + b"\n// another version\n")
        page.evaluate(
            "navigator.serviceWorker.getRegistration('/field/').then((r) => r.update())"
        )
        with page.expect_navigation():
            page.get_by_role("button", name="Update now").click()
    finally:
        replace(worker, before)

    expect(page.get_by_text("1 waiting to be sent")).to_be_visible()
    page.context.unroute("**/field/api/sync/push")
    page.get_by_role("link", name="Sync").click()
    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(page.get_by_role("heading", name="Everything is sent")).to_be_visible()
    assert Command.objects.get().result == "applied"
