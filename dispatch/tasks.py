"""Errands: claim an outbox row, do what it says, mark it done. No rules live here."""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from dispatch.models import Outbox, OutboxState
from dispatch.services import (
    booking,
    escalation,
    messages,
    notices,
    outbox,
    pins,
    push,
    recurring,
    reports,
    texting,
    uploads,
)
from dispatch.services.planning import feed, plans, pricing, running
from dispatch.services.roads import calibrating, watching

log = logging.getLogger(__name__)
BROKER_ERRORS = (OSError, OperationalError)
# After these more may be due at once: the blocks of a round, or what joins them.
SPREADING = {"plan.run", "plan.block", "plan.join"}


def wake(row_id: uuid.UUID) -> None:
    """Tell the workers of a row; a lost wake-up costs one sweep of ten seconds."""
    try:
        deliver.apply_async((str(row_id),), retry=False)
    except BROKER_ERRORS as error:
        log.warning("The broker is away (%s); the sweep will find the row.", error)


def wake_on_commit(row: Outbox) -> None:
    """Wake the workers once the row can be seen."""
    transaction.on_commit(lambda: wake(row.pk))


def wake_all_due() -> None:
    """Wake the workers for everything that is due, after commit."""

    def tell() -> None:
        for row_id in outbox.due(at=timezone.now()):
            wake(row_id)

    transaction.on_commit(tell)


@shared_task(name="dispatch.tasks.deliver")
def deliver(row_id: str) -> None:
    """Carry out one row. Idempotent: a row that is done or leased is left alone."""
    row = outbox.claim(uuid.UUID(row_id), at=timezone.now())
    if row is None:
        return
    if row.state == OutboxState.DEAD:
        _after_death(row)
        return
    try:
        HANDLERS[row.kind](row.payload)
    except Exception as error:
        log.exception("Delivery %s of kind %s failed.", row.pk, row.kind)
        outbox.failed(row, error=f"{type(error).__name__}: {error}", at=timezone.now())
        if row.state == OutboxState.DEAD:
            _after_death(row)
    else:
        outbox.done(row)
        if row.kind in SPREADING:
            wake_all_due()


@shared_task(name="dispatch.tasks.sweep_outbox")
def sweep_outbox() -> int:
    """Carry out what is due and was not woken, or whose worker died."""
    found = outbox.due(at=timezone.now())
    for row_id in found:
        deliver.apply_async((str(row_id),))
    return len(found)


@shared_task(name="dispatch.tasks.expire_holds")
def expire_holds() -> int:
    """Give back windows that were held and not confirmed."""
    return booking.release_expired(at=timezone.now())


@shared_task(name="dispatch.tasks.make_recurring")
def make_recurring() -> int:
    """Open the jobs of recurring work that come within reach; each date once."""
    return recurring.make_due(at=timezone.now())


@shared_task(name="dispatch.tasks.watch_clocks")
def watch_clocks() -> int:
    """Raise what will be missed, or has been, and what nobody has seen."""
    at = timezone.now()
    found = escalation.watch(at=at) + notices.fall_back(at=at)
    wake_all_due()
    return found


@shared_task(name="dispatch.tasks.forget_changes")
def forget_changes() -> int:
    """Delete what every process that keeps days has read."""
    return feed.forget()


@shared_task(name="dispatch.tasks.watch_roads")
def watch_roads() -> int:
    """Ask how the routing engine is, and for the ways that are missing."""
    return watching.watch(at=timezone.now())


@shared_task(name="dispatch.tasks.calibrate_travel")
def calibrate_travel() -> int:
    """Learn from the trips of the last months."""
    return calibrating.calibrate_all(at=timezone.now())


@shared_task(name="dispatch.tasks.look_up_places")
def look_up_places() -> int:
    """Ask the geocoder where new sites are, one a second for all workers together."""
    return pins.look_up(clock=timezone.now, pause=time.sleep)


def _run_plan(payload: dict[str, Any]) -> None:
    """Idempotent: only a queued or interrupted run is taken up."""
    text = payload.get("not_before")
    plan_id = uuid.UUID(payload["plan"])
    watching.before_run(plan_id, at=timezone.now())
    running.run(
        plan_id,
        clock=timezone.now,
        not_before=datetime.fromisoformat(text) if text else None,
    )


def _price_rules(payload: dict[str, Any]) -> None:
    """Idempotent: a reckoning that is over is left alone, one cut off begins anew."""
    pricing.run(uuid.UUID(payload["run"]), clock=timezone.now)


def _search_block(payload: dict[str, Any]) -> None:
    """Idempotent: a block that is over is left alone."""
    running.search_block(uuid.UUID(payload["block"]), clock=timezone.now)


def _join_blocks(payload: dict[str, Any]) -> None:
    """Idempotent: only the round that the run is in is joined."""
    running.join_blocks(
        uuid.UUID(payload["plan"]), payload["round"], clock=timezone.now
    )


def _process_photo(payload: dict[str, Any]) -> None:
    """Idempotent: a photo that is stored or refused is left alone."""
    uploads.process(uuid.UUID(payload["photo"]), at=timezone.now())


def _send_message(payload: dict[str, Any]) -> None:
    """At least once: a message sent twice is the same message."""
    message = messages.compose(payload)
    sender = import_string(settings.MESSAGE_SENDER)()
    sender.send(
        to=message.to, subject=message.subject, text=message.text, html=message.html
    )


def _send_text(payload: dict[str, Any]) -> None:
    """At least once; the key lets a network tell that it is the same message."""
    message = texting.compose(payload)
    sender = import_string(settings.SMS_SENDER)()
    sender.send(to=message.to, text=message.text, key=message.key)


def _push(payload: dict[str, Any]) -> None:
    """At least once: a device woken twice pulls twice."""
    sender = import_string(settings.PUSH_SENDER)()
    push.deliver(uuid.UUID(payload["to"]), sender=sender)


def _make_report(payload: dict[str, Any]) -> None:
    """Idempotent: a report that is there is left alone."""
    render = import_string(settings.REPORT_RENDERER)
    reports.make(uuid.UUID(payload["visit"]), render=render)


def _after_death(row: Outbox) -> None:
    """A run that is given up must not keep its day closed for the next one; a block
    that is given up must not keep its run waiting.
    """
    sentence = f"The run failed five times: {row.last_error}"
    try:
        if row.kind == "plan.block":
            running.give_up_block(uuid.UUID(row.payload["block"]), at=timezone.now())
            wake_all_due()
        elif row.kind in {"plan.run", "plan.join"}:
            plan_id = uuid.UUID(row.payload["plan"])
            plans.fail(plan_id, sentence=sentence, at=timezone.now())
        elif row.kind == "plan.prices":
            run_id = uuid.UUID(row.payload["run"])
            pricing.fail(run_id, sentence=sentence, at=timezone.now())
        elif row.kind == "photo.process":
            uploads.give_up(uuid.UUID(row.payload["photo"]), at=timezone.now())
    except DatabaseError:
        log.exception("Could not wind up %s after %s died.", row.payload, row.kind)


HANDLERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "plan.run": _run_plan,
    "plan.prices": _price_rules,
    "plan.block": _search_block,
    "plan.join": _join_blocks,
    "message.send": _send_message,
    "text.send": _send_text,
    "photo.process": _process_photo,
    "push.pull": _push,
    "report.make": _make_report,
}
