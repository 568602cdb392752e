"""The containers, read as text: they run what the trial run runs, without secrets."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from dispatch.config import processes
from field_app import seal
from tests.architecture.sources import ROOT

GIVEN = {
    "SITE_ADDRESS": "dispatch.example.org",
    "SECRET_KEY": "k7f!2q" * 12,
    "POSTGRES_PASSWORD": "only-for-this-test",
}
INSIDE = {"host": "0.0.0.0", "port": 8000, "state": "/var/lib/dispatch"}
OURS = sorted(processes.PRODUCTION)


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def filled_in(text: str) -> str:
    """What compose makes of `${NAME}` and `${NAME:?message}`."""
    return re.sub(r"\$\{(\w+)(?::\?[^}]*)?\}", lambda found: GIVEN[found[1]], text)


@pytest.mark.parametrize("name", OURS)
def test_each_process_is_started_by_the_command_that_the_project_states(
    name: str,
) -> None:
    command = compose()["services"][name]["command"]
    assert command.split() == processes.PRODUCTION[name].format(**INSIDE).split()


def test_the_trial_run_starts_the_same_processes() -> None:
    """Only the web differs: one asynchronous server does for all in a trial run."""
    trial, production = processes.TRIAL, processes.PRODUCTION
    assert trial == {
        "web": production["events"],
        "worker": production["worker"],
        "beat": production["beat"],
    }


@pytest.mark.parametrize("name", [*OURS, "proxy", "postgres", "valkey", "osrm"])
def test_each_service_tells_whether_it_is_well(name: str) -> None:
    assert compose()["services"][name]["healthcheck"]["test"][0].startswith("CMD")


@pytest.mark.parametrize("name", OURS)
def test_our_processes_wait_for_the_migrations(name: str) -> None:
    needs = compose()["services"][name]["depends_on"]
    assert needs["migrate"] == {"condition": "service_completed_successfully"}


def test_every_image_names_its_version() -> None:
    services = compose()["services"].values()
    images = [service["image"] for service in services]
    stages = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.M)
    assert len(stages) == 3
    for image in [*images, *stages]:
        assert re.search(r":[\w.-]+$", image), image
        assert not image.endswith(":latest")


def test_every_process_finds_the_compiled_engine_and_a_new_one_is_compiled_once() -> (
    None
):
    """The rest of a container cannot be written, and what cannot be is not used."""
    place = re.search(r"NUMBA_CACHE_DIR=(\S+)", (ROOT / "Dockerfile").read_text())
    assert place is not None
    for name in ("web", "events", "worker", "migrate"):
        service = compose()["services"][name]
        assert f"kernel:{place[1]}" in service["volumes"], name
    command = compose()["services"]["migrate"]["command"]
    assert "python -m scheduling warm" in command


def test_no_secret_stands_in_the_files() -> None:
    environment = compose()["services"]["web"]["environment"]
    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert ":${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
    example = (ROOT / ".env.example").read_text()
    assert re.findall(r"^#?(\w+)=(.+)$", example, re.M) == []


def test_the_image_runs_without_root_and_with_locked_packages() -> None:
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    runtime = stages[-1]
    assert re.search(r"^USER dispatch$", runtime, re.M)
    assert "npm" not in runtime
    assert "--require-hashes" in stages[-2]


def test_the_image_copies_only_what_exists_and_is_let_through() -> None:
    text = (ROOT / "Dockerfile").read_text()
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M)
    sources = [source for line in lines for source in line.split()]
    assert "dispatch" in sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source.split('/')[0]}" in ignore, source


def test_the_settings_that_ship_pass_djangos_own_deployment_check(
    tmp_path: Path,
) -> None:
    environment = dict(compose()["services"]["web"]["environment"])
    # Made by the service that migrates, in a volume that only containers have.
    assert "field_seal_key" in compose()["services"]["migrate"]["command"]
    environment["FIELD_SEAL_KEY"] = str(tmp_path / "key.pem")
    seal.make_key(tmp_path / "key.pem")
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "check"),
            *("--deploy", "--fail-level", "WARNING"),
        ],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **{name: filled_in(value) for name, value in environment.items()},
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
