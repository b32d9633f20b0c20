"""A private ClickHouse of our own, for `exchange dev` and the tests: chDB behind the ClickHouse HTTP protocol.

It is a process, because a store has one owner and several that ask it (`clickhouse_process.py`). What it holds can be
built again from the journal; so a store that cannot be opened may be erased.
"""

import contextlib
import os
import secrets
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final

from exchange_server.embedded.child import Child

DATABASE: Final = "exchange"
USER: Final = "exchange"
HOST: Final = "127.0.0.1"
PROCESS: Final = "exchange_server.embedded.clickhouse_process"
"""What runs: a module of its own, so that nobody else loads the engine."""
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 4.0


class EmbeddedClickHouseError(Exception):
    """ClickHouse could not be started; the message says why and where its log is."""


class ClickHouseMissing(Exception):
    """This installation has no chDB; the message says what to do about it."""


def folder_in(data_dir: Path) -> Path:
    """Return where everything of it lies in a data directory."""
    return data_dir.resolve() / "clickhouse"


def command(data_dir: Path, port: int) -> list[str]:
    """Return the command that runs it; makes the password at the first time. Raises ClickHouseMissing."""
    if find_spec("chdb") is None:
        raise ClickHouseMissing("the package chdb-core-lite is not installed")
    folder = folder_in(data_dir)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    password = folder / "password"
    if not password.exists():
        new = password.with_name("password.new")
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(24))
        new.rename(password)
    return [sys.executable, "-m", PROCESS, str(folder), str(port)]


def url(data_dir: Path, port: int) -> str:
    """Return the URL of the database, with the password; `command` must have been called once."""
    password = (folder_in(data_dir) / "password").read_text("ascii")
    return f"http://{USER}:{password}@{HOST}:{port}/{DATABASE}"


def is_healthy(port: int) -> bool:
    """Tell whether it answers. Blocks for up to a second."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/ping", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class EmbeddedClickHouse:
    """One such process, on a free port that it keeps; it ends with this process at the latest (on Linux)."""

    def __init__(self, data_dir: Path, port: int = 0) -> None:
        self._data_dir: Final = data_dir
        self._port = port
        self._child: Child | None = None

    def __enter__(self) -> "EmbeddedClickHouse":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return the URL of its database. Valid once it has been started."""
        return url(self._data_dir, self._port)

    @property
    def port(self) -> int:
        """Return the TCP port on 127.0.0.1; 0 before the first start when any is wanted."""
        return self._port

    @property
    def pid(self) -> int | None:
        """Return its process id; None when it does not run."""
        return None if self._child is None or self._child.exit_status is not None else self._child.pid

    @property
    def log_file(self) -> Path:
        """Return the file that it writes its log to."""
        return folder_in(self._data_dir) / "clickhouse.log"

    def start(self, on_process: Callable[[int], None] = lambda pid: None) -> None:
        """Start it; return when it answers. Raises EmbeddedClickHouseError, ClickHouseMissing.

        `on_process` is called with its process id as soon as it has one.
        """
        if self.pid is not None:
            return
        self._port = self._port or _free_port()
        words = command(self._data_dir, self._port)
        self._child = Child(words, os.environ, self.log_file, None)
        on_process(self._child.pid)
        deadline = time.monotonic() + START_SECONDS
        while not is_healthy(self._port):
            if self.pid is None or time.monotonic() > deadline:
                self.stop()
                raise EmbeddedClickHouseError(f"ClickHouse does not start: {self._last_words()} (log: {self.log_file})")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it. Does nothing if it does not run."""
        if self._child is not None:
            self._child.stop(STOP_SECONDS)
            self._child = None

    def erase(self) -> None:
        """Delete all data of a stopped one."""
        if self.pid is not None:
            raise EmbeddedClickHouseError("it runs")
        shutil.rmtree(folder_in(self._data_dir), ignore_errors=True)

    def _last_words(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            lines = self.log_file.read_text("utf-8", "replace").strip().splitlines()
            return lines[-1] if lines else "it says nothing"
        return "it says nothing"


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
