"""Compiling a function together with all that it calls, as one piece.

By itself numba makes every function ready to be called from outside, with a copy of
all that it calls: a kernel of small functions is then compiled many times over. Here
an inner function is only kept as a part; what Python calls, a door, is compiled once
with all its parts, which takes a third of the time and lets everything be inlined.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any

from llvmlite.binding import parse_assembly
from numba.core.cgutils import normalize_ir_text
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

LINKED_ONCE = "linkonce_odr"
COUNTING = re.compile(r"^ *call void @\"?NRT_(in|de)cref\"?\(.*\)$", re.MULTILINE)


class _NoEnvironment:
    """Parts run in the environment of their door."""

    def __init__(self, codegen: Any) -> None:
        self._codegen = codegen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codegen, name)

    def set_env(self, name: str, env: Any) -> None:
        pass


class _Part(JITCodeLibrary):  # type: ignore[misc]
    """Code that is neither optimised nor made callable, only linked into doors."""

    @property
    def codegen(self) -> Any:
        return _NoEnvironment(self._codegen)

    def add_linking_library(self, library: Any) -> None:
        self._linking_libraries.append(library)

    def add_ir_module(self, ir_module: Any) -> None:
        """Nobody is counted: whoever called the door holds on to all that parts see,
        and parts make no arrays."""
        text = COUNTING.sub("", normalize_ir_text(str(ir_module)))
        module = parse_assembly(text)
        module.name = ir_module.name
        module.verify()
        self.add_llvm_module(module)

    def finalize(self) -> None:
        for function in self._final_module.functions:
            if not function.is_declaration:
                function.linkage = LINKED_ONCE
        self._shared_module = self._final_module
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Never called: a part refuses Python, see `Inner`. Not null, though."""
        self._ensure_finalized()
        address = ctypes.cast(ctypes.pythonapi.PyErr_NoMemory, ctypes.c_void_p).value
        return int(address or 0)


class _Whole(JITCodeLibrary):  # type: ignore[misc]
    """A door with all its parts, and their parts, each linked once."""

    def add_linking_library(self, library: Any) -> None:
        if library in self._linking_libraries:
            return
        super().add_linking_library(library)
        if isinstance(library, _Part):
            for part in library._linking_libraries:
                self.add_linking_library(part)


class PartCompiler(Compiler):  # type: ignore[misc]
    """Compiles an inner function as far as its own code goes."""

    def define_pipelines(self) -> Any:
        state = self.state
        state.flags.no_cpython_wrapper = True
        state.flags.no_cfunc_wrapper = True
        name = state.func_id.func_qualname
        state.library = _Part(state.targetctx.codegen(), name)
        return super().define_pipelines()


class DoorCompiler(Compiler):  # type: ignore[misc]
    """Compiles a function that Python calls, with all it needs."""

    def define_pipelines(self) -> Any:
        state = self.state
        state.flags.no_cfunc_wrapper = True
        name = state.func_id.func_qualname
        state.library = _Whole(state.targetctx.codegen(), name)
        state.library.enable_object_caching()
        return super().define_pipelines()
