"""A real Envoy, with the settings of the real template, in front of a real exchange; and HTTP as browsers speak it."""

import http.client
import json
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from google.protobuf.message import Message

from exchange_server.cli.dev.ports import pick_free
from exchange_server.gateway import envoy
from exchange_server.gateway.settings import GatewaySettings
from tests.e2e.dev_process import wait_until
from tests.integration.exchange_fixture import Exchange
from tests.integration.exchange_process import ExchangeProcess

TIMEOUT_SECONDS = 10
GRPC_WEB = {"content-type": "application/grpc-web+proto", "x-grpc-web": "1"}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class WebAnswer:
    """What a gRPC-Web call came to: the bytes of its messages, and its trailers."""

    answer: Answer
    messages: list[bytes]
    trailers: Mapping[str, str]

    @property
    def code(self) -> int:
        return int(self.trailers["grpc-status"])


@dataclass
class Gateway:
    """An Envoy under test."""

    settings: GatewaySettings
    folder: Path
    dev_folder: Path | None = None
    tls: ssl.SSLContext | None = None
    changes: Mapping[str, str] = field(default_factory=dict)
    """What is put in the place of what in Envoy's settings, for limits that a test cannot wait for."""
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def port(self) -> int:
        return self.settings.listen_port

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "envoy.log").read_text()

    def __enter__(self) -> Self:
        command = envoy.command(self.folder, self.settings, self.dev_folder)
        configuration = self.folder / "envoy.yaml"
        for old, new in self.changes.items():
            text = configuration.read_text()
            assert text.count(old) == 1
            configuration.write_text(text.replace(old, new))
        with (self.folder / "envoy.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: envoy.is_healthy(self.settings), "the gateway is healthy")
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(10)

    def connect(self) -> http.client.HTTPConnection:
        if self.tls is not None:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)

    def http(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        key: str | None = None,
    ) -> Answer:
        """Make one HTTP/1.1 request on a connection of its own; `key`: an API key."""
        sent = dict(headers or {}) | ({"authorization": f"Bearer {key}"} if key else {})
        connection = self.connect()
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, lower(answer), answer.read())
        finally:
            connection.close()

    def web(self, method: str, request: Message, headers: Mapping[str, str] | None = None) -> WebAnswer:
        """Make one gRPC-Web call and read it to its end."""
        answer = self.http("POST", f"/exchange.v1.{method}", frame(request), GRPC_WEB | dict(headers or {}))
        messages = []
        # Without messages the trailers are headers.
        trailers: dict[str, str] = dict(answer.headers)
        for flag, payload in frames(answer.body):
            if flag & 0x80:
                trailers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in payload.decode().splitlines() if line)
                }
            else:
                messages.append(payload)
        return WebAnswer(answer, messages, trailers)

    def statistics(self, pattern: str) -> dict[str, int]:
        """Return Envoy's counters and gauges whose names match."""
        url = f"http://127.0.0.1:{self.settings.admin_port}/stats?format=json&filter={pattern}"
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:
            return {row["name"]: row["value"] for row in json.load(answer)["stats"] if "value" in row}


@contextmanager
def web_stream(gateway: Gateway, method: str, request: Message) -> Iterator["WebStream"]:
    """Open a gRPC-Web stream; the end of the block is the page's abort."""
    connection = gateway.connect()
    try:
        connection.request("POST", f"/exchange.v1.{method}", frame(request), GRPC_WEB)
        yield WebStream(connection.getresponse())
    finally:
        connection.close()


class WebStream:
    """Reads frames as they come."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.answer = answer
        self.headers = lower(answer)

    def next(self) -> tuple[int, bytes]:
        """Return the next frame's flag and payload. Raises what `http.client` raises when the stream breaks."""
        head = self._exactly(5)
        return head[0], self._exactly(int.from_bytes(head[1:], "big"))

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.answer.read(count - len(data))
            if not more:
                raise http.client.IncompleteRead(data)
            data += more
        return data


def lower(answer: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.getheaders()}


def frame(message: Message) -> bytes:
    """Return a message as a gRPC frame."""
    payload = message.SerializeToString()
    return b"\x00" + len(payload).to_bytes(4, "big") + payload


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Iterate over flag and payload of each frame."""
    while data:
        length = int.from_bytes(data[1:5], "big")
        yield data[0], data[5 : 5 + length]
        data = data[5 + length :]


class Stack:
    """An exchange with metrics, and what a gateway in front of it is told; `settings`: further ones of the exchange."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.metrics_port = pick_free()
        self.process = ExchangeProcess(
            folder / "data", heartbeat_seconds=0.2, metrics_port=self.metrics_port, shutdown_seconds=0.2, **settings
        )
        self.process.start()
        self.exchange = Exchange(self.process)
        self.exchange.seed()

    def close(self) -> None:
        self.exchange.channel.close()
        self.process.stop()

    def gateway(self, name: str, *, dev_folder: Path | None = None, **settings: Any) -> Gateway:
        """Return a gateway of its own ports, not started."""
        given: dict[str, Any] = {
            "listen_port": pick_free(),
            "admin_port": pick_free(),
            "grpc_address": self.process.address,
            "drain_seconds": 1,
        }
        folder = self.folder / name
        folder.mkdir()
        return Gateway(GatewaySettings(_env_file=None, **given | settings), folder, dev_folder)

    def open_streams(self, method: str) -> int:
        """Return how many streams of a method the exchange has open."""
        name = f'exchange_open_streams{{method="/exchange.v1.{method}"}} '
        for line in self._metrics():
            if line.startswith(name):
                return int(float(line.removeprefix(name)))
        return 0

    def calls(self) -> float:
        """Return how many calls the exchange has answered."""
        lines = [line for line in self._metrics() if line.startswith("exchange_calls_total")]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    def _metrics(self) -> list[str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=5) as answer:
            return list(answer.read().decode().splitlines())
