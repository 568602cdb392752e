"""One JSON answer within a time budget, or `ProviderAway` with the reason."""

import http.client
import json
import time
from socket import gaierror
from typing import Any
from urllib.parse import urlsplit

from dispatch.services.roads.provider import ProviderAway

CONNECT_SECONDS = 2.0
CHUNK = 65_536
# A tile of 500 by 500 is three megabytes; more than this is no answer to us.
MOST_BYTES = 64_000_000


class Refused(Exception):
    """The engine answered, and the answer is no."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"HTTP {status}")
        self.status, self.body = status, body


class Service:
    """One engine's address. No redirect is followed and no proxy asked."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._is_tls = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._base = parts.path.rstrip("/")

    def ask(self, path: str, *, seconds: float, body: Any = None) -> Any:
        """GET, or POST with a body. Raises `ProviderAway`, and `Refused` for a 4xx."""
        deadline = time.monotonic() + seconds
        line = self._line(min(CONNECT_SECONDS, seconds))
        try:
            line.connect()
            _wait_until(line, deadline)
            data = None if body is None else json.dumps(body)
            headers = {"Accept": "application/json", "Content-Type": "application/json"}
            method = "GET" if body is None else "POST"
            line.request(method, self._base + path, data, headers)
            answer = line.getresponse()
            return _told(answer.status, _read(line, answer, deadline))
        except TimeoutError as error:
            raise ProviderAway(f"No answer within {seconds:.1f} s.") from error
        except (OSError, http.client.HTTPException) as error:
            raise ProviderAway(_in_words(error)) from error
        finally:
            line.close()

    def _line(self, seconds: float) -> http.client.HTTPConnection:
        if self._is_tls:
            return http.client.HTTPSConnection(self._host, self._port, timeout=seconds)
        return http.client.HTTPConnection(self._host, self._port, timeout=seconds)


def _in_words(error: Exception) -> str:
    """One sentence for the page that an operator reads."""
    if isinstance(error, ConnectionRefusedError):
        return "Nobody listens at its address."
    if isinstance(error, gaierror):
        return "Its host name is not known."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}."
    return f"The line broke off ({type(error).__name__})."


def _wait_until(line: http.client.HTTPConnection, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if line.sock is not None:
        line.sock.settimeout(left)


def _read(
    line: http.client.HTTPConnection, answer: http.client.HTTPResponse, deadline: float
) -> bytes:
    """The whole body; a server that sends a byte a second has no more time for it."""
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read1(CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            raise ProviderAway("The answer is larger than any that was asked for.")
        _wait_until(line, deadline)
    return b"".join(parts)


def _told(status: int, data: bytes) -> Any:
    if status >= 500:
        raise ProviderAway(f"It answered with status {status}.")
    try:
        body = json.loads(data)
    except ValueError as error:
        raise ProviderAway(f"Its answer (status {status}) is no JSON.") from error
    if status >= 400:
        raise Refused(status, body)
    if status != 200:
        raise ProviderAway(f"It answered with status {status}.")
    return body
