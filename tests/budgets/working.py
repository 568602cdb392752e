"""Acts, screens and sending, on a phone that is in use."""

from tests.budgets.figures import Figure, Sample
from tests.budgets.phone import Phone

ACTS = 50
KEEP_MS = {1: 50.0, 4: None}
SCREEN_MS = {1: 100.0, 4: None}
SEND_MS = 1500.0
REACT_MS = 200.0
# Many notes at once, by the page's own fields: what is measured is sending them.
WRITE = """async ([texts]) => {
    const field = document.querySelector('textarea')
    const button = [...document.querySelectorAll('button')]
        .find((one) => one.textContent === 'Add the note')
    for (const text of texts) {
        const shown = __watch.until(() => __watch.notes(text))
        field.value = text
        field.dispatchEvent(new Event('input', { bubbles: true }))
        button.click()
        await shown
    }
}"""


def keeping(phone: Phone, rate: int, runs: int) -> list[Figure]:
    """From the tap to the act on the disk, and to the screen that shows it."""
    phone.context.set_offline(True)
    phone.slow_down(1)
    open_visit(phone, 0)
    phone.slow_down(rate)
    kept: list[Sample] = []
    shown: list[Sample] = []
    for run in range(runs):
        text = f"Kept at {rate}, {run}"
        phone.page.get_by_label("New note").fill(text)
        before = phone.work()
        phone.expect_next("__watch.notes(words[0])", text)
        phone.page.get_by_role("button", name="Add the note").click()
        at = phone.when("next")
        tapped = phone.when("clicked")
        sample = phone.sample(before, at - tapped)
        shown.append(sample)
        kept.append(Sample(phone.when("kept") - tapped, sample.work))
    phone.slow_down(1)
    return [
        Figure(f"tap to act on the disk, {rate}× CPU", "ms", kept, KEEP_MS[rate], 0.95),
        Figure(f"tap to act on the screen, {rate}× CPU", "ms", shown),
    ]


def open_visit(phone: Phone, number: int) -> None:
    """By links, for a reload would lock."""
    go_home(phone)
    path = f"/field/visit/{phone.house.visits[number]}"
    phone.click_to(f"a[href='{path}']", "__watch.isPage(...words)", path, "Notes")


def go_home(phone: Phone) -> None:
    """To today's list."""
    for _ in range(4):
        if phone.ask("location.pathname") == "/field/":
            return
        if phone.page.locator("nav a").count():
            phone.page.locator("nav a").first.click()
        else:
            phone.page.locator("header a").first.click()


def sending(phone: Phone, runs: int) -> list[Figure]:
    """Fifty acts: from the signal coming back until each has its receipt."""
    times: list[Sample] = []
    for run in range(runs):
        phone.context.set_offline(True)
        # Each time on another visit, as on a day.
        open_visit(phone, 1 + run)
        texts = [f"Sent {run}, {number}" for number in range(ACTS)]
        phone.page.evaluate(WRITE, [texts])
        before = phone.work()
        phone.expect_next("!__watch.says('.strip', 'waiting to be sent')")
        phone.context.set_offline(False)
        times.append(phone.sample(before, phone.when("next") - phone.when("online")))
        phone.rest()
    return [Figure(f"send {ACTS} acts, to the last receipt", "ms", times, SEND_MS)]


def screens(phone: Phone, rate: int, runs: int) -> list[Figure]:
    """From tap to screen over all that a visit needs; how soon each tap is answered."""
    phone.context.set_offline(True)
    go_home(phone)
    phone.slow_down(rate)
    phone.ask("{ __watch.interactions = [] }")
    times = [sample for _ in range(runs) for sample in _round(phone)]
    phone.slow_down(1)
    pairs: list[tuple[int, float]] = phone.ask("__watch.interactions")
    longest: dict[int, float] = {}
    for which, took in pairs:
        longest[which] = max(took, longest.get(which, 0))
    at = f"{rate}× CPU"
    return [
        Figure(f"screen change, {at}", "ms", times, SCREEN_MS[rate], 0.95),
        Figure(
            f"interaction to next paint, {at}",
            "ms",
            [Sample(took) for took in longest.values()] or [Sample(0)],
            REACT_MS,
            0.98,
        ),
    ]


def _round(phone: Phone) -> list[Sample]:
    visit = f"/field/visit/{phone.house.visits[0]}"
    stations = [
        (f"a[href='{visit}']", visit, "Notes"),
        (f"a[href='{visit}/checklist']", f"{visit}/checklist", ""),
        ("header a", visit, "Notes"),
        (f"a[href='{visit}/parts']", f"{visit}/parts", "Take from the van"),
        ("header a", visit, "Notes"),
        ("header a", "/field/", "Today"),
        ("nav a:nth-child(2)", "/field/van", "Van stock"),
        ("nav a:nth-child(3)", "/field/sync", "Sent"),
        ("nav a:nth-child(4)", "/field/more", "More"),
        ("nav a:nth-child(1)", "/field/", "Today"),
    ]
    return [
        phone.click_to(selector, "__watch.isPage(...words)", path, words)
        for selector, path, words in stations
    ]
