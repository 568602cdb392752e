"""Read what was sent; what no column can hold is refused here, once for all."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from dispatch.errors import InvalidInput

# NUL, and the halves of a pair that stand alone: JSON can write them down.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StorableParser(Parser):
    """JSON and query strings without the characters that PostgreSQL refuses."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain data."""
        return storable(super().parse_body(request))

    def parse_querydict(
        self,
        data: MultiValueDict[str, Any],
        list_fields: list[str],
        request: HttpRequest,
    ) -> Any:
        """The query string as plain data."""
        return storable(super().parse_querydict(data, list_fields, request))


def storable(value: Any) -> Any:
    """The same value. Raises InvalidInput for NUL and for half characters in a text."""
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise InvalidInput("Texts cannot hold NUL or half characters.")
    if isinstance(value, dict):
        for key, item in value.items():
            storable(key)
            storable(item)
    elif isinstance(value, list):
        for item in value:
            storable(item)
    return value
