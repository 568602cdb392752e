"""Errors of the engine: each has a code, the place it concerns and a sentence."""

from __future__ import annotations


class SchedulingError(Exception):
    """Base of everything the engine raises on purpose."""

    code = "scheduling_error"


class InputError(SchedulingError):
    """The input cannot be planned as written; `path` says which field is wrong."""

    code = "input_error"

    def __init__(self, path: str, message: str, *, code: str | None = None) -> None:
        self.path = path or "$"
        self.message = message
        if code is not None:
            self.code = code
        super().__init__(f"{self.path}: {message}")


class NotSupported(InputError):
    """The input is well formed but asks for something this version cannot do."""

    code = "not_supported"
