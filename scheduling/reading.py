"""A strict reader for decoded JSON: every complaint names the path of the field."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from scheduling.errors import InputError

T = TypeVar("T")

# Far beyond every sum of times or prices that is meant, far below what 64 bits hold.
MOST = 10**12


def decode(text: str | bytes, what: str) -> Node:
    """Parse JSON text; a syntax error becomes an `InputError` with line and column."""
    try:
        value = json.loads(text, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError("$", f"not valid JSON ({place}: {error.msg})") from error
    except UnicodeDecodeError as error:
        raise InputError("$", f"{what} is not UTF-8 text") from error
    except ValueError as error:
        # Python declines to read numbers of thousands of digits.
        raise InputError("$", f"{what} holds a number that is too long") from error
    except RecursionError as error:
        raise InputError("$", f"{what} is nested too deeply") from error
    return Node(value, "")


@contextmanager
def no_garbage() -> Iterator[None]:
    """Leave the search for garbage until later: it takes half the time of reading a
    large file, walking again and again over a million values that are all in use."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError("$", f"the field '{twice}' appears twice in one object")
    return result


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Node:
    """One decoded JSON value, and where it stands: a path is spelt out only when
    something is wrong there, since a large file has a million values."""

    __slots__ = ("_key", "_parent", "value")

    def __init__(
        self, value: object, key: str | int = "", parent: Node | None = None
    ) -> None:
        self.value = value
        self._key = key
        self._parent = parent

    @property
    def path(self) -> str:
        key = self._key
        if self._parent is None:
            return str(key)
        return f"{self._parent.path}[{key}]" if type(key) is int else self._dotted()

    def _dotted(self) -> str:
        above = self._parent.path if self._parent is not None else ""
        return f"{above}.{self._key}" if above else str(self._key)

    def fail(self, message: str) -> InputError:
        """The error to raise; where the value belongs to something that has an id,
        the sentence ends with it."""
        return InputError(self.path, message + self._whose())

    def _whose(self) -> str:
        node: Node | None = self
        found = None
        while node is not None:
            if isinstance(node.value, dict) and isinstance(node.value.get("id"), str):
                found = node.value["id"]
            node = node._parent
        return "" if found is None else f" (id '{found}')"

    def fields(self, *, required: str = "", optional: str = "") -> dict[str, Node]:
        """Children of an object by name; unknown and missing fields are errors."""
        value = self.value
        if not isinstance(value, dict):
            raise self.fail("must be an object")
        needed = _names(required)
        allowed = needed | _names(optional)
        if not value.keys() <= allowed:
            name = next(name for name in value if name not in allowed)
            known = ", ".join(sorted(allowed))
            raise self._at(name).fail(f"unknown field; known are {known}")
        if not needed <= value.keys():
            name = next(name for name in required.split() if name not in value)
            raise self._at(name).fail("is missing")
        return {k: Node(v, k, self) for k, v in value.items()}

    def at(self, name: str) -> str:
        return self._at(name).path

    def _at(self, name: str) -> Node:
        return Node(None, name, self)

    def items(self) -> list[Node]:
        """Children of a list."""
        if not isinstance(self.value, list):
            raise self.fail("must be a list")
        return [Node(value, index, self) for index, value in enumerate(self.value)]

    def each(self, read: Callable[[Node], T]) -> tuple[T, ...]:
        return tuple([read(child) for child in self.items()])

    def mapping(self, read: Callable[[Node], T]) -> dict[str, T]:
        if not isinstance(self.value, dict):
            raise self.fail("must be an object")
        return {
            Node(k, k, self).text(): read(Node(v, k, self))
            for k, v in self.value.items()
        }

    def optional(self, read: Callable[[Node], T]) -> T | None:
        return None if self.value is None else read(self)

    def text(self) -> str:
        value = self.value
        if not isinstance(value, str) or not value:
            raise self.fail("must be a text that is not empty")
        if not value.isascii() and not _is_writable(value):
            raise self.fail("holds half of a surrogate pair, which no file can")
        return value

    def integer(self) -> int:
        value = self.value
        if type(value) is not int:
            raise self.fail("must be a whole number")
        if not -MOST <= value <= MOST:
            raise self.fail("is out of range")
        return value

    def amount(self) -> int:
        """A whole number that is not negative."""
        number = self.integer()
        if number < 0:
            raise self.fail("must not be negative")
        return number

    def number(self) -> float:
        value = self.value
        if type(value) is not int and type(value) is not float:
            raise self.fail("must be a number")
        # JSON has no word for them, Python's reader takes NaN and Infinity anyway.
        if not -MOST <= value <= MOST:
            raise self.fail("must be a finite number within the range")
        return float(value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.fail("must be true or false")
        return self.value

    def pair(self, first: Callable[[Node], T], second: Callable[[Node], Any]) -> Any:
        children = self.items()
        if len(children) != 2:
            raise self.fail("must be a list of exactly two values")
        return first(children[0]), second(children[1])


def child(
    fields: dict[str, Node], name: str, read: Callable[[Node], T], default: T
) -> T:
    """Read a field when it is there (and not null), else the default."""
    node = fields.get(name)
    return default if node is None or node.value is None else read(node)
