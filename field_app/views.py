"""Pages of the field app: one shell for everybody, the worker and the manifest."""

import hashlib

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe
from pwa import views as pwa_views

WORKER = "serviceworker.js"
# What takes the worker's place when it must go: it drops what was cached, and itself.
# The page's own data is not touched, and the app goes on with the network.
LAST_WORKER = b"""self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) await caches.delete(name);
  await self.registration.unregister();
})()));
"""


# The barcode reader is WebAssembly: it may be compiled on this page, and only here.
@csp_update({"script-src": ["'wasm-unsafe-eval'"]})
@login_not_required
@require_safe
def shell(request: HttpRequest, path: str = "") -> HttpResponse:
    """The same page for everybody and every address under /field/.

    It is cached on devices, so it holds no name, no token and no nonce.
    """
    response = render(request, "field_app/shell.html")
    patch_cache_control(response, no_cache=True)
    return response


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The built worker; browsers ask again each time and get 304 when nothing moved."""
    built = settings.FRONTEND_DIST / WORKER
    if not built.is_file() and not settings.FIELD_KILL_SWITCH:
        return HttpResponse(
            "The frontend is not built. Run `make frontend`.",
            status=404,
            content_type="text/plain; charset=utf-8",
        )
    code = LAST_WORKER if settings.FIELD_KILL_SWITCH else built.read_bytes()
    etag = quote_etag(hashlib.sha256(code).hexdigest()[:32])
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(code, content_type="text/javascript; charset=utf-8")
    response["ETag"] = etag
    patch_cache_control(response, no_cache=True)
    return response


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """django-pwa's manifest through our template, with the right type."""
    response: HttpResponse = pwa_views.manifest(request)
    response["Content-Type"] = "application/manifest+json; charset=utf-8"
    patch_cache_control(response, no_cache=True)
    return response


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What a browser without our worker would show."""
    page: HttpResponse = pwa_views.offline(request)
    return page
