"""The embedded PostgreSQL: it starts, keeps its data, and never outlives or blocks us, however we ended."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from exchange_server.embedded.postgres import EmbeddedPostgres, EmbeddedPostgresError

HOLDER = """
import sys, time
from pathlib import Path
from exchange_server.embedded import child
from exchange_server.embedded.postgres import EmbeddedPostgres
if sys.argv[2] == "orphaning":
    # As on systems that cannot bind a child to its parent.
    other = "import runpy, sys; sys.platform = 'other'; del sys.argv[0]; runpy.run_path(sys.argv[0], None, '__main__')"
    launched = child.launched
    child.launched = lambda command, user: [sys.executable, "-c", other, *launched(command, user)[3:]]
postgres = EmbeddedPostgres(Path(sys.argv[1]))
postgres.start()
print(postgres.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Give a folder that every user can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="exchange-postgres-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def holder(data_dir: Path, how: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run another process that holds the server; give it and the server's process id."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data_dir), how], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
    """Poll until the condition holds; fail with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def one(url: str, query: str) -> object:
    """Run a query and return its only value."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_it_starts_keeps_its_data_over_a_restart_and_stops_in_time(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    postgres.start()
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    idle = psycopg.connect(postgres.url)
    started = time.monotonic()
    pid = postgres.pid
    postgres.stop()
    assert time.monotonic() - started < 5
    idle.close()
    assert pid is not None
    assert is_gone(pid)

    with EmbeddedPostgres(data_dir) as again:
        assert one(again.url, "SELECT answer FROM kept") == 42
        assert one(again.url, "SELECT current_database()") == "exchange"


def test_the_password_is_random_private_and_needed(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        password_file = data_dir / "postgres" / "password"
        assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
        password = password_file.read_text()
        assert len(password) >= 32
        assert password in postgres.url
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(postgres.url.replace(password, "wrong"))
        assert postgres.socket_dir is not None
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(postgres.socket_dir), port=postgres.port, user="exchange", dbname="exchange")


def test_a_wanted_port_is_used_and_a_taken_one_is_named(data_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedPostgresError, match=f"port {port} is taken"):
            EmbeddedPostgres(data_dir, port).start()
    with EmbeddedPostgres(data_dir, port) as postgres:
        assert postgres.port == port
        assert one(postgres.url, "SELECT inet_server_port()") == port


def test_a_second_process_on_the_same_data_is_refused_and_the_first_goes_on(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres:
        with pytest.raises(EmbeddedPostgresError, match="another process runs"):
            EmbeddedPostgres(data_dir).start()
        assert one(postgres.url, "SELECT 1") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can bind a child to its parent")
def test_it_ends_with_the_process_that_started_it_even_when_that_is_killed(data_dir: Path) -> None:
    with holder(data_dir, "bound") as (process, server):
        assert not is_gone(server)
        process.kill()
        wait_until(lambda: is_gone(server), "the server outlives its parent")
    with EmbeddedPostgres(data_dir) as postgres:
        assert one(postgres.url, "SELECT 1") == 1


def test_an_orphan_of_an_earlier_run_is_stopped_by_the_next(data_dir: Path) -> None:
    with holder(data_dir, "orphaning") as (process, server):
        process.kill()
        process.wait()
        assert not is_gone(server)
        with EmbeddedPostgres(data_dir) as postgres:
            assert is_gone(server)
            assert postgres.pid != server
            assert one(postgres.url, "SELECT 1") == 1


def test_it_starts_after_everything_was_killed_at_once(data_dir: Path) -> None:
    with holder(data_dir, "bound") as (process, server):
        family = [server, *children(server)]
        assert len(family) > 3
        for pid in (*family, process.pid):
            with contextlib.suppress(ProcessLookupError):  # a server process ends by itself when its parent is gone
                os.kill(pid, signal.SIGKILL)
        started = time.monotonic()
        process.wait()
        with EmbeddedPostgres(data_dir) as postgres:
            assert one(postgres.url, "SELECT 1") == 1
        assert time.monotonic() - started < 5


def test_a_lock_file_whose_process_id_is_another_programs_by_now_does_not_block_it(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    postgres.start()
    pid_file = Path(str(postgres.socket_dir)) / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    owner = pid_file.stat()
    postgres.stop()
    with other_program(owner.st_uid) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        os.chown(pid_file, owner.st_uid, owner.st_gid)
        with EmbeddedPostgres(data_dir) as again:
            assert one(again.url, "SELECT 1") == 1
        assert stranger.poll() is None


def test_a_cluster_whose_password_is_lost_is_made_anew(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as postgres, psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE derived ()")
    (data_dir / "postgres" / "password").unlink()
    with EmbeddedPostgres(data_dir) as postgres:
        assert one(postgres.url, "SELECT to_regclass('derived')") is None


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root changes the user")
def test_started_as_root_it_works_below_a_folder_that_only_root_can_enter(data_dir: Path) -> None:
    data_dir.chmod(0o700)
    postgres = EmbeddedPostgres(data_dir)
    try:
        with postgres:
            assert one(postgres.url, "SELECT 1") == 1
            assert not str(postgres.socket_dir).startswith(str(data_dir))
    finally:
        cluster = postgres.socket_dir
        postgres.erase()
    assert cluster is not None
    assert not cluster.exists()


def children(pid: int) -> list[int]:
    """List the processes that a process started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


@contextlib.contextmanager
def other_program(uid: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program that has nothing to do with PostgreSQL, as a given user."""
    process = subprocess.Popen(["sleep", "600"], user=uid if os.geteuid() == 0 else None)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
