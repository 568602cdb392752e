"""What the figures were taken on: they mean little without it."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

from scheduling.version import ENGINE_VERSION

PACKAGES = ("numpy", "numba", "ortools", "pyvrp", "pyvroom")


def machine() -> dict[str, str]:
    """The machine's shape and the versions of everything that was measured."""
    shape = {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "engine": ENGINE_VERSION,
    }
    for name in PACKAGES:
        try:
            shape[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return shape


def _line(path: str, name: str) -> str | None:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError:
        return None
    lines = (line.partition(":") for line in text.splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), None)


def _processor() -> str:
    name = _line("/proc/cpuinfo", "model name")
    return name or platform.processor() or platform.machine()


def _memory() -> str:
    kilobytes = _line("/proc/meminfo", "MemTotal")
    return "unknown" if kilobytes is None else f"{int(kilobytes.split()[0]) >> 20} GiB"
