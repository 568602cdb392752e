"""Runs of the engine: asked for, carried out, accepted whole or not at all."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from dispatch.errors import InvalidInput, PlanNotReady, PlanRunning
from dispatch.models import Event, Plan, PlanKind, PlanState, Territory, User
from dispatch.services import events, law, outbox
from dispatch.services.planning import merging, partial
from dispatch.services.planning.repairing import Budget

MAX_SECONDS = 300
P = PlanState


def request(
    territory: Territory,
    *,
    day: date,
    by: User | None,
    at: datetime,
    seconds: int,
    seed: int = 1,
    not_before: datetime | None = None,
    kind: str = PlanKind.PLAN,
    budget: Budget | None = None,
    asked: Iterable[uuid.UUID] = (),
) -> Plan:
    """Ask for a run; a worker takes it from the outbox.

    Nothing is planned before `not_before`; without it, not before the run begins. A
    repair without a `budget` takes that of the settings, and finds a place for the
    visits `asked` for too. It does not wait for a run under way, which knows nothing
    of what happened: that run is stopped.
    """
    if not 1 <= seconds <= MAX_SECONDS:
        message = f"A run takes between 1 and {MAX_SECONDS} seconds."
        raise InvalidInput(message, field="seconds")
    try:
        with transaction.atomic():
            if kind == PlanKind.REPAIR:
                _make_way(territory, day, by=by, at=at)
            plan = Plan.objects.create(
                territory=territory,
                day=day,
                kind=kind,
                budget=asdict(budget) if budget else {},
                cause={"asked": sorted(map(str, asked))} if asked else {},
                requested_by=by,
                seconds=seconds,
                seed=seed,
            )
            _noted(plan, by=by, at=at)
            outbox.enqueue(
                "plan.run",
                key=f"plan.run:{plan.pk}",
                payload={
                    "plan": str(plan.pk),
                    "not_before": not_before.isoformat() if not_before else None,
                },
                at=at,
            )
    except IntegrityError as error:
        if law.constraint_name(error) != "plan_one_run_at_a_time":
            raise
        raise PlanRunning from error
    return plan


def _make_way(
    territory: Territory, day: date, *, by: User | None, at: datetime
) -> None:
    """Stop the run of that day, if there is one; its worker hears of it."""
    rows = Plan.objects.select_for_update(of=("self",)).filter(
        territory=territory, day=day, state__in=[P.QUEUED, P.RUNNING]
    )
    for row in rows.select_related("territory"):
        row.state, row.cancel_requested, row.finished_at = P.CANCELLED, True, at
        row.failure = "Something happened meanwhile: a repair runs instead."
        row.save(update_fields=["state", "cancel_requested", "finished_at", "failure"])
        _noted(row, by=by, at=at)


@transaction.atomic
def cancel(plan: Plan, *, by: User, at: datetime) -> Plan:
    """Stop a run; one that has not begun is over at once."""
    row = _locked(plan.pk)
    if row.state == P.QUEUED:
        row.state, row.finished_at = P.CANCELLED, at
    elif row.state != P.RUNNING:
        raise PlanNotReady("This run is over already.", state=row.state)
    row.cancel_requested = True
    row.save(update_fields=["state", "finished_at", "cancel_requested"])
    _noted(row, by=by, at=at)
    return row


@transaction.atomic
def discard(plan: Plan, *, by: User, at: datetime) -> Plan:
    """Leave the board as it is."""
    row = _draft(plan.pk)
    row.state = P.DISCARDED
    row.save(update_fields=["state"])
    _noted(row, by=by, at=at)
    return row


def accept(
    plan: Plan, *, by: User | None, at: datetime, only: list[str] | None = None
) -> Plan:
    """Apply a draft, or `only` these visits of it, by whole groups.

    What people touched since the run began stays as it is; so does what is left out.
    """
    with law.kept():
        row = _draft(plan.pk)
        if only is None and row.kind == PlanKind.PLAN:
            outcome = merging.apply(row, by=by, at=at)
        else:
            outcome = partial.apply(row, partial.chosen(row, only), by=by, at=at)
        row.state, row.accepted_by = P.ACCEPTED, by
        row.kept = outcome.kept
        row.changes = outcome.changes
        row.save(update_fields=["state", "accepted_by", "kept", "changes"])
        _noted(row, by=by, at=at)
        _supersede_others(row)
    return row


def fail(plan_id: uuid.UUID, *, sentence: str, at: datetime) -> None:
    """The run broke off; say so on the board."""
    with transaction.atomic():
        row = _locked(plan_id)
        if row.state in {P.QUEUED, P.RUNNING}:
            row.state, row.failure, row.finished_at = P.FAILED, sentence[:300], at
            row.stage = {}
            row.save(update_fields=["state", "failure", "finished_at", "stage"])
            row.blocks.all().delete()
            _noted(row, by=None, at=at)


def figures(plan: Plan) -> dict[str, Any]:
    """The result in figures; empty while there is none."""
    return dict(plan.progress.get("after", {}))


def _supersede_others(plan: Plan) -> None:
    """Older drafts of the same day describe a board that is gone."""
    drafts = Plan.objects.filter(
        territory=plan.territory_id, day=plan.day, state=P.DRAFT
    )
    drafts.exclude(pk=plan.pk).update(state=P.DISCARDED)


def _draft(plan_id: uuid.UUID) -> Plan:
    row = _locked(plan_id)
    if row.state != P.DRAFT:
        raise PlanNotReady(state=row.state)
    return row


def _locked(plan_id: uuid.UUID) -> Plan:
    rows = Plan.objects.select_for_update(of=("self",)).select_related("territory")
    return rows.get(pk=plan_id)


def _noted(plan: Plan, *, by: User | None, at: datetime) -> Event:
    return events.record(
        f"plan.{plan.state}",
        subject=plan,
        by=by,
        at=at,
        territory=plan.territory,
        data={"day": plan.day.isoformat()},
    )
