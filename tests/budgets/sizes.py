"""How large the field app's files are, as brotli sends them."""

import json
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.budgets.figures import Figure, Sample

DIST = Path(__file__).resolve().parent.parent.parent / "frontend" / "dist"
ENTRY = "src/field/main.ts"
KB = 1000
# Node is here anyway, for the build; Python has no brotli of its own.
PACK = """
const { brotliCompressSync } = require("node:zlib")
const { readFileSync } = require("node:fs")
const size = (path) => brotliCompressSync(readFileSync(path)).length
console.log(JSON.stringify(process.argv.slice(1).map(size)))
"""
Manifest = dict[str, dict[str, Any]]


def figures() -> list[Figure]:
    """All sizes with their budgets, in kB."""
    chunks = initial(manifest())
    styles = {css for chunk in chunks for css in chunk.get("css", [])}
    return [
        _figure("JavaScript to start", 75, {chunk["file"] for chunk in chunks}),
        _figure("styles to start", 12, styles),
        _figure("service worker", 8, {"serviceworker.js"}),
        _figure("precache, without the barcode reader", 600, precached(), raw=True),
    ]


def _figure(name: str, budget: float, files: set[str], *, raw: bool = False) -> Figure:
    assert files, f"{name}: no file."
    size = raw_size(files) if raw else packed(frozenset(files))
    unit = "kB" if raw else "kB br"
    return Figure(name, unit, [Sample(size / KB)], budget)


def manifest() -> Manifest:
    """What the build says of itself."""
    read: Manifest = json.loads((DIST / ".vite" / "manifest.json").read_text("utf-8"))
    return read


def initial(known: Manifest, entry: str = ENTRY) -> list[dict[str, Any]]:
    """The entry and everything it imports before it can start."""
    found: dict[str, dict[str, Any]] = {}

    def visit(key: str) -> None:
        if key in found:
            return
        found[key] = known[key]
        for part in known[key].get("imports", []):
            visit(part)

    visit(entry)
    return list(found.values())


def precached() -> set[str]:
    """What the worker keeps, as it stands in the worker that was built."""
    text = (DIST / "serviceworker.js").read_text("utf-8")
    listed = {path.relative_to(DIST).as_posix() for path in (DIST / "assets").iterdir()}
    return {file for file in listed if f"/static/{file}" in text}


def raw_size(files: set[str]) -> int:
    """As the phone keeps them."""
    return sum((DIST / file).stat().st_size for file in files)


@lru_cache
def packed(files: frozenset[str]) -> int:
    """Together, each file by itself as it is sent."""
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")
    paths = [str(DIST / file) for file in sorted(files)]
    done = subprocess.run(
        [node, "-e", PACK, *paths], capture_output=True, text=True, check=True
    )
    return sum(json.loads(done.stdout))
