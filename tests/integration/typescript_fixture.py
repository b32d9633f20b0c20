"""What programs in Node need of a test exchange: they say over HTTP what is to happen to it."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from exchange_sdk.testing import TestExchange
from tests.typescript_support import ROOT, environment

SDK = ROOT / "sdks" / "typescript"


class Controller:
    """What a test in Node may ask to be done: to the process, and as the traders alice and bob."""

    def __init__(self, exchange: TestExchange) -> None:
        self._exchange = exchange
        funds = {"BTC": 1_000, "ETH": 1_000, "USDC": 100_000_000}
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
    vitest = ROOT / "node_modules" / "vitest" / "vitest.mjs"
    done = subprocess.run(
        [str(ROOT / ".venv/bin/node"), str(vitest), "run", "--config", "vitest.live.config.ts", *files],
        cwd=SDK,
        env=environment() | {"EXCHANGE_LIVE": json.dumps(live), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
