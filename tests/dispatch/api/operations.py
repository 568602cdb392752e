"""Every operation of both APIs, and a call to each that the right caller may make."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ninja import NinjaAPI

from dispatch.api.api import api as office_api
from field_app.api import api as field_api
from tests.dispatch.api.world import PICTURE, PICTURE_SHA256, Call, Rows
from tests.field_app.world import new_id

SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Found:
    """One operation as ninja holds it."""

    id: str
    method: str
    route: str
    view: Callable[..., Any]
    is_open: bool


def _walk(api: NinjaAPI, mount: str) -> Iterator[Found]:
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                route = "/".join(x.strip("/") for x in (mount, router.prefix, path))
                for method in operation.methods:
                    yield Found(
                        id=operation.operation_id or f"{method} {path}",
                        method=method,
                        route=route.replace("//", "/")
                        .replace("{", "<")
                        .replace("}", ">"),
                        view=operation.view_func,
                        is_open=not operation.auth_callbacks,
                    )


OPERATIONS = [*_walk(office_api, "api"), *_walk(field_api, "field/api")]


def get(path: str) -> Callable[[Rows], Call]:
    """A read; `{name}` in the path is one of the rows."""
    return lambda rows: Call("GET", path.format(**vars(rows)))


def post(path: str, **body: Any) -> Callable[[Rows], Call]:
    """An act; a callable in the body is asked for its value."""

    def call(rows: Rows) -> Call:
        filled = {k: v(rows) if callable(v) else v for k, v in body.items()}
        return Call("POST", path.format(**vars(rows)), filled)

    return call


def _push(rows: Rows) -> Call:
    now = datetime.now(ZoneInfo("UTC")).isoformat()
    act = {
        "id": new_id(),
        "seq": 1,
        "kind": "note.add",
        "v": 1,
        "visit": rows.told,
        "occurred_at": now,
        "args": {"body": "Rang the bell"},
    }
    body = {
        "protocol": 1,
        "device": rows.device,
        "epoch": 1,
        "schema": 1,
        "sent_at": now,
        "commands": [act],
    }
    return Call("POST", "/field/api/sync/push", body)


def _bundle(rows: Rows) -> Call:
    body = {"format": "field-bundle", "v": 1, "device": str(rows.device), "acts": []}
    return Call("POST", "/field/api/bundle", body)


VISIT = "/api/visits"
PLACE = {"technician": lambda rows: rows.technician, "start": lambda rows: rows.at(15)}
DAY = {"territory": lambda rows: rows.territory, "day": lambda rows: rows.day}
WHERE = {"site": lambda rows: rows.site, "work_type": lambda rows: rows.work_type}
# A placed visit was pinned once, so it is at version 2.
CALLS: dict[str, Callable[[Rows], Call]] = {
    "me": get("/api/me"),
    "board_day": get("/api/board?territory={territory}&day={day}"),
    "board_dispatch": post("/api/board/dispatch", **DAY),
    "visit_get": get(f"{VISIT}/{{placed}}"),
    "visit_candidates": get(f"{VISIT}/{{waiting}}/candidates?day={{day}}"),
    "visit_remedies": get(f"{VISIT}/{{waiting}}/remedies?day={{day}}"),
    "visit_why_here": get(f"{VISIT}/{{placed}}/why-here"),
    "visit_preview": post(f"{VISIT}/{{waiting}}/preview", **PLACE),
    "visit_assign": post(f"{VISIT}/{{waiting}}/assign", version=1, **PLACE),
    "visit_unassign": post(f"{VISIT}/{{placed}}/unassign", version=2),
    "visit_dispatch": post(f"{VISIT}/{{placed}}/dispatch", version=2),
    "visit_recall": post(f"{VISIT}/{{told}}/recall", version=1, reason="sick"),
    "visit_cancel": post(f"{VISIT}/{{placed}}/cancel", version=2, reason="moved"),
    "visit_pin": post(f"{VISIT}/{{placed}}/pin", version=2, pin="both"),
    "visit_overruns": post(
        f"{VISIT}/{{begun}}/overrun", version=1, until=lambda rows: rows.at(1)
    ),
    "visit_locks": get(f"{VISIT}/{{begun}}/locks"),
    "visit_lock_release": post(
        f"{VISIT}/{{begun}}/locks/lock-off/release", reason="Went home ill"
    ),
    "visit_evv": get(f"{VISIT}/{{begun}}/evv"),
    "technician_absent": post(
        "/api/technicians/{technician}/absences",
        start=lambda rows: rows.at(9),
        end=lambda rows: rows.at(17),
        reason="Ill",
    ),
    "technician_ways": get("/api/technicians/{technician}/ways?day={day}"),
    "undo": post("/api/undo", event=lambda rows: rows.event),
    "plan_request": post("/api/plans", **DAY),
    "plan_get": get("/api/plans/{plan}"),
    "plan_cancel": post("/api/plans/{run}/cancel"),
    "plan_accept": post("/api/plans/{plan}/accept"),
    "plan_discard": post("/api/plans/{plan}/discard"),
    "plan_evidence": get("/api/plans/{plan}/evidence.json"),
    "cases_list": get("/api/review-cases"),
    "case_decide": post(
        "/api/review-cases/{case}/decide", decision="discard", reason="known"
    ),
    "jobs_list": get("/api/jobs"),
    "job_open": post(
        "/api/jobs",
        site=lambda rows: rows.site,
        work_type=lambda rows: rows.work_type,
        title="Belt slips",
        earliest_start=lambda rows: rows.at(8),
        latest_end=lambda rows: rows.at(18),
    ),
    "job_get": get("/api/jobs/{job}"),
    "request_receive": post(
        "/api/requests",
        territory=lambda rows: rows.territory,
        description="It squeaks",
    ),
    "customers_list": get("/api/customers"),
    "technicians_list": get("/api/technicians"),
    "work_types_list": get("/api/work-types"),
    "call_find": get("/api/calls/find?q=Yard"),
    "call_addresses": get("/api/calls/addresses?q=Yard"),
    "call_customer": get("/api/calls/customers/{customer}"),
    "call_site": get("/api/calls/sites/{site}"),
    "call_alike": get("/api/calls/alike?site={site}&work_type=line-down"),
    "call_offers": post("/api/calls/offers", **WHERE),
    "call_hold": post("/api/calls/hold", start=lambda rows: rows.at(8), **WHERE),
    "call_renew": post("/api/calls/holds/{held}/renew"),
    "call_release": post("/api/calls/holds/{held}/release"),
    "call_take": post(
        "/api/calls", key=lambda rows: new_id(), words="The belt slips", **WHERE
    ),
    "job_note": post("/api/jobs/{job}/notes", body="They called again"),
    "job_merge": post("/api/jobs/{loose}/merge", into=lambda rows: rows.job),
    "health": get("/api/health"),
    "field_session": get("/field/api/session"),
    "field_devices_enrol": post("/field/api/devices", name="Tablet"),
    "field_sync_push": _push,
    "photo_file": get("/api/photos/{photo}/thumb"),
    "field_media_held": get("/field/api/media/{waited_for}"),
    "field_media_begin": post("/field/api/media/{waited_for}"),
    "field_media_part": lambda rows: Call(
        "PUT",
        f"/field/api/media/{rows.waited_for}/parts/0?sha256={PICTURE_SHA256}",
        PICTURE,
    ),
    "field_media_complete": lambda rows: Call(
        "POST",
        f"/field/api/media/{rows.all_parts}/complete",
        {"sha256": PICTURE_SHA256},
    ),
    "field_media_file": get("/field/api/media/{photo}/full"),
    "field_devices_key": get("/field/api/devices/{device}/key"),
    "field_bundle_send": _bundle,
    "field_sync_pull": get(
        "/field/api/sync/pull?device={device}&epoch=1&schema_version=1"
    ),
    "field_push": get("/field/api/push?device={device}"),
    "field_push_subscribe": post(
        "/field/api/push/subscribe",
        device=lambda rows: rows.device,
        endpoint="https://fcm.googleapis.com/fcm/send/x",
        p256dh="B" * 87,
        auth="a" * 22,
    ),
    "field_push_unsubscribe": post(
        "/field/api/push/unsubscribe", device=lambda rows: rows.device
    ),
}
