"""The proof of the field app: `python -m tests.proof [--long] [--seed N]`.

Runs every level of fault tests, prints the seed and one line, and fails when a promise
is broken or a planted bug gets through. The same seed walks the same ways.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.proof import tally

ROOT = Path(__file__).resolve().parent.parent.parent
LEVELS = {
    "A": "the phone's sync alone, and what both languages must answer alike",
    "B": "the endpoint on a real PostgreSQL: 3 phones, 2 people, an office",
    "C": "threads, cut connections, PostgreSQL killed and started again",
    "D": "a real browser through a network that fails",
    "E": "photos in pieces",
    "F": "bugs planted in phone and server",
}
# What stands in for a level; a pattern, so that a level's files may grow.
TESTS = {
    "A": ["tests/field_app/test_vectors.py", "tests/field_app/test_proof_pure.py"],
    "B": ["tests/field_app/test_proof_network.py"],
    "C": ["tests/field_app/test_proof_crashes.py"],
    "D": ["tests/e2e/test_field_walk.py"],
    "E": ["tests/field_app/test_media.py", "tests/e2e/test_field_photos.py"],
}


def main() -> int:
    """Run all, print the table and the line; 0 when every promise holds."""
    chosen = _arguments()
    seed = chosen.seed if chosen.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}{', the long form' if chosen.long else ''}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tally"
        env = os.environ | {
            "PROOF_SEED": str(seed),
            "PROOF_LONG": "1" if chosen.long else "",
            "PROOF_TALLY": str(path),
        }
        failed = [name for name, run in _runs() if not _succeeds(run, env, name)]
        lines = tally.read(path)
    print(report(lines, failed))
    return 1 if failed or broken(lines) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--long", action="store_true", help="the nightly form: hours")
    parser.add_argument("--seed", type=int, help="walk the ways of an earlier run")
    return parser.parse_args()


def _runs() -> list[tuple[str, tuple[list[str], Path]]]:
    files = [
        str(path.relative_to(ROOT))
        for patterns in TESTS.values()
        for pattern in patterns
        for path in sorted(ROOT.glob(pattern))
    ]
    quiet = [
        "-q",
        "--no-header",
        "--show-capture=no",
        "--tb=short",
        "-p",
        "no:cacheprovider",
    ]
    return [
        (
            "phone",
            (
                ["npx", "--no-install", "vitest", "run", "src/field/proof", "--silent"],
                ROOT / "frontend",
            ),
        ),
        ("server", ([sys.executable, "-m", "pytest", *files, *quiet], ROOT)),
    ]


def _succeeds(run: tuple[list[str], Path], env: dict[str, str], name: str) -> bool:
    command, folder = run
    print(f"· {name}: {' '.join(command[:4])} …", flush=True)
    done = subprocess.run(command, cwd=folder, env=env, check=False)
    return done.returncode == 0


def broken(lines: list[tally.Line]) -> bool:
    """Whether anything was lost or doubled, or nothing was proved at all."""
    bad = any(line.lost or line.doubled for line in lines)
    return bad or not any(line.acts for line in lines)


def report(lines: list[tally.Line], failed: list[str]) -> str:
    """A row for each level, each planted bug with what betrayed it, and the line."""
    rows = [_row(level, says, lines) for level, says in LEVELS.items()]
    caught = [line for line in lines if line.bug]
    rows += [f"   caught by {line.caught:<20} {line.bug}" for line in caught]
    if failed:
        rows.append(f"FAILED: {', '.join(failed)}. A promise is broken: see above.")
    acts, faults = sum(line.acts for line in lines), sum(line.faults for line in lines)
    lost, doubled = (
        sum(line.lost for line in lines),
        sum(line.doubled for line in lines),
    )
    rows.append(f"{acts} acts, {faults} faults, {lost} lost, {doubled} doubled")
    return "\n".join(["", *rows])


def _row(level: str, says: str, lines: list[tally.Line]) -> str:
    mine = [line for line in lines if line.level == level]
    if not mine:
        return f"{level}  not in this run: {says}"
    if level == "F":
        by = Counter(line.caught.partition(",")[0] for line in mine)
        levels = ", ".join(f"{count} by level {name}" for name, count in by.items())
        return f"{level}  {len(mine)} caught ({levels}): {says}"
    total = Counter[str]()
    for line in mine:
        total.update(acts=line.acts, faults=line.faults, walks=line.walks)
    return (
        f"{level}  {total['walks']} walks, {total['acts']} acts,"
        f" {total['faults']} faults: {says}"
    )


if __name__ == "__main__":
    sys.exit(main())
