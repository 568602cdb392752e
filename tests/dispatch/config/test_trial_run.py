"""`make demo` from first line to last: everything answers, and nothing is left."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.config import embedded
from dispatch.config.trial import ROOT

OURS = {"DATABASE_URL", "BROKER_URL", "MODE", "DJANGO_SETTINGS_MODULE"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One data directory for the runs of this module: the second finds the first's."""
    home = tmp_path_factory.mktemp("trial") / "home"
    yield home
    embedded.forget(home)


def trial_run(home: Path, *words: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    env |= {"TRIAL_HOME": str(home), "PLAN_SECONDS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "dispatch.config.demo", *words],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def left_running(home: Path) -> list[str]:
    """Processes that work for this trial run, by their environment or arguments."""
    places = [home, home / "postgres", home / "valkey"]
    marks = {str(path).encode() for path in places}
    marks |= {str(path.resolve()).encode() for path in places}
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if any(mark in text for mark in marks):
            found.append((folder / "cmdline").read_bytes().decode())
    return found


def test_every_printed_address_answers_and_nothing_is_left(home: Path) -> None:
    run = trial_run(home, "--check", "--port", str(embedded.free_port()))
    said, _ = run.communicate(timeout=900)
    assert run.returncode == 0, said
    assert re.search(r"All \d+ addresses answer\.", said), said
    for step in range(1, 7):
        assert f"{step}/6" in said
    assert left_running(home) == []


def test_ctrl_c_ends_all_of_a_second_run_on_the_same_data(home: Path) -> None:
    run = trial_run(home, "--port", str(embedded.free_port()))
    said = wait_for_the_way_in(run)
    assert any("password" in line for line in said), "".join(said)
    assert len(left_running(home)) > 4
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=120)
    assert run.returncode == 0
    assert left_running(home) == []


def test_nothing_outlives_a_trial_run_that_is_killed(home: Path) -> None:
    run = trial_run(home, "--port", str(embedded.free_port()))
    wait_for_the_way_in(run)
    run.kill()
    run.communicate(timeout=120)
    deadline = time.monotonic() + 120
    while (left := left_running(home)) and time.monotonic() < deadline:
        pass
    assert left == []


def wait_for_the_way_in(run: subprocess.Popen[str]) -> list[str]:
    """Read until all is up; what was said."""
    said = []
    assert run.stdout is not None
    for line in run.stdout:
        said.append(line)
        if "Ctrl-C ends it" in line:
            return said
    pytest.fail("It ended by itself: " + "".join(said))
