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
    """The function as machine code, compiled at its first call and kept on disk."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE or "")
    try:
        wrap = numba.njit(cache=CACHE is not None, error_model="numpy")
        return cast(F, _of_one_type(wrap(function)))
    finally:
        numba.config.CACHE_DIR = before


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
