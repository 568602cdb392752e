"""What a stranger meets first."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from dispatch.models import Role, Territory, User
from tests.e2e.processes import Site


def test_a_stranger_is_led_to_booking(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page("/")
    expect(page).to_have_url(f"{site.url}/book/")


def test_a_dispatcher_signs_in_and_meets_the_board(
    site: Site, sign_in: Callable[..., Page]
) -> None:
    newport = Territory.objects.create(code="newport", name="Newport")
    dora = User.objects.create_user("dora", password="a long password")
    dora.territories.add(newport)
    page = sign_in("dora", "a long password", "/board/")
    expect(page).to_have_title("Board, Newport")
    expect(page.locator("#board")).not_to_be_empty()


def test_a_technician_signs_in_and_meets_the_field_app(
    site: Site, sign_in: Callable[..., Page]
) -> None:
    User.objects.create_user("mei", password="a long password", role=Role.TECHNICIAN)
    page = sign_in("mei", "a long password", "/field/", phone=True)
    expect(page.locator("main")).to_be_visible()
