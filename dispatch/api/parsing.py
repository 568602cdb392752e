"""Read what was sent; what no column can hold is refused here, once for all."""

from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from dispatch.errors import InvalidInput


class StorableParser(Parser):
    """JSON and query strings without the one character that PostgreSQL refuses."""

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
    """The same value. Raises InvalidInput when a text in it holds a NUL."""
    if isinstance(value, str) and "\x00" in value:
        raise InvalidInput("Texts cannot hold a NUL character.")
    if isinstance(value, dict):
        for key, item in value.items():
            storable(key)
            storable(item)
    elif isinstance(value, list):
        for item in value:
            storable(item)
    return value
