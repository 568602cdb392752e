"""Read a body so that whatever JSON can say, the database can keep."""

import json
import math
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from field_app.errors import TooMuch
from field_app.schemas import MOST_BYTES


class CleanParser(Parser):
    """JSON without what PostgreSQL refuses: NUL, half characters, infinity."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain data; TooMuch when it is longer than a request may be."""
        if len(request.body) > MOST_BYTES:
            raise TooMuch(most_bytes=MOST_BYTES)
        return clean(json.loads(request.body))


def clean(value: Any) -> Any:
    """The same data, storable; a replaced character shows where something was."""
    if isinstance(value, str):
        whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return whole.replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
