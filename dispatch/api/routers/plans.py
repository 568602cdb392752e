"""Runs of the engine and the office's review cases."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router, Status

from dispatch import tasks
from dispatch.api.auth import STAFF, office
from dispatch.api.schemas.board import AcceptIn, CaseOut, DecideIn, PlanIn, PlanOut
from dispatch.errors import InvalidInput, PlanNotReady
from dispatch.models import Plan, PlanKind, PlanState
from dispatch.queries import access
from dispatch.services import decisions
from dispatch.services.planning import evidence, hits, merging, plans, pricing

router = Router(tags=["plans"], auth=STAFF)


@router.post("/plans", response=PlanOut, operation_id="plan_request")
def plan_request(request: HttpRequest, body: PlanIn) -> Any:
    """Start a run for a territory's day; a worker carries it out."""
    user = office(request)
    is_repair = body.kind == PlanKind.REPAIR
    if body.place and not is_repair:
        raise InvalidInput("Only a repair places single visits.", field="place")
    usual = settings.REPAIR_SECONDS if is_repair else settings.PLAN_SECONDS
    plan = plans.request(
        access.get_territory_for(user, body.territory),
        day=body.day,
        by=user,
        at=timezone.now(),
        seconds=body.seconds or usual,
        seed=settings.PLAN_SEED,
        kind=body.kind,
        asked=[access.get_visit_for(user, key).pk for key in body.place],
    )
    tasks.wake_all_due()
    return _out(plan)


@router.get("/plans/{uuid:plan_id}", response=PlanOut, operation_id="plan_get")
def plan_get(request: HttpRequest, plan_id: UUID) -> Any:
    """Where a run stands, and what it would change."""
    return _out(access.get_plan_for(office(request), plan_id))


@router.post(
    "/plans/{uuid:plan_id}/cancel", response=PlanOut, operation_id="plan_cancel"
)
def plan_cancel(request: HttpRequest, plan_id: UUID) -> Any:
    """Stop a run."""
    user = office(request)
    plan = access.get_plan_for(user, plan_id)
    return _out(plans.cancel(plan, by=user, at=timezone.now()))


@router.post(
    "/plans/{uuid:plan_id}/accept", response=PlanOut, operation_id="plan_accept"
)
def plan_accept(
    request: HttpRequest, plan_id: UUID, body: AcceptIn | None = None
) -> Any:
    """Apply a draft, or some groups of it; what people touched meanwhile stays."""
    user = office(request)
    plan = access.get_plan_for(user, plan_id)
    groups = body.groups if body else None
    only = None if groups is None else _visits_of(plan, groups)
    return _out(plans.accept(plan, by=user, at=timezone.now(), only=only))


@router.post(
    "/plans/{uuid:plan_id}/discard", response=PlanOut, operation_id="plan_discard"
)
def plan_discard(request: HttpRequest, plan_id: UUID) -> Any:
    """Leave the board as it is."""
    user = office(request)
    plan = access.get_plan_for(user, plan_id)
    return _out(plans.discard(plan, by=user, at=timezone.now()))


@router.get("/plans/{uuid:plan_id}/evidence.json", operation_id="plan_evidence")
def plan_evidence(
    request: HttpRequest, plan_id: UUID, part: str = "all", without: str | None = None
) -> Any:
    """Inputs, result and evidence; `part=problem` is what the engine replays.

    `part=start` is what stood on the board before; a repair replays from the plan
    `before` and the `changes`. With `without`, the name of a family of rules, problem
    or plan without it; its empty name is the plan with all.
    """
    plan = access.get_plan_for(office(request), plan_id)
    if plan.problem is None:
        raise PlanNotReady("The run has not been read yet.", state=plan.state)
    if without is not None:
        body = pricing.document(plan, rule=without, part=part)
    else:
        body = evidence.document(plan, part)
    response = JsonResponse(body)
    about = f"-without-{without}" if without else ""
    name = f"plan-{plan.day}-{plan.pk}-{part}{about}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@router.get("/review-cases", response=list[CaseOut], operation_id="cases_list")
def cases_list(request: HttpRequest) -> Any:
    """Acts of devices that wait for a decision."""
    cases = access.review_cases_for(office(request)).filter(decided_at=None)
    return [
        {
            "id": case.pk,
            "visit": case.visit_id,
            "kind": case.kind,
            "reason": case.reason,
            "technician_name": case.technician.name if case.technician else "",
            "created_at": case.created_at,
            "payload": case.payload,
            "code": case.code,
        }
        for case in cases.select_related("technician")[:200]
    ]


@router.post(
    "/review-cases/{uuid:case_id}/decide",
    response={204: None},
    operation_id="case_decide",
)
def case_decide(request: HttpRequest, case_id: UUID, body: DecideIn) -> Any:
    """Apply the act, keep it as a note, or drop it, with a reason."""
    user = office(request)
    case = access.get(access.review_cases_for(user), case_id)
    decisions.decide(
        case, decision=body.decision, reason=body.reason, by=user, at=timezone.now()
    )
    return Status(204, None)


def _visits_of(plan: Plan, groups: list[int]) -> list[str]:
    known = {group["id"]: group["visits"] for group in plan.groups}
    if not set(groups) <= known.keys():
        raise InvalidInput("The draft has no such group.", field="groups")
    return [key for number in groups for key in known[number]]


def _out(plan: Plan) -> dict[str, Any]:
    kept = plan.kept
    if plan.state == PlanState.DRAFT:
        kept = merging.kept_rows(merging.touched(plan))
    return {
        "id": plan.pk,
        "territory": plan.territory.code,
        "day": plan.day,
        "kind": plan.kind,
        "state": plan.state,
        "progress": {
            key: value
            for key, value in plan.progress.items()
            if key not in {"before", "after"}
        },
        "requested_by": str(plan.requested_by or "system"),
        "before": plan.progress.get("before", {}),
        "after": plan.progress.get("after", {}),
        "changes": plan.changes,
        "groups": plan.groups,
        "kept": kept,
        "still": hits.to_decide(plan) if plan.kind == PlanKind.REPAIR else [],
        "cause": plan.cause,
        "budget": plan.budget,
        "failure": plan.failure,
        "seed": plan.seed,
        "seconds": plan.seconds,
        "started_at": plan.started_at,
        "finished_at": plan.finished_at,
    }
