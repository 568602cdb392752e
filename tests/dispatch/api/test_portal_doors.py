"""A customer's link opens one visit: its own."""

from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from dispatch.models import TrackingLink, Visit
from dispatch.portal.urls import urlpatterns
from dispatch.services import links
from tests.dispatch.api.world import World, fingerprint, person

PAGES = [str(p.pattern) for p in urlpatterns if "<uuid:ref>" in str(p.pattern)]


@pytest.fixture(autouse=True)
def _no_limits_left_over():
    cache.clear()


@pytest.fixture
def theirs(world: World) -> UUID:
    """The page of a customer in Cardiff, opened by them and by nobody else."""
    token = links.issue(
        Visit.objects.get(pk=world.cardiff.rows.told), at=timezone.now()
    )
    Client().get(f"/v/{token}/")
    return TrackingLink.objects.get(token_hash=links.digest(token)).pk


def path_of(page: str, ref: UUID, world: World) -> str:
    """The page of that link; where it shows a photo, of the visit behind it."""
    path = page.replace("<uuid:ref>", str(ref)).replace("<slug:size>", "full")
    return "/" + path.replace("<uuid:photo_id>", world.cardiff.rows.photo)


@pytest.fixture
def customer(world: World) -> Client:
    """The customer in Newport, who opened their own link."""
    client = Client()
    assert client.get(client.get(f"/v/{world.token}/").url).status_code == 200
    return client


def test_the_pages_behind_links_are_those_that_are_tried_here():
    assert set(PAGES) == {
        "visit/<uuid:ref>/",
        "visit/<uuid:ref>/status/",
        "visit/<uuid:ref>/cancel/",
        "visit/<uuid:ref>/rate/",
        "visit/<uuid:ref>/photos/<uuid:photo_id>/<slug:size>.jpg",
        "visit/<uuid:ref>/report/",
        "visit/<uuid:ref>/report.pdf",
        "visit/<uuid:ref>/visit.ics",
    }


@pytest.mark.parametrize("page", PAGES)
def test_one_customers_link_opens_no_page_of_anothers_visit(
    world: World, customer: Client, theirs: UUID, page: str
):
    path = path_of(page, theirs, world)
    before = fingerprint()

    answers = [
        customer.get(path),
        customer.post(path, {"score": 1}),
        customer.get(path, {"token": world.token}),
    ]

    statuses = {answer.status_code for answer in answers}
    assert 404 in statuses
    assert statuses <= {404, 405}
    for answer in answers:
        shown = answer.content.decode()
        assert not [mark for mark in world.cardiff.marks if mark in shown]
    assert fingerprint() == before


@pytest.mark.parametrize("page", PAGES)
def test_a_login_opens_no_page_behind_a_link(world: World, theirs: UUID, page: str):
    path = path_of(page, theirs, world)
    for user in (world.ada, world.cardiff.dispatcher):
        assert person(user).get(path).status_code in {404, 405}


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.swapcase(),
        lambda token: token[::-1],
        lambda token: links.digest(token),
        lambda token: "%00",
        lambda token: "x" * 5000,
    ],
    ids=["cut", "longer", "case", "backwards", "hash", "nul", "long"],
)
def test_a_forged_token_opens_nothing(world: World, forge):
    client = Client()
    answer = client.get(f"/v/{forge(world.token)}/")
    assert answer.status_code == 404
    assert not client.cookies
