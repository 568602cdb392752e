"""One way to compile: cached on disk, and the cache can never be older than the source.

Set NUMBA_DISABLE_JIT=1 to run the very same functions as plain Python.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import types
from numba.core.registry import CPUDispatcher

from scheduling.kernel.whole import DoorCompiler, PartCompiler

F = TypeVar("F", bound=Callable[..., Any])

HERE = Path(__file__).resolve().parent


def _digest() -> str:
    """Numba looks at a function's own file only, not at those of what it calls."""
    sources = sorted(HERE.glob("*.py"))
    text = b"".join(source.read_bytes() for source in sources)
    return hashlib.sha256(text + numba.__version__.encode()).hexdigest()[:16]


def _folders() -> list[Path]:
    """Where the cache may live: as told, beside the source, or in the user's own."""
    told = os.environ.get("NUMBA_CACHE_DIR")
    if told:
        return [Path(told)]
    own = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = Path(own).expanduser() / "field-dispatch"
    return [HERE / "__pycache__", folder]


def cache_folder() -> Path | None:
    """A folder that can be written, None when there is none: then nothing is kept."""
    for folder in _folders():
        try:
            folder = folder / f"kernel-{_digest()}"
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


CACHE = cache_folder()


def compiled(function: F) -> F:
    """The function as a part of others: only compiled code can call it."""
    return _compile(function, PartCompiler, cache=False)


def door(function: F) -> F:
    """The function for Python to call: compiled with all its parts at the first call
    and kept on disk."""
    inner = getattr(function, "py_func", function)
    return _compile(inner, DoorCompiler, cache=CACHE is not None)


def _compile(function: F, compiler: type, *, cache: bool) -> F:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE or "")
    try:
        wrap = numba.njit(cache=cache, error_model="numpy", pipeline_class=compiler)
        made = _of_one_type(wrap(function))
    finally:
        numba.config.CACHE_DIR = before
    if compiler is PartCompiler and not numba.config.DISABLE_JIT:
        made.__class__ = _Inner
    return cast(F, made)


class _Inner(CPUDispatcher):  # type: ignore[misc]
    """A function of the kernel that Python must not call: there is nothing to call."""

    __slots__ = ()

    def __call__(self, *args: Any) -> Any:
        raise TypeError(f"{self.py_func.__name__} can only be called by compiled code")


def _of_one_type(function: Any) -> Any:
    """Let callers see one signature: else numba compiles everything anew for each
    constant that is passed somewhere, and again for what calls it."""
    if numba.config.DISABLE_JIT:
        return function
    template = function.get_call_template

    def call_template(args: Any, kws: Any) -> Any:
        return template(tuple(_plain(kind) for kind in args), kws)

    function.get_call_template = call_template
    return function


def _plain(kind: Any) -> Any:
    """The type of an argument without its value, whole numbers all of one length."""
    kind = types.unliteral(kind)
    return types.int64 if isinstance(kind, types.Integer) else kind
