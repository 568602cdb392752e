"""A customer books in a real browser, with and without scripts."""

import email
import email.policy
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from dispatch.models import Visit
from tests.dispatch.portal.world import World, build
from tests.e2e.processes import Site

OpenPage = Callable[..., Page]
PLAIN = {"java_script_enabled": False}


@pytest.fixture
def world(site: Site) -> World:
    return build(timezone.localdate())


def up_to_the_times(page: Page) -> None:
    page.get_by_text("A printer does not work").click()
    page.get_by_label("Tell us more").fill("It jams since Monday.")
    page.get_by_role("button", name="Continue to the address").click()
    page.get_by_label("Name of the place").fill("Riverside Dental")
    page.get_by_label("Number and street").fill("12 Bridge Street")
    page.get_by_label("Postcode").fill("np20 4bg")
    page.get_by_role("button", name="Continue to your details").click()
    page.get_by_label("Your name").fill("Nia Price")
    page.get_by_label("E-mail").fill("nia@example.org")
    page.get_by_label("You may use these details").check()
    page.get_by_role("button", name="Show the times").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("When should we come?")
    # Its scripts have begun, too: they hold what is pressed.
    page.wait_for_load_state()


def window(page: Page, world: World, *, day: int = 1, hour: int = 10):
    return page.locator(f'[value="{world.local(day, hour).isoformat()}"]')


def link_in_the_mail(site: Site) -> str:
    site.settle()
    (file,) = site.mail.glob("*.log")
    text = file.read_text().split("-" * 79)[0]
    message = email.message_from_string(text, policy=email.policy.default)
    body = message.get_body(("plain",)).get_content()
    return re.search(r"http\S+/v/[\w-]+/", body)[0]


def test_a_visit_is_booked_on_a_phone_without_scripts(
    site: Site, open_page: OpenPage, world: World
) -> None:
    page = open_page("/book/", phone=True, **PLAIN)
    up_to_the_times(page)
    window(page, world).check()
    page.get_by_role("button", name="Hold this time").click()
    expect(page.get_by_text("We hold this for 10 minutes")).to_be_visible()
    page.get_by_role("button", name="Confirm this time").click()
    expect(page.get_by_text("Your visit is booked")).to_be_visible()
    expect(page.get_by_text("10 am to noon")).to_be_visible()
    # Somebody else's browser opens the same page by the link in the message.
    elsewhere = open_page(link_in_the_mail(site), **PLAIN)
    expect(elsewhere.get_by_text("Your visit is booked")).to_be_visible()
    assert "/v/" not in elsewhere.url


def test_pressing_a_window_holds_it_at_once_and_another_one_instead(
    open_page: OpenPage, world: World
) -> None:
    page = open_page("/book/")
    up_to_the_times(page)
    window(page, world).check()
    expect(page.get_by_text("We hold this for 10 minutes")).to_be_visible()
    window(page, world, day=2, hour=13).check()
    expect(page.locator(".side .title")).to_contain_text("1 to 3 pm")
    assert Visit.objects.count() == 1


def test_the_arrow_keys_walk_through_the_windows_and_enter_holds(
    open_page: OpenPage, world: World
) -> None:
    page = open_page("/book/")
    up_to_the_times(page)
    window(page, world).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(window(page, world, hour=13)).to_be_checked()
    assert not Visit.objects.exists()
    page.keyboard.press("Enter")
    expect(page.get_by_text("We hold this for 10 minutes")).to_be_visible()


def test_the_hold_button_shows_when_the_keyboard_reaches_it(
    open_page: OpenPage, world: World
) -> None:
    page = open_page("/book/")
    up_to_the_times(page)
    button = page.get_by_role("button", name="Hold this time")
    assert button.bounding_box()["width"] <= 2
    page.locator("input[name=start]").last.focus()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    assert button.bounding_box()["height"] >= 44


def test_the_countdown_changes_once_a_minute_and_says_when_it_is_over(
    open_page: OpenPage, world: World
) -> None:
    page = open_page("/book/")
    up_to_the_times(page)
    page.clock.install()
    window(page, world).check()
    words = page.locator("[data-left]")
    expect(words).to_have_text("We hold this for 10 minutes")
    page.clock.fast_forward("02:00")
    expect(words).to_have_text("We hold this for 8 minutes")
    page.clock.fast_forward("09:00")
    expect(words).to_have_text("This time is free again")


def test_a_hold_that_ran_out_offers_the_nearest_times(
    open_page: OpenPage, world: World
) -> None:
    page = open_page("/book/", phone=True)
    up_to_the_times(page)
    window(page, world).check()
    expect(page.get_by_text("We hold this")).to_be_visible()
    Visit.objects.update(hold_expires_at=timezone.now() - timedelta(seconds=1))
    page.get_by_role("button", name="Confirm this time").click()
    expect(page.get_by_role("alert")).to_contain_text("The nearest free times:")
    window(page, world, day=2).check()
    page.get_by_role("button", name="Confirm this time").click()
    expect(page.get_by_text("Your visit is booked")).to_be_visible()
