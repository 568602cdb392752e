"""Every refusal as problem+json (RFC 9457) with a stable code."""

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelInvalid
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, RawPostDataException
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from dispatch.errors import DomainError, InvalidInput, NotFound, NotSignedIn

TITLES = {
    400: "Bad request",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    409: "Conflict",
    413: "Too large",
    422: "Does not fit",
    429: "Too many requests",
}


def problem(
    *, code: str, status: int, detail: str, details: dict[str, Any] | None = None
) -> HttpResponse:
    """One refusal as a response."""
    body = {
        "type": f"urn:problem:{code}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "code": code,
        "details": details or {},
    }
    return HttpResponse(
        json.dumps(body, cls=DjangoJSONEncoder),
        status=status,
        content_type="application/problem+json",
    )


def from_domain(error: DomainError) -> HttpResponse:
    """A refusal of the domain as a response."""
    return problem(
        code=error.code,
        status=error.status,
        detail=error.message,
        details=error.details,
    )


def install(api: NinjaAPI) -> None:
    """Make every error of this API a problem+json response."""

    @api.exception_handler(DomainError)
    def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
        return from_domain(error)

    @api.exception_handler(AuthenticationError)
    def nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return from_domain(NotSignedIn())

    @api.exception_handler(ValidationError)
    def does_not_fit(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return from_domain(InvalidInput(errors=[_line(row) for row in error.errors]))

    @api.exception_handler(ModelInvalid)
    def against_the_model(request: HttpRequest, error: ModelInvalid) -> HttpResponse:
        return from_domain(InvalidInput(errors=error.messages))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return from_domain(NotFound())

    @api.exception_handler(RequestDataTooBig)
    def too_much(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return problem(code="too_much", status=413, detail="Send at most 1 MB at once.")

    @api.exception_handler(RawPostDataException)
    @api.exception_handler(SuspiciousOperation)
    @api.exception_handler(MultiPartParserError)
    def a_form(request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(code="bad_json", status=400, detail="Send JSON, not a form.")

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, error: HttpError) -> HttpResponse:
        if isinstance(error.__cause__, DomainError):
            return from_domain(error.__cause__)
        code = {400: "bad_json", 403: "csrf_failed"}.get(error.status_code, "refused")
        return problem(code=code, status=error.status_code, detail=str(error))


def _line(row: dict[str, Any]) -> dict[str, str]:
    """One validation error: where, and what."""
    place = [str(part) for part in row.get("loc", ())]
    hidden = {"body", "payload", "query", "path"}
    field = ".".join(part for part in place if part not in hidden)
    return {"field": field, "message": str(row.get("msg", ""))}
