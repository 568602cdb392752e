"""What stands against a trial run is said before it starts, in one sentence each."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch.config import embedded, preflight
from dispatch.config.preflight import NotReady
from dispatch.config.trial import ROOT


def test_an_old_python_is_refused() -> None:
    with pytest.raises(NotReady, match=r"3\.11 or newer is needed; this is 3\.9\.2\."):
        preflight.check_python((3, 9, 2))
    preflight.check_python((3, 11, 0))


def test_a_disk_with_too_little_room_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="free some space and try again"):
        preflight.check_disk(tmp_path, needed=10**18)
    preflight.check_disk(tmp_path, needed=1)


def test_a_busy_port_is_refused_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(NotReady, match=rf"Port {port} is taken .* PORT=\d+"):
            preflight.check_port(port)


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(NotReady, match="Port 99999 is taken or not allowed"):
        preflight.check_port(99_999)


def test_a_missing_build_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="run `make frontend`"):
        preflight.check_frontend(tmp_path)
    (tmp_path / ".vite").mkdir()
    (tmp_path / ".vite" / "manifest.json").touch()
    with pytest.raises(NotReady, match="worker is not built"):
        preflight.check_frontend(tmp_path)


def test_a_refused_start_ends_with_code_one_and_no_traceback(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "dispatch.config.demo", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "TRIAL_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_note_of_a_trial_run_that_is_gone_is_not_believed(tmp_path: Path) -> None:
    note = tmp_path / "servers.json"
    embedded.write_state(note, embedded.Servers("postgresql://x", "redis://x"))
    assert embedded.read_state(note) is not None
    note.write_text('{"pid": 999999999}', encoding="utf-8")
    assert embedded.read_state(note) is None
    note.write_text("half a no", encoding="utf-8")
    assert embedded.read_state(note) is None
