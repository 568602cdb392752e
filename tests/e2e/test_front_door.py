"""What a stranger meets first."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from dispatch.models import Role, User
from tests.e2e.processes import Site


def test_a_stranger_is_led_to_booking(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page("/")
    expect(page).to_have_url(f"{site.url}/book/")


def test_a_dispatcher_signs_in_and_meets_the_board(
    site: Site, sign_in: Callable[..., Page]
) -> None:
    User.objects.create_user("dora", password="a long password", role=Role.DISPATCHER)
    page = sign_in("dora", "a long password", "/board/")
    expect(page).to_have_url(f"{site.url}/board/")
