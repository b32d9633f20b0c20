"""A core and a follower as an operator starts them: `exchange serve` and `exchange follow` on one data directory."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import psycopg

from exchange_server.cli.dev.ports import pick_free
from exchange_server.cli.dev.supervisor import wait_until_serving
from exchange_server.projections.cursor import Cursor
from tests.e2e.dev_process import EXCHANGE, clean_environment

START_SECONDS = 60


class CommandProcess:
    """`exchange COMMAND` with settings from the environment; whatever ends it, it can be started again."""

    def __init__(self, command: str, log_path: Path, settings: dict[str, str]) -> None:
        self._command = command
        self._log_path = log_path
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """Return what every process so far has said."""
        return self._log_path.read_text()

    def start(self) -> None:
        """Start it, without waiting for it."""
        with self._log_path.open("ab") as log:
            self._process = subprocess.Popen(
                # Not in this folder: its .env is not the test's.
                [*EXCHANGE, self._command],
                env=clean_environment() | self._settings,
                cwd="/",
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """End it with SIGKILL and wait until it is gone."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        assert self._process.wait(30) == -signal.SIGKILL

    def stop(self) -> None:
        """End it in order; it must say that all went well."""
        if not self.running:
            return
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(30) == 0, self.log


class Stack:
    """A core and a follower beside a PostgreSQL that somebody else runs."""

    def __init__(self, folder: Path, postgres_url: str) -> None:
        self.data_dir = folder / "data"
        self.postgres_url = postgres_url
        self.address = f"127.0.0.1:{pick_free()}"
        settings = {
            "EXCHANGE_DATA_DIR": str(self.data_dir),
            "EXCHANGE_GRPC_PORT": self.address.partition(":")[2],
            "EXCHANGE_POSTGRES_URL": postgres_url,
            "EXCHANGE_SHUTDOWN_SECONDS": "1",
        }
        self.core = CommandProcess("serve", folder / "core.log", settings)
        self.follower = CommandProcess("follow", folder / "follower.log", settings)

    @property
    def admin_key(self) -> str:
        """The operator's key, which the first start made."""
        return (self.data_dir / "admin.key").read_text().strip()

    async def start(self) -> None:
        """Start both; return when the core serves."""
        self.core.start()
        self.follower.start()
        await self.wait_until_serving()

    async def wait_until_serving(self) -> None:
        serving = asyncio.ensure_future(wait_until_serving(self.address))
        try:
            async with asyncio.timeout(START_SECONDS):
                while not serving.done():
                    assert self.core.running, self.core.log
                    await asyncio.wait({serving}, timeout=0.1)
        finally:
            serving.cancel()

    def stop(self) -> None:
        """End both in order, the core first."""
        self.core.stop()
        self.follower.stop()

    def cursor(self) -> Cursor:
        """Return where the history stands: beside the sequence, the digest of all events up to it."""
        with psycopg.connect(self.postgres_url, connect_timeout=5) as connection:
            row = connection.execute("SELECT sequence, time_ns, event_digest FROM cursor").fetchone()
        assert row is not None
        return Cursor(row[0], row[1], int.from_bytes(row[2], "big"))
