"""How pictures and reports leave by any door: for one person, as nothing else."""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.utils.http import quote_etag


def picture_response(request: HttpRequest, data: bytes, *, name: str) -> HttpResponse:
    """The bytes, or 304: a browser may keep them, and asks each time anew."""
    etag = quote_etag(hashlib.sha256(data).hexdigest()[:32])
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(data, content_type="image/jpeg")
        response["Content-Disposition"] = f'inline; filename="{name}.jpg"'
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def report_response(pdf: bytes, *, number: str) -> HttpResponse:
    """The PDF of a service report, shown in place and kept by no cache between."""
    response = HttpResponse(bytes(pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="service-report-{number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
