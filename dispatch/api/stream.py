"""Server-sent events: what changed in a territory, in commit order, without gaps.

One LISTEN connection per process only says that there is something new; the rows are
read after the client's last id, so a lost notification costs at most one poll.
"""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from asgiref.sync import sync_to_async
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from dispatch.api.errors import from_domain
from dispatch.api.parsing import storable
from dispatch.errors import DomainError
from dispatch.models import Event, Role, Territory, User
from dispatch.queries import access

log = logging.getLogger(__name__)
CHANNEL = "dispatch_events"
HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 60.0
MOST_AT_ONCE = 500
# A client further behind than this reads the board anew.
MOST_BEHIND = 5_000
PLACE = re.compile(r"[0-9]{1,18}")
NOWHERE = 10**18


class Bell:
    """Rings every waiting stream of this process when something was committed."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def next_ring(self) -> asyncio.Event:
        """What the next ring sets. To be asked for before one looks: what is committed
        while one looks rings it, too.
        """
        if self._task is None or self._task.done():
            self._ready = asyncio.Event()
            self._task = asyncio.create_task(self._listen(self._ready))
        await self._ready.wait()
        return self._event

    def _ring(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def _listen(self, ready: asyncio.Event) -> None:
        params = connection.get_connection_params()
        wanted = {"host", "port", "user", "password", "dbname"}
        known = {key: params[key] for key in wanted if params.get(key)}
        try:
            async with await psycopg.AsyncConnection.connect(
                **known, autocommit=True
            ) as line:
                await line.execute(f"LISTEN {CHANNEL}")
                ready.set()
                async for _ in line.notifies():
                    self._ring()
        except psycopg.OperationalError as error:
            log.warning("The event line broke (%s); polling until it is back.", error)
            ready.set()
            await asyncio.sleep(1)
        finally:
            ready.set()
            # Nobody knows what was missed: everybody looks, and listens anew.
            self._ring()


_bells: WeakKeyDictionary[asyncio.AbstractEventLoop, Bell] = WeakKeyDictionary()


def _bell() -> Bell:
    """The bell of the running loop; one loop per process outside the tests."""
    return _bells.setdefault(asyncio.get_running_loop(), Bell())


@require_GET
async def events(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """`/events?territory=CODE`: live changes; `Last-Event-ID` or `after` resumes."""
    try:
        user, territory = await sync_to_async(_who)(request)
    except DomainError as error:
        return from_domain(error)
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    response = StreamingHttpResponse(
        _stream(user, territory, _place(after)), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


def _place(after: str) -> int | None:
    """Where a reader goes on; a place that we never gave is beyond the newest."""
    if not after:
        return None
    return int(after) if PLACE.fullmatch(after) else NOWHERE


def _who(request: HttpRequest) -> tuple[User, Territory]:
    access.require_role(request.user, Role.DISPATCHER, Role.ADMIN)
    user: User = request.user  # type: ignore[assignment]
    code = storable(request.GET.get("territory", ""))
    return user, access.get_territory_for(user, code)


def _still_allowed(user: User, territory: Territory) -> bool:
    office = User.objects.filter(is_active=True, role__in=access.OFFICE)
    fresh = office.filter(pk=user.pk).first()
    if fresh is None:
        return False
    return access.territories_for(fresh).filter(pk=territory.pk).exists()


async def _stream(
    user: User, territory: Territory, start: int | None
) -> AsyncIterator[str]:
    newest = await sync_to_async(_newest)(territory)
    seen = newest if start is None else start
    yield "retry: 1000\n\n"
    if newest - seen > MOST_BEHIND or seen > newest:
        yield f"id: {newest}\nevent: resync\ndata: {{}}\n\n"
        seen = newest
    clock = asyncio.get_running_loop().time
    checked = clock()
    while True:
        ring = await _bell().next_ring()
        rows = await sync_to_async(_after)(territory, seen)
        for row in rows:
            seen = row["seq"]
            body = json.dumps(row, cls=DjangoJSONEncoder)
            yield f"id: {seen}\nevent: change\ndata: {body}\n\n"
        if not rows:
            with suppress(TimeoutError):
                await asyncio.wait_for(ring.wait(), HEARTBEAT_SECONDS)
            yield ": here\n\n"
        if clock() - checked > RECHECK_SECONDS:
            checked = clock()
            if not await sync_to_async(_still_allowed)(user, territory):
                return


def _newest(territory: Territory) -> int:
    row = Event.objects.filter(territory=territory, seq__isnull=False)
    return row.order_by("-seq").values_list("seq", flat=True).first() or 0


def _after(territory: Territory, seq: int) -> list[dict[str, Any]]:
    rows = Event.objects.filter(territory=territory, seq__gt=seq).order_by("seq")
    return [
        {
            "seq": row.seq,
            "kind": row.kind,
            "subject_type": row.subject_type,
            "subject_id": row.subject_id,
            "at": row.at,
            "who": row.actor_label,
        }
        for row in rows[:MOST_AT_ONCE]
    ]
