"""A strict reader for decoded JSON: every complaint names the path of the field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from scheduling.errors import InputError

T = TypeVar("T")


def decode(text: str | bytes, what: str) -> Node:
    """Parse JSON text; a syntax error becomes an `InputError` with line and column."""
    try:
        value = json.loads(text, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError("$", f"not valid JSON ({place}: {error.msg})") from error
    except UnicodeDecodeError as error:
        raise InputError("$", f"{what} is not UTF-8 text") from error
    except RecursionError as error:
        raise InputError("$", f"{what} is nested too deeply") from error
    return Node(value, "")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError("$", f"the field '{twice}' appears twice in one object")
    return result


class Node:
    """One decoded JSON value together with its path."""

    def __init__(self, value: object, path: str) -> None:
        self.value = value
        self.path = path

    def fail(self, message: str) -> InputError:
        return InputError(self.path, message)

    def fields(self, *, required: str = "", optional: str = "") -> dict[str, Node]:
        """Children of an object by name; unknown and missing fields are errors."""
        if not isinstance(self.value, dict):
            raise self.fail("must be an object")
        needed, allowed = required.split(), required.split() + optional.split()
        for name in self.value:
            if name not in allowed:
                known = ", ".join(sorted(allowed))
                raise InputError(self.at(name), f"unknown field; known are {known}")
        for name in needed:
            if name not in self.value:
                raise InputError(self.at(name), "is missing")
        return {k: Node(v, self.at(k)) for k, v in self.value.items()}

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def items(self) -> Iterator[Node]:
        """Children of a list."""
        if not isinstance(self.value, list):
            raise self.fail("must be a list")
        for index, value in enumerate(self.value):
            yield Node(value, f"{self.path}[{index}]")

    def each(self, read: Callable[[Node], T]) -> tuple[T, ...]:
        return tuple(read(child) for child in self.items())

    def mapping(self, read: Callable[[Node], T]) -> dict[str, T]:
        if not isinstance(self.value, dict):
            raise self.fail("must be an object")
        return {k: read(Node(v, self.at(k))) for k, v in self.value.items()}

    def optional(self, read: Callable[[Node], T]) -> T | None:
        return None if self.value is None else read(self)

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value:
            raise self.fail("must be a text that is not empty")
        return self.value

    def integer(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.fail("must be a whole number")
        if abs(self.value) > 10**12:
            raise self.fail("is out of range")
        return self.value

    def amount(self) -> int:
        """A whole number that is not negative."""
        number = self.integer()
        if number < 0:
            raise self.fail("must not be negative")
        return number

    def number(self) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.fail("must be a number")
        return float(self.value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.fail("must be true or false")
        return self.value

    def pair(self, first: Callable[[Node], T], second: Callable[[Node], Any]) -> Any:
        children = list(self.items())
        if len(children) != 2:
            raise self.fail("must be a list of exactly two values")
        return first(children[0]), second(children[1])


def child(
    fields: dict[str, Node], name: str, read: Callable[[Node], T], default: T
) -> T:
    """Read a field when it is there (and not null), else the default."""
    node = fields.get(name)
    return default if node is None or node.value is None else read(node)
