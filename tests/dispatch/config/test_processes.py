"""Ending what a trial run started, with all that it started in turn."""

from pathlib import Path

import pytest

from dispatch.config import processes

# As a worker that is ended while it compiles the engine in a process of its own.
LEAVES_A_CHILD = """
import pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
child.wait()
"""


def runs(pid: int) -> bool:
    """Whether a process still does something: a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_what_a_process_started_ends_with_it(tmp_path: Path) -> None:
    script, note = tmp_path / "leaves.py", tmp_path / "pid"
    script.write_text(LEAVES_A_CHILD)
    one = processes.start(
        "worker",
        f"python {script} {note}",
        env={},
        log=tmp_path / "worker.log",
        cwd=tmp_path,
    )
    while not (note.exists() and note.read_text()):
        assert not one.has_ended(), one.obituary()
    child = int(note.read_text())
    assert runs(child)
    processes.stop([one])
    assert one.has_ended()
    assert not runs(child)


def test_a_process_that_will_not_go_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "STOP_SECONDS", 0.2)
    script, note = tmp_path / "stays.py", tmp_path / "ready"
    script.write_text(
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "pathlib.Path(sys.argv[1]).touch()\n"
        "time.sleep(60)\n"
    )
    one = processes.start(
        "web", f"python {script} {note}", env={}, log=tmp_path / "log", cwd=tmp_path
    )
    while not note.exists():
        assert not one.has_ended(), one.obituary()
    processes.stop([one])
    assert not runs(one.process.pid)
