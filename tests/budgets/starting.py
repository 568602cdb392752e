"""How long a phone without a signal takes from nothing to the list."""

from tests.budgets.figures import Figure, Sample
from tests.budgets.phone import Phone

# At this rate of the page's thread; the budgets of the first are half a blink.
BUDGETS = {1: 300.0, 4: 1000.0}


def figures(phone: Phone, rate: int, runs: int, held: str) -> list[Figure]:
    """Cold start, PIN, and a page opened beside one whose keys are in memory."""
    phone.context.set_offline(True)
    phone.slow_down(rate)
    to_lock: list[Sample] = []
    to_list: list[Sample] = []
    keys: list[Sample] = []
    for _ in range(runs):
        before = phone.work()
        phone.page.reload()
        to_lock.append(phone.sample(before, phone.when("locked")))
        before = phone.work()
        phone.type_pin()
        whole = phone.when("listed") - phone.when("clicked")
        key = phone.when("derived")
        sample = phone.sample(before, whole - key)
        to_list.append(sample)
        keys.append(Sample(key, sample.work))
        phone.note_shift()
    beside = _beside(phone, rate, runs)
    phone.slow_down(1)
    budget, at = BUDGETS[rate], f"{rate}× CPU, {held}"
    return [
        Figure(f"start to lock screen, {at}", "ms", to_lock, budget),
        Figure(f"PIN to list without the key's own time, {at}", "ms", to_list, budget),
        Figure(f"the key's own time (calibrated to 300), {at}", "ms", keys),
        Figure(f"start to list, keys in memory, {at}", "ms", beside, budget),
    ]


def _beside(phone: Phone, rate: int, runs: int) -> list[Sample]:
    """A second page of the app: it gets the key from the first and shows the list."""
    page = phone.context.new_page()
    tools = phone.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    page.goto("/field/")
    found = []
    for _ in range(runs):
        before = phone.work()
        page.reload()
        at: float = page.evaluate("() => __watch.listed")
        found.append(phone.sample(before, at))
    page.close()
    return found
