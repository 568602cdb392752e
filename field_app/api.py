"""The door for devices: enrol, push, pull. Success is always `{"fs": 1, …}`."""

import base64
import uuid
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from dispatch.errors import DomainError, NotSignedIn
from dispatch.queries import field
from field_app import devices, media, privacy
from field_app.auth import SignedInTechnician, bind, refuse_strangers
from field_app.envelope import envelope
from field_app.errors import TooMuch
from field_app.parsing import CleanParser
from field_app.push_api import router as push_router
from field_app.schemas import (
    BIGGEST,
    MOST_BYTES,
    SCHEMA,
    BundleIn,
    DeviceIn,
    PushIn,
)
from field_app.sync import bundle as bundles
from field_app.sync import pull as pulling
from field_app.sync import push as pushing

api = NinjaAPI(
    title="Field app sync",
    version="1",
    urls_namespace="field-api",
    auth=SignedInTechnician(),
    parser=CleanParser(),
    docs_url=None,
    openapi_url=None,
)
api.add_router("/media", media.router)
api.add_router("", push_router)


@api.get("/session", operation_id="field_session", auth=None)
def session(request: HttpRequest, device: uuid.UUID | None = None) -> dict[str, Any]:
    """Who is signed in, a fresh CSRF token, and how the phone keeps what it holds.

    A phone that names itself binds this sign-in to it, so that it ends with it.
    """
    refuse_strangers(request)
    me = field.technician(request.user)
    if device is not None:
        devices.refuse_revoked_of(user_of(request), device)
        bind(request, device)
    return envelope(
        csrf=get_token(request),
        user=str(request.user.pk),
        name=me.name,
        schema=SCHEMA,
        policy=privacy.policy_for(me),
    )


@api.post("/devices", operation_id="field_devices_enrol")
def enrol(request: HttpRequest, body: DeviceIn) -> dict[str, Any]:
    """Make this device known; it keeps the id for its lifetime."""
    user = user_of(request)
    device = devices.enrol(user, name=body.name, at=timezone.now())
    bind(request, device.id)
    return envelope(device=str(device.id), epoch=device.epoch, user=str(user.pk))


@api.get("/devices/{device}/key", operation_id="field_devices_key")
def key_half(request: HttpRequest, device: uuid.UUID) -> dict[str, Any]:
    """The server's half of the key to what this device keeps."""
    half = devices.release_half(user_of(request), device)
    return envelope(half=base64.b64encode(half).decode())


@api.post("/bundle", operation_id="field_bundle_send")
def send_bundle(request: HttpRequest, body: BundleIn) -> dict[str, Any]:
    """Send acts sealed: the way left when the phone itself can no longer read them."""
    user = user_of(request)
    devices.find(user, body.device)
    return envelope(
        lines=[line.plain() for line in bundles.take(body, by=user, at=timezone.now())]
    )


@api.post("/sync/push", operation_id="field_sync_push")
def push(request: HttpRequest, body: PushIn) -> dict[str, Any]:
    """Send acts; each comes back with its stored receipt."""
    answer = pushing.push(user_of(request), body, at=timezone.now())
    return envelope(
        last_seq=answer.last_seq, receipts=answer.receipts, stopped=answer.stopped
    )


@api.get("/sync/pull", operation_id="field_sync_pull")
def pull(
    request: HttpRequest,
    device: uuid.UUID,
    epoch: Annotated[int, Field(ge=1, le=BIGGEST)],
    schema_version: Annotated[int, Field(ge=0, le=10_000)],
    cursor: Annotated[int, Field(ge=0, le=BIGGEST)] = 0,
) -> dict[str, Any]:
    """Fetch what changed for this device since the answer with that cursor."""
    change = pulling.pull(
        user_of(request),
        device,
        epoch=epoch,
        schema=schema_version,
        cursor=cursor,
        at=timezone.now(),
    )
    return envelope(**change)


def user_of(request: HttpRequest) -> field.User:
    """The caller; the auth class has let nobody else in."""
    user = request.user
    assert isinstance(user, field.User)
    return user


def problem(
    request: HttpRequest, *, status: int, code: str, detail: str, details: Any = None
) -> HttpResponse:
    """A refusal of the whole request."""
    content = {"fs": 1, "code": code, "detail": detail, "details": details or {}}
    return api.create_response(request, content, status=status)


@api.exception_handler(DomainError)
def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """What the domain or the protocol does not allow."""
    response = problem(
        request,
        status=error.status,
        code=error.code,
        detail=error.message,
        details=error.details,
    )
    if error.code == "wipe":
        # Not "storage": what is sealed for the office is offered as a file first.
        response["Clear-Site-Data"] = '"cache"'
    return response


@api.exception_handler(AuthenticationError)
def stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Nobody is signed in."""
    return refused(request, NotSignedIn())


@api.exception_handler(ValidationError)
def misshapen(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The envelope does not fit."""
    details = [
        {"where": ".".join(map(str, line["loc"])), "what": line["msg"]}
        for line in error.errors[:20]
    ]
    return problem(
        request,
        status=422,
        code="invalid_input",
        detail="What was sent does not fit the protocol. See the details.",
        details={"errors": details},
    )


@api.exception_handler(RequestDataTooBig)
def too_long(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """More than the server even reads."""
    return refused(request, TooMuch(most_bytes=MOST_BYTES))


@api.exception_handler(RawPostDataException)
@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
def a_form(request: HttpRequest, error: Exception) -> HttpResponse:
    """A form was sent, and no form can be read here."""
    detail = "The body is not JSON that can be read."
    return problem(request, status=422, code="invalid_input", detail=detail)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """CSRF and unreadable bodies."""
    cause = error.__cause__
    if isinstance(cause, DomainError):
        return refused(request, cause)
    if isinstance(cause, ValueError | RecursionError):
        detail = "The body is not JSON that can be read."
        return problem(request, status=422, code="invalid_input", detail=detail)
    code = "csrf" if error.status_code == 403 else "invalid_input"
    return problem(
        request, status=error.status_code, code=code, detail=str(error.message)
    )
