"""The first visit over a slow line, and what a screen reader would stumble over."""

from playwright.sync_api import Browser

from tests.budgets.figures import Figure, Sample
from tests.budgets.house import House
from tests.budgets.phone import Phone, open_context
from tests.e2e.axe import violations

# A telephone network in a valley.
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}


def first_visit(chromium: Browser, house: House, runs: int) -> list[Figure]:
    """From the address to the largest thing on the first screen."""
    painted: list[Sample] = []
    ready: list[Sample] = []
    for _ in range(runs):
        context = open_context(chromium, house)
        page = context.new_page()
        tools = context.new_cdp_session(page)
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", LINE)
        page.goto("/field/")
        at: float = page.evaluate("() => __watch.chosen")
        work: float = page.evaluate("() => __watch.work()")
        ready.append(Sample(at, work))
        painted.append(Sample(page.evaluate("() => __watch.painted"), work))
        context.close()
    return [
        Figure("first visit, largest paint (1.6 Mbit/s, 150 ms)", "ms", painted, 2000),
        Figure("first visit, ready for the PIN", "ms", ready),
    ]


def accessible(phone: Phone) -> list[Figure]:
    """axe over the screens, in both themes."""
    visit = f"/field/visit/{phone.house.visits[0]}"
    rest = ("van", "van/returns", "sync", "more", "device", "journal")
    pages = [
        "/field/",
        *(f"{visit}{part}" for part in ("", "/checklist", "/parts", "/sign")),
        *(f"/field/{page}" for page in rest),
    ]
    found: list[str] = []
    phone.page.goto("/field/")
    phone.when("locked")
    found += violations(phone.page)
    for path in pages:
        phone.page.goto(path)
        phone.when("locked")
        phone.type_pin()
        phone.page.locator("main:not([aria-busy])").first.wait_for()
        phone.page.locator(".keys").wait_for(state="detached")
        phone.rest()
        found += [f"{path}: {line}" for line in violations(phone.page)]
    note = "\n".join(found)
    name = f"axe, serious findings on {len(pages) + 1} screens, both themes"
    return [Figure(name, "", [Sample(float(len(found)))], 0, note=note)]
