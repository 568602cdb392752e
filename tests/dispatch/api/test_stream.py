"""The live feed over a real database: whose events, from where on, and for how long."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from django.test import AsyncClient
from django.utils import timezone

from dispatch.api import stream
from dispatch.models import Event, Role, Technician, Territory, User
from dispatch.services import events
from tests.dispatch.api.world import Area, World

pytestmark = pytest.mark.django_db(transaction=True)
# Far below the heartbeat: what comes sooner came because it was announced.
SOON, HEARTBEAT = 20.0, 600.0


@pytest.fixture(autouse=True)
def _a_slow_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", HEARTBEAT)


@dataclass
class Message:
    """One message of the feed."""

    id: int
    event: str
    data: dict[str, Any]


class Feed:
    """What a browser reads from the feed."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    async def chunk(self) -> str:
        return (await asyncio.wait_for(anext(self._chunks), SOON)).decode()

    async def rest(self) -> list[str]:
        """Everything until the feed ends."""
        return [chunk.decode() async for chunk in self._chunks]

    async def message(self) -> Message:
        """The next message; heartbeats are passed over."""
        while True:
            lines = (await self.chunk()).strip().splitlines()
            found = dict(line.split(": ", 1) for line in lines)
            if "data" in found:
                data = json.loads(found["data"])
                return Message(int(found["id"]), found["event"], data)


def browser(user: User | None) -> AsyncClient:
    client = AsyncClient()
    if user is not None:
        client.force_login(user)
    return client


def happened(area: Area, kind: str) -> int:
    """Something is recorded and committed; its place in the order of commits."""
    event = events.record(
        kind, subject=area.site, by=None, at=timezone.now(), territory=area.territory
    )
    event.refresh_from_db()
    assert event.seq is not None
    return event.seq


def read(
    client: AsyncClient, work: Callable[[Feed], Awaitable[None]], **asked: Any
) -> None:
    """Open the feed of Newport, or of another territory, and work with it."""
    headers = asked.pop("headers", {})

    async def run() -> None:
        query = {"territory": "newport", **asked}
        response = await client.get("/events", query, headers=headers)
        assert response.status_code == 200
        assert response["Content-Type"] == "text/event-stream"
        assert "no-cache" in response["Cache-Control"]
        assert response["X-Accel-Buffering"] == "no"
        feed = Feed(aiter(response.streaming_content))
        assert await feed.chunk() == "retry: 1000\n\n"
        await work(feed)

    async_to_sync(run)()


def test_a_new_reader_gets_what_happens_from_now_on(world: World):
    happened(world.newport, "site.before")
    before = Event.objects.count()

    async def work(feed: Feed) -> None:
        seq = await sync_to_async(happened)(world.newport, "site.after")
        message = await feed.message()
        assert (message.id, message.event) == (seq, "change")
        assert message.data["kind"] == "site.after"
        assert message.data["subject_id"] == str(world.newport.site.pk)
        assert message.data["seq"] == seq

    read(browser(world.newport.dispatcher), work)
    assert Event.objects.count() == before + 1


def test_a_reader_gets_the_events_of_the_asked_territory_only(world: World):
    async def work(feed: Feed) -> None:
        for area, kind in (
            (world.cardiff, "site.theirs"),
            (world.newport, "site.ours"),
            (world.cardiff, "site.theirs"),
            (world.newport, "site.ours_too"),
        ):
            await sync_to_async(happened)(area, kind)
        kinds = [(await feed.message()).data["kind"] for _ in range(2)]
        assert kinds == ["site.ours", "site.ours_too"]

    read(browser(world.newport.dispatcher), work)


def test_an_admin_reads_any_territory_one_at_a_time(world: World):
    async def work(feed: Feed) -> None:
        await sync_to_async(happened)(world.newport, "site.newport")
        await sync_to_async(happened)(world.cardiff, "site.cardiff")
        assert (await feed.message()).data["kind"] == "site.cardiff"

    read(browser(world.ada), work, territory="cardiff")


@pytest.mark.parametrize("how", ["header", "query", "both"])
def test_a_reader_who_comes_back_misses_nothing_and_gets_nothing_twice(
    world: World, how: str
):
    first = happened(world.newport, "site.seen")
    missed = [happened(world.newport, f"site.missed{n}") for n in range(3)]
    header = {"headers": {"Last-Event-ID": str(first)}}
    # The browser repeats the address it began with; the header is newer.
    asked = {
        "header": header,
        "query": {"after": str(first)},
        "both": {**header, "after": "0"},
    }[how]

    async def work(feed: Feed) -> None:
        assert [(await feed.message()).id for _ in missed] == missed
        seq = await sync_to_async(happened)(world.newport, "site.new")
        assert (await feed.message()).id == seq

    read(browser(world.newport.dispatcher), work, **asked)


def test_a_reader_far_behind_is_told_to_read_the_board_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream, "MOST_BEHIND", 3)
    first = happened(world.newport, "site.seen")
    newest = [happened(world.newport, "site.missed") for _ in range(4)][-1]

    async def work(feed: Feed) -> None:
        resync = await feed.message()
        assert (resync.event, resync.id, resync.data) == ("resync", newest, {})
        seq = await sync_to_async(happened)(world.newport, "site.new")
        assert (await feed.message()).id == seq

    read(browser(world.newport.dispatcher), work, after=str(first))


def test_a_reader_just_near_enough_gets_it_all(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream, "MOST_BEHIND", 3)
    first = happened(world.newport, "site.seen")
    missed = [happened(world.newport, "site.missed") for _ in range(3)]

    async def work(feed: Feed) -> None:
        assert [(await feed.message()).id for _ in missed] == missed

    read(browser(world.newport.dispatcher), work, after=str(first))


@pytest.mark.parametrize("after", ["9" * 15, "9" * 30, "9" * 5000, "soon", "-1", "٣"])
def test_a_reader_from_the_future_is_told_to_read_the_board_anew(
    world: World, after: str
):
    """Or from nowhere: the database may be a copy older than what they had read."""
    newest = happened(world.newport, "site.last")

    async def work(feed: Feed) -> None:
        message = await feed.message()
        assert (message.event, message.id) == ("resync", newest)

    read(browser(world.newport.dispatcher), work, after=after)


def test_much_that_was_missed_comes_in_several_reads(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stream, "MOST_AT_ONCE", 2)
    first = happened(world.newport, "site.seen")
    missed = [happened(world.newport, "site.missed") for _ in range(5)]

    async def work(feed: Feed) -> None:
        assert [(await feed.message()).id for _ in missed] == missed

    read(browser(world.newport.dispatcher), work, after=str(first))


def test_a_waiting_reader_is_woken_long_before_the_heartbeat(world: World):
    async def work(feed: Feed) -> None:
        waiting = asyncio.create_task(feed.message())
        await until(listening)
        seq = await sync_to_async(happened)(world.newport, "site.new")
        assert (await asyncio.wait_for(waiting, SOON)).id == seq

    read(browser(world.newport.dispatcher), work)


@pytest.mark.parametrize("first", [True, False], ids=["a first look", "a later one"])
def test_what_is_committed_just_after_a_look_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch, first: bool
):
    """Between the look that found nothing and the wait for a sign."""
    look, looks, seqs = stream._after, [], []

    def look_and_then(territory: Territory, seen: int) -> list[dict[str, Any]]:
        rows = look(territory, seen)
        looks.append(rows)
        if not rows and (first or len(looks) > 1) and not seqs:
            seqs.append(happened(world.newport, "site.late"))
        return rows

    monkeypatch.setattr(stream, "_after", look_and_then)

    async def work(feed: Feed) -> None:
        if not first:
            await sync_to_async(happened)(world.newport, "site.early")
            assert (await feed.message()).data["kind"] == "site.early"
        assert (await feed.message()).id == seqs[0]

    read(browser(world.newport.dispatcher), work)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for the condition, at most `SOON`."""
    async with asyncio.timeout(SOON):
        while not await sync_to_async(condition)():
            await asyncio.sleep(0.02)


def listening() -> bool:
    """Whether somebody's connection has begun to listen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE query = %s AND state = 'idle' AND datname = current_database()",
            [f"LISTEN {stream.CHANNEL}"],
        )
        return cursor.fetchone()[0] > 0


@pytest.mark.parametrize("how", ["scope", "account", "role"])
def test_a_reader_who_may_no_longer_read_is_sent_away(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
):
    monkeypatch.setattr(stream, "RECHECK_SECONDS", 0.0)
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    dora = world.newport.dispatcher

    def shut_out() -> None:
        if how == "scope":
            dora.territories.clear()
        elif how == "role":
            Technician.objects.filter(name="Tariq").update(user=dora)
            User.objects.filter(pk=dora.pk).update(role=Role.TECHNICIAN)
        else:
            User.objects.filter(pk=dora.pk).update(is_active=False)

    async def work(feed: Feed) -> None:
        assert await feed.chunk() == ": here\n\n"
        await sync_to_async(shut_out)()
        rest = await asyncio.wait_for(feed.rest(), SOON)
        assert set(rest) <= {": here\n\n"}

    read(browser(dora), work)


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        (lambda w: None, 401, "not_signed_in"),
        (lambda w: w.newport.people[0].user, 403, "not_allowed"),
        (lambda w: w.cardiff.dispatcher, 404, "not_found"),
    ],
    ids=["stranger", "technician", "dispatcher elsewhere"],
)
def test_nobody_else_is_let_in(
    world: World, who: Callable[[World], User | None], status: int, code: str
):
    client = browser(who(world))
    response = async_to_sync(client.get)("/events", {"territory": "newport"})
    assert response.status_code == status
    assert response.json()["code"] == code


def test_a_key_and_a_customers_token_open_no_feed(world: World):
    for secret in (world.newport.key, world.token):
        response = async_to_sync(browser(None).get)(
            "/events",
            {"territory": "newport"},
            headers={"Authorization": f"Bearer {secret}"},
        )
        assert response.status_code == 401


def test_an_unknown_territory_has_no_feed_and_nothing_is_posted(world: World):
    client = browser(world.newport.dispatcher)
    for query in ({}, {"territory": "atlantis"}):
        assert async_to_sync(client.get)("/events", query).status_code == 404
    assert async_to_sync(client.post)("/events").status_code == 405
