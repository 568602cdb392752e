"""So many requests per address and time, counted in the cache."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from dispatch.portal.pages import show

log = logging.getLogger(__name__)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def limited(
    name: str, *, count: int, seconds: int, methods: tuple[str, ...] = ("GET", "POST")
) -> Callable[[View[P]], View[P]]:
    """Answer 429 with Retry-After from the `count`-th request on, per address."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if request.method in methods:
                wait = _wait(f"{name}:{address(request)}", count, seconds)
                if wait:
                    return _too_many(request, wait)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def address(request: HttpRequest) -> str:
    """Who asks; the proxy's word counts only where a proxy is configured."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def _wait(key: str, count: int, seconds: int) -> int:
    """Seconds until the next window opens; 0 when this request is within the limit."""
    now = time.time()
    window = int(now // seconds)
    name = f"limit:{key}:{window}"
    try:
        cache.add(name, 0, timeout=seconds)
        used = cache.incr(name)
    except (RedisError, ValueError) as error:
        # A missing counter must not close the shop.
        log.warning("The rate limit of %s is not counted: %s", key, error)
        return 0
    return 0 if used <= count else max(1, int((window + 1) * seconds - now))


def _too_many(request: HttpRequest, wait: int) -> HttpResponse:
    response = show(
        request, "portal/too_many.html", {"minutes": -(-wait // 60)}, status=429
    )
    response.headers["Retry-After"] = str(wait)
    return response
