"""What tests of the TypeScript SDK need: a gateway in front of a server, scripts bundled and run in Node, a browser."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from exchange_server.gateway import envoy
from exchange_server.gateway.settings import GatewaySettings

ROOT = Path(__file__).parents[1]
START_SECONDS = 30.0
RUN_SECONDS = 120.0


@contextlib.contextmanager
def gateway(grpc_address: str, page: Path | None = None) -> Iterator[str]:
    """Run the real gateway in front of a server; yield its address, such as http://127.0.0.1:40123."""
    with tempfile.TemporaryDirectory(prefix="gateway-") as folder:
        settings = GatewaySettings(
            _env_file=None,
            grpc_address=grpc_address,
            listen_port=free_port(),
            admin_port=free_port(),
            page=page,
        )
        log = (Path(folder) / "log").open("wb")
        process = subprocess.Popen(
            envoy.command(Path(folder), settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            _await_listener(process, settings.listen_port, Path(folder) / "log")
            yield f"http://127.0.0.1:{settings.listen_port}"
        finally:
            process.terminate()
            process.wait(10)
            log.close()


def _await_listener(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"the gateway does not listen: {log.read_text('utf-8', 'replace')}")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def bundle(source: Path, target: Path, platform: str) -> Path:
    """Put a TypeScript file and all that it imports into one file; `platform` is node or browser."""
    rolldown = ROOT / "node_modules" / ".bin" / "rolldown"
    command = [str(rolldown), str(source), "--file", str(target), "--format", "esm", "--platform", platform]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=RUN_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return target


def run_node(script: Path, *arguments: str, stdin: Any = None, settings: Mapping[str, str] | None = None) -> str:
    """Run a script in the project's Node with a JSON value on its input; return what it printed."""
    done = subprocess.run(
        [str(ROOT / ".venv" / "bin" / "node"), str(script), *arguments],
        cwd=ROOT,
        env={**environment(), **(settings or {})},
        input=json.dumps(stdin),
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{script.name}: {done.stderr[-4000:]}"
    return done.stdout


def environment() -> dict[str, str]:
    """The environment with the project's Node first, and without the developer's own settings of the exchange."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EXCHANGE_")}
    return {**kept, "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def chromium() -> str:
    """Return the machine's browser; skips the test where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("there is no Chromium on this machine")
