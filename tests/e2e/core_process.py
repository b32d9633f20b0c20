"""A real core (`exchange serve`) in a process of its own, to be killed and started again on the same port."""

import os
import signal
import subprocess
from pathlib import Path

from exchange_server.cli.dev.ports import pick_free
from tests.e2e.dev_process import EXCHANGE, clean_environment, serves, wait_until


class Core:
    """One data directory and one port, whatever process serves them at the moment."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = pick_free()
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """The gRPC API's host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def admin_key(self) -> str:
        """The operator's key, which the first start made."""
        return (self.data_dir / "admin.key").read_text().strip()

    def start(self) -> None:
        """Start a process, without waiting for it."""
        self.data_dir.mkdir(exist_ok=True)
        settings = {"EXCHANGE_DATA_DIR": str(self.data_dir), "EXCHANGE_GRPC_PORT": str(self.port)}
        with (self.data_dir / "core.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*EXCHANGE, "serve"], env=clean_environment() | settings, cwd="/", stdout=log, stderr=log
            )
        self.starts += 1

    def wait_until_serving(self) -> None:
        """Wait for the health service."""
        wait_until(self._serves, f"the core serves; log: {self.log()}", 60)

    def kill(self) -> None:
        """End it with SIGKILL and wait until it is gone."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGKILL)
        assert self._process.wait(30) == -signal.SIGKILL

    def stop(self) -> None:
        """End it in order; it must say that all went well."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        assert self._process.wait(30) == 0, self.log()

    def log(self) -> str:
        """Return what every process so far has logged."""
        return (self.data_dir / "core.log").read_text()

    def _serves(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        return serves(self.address)
