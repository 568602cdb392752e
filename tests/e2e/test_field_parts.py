"""A technician's parts without a network: received, scanned, used, asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dispatch.models import (
    PartRequest,
    ReturnOrder,
    ReviewCase,
    StockItem,
    StockMovement,
    Visit,
    Warehouse,
    WorkTypePart,
)
from dispatch.services import ledger, transfers, visits
from tests.chromium import FLAGS, find_chromium
from tests.e2e.axe import assert_accessible
from tests.e2e.patience import patient
from tests.e2e.processes import Site
from tests.e2e.qr import film
from tests.e2e.test_field_offline import begin
from tests.field_app.world import World, build

SMALL = {"width": 360, "height": 740}


@pytest.fixture
def world(site: Site) -> World:
    """A depot has sent Tariq three belts; his visit needs a pump that he has not."""
    world = build()
    now = datetime.now(UTC)
    depot = Warehouse.objects.create(
        code="depot", name="Newport depot", territory=world.territory
    )
    ledger.enter(depot, kind="load", part=world.belt, quantity=20, at=now)
    transfers.send(
        source=depot,
        target=world.tariq,
        part=world.belt,
        quantity=3,
        by=world.dora,
        at=now,
    )
    WorkTypePart.objects.create(work_type=world.work_type, part=world.pump, quantity=1)
    world.work_type.checklist.items.all().delete()
    return world


@pytest.fixture
def visit(world: World) -> Visit:
    """On site already."""
    row = world.visit()
    for step in ("en_route", "on_site"):
        row = visits.move(row, to=step, by=world.tariq.user, at=datetime.now(UTC))
    return row


@pytest.fixture
def camera(chromium: Browser, site: Site, tmp_path: Path) -> Iterator[BrowserContext]:
    """A phone whose camera sees the code of a pump."""
    seen = film(tmp_path / "code.y4m")
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(),
        args=[
            *FLAGS,
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={seen}",
        ],
    )
    context = patient(browser.new_context(base_url=site.url, viewport=SMALL))
    yield context
    context.close()
    browser.close()


def sign_in(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/login/?next=/field/")
    page.locator("[name=username]").fill("tariq")
    page.locator("[name=password]").fill("x")
    page.locator("[name=password]").press("Enter")
    begin(page)
    return page


def wait_for_the_reader(page: Page) -> None:
    """Fetched by the page when idle, kept by the worker; a second start finds it."""
    page.reload()
    begin(page)
    page.evaluate(
        """async () => {
            for (;;) {
                const kept = await (await caches.open("reader")).keys()
                if (kept.some((one) => one.url.endsWith(".wasm"))) return
                await new Promise((done) => setTimeout(done, 50))
            }
        }"""
    )


def receive_and_count(page: Page) -> None:
    page.get_by_role("link", name="Van stock").click()
    assert_accessible(page)
    page.get_by_role("button", name="Receive 3 × V-belt").click()
    page.get_by_role("button", name="One less").click()
    expect(page.get_by_text("3 were sent, you have 2")).to_be_visible()
    page.get_by_role("button", name="Receive 2").click()
    page.get_by_role("button", name="V-belt belt 7").click()
    page.get_by_role("button", name="Count it").click()
    page.get_by_role("spinbutton", name="Counted").fill("6")
    page.get_by_role("button", name="Save the count").click()
    expect(page.get_by_text("Say why it differs")).to_be_visible()
    page.get_by_label("Why").fill("One was torn")
    page.get_by_role("button", name="Save the count").click()
    expect(page.get_by_role("button", name="V-belt belt 6")).to_be_visible()


def scan_and_use(page: Page) -> None:
    page.get_by_label("Find a part", exact=True).fill("pump")
    page.get_by_role("button", name="Pump pump None in your van").click()
    page.get_by_role("button", name="Scan: Serial number").click()
    expect(page.get_by_label("Serial number", exact=True)).to_have_value("P-77")
    expect(page.get_by_text("Your van’s list would be at -1")).to_be_visible()
    page.get_by_role("button", name="Use 1").click()
    expect(page.get_by_text("serial P-77")).to_be_visible()


def ask_and_end(page: Page) -> None:
    page.get_by_role("button", name="A part is missing").click()
    page.get_by_label("What is missing").fill("Rubber boot, 40 mm")
    page.get_by_role("button", name="Ask for it and end the visit").click()
    expect(page.get_by_text("Rubber boot, 40 mm")).to_be_visible()
    expect(page.get_by_text("Saved on this phone").first).to_be_visible()


def test_a_day_of_parts_without_a_network_arrives_explained(
    camera: BrowserContext, world: World, visit: Visit
):
    camera.grant_permissions(["camera"])
    page = sign_in(camera)
    wait_for_the_reader(page)
    camera.set_offline(True)
    receive_and_count(page)
    page.goto(f"/field/visit/{visit.pk}/parts")
    expect(page.get_by_text("1 short: your van has 0")).to_be_visible()
    assert_accessible(page)
    scan_and_use(page)
    ask_and_end(page)
    page.goto("/field/van/returns")
    page.get_by_role("button", name="A part goes back").click()
    page.get_by_label("Which part").select_option("V-belt")
    page.get_by_label("Why").select_option("Dead on arrival")
    page.get_by_role("button", name="Note the return").click()
    page.get_by_role("button", name="Hand in 1 × V-belt").click()
    page.get_by_role("button", name="It is handed in").click()
    expect(page.get_by_text("7 waiting to be sent")).to_be_visible()
    assert not StockMovement.objects.filter(kind="use").exists()

    camera.set_offline(False)
    page.goto("/field/sync")
    expect(page.get_by_role("heading", name="Everything is sent")).to_be_visible()
    assert_arrived(world, visit)


def assert_arrived(world: World, visit: Visit) -> None:
    held = {
        row.part.code: row.on_hand
        for row in StockItem.objects.filter(technician=world.tariq)
    }
    assert held == {"belt": 5, "pump": -1}
    assert StockMovement.objects.get(kind="use").serial == "P-77"
    assert set(ReviewCase.objects.values_list("code", flat=True)) == {
        "transfer_differs",
        "stock_counted",
        "stock_negative",
    }
    visit.refresh_from_db()
    assert (visit.status, visit.outcome_code) == ("cannot_complete", "part_missing")
    asked = PartRequest.objects.get()
    assert asked.follow_up == visit.job.visits.exclude(pk=visit.pk).get()
    assert ReturnOrder.objects.get().state == "handed_in"


def test_without_a_camera_the_number_is_typed(
    camera: BrowserContext, world: World, visit: Visit
):
    page = sign_in(camera)
    page.goto(f"/field/visit/{visit.pk}/parts")
    page.get_by_role("button", name="Scan: Find a part").click()
    expect(page.get_by_text("The camera is not allowed")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Or type it").fill("PUMP")
    page.get_by_role("button", name="Use this number").click()
    expect(
        page.get_by_role("button", name="Pump pump None in your van")
    ).to_be_visible()
