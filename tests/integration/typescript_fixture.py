"""A killable exchange behind its gateway for programs in Node, which say over HTTP what is to happen to it."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from exchange_sdk.testing import TestExchange
from exchange_server.cli.dev.ports import pick_free
from exchange_server.gateway import envoy
from exchange_server.gateway.settings import load_settings

ROOT = Path(__file__).parents[2]
SDK = ROOT / "sdks" / "typescript"
START_SECONDS = 30


@contextmanager
def gateway(directory: Path, grpc_address: str) -> Iterator[str]:
    """Run Envoy in front of an exchange; give its URL."""
    settings = load_settings(
        _env_file=None, listen_port=pick_free(), grpc_address=grpc_address, admin_port=pick_free(), drain_seconds=0
    )
    with (directory / "envoy.log").open("wb") as log:
        process = subprocess.Popen(envoy.command(directory / "gateway", settings), stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not envoy.is_healthy(settings):
            assert process.poll() is None and time.monotonic() < deadline, (directory / "envoy.log").read_text()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{settings.listen_port}"
    finally:
        process.kill()
        process.wait()


class Controller:
    """What a test in Node may ask to be done: to the process, and as the traders alice and bob."""

    def __init__(self, exchange: TestExchange) -> None:
        self._exchange = exchange
        funds = {"BTC": 1_000, "USDC": 100_000_000}
        self.keys = {name: exchange.api_key(name, funds) for name in ("alice", "bob")}
        self._traders = {name: exchange.client(name) for name in self.keys}

    def do(self, action: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        match action:
            case "kill":
                self._exchange.kill()
            case "start":
                self._exchange.start()
            case "freeze" | "thaw":
                process = self._exchange._process
                assert process is not None
                process.send_signal(signal.SIGSTOP if action == "freeze" else signal.SIGCONT)
            case "quote":
                self._exchange.quote(fields["market"], fields.get("bids", ()), fields.get("asks", ()))
            case "place":
                placed = self._traders[fields["as"]].place_order(**fields["order"])
                return {"orderId": str(placed.order.order_id), "trades": [str(f.trade_id) for f in placed.fills]}
            case "cancelAll":
                self._traders[fields["as"]].cancel_all_orders()
            case "revoke":
                key_id = self.keys[fields["as"]].split("_")[1]
                self._exchange.admin.admin.revoke_api_key(key_id)
            case _:
                raise ValueError(f"there is no {action}")
        return {}


@contextmanager
def control_server(controller: Controller) -> Iterator[str]:
    """Serve a controller on a free port: POST /ACTION with JSON fields; give its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                fields = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
                status, answer = 200, controller.do(self.path.strip("/"), fields)
            except Exception as error:
                status, answer = 500, {"error": f"{type(error).__name__}: {error}"}
            body = json.dumps(answer).encode()
            self.send_response(status)
            # A page of a test's own origin asks, too.
            self.send_header("access-control-allow-origin", "*")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, name="control-server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_vitest(*files: str, live: Mapping[str, Any], seconds: float) -> None:
    """Run test files of `sdks/typescript/tests/live`; they read what is `live` from the environment."""
    environment = os.environ | {
        "EXCHANGE_LIVE": json.dumps(live),
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        ["node", str(ROOT / "node_modules/vitest/vitest.mjs"), "run", "--config", "vitest.live.config.ts", *files],
        cwd=SDK,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
