"""The PIN that locks the phones of the pictures."""

from playwright.sync_api import Page

PIN = "258013"
LONG_MS = 60_000


def type_pin(page: Page, pin: str = PIN) -> None:
    """Digit by digit."""
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()


def choose_a_pin(page: Page) -> None:
    """A phone asks for one before it shows anything."""
    for heading in ("Choose a PIN", "The same again"):
        page.get_by_role("heading", name=heading).wait_for(timeout=LONG_MS)
        type_pin(page)
    page.get_by_role("heading", name="Today").wait_for(timeout=LONG_MS)
