"""The servers from the wheels: they keep data, guard it, and never outlive us."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from dispatch.config import embedded

ROOT = Path(embedded.__file__).resolve().parent.parent.parent
WAIT = "import time\nwhile True: time.sleep(1)\n"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    if (tmp_path / "home").exists():
        embedded.forget(tmp_path / "home")


def value_of(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as line:
        row = line.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_data_survives_a_stop_and_a_start(home: Path) -> None:
    first = embedded.start(home, durable=True)
    with psycopg.connect(first.database_url) as line:
        line.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()
    second = embedded.start(home, durable=True)
    try:
        assert value_of(second.database_url, "SELECT answer FROM kept") == 42
        assert value_of(second.database_url, "SHOW fsync") == "on"
    finally:
        second.stop()


def test_the_extensions_that_the_laws_need_are_there() -> None:
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    assert value_of(url, "SHOW server_version_num") >= "150000"


def test_a_second_user_of_the_data_is_refused(home: Path) -> None:
    servers = embedded.start(home, durable=True)
    try:
        with pytest.raises(embedded.ServerError, match="Another process uses"):
            embedded.start(home, durable=True)
        with pytest.raises(embedded.ServerError, match="Another process uses"):
            embedded.forget(home)
        assert value_of(servers.database_url, "SELECT 1") == 1
    finally:
        servers.stop()


def test_forgetting_deletes_the_data(home: Path) -> None:
    embedded.start(home, durable=False).stop()
    embedded.forget(home)
    assert [path.name for path in home.iterdir()] == ["lock"]


def test_nobody_gets_in_without_the_password(home: Path) -> None:
    servers = embedded.start(home, durable=False)
    password = (home / "password").read_text(encoding="utf-8")
    try:
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(servers.database_url.replace(f":{password}", ""))
        stranger = redis.Redis.from_url(servers.broker_url.replace(password, "guess"))
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        assert redis.Redis.from_url(servers.broker_url).ping() is True
        assert (home / "password").stat().st_mode & 0o077 == 0
    finally:
        servers.stop()


def test_servers_die_with_a_parent_that_is_killed(home: Path) -> None:
    code = (
        "from pathlib import Path\nfrom dispatch.config import embedded\n"
        f"print(embedded.start(Path({str(home)!r}), durable=True).database_url,"
        f" flush=True)\n{WAIT}"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    url = parent.stdout.readline().strip()
    assert value_of(url, "SELECT 1") == 1
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until_refused(url)
    embedded.start(home, durable=True).stop()


def wait_until_refused(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError as error:
            if "refused" in str(error):
                return
    pytest.fail("The server is still there.")


def test_a_server_that_ended_is_named(home: Path) -> None:
    servers = embedded.start(home, durable=False)
    try:
        assert servers.ended() is None
        redis.Redis.from_url(servers.broker_url).shutdown(nosave=True)
        servers._running["Valkey"].wait(timeout=120)
        assert servers.ended() == "Valkey"
    finally:
        servers.stop()


def test_a_missing_wheel_is_said_in_one_sentence() -> None:
    with pytest.raises(
        embedded.ServerError, match=r"not installed: run `make setup`\."
    ):
        embedded._wheel("no_such_wheel", "bin")


def test_a_full_disk_is_said_in_one_sentence() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/data")
    assert embedded._in_words(full) == (
        "The disk is full (/data): free some space and try again."
    )
