"""A real server process for tests: on a free port, with a data folder of its own. Run as a module it is that server."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from exchange_server.app import Ready, run
from exchange_server.compiled_engine import VARIABLE as ENGINE
from exchange_server.config import Settings
from exchange_server.telemetry.logs import configure_logging

START_SECONDS = 60


class ExchangeProcess:
    """Starts, stops and kills a server. Settings are those of `exchange_server.config`, as keyword arguments."""

    def __init__(self, data_dir: Path, **settings: object) -> None:
        self.data_dir = data_dir
        self.log_path = data_dir.with_name(f"{data_dir.name}.log")
        self._ready_path = data_dir.with_name(f"{data_dir.name}.ready")
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Return when the server serves. Raises AssertionError, and leaves no process, when it does not in time."""
        self._ready_path.unlink(missing_ok=True)
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("EXCHANGE_") or key == ENGINE
        }
        settings = {"data_dir": self.data_dir, "grpc_port": self.port, **self._settings}
        environment |= {f"EXCHANGE_{key.upper()}": str(value) for key, value in settings.items()}
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.exchange_process", str(self._ready_path)],
                cwd=Path(__file__).parents[2],
                env=environment,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        self.port = json.loads(self._ready_path.read_text())["port"]

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while not self._ready_path.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start:\n{self.log}")
            time.sleep(0.01)

    def stop(self) -> int:
        """Ask for an orderly end and return the exit status."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    @property
    def admin_key(self) -> str:
        return (self.data_dir / "admin.key").read_text().strip()

    @property
    def log(self) -> str:
        return self.log_path.read_text()


def _announce(path: Path, ready: Ready) -> None:
    # Renamed into place, so that who waits for the file finds all of it.
    whole = path.with_suffix(".new")
    whole.write_text(json.dumps({"port": ready.grpc_port}))
    whole.rename(path)


if __name__ == "__main__":
    settings = Settings(_env_file=None)
    configure_logging(settings.log_level, settings.log_format)
    run(settings, lambda ready: _announce(Path(sys.argv[1]), ready))
