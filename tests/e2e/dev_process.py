"""A real `exchange dev` in a process of its own, and the command line against it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import psutil
from grpc_health.v1 import health_pb2, health_pb2_grpc

from exchange_server.compiled_engine import VARIABLE as ENGINE

EXCHANGE = [sys.executable, "-m", "exchange_server.cli"]
START_SECONDS = 60.0


def clean_environment() -> dict[str, str]:
    """Return the environment without settings of whoever runs the tests, except which engine."""
    return {name: value for name, value in os.environ.items() if not name.startswith("EXCHANGE_") or name == ENGINE}


def wait_until(condition: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Poll until the condition holds. Raises AssertionError that says what did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.03)


def serves(address: str) -> bool:
    """Tell whether a core at host:port says that it serves."""
    with grpc.insecure_channel(address) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=1)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


class Dev:
    """One run of `exchange dev --headless --no-bots`, with every process that it started."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.data_dir = data_dir
        self.ready_file = data_dir.with_name(f"{data_dir.name}.ready")
        self.ready_file.unlink(missing_ok=True)
        self._output = data_dir.with_name(f"{data_dir.name}.out").open("w+b")
        command = [*EXCHANGE, "dev", "--headless", "--data-dir", str(data_dir), "--ready-file", str(self.ready_file)]
        self.process = subprocess.Popen(
            # Of an option given twice the latter counts.
            [*command, "--grpc-port", "0", "--gateway-port", "0", *options],
            env=clean_environment(),
            cwd="/",
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.family: list[psutil.Process] = []
        self.ready: dict[str, Any] = {}

    def wait_until_ready(self) -> "Dev":
        """Wait for the ready file; remember every process."""
        wait_until(lambda: self.ready_file.exists() or self.process.poll() is not None, "ready file", START_SECONDS)
        assert self.ready_file.exists(), self.output()
        self.ready = json.loads(self.ready_file.read_text())
        self.remember_family()
        return self

    def wait_until_serving(self) -> None:
        """Wait until the core answers, after it was restarted."""
        wait_until(lambda: serves(self.address), f"the core serves; said: {self.output()}", START_SECONDS)

    def remember_family(self) -> None:
        """Note every descendant, to look for orphans later."""
        supervisor = psutil.Process(self.process.pid)
        self.family = [supervisor, *supervisor.children(recursive=True)]

    @property
    def address(self) -> str:
        """The gRPC API's host:port."""
        return str(self.ready["addresses"]["grpc"])

    def output(self) -> str:
        """Return everything it said so far."""
        self._output.seek(0)
        return self._output.read().decode()

    def has_said(self, words: str) -> bool:
        """Tell whether its output has these words."""
        return words in self.output()

    def interrupt(self) -> float:
        """Send Ctrl-C; return how many seconds the end took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - started

    def kill_group(self) -> None:
        """End the supervisor's whole process group without a word, as `kill -9 -PGID` does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def orphans(self) -> list[str]:
        """Return what is still alive of the processes that were noted."""
        alive = [process for process in self.family if process.is_running()]
        return [str(process) for process in alive if process.status() != psutil.STATUS_ZOMBIE]

    def close(self) -> None:
        """End whatever is left."""
        if self.process.poll() is None:
            try:
                self.interrupt()
            except subprocess.TimeoutExpired:
                self.kill_group()
        self._output.close()

    def cli(self, *arguments: str, status: int = 0) -> Any:
        """Run a command against it and return its JSON; for a failure, what it said on stderr."""
        done = subprocess.run(
            [*EXCHANGE, "--data-dir", str(self.data_dir), *arguments],
            env=clean_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if status == 0 else done.stderr

    @contextmanager
    def watching(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """Run a command that does not end by itself; it must end well at Ctrl-C."""
        with subprocess.Popen(
            [*EXCHANGE, "--data-dir", str(self.data_dir), *arguments],
            env=clean_environment(),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            yield process
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
            assert (process.returncode, said) == (0, "")


@contextmanager
def running(data_dir: Path, *options: str) -> Iterator[Dev]:
    """Run `exchange dev` until the block ends."""
    dev = Dev(data_dir, *options)
    try:
        yield dev.wait_until_ready()
    finally:
        dev.close()


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a new folder that PostgreSQL's user may enter, unlike pytest's own when the tests run as root."""
    with tempfile.TemporaryDirectory(prefix="exchange-e2e-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)
