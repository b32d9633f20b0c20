"""`exchange gateway run`: Envoy as a child, drained before it is stopped."""

import contextlib
import http.client
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final

from exchange_server.gateway import envoy
from exchange_server.gateway.settings import GatewaySettings

STOP_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.1


def run(directory: Path, settings: GatewaySettings, say: Callable[[str], None]) -> int:
    """Run the gateway until SIGTERM or SIGINT and return Envoy's exit status, 0 when it was asked to stop.

    Its settings are written into `directory`. A second signal cuts the drain short. Raises GatewayIncomplete.
    """
    command = envoy.command(directory, settings)
    signals = 0

    def count(_number: int, _frame: FrameType | None) -> None:
        nonlocal signals
        signals += 1

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, count)
    # A session of its own: Ctrl-C reaches us only.
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        while process.poll() is None:
            if signals:
                say("draining")
                _drain(settings, until=lambda: signals > 1 or process.poll() is not None)
                return _stop(process)
            time.sleep(_POLL_SECONDS)
        return process.returncode or 1
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _drain(settings: GatewaySettings, until: Callable[[], bool]) -> None:
    """Tell load balancers and clients that we go, and wait until all are gone, at most `drain_seconds`.

    `/healthz` fails at once; answers close their connections, HTTP/2 clients get a GOAWAY and call elsewhere next.
    """
    deadline = time.monotonic() + settings.drain_seconds
    with contextlib.suppress(OSError, http.client.HTTPException):
        _admin(settings, "POST", "/healthcheck/fail")
        _admin(settings, "POST", "/drain_listeners?graceful&skip_exit")
        while time.monotonic() < deadline and not until():
            if _active_connections(settings) == 0:
                return
            time.sleep(_POLL_SECONDS)


def _active_connections(settings: GatewaySettings) -> int:
    text = _admin(settings, "GET", "/stats?filter=^http.web.downstream_cx_active$")
    return int(text.rpartition(":")[2] or 0)


def _admin(settings: GatewaySettings, method: str, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", settings.admin_port, timeout=2)
    try:
        connection.request(method, path)
        return connection.getresponse().read().decode("utf-8", "replace")
    finally:
        connection.close()


def _stop(process: "subprocess.Popen[bytes]") -> int:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return 0
