"""What is sent to the gateway by nobody's SDK: each gets a clear answer, and others are answered meanwhile."""

import base64
import contextlib
import socket
import struct
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from exchange.v1 import market_data_service_pb2 as market_pb
from tests.e2e.dev_process import wait_until
from tests.integration.exchange_fixture import MARKET
from tests.integration.gateway_fixture import GRPC_WEB, Gateway, Stack, frame, frames

WEB_PATH = "/exchange.v1.MarketDataService/ListAssets"
NOTHING = frame(market_pb.ListAssetsRequest())
SECRET = "not for everybody"
SECONDS = 20
LIMITS = {"idle_timeout: 120s": "idle_timeout: 1.5s", "max_stream_duration: 60s": "max_stream_duration: 2s"}
"""What a test cannot wait for."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("adversaries"))
    yield stack
    stack.close()


@pytest.fixture(scope="module")
def gateway(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "secret.txt").write_text(SECRET)
    page = folder / "web"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>the page")
    dev_folder = folder / "dev"
    dev_folder.mkdir()
    (dev_folder / "dev-accounts.json").write_text("{}")
    gateway = stack.gateway("adversaries", page=page, dev_folder=dev_folder)
    gateway.changes = LIMITS
    with gateway:
        yield gateway


def raw(gateway: Gateway, data: bytes) -> bytes:
    """Send bytes and return all that comes until the gateway closes."""
    answer = b""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=SECONDS) as connection:
        connection.sendall(data)
        with contextlib.suppress(ConnectionResetError):
            while more := connection.recv(1 << 16):
                answer += more
    return answer


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{line} HTTP/1.1", "host: localhost", "connection: close", *headers]
    return "\r\n".join([*lines, *([f"content-length: {len(body)}"] if body else []), "", ""]).encode() + body


# ---------------------------------------------------------------- what is no request


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /\r\n", 426),
        (b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 426),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 426),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + b"a" * 100, 400),
        (b"SSH-2.0-client\r\n", 400),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /index\x00.html HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", 400),
        # Two lengths of one body are two requests for whoever reads them otherwise.
        (b"POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
        (
            b"POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"0\r\n\r\nGET /v1/assets HTTP/1.1\r\nHost: localhost\r\n\r\n",
            400,
        ),
        (b"POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        (
            b"POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
            400,
        ),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 421),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 421),
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(gateway: Gateway, data: bytes, status: int) -> None:
    answer = raw(gateway, data)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert SECRET.encode() not in answer


def test_it_is_no_proxy(gateway: Gateway) -> None:
    admin = f"127.0.0.1:{gateway.settings.admin_port}"
    answer = raw(gateway, f"CONNECT {admin} HTTP/1.1\r\nHost: {admin}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"connects to nothing but its exchange" in answer
    # A path, whatever machine stands before it: the page has no such file.
    answer = raw(gateway, request(f"GET http://{admin}/stats"))
    assert answer.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("path", ["/", "/v1/assets", WEB_PATH])
def test_there_are_no_web_sockets(gateway: Gateway, path: str) -> None:
    upgrade = ("upgrade: websocket", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version: 13")
    data = request(f"GET {path}", *upgrade).replace(b"connection: close", b"connection: upgrade")
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=SECONDS) as connection:
        connection.sendall(data)
        answer = connection.recv(1 << 16)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"there are no WebSockets here" in answer


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize("up", ["..", "%2e%2e", ".%2e", "%252e%252e", "..%00"])
@pytest.mark.parametrize("slash", ["/", "%2f", "\\", "%5c", "//"])
@pytest.mark.parametrize("folder", ["", "assets/"])
def test_no_path_leads_out_of_the_page_s_folder(gateway: Gateway, folder: str, up: str, slash: str) -> None:
    for steps in (1, 2, 3):
        answer = raw(gateway, request(f"GET /{folder}{(up + slash) * steps}secret.txt"))
        assert answer.split(b" ", 2)[1] in (b"400", b"404"), answer
        assert SECRET.encode() not in answer


@pytest.mark.parametrize("path", ["/assets", "/assets/"])
def test_a_folder_is_not_listed(gateway: Gateway, path: str) -> None:
    assert gateway.http("GET", path).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/dev-accounts%2ejson",
        "/%64ev-accounts.json",
        "//dev-accounts.json",
        "/./dev-accounts.json",
        "/x/../dev-accounts.json",
    ],
)
def test_no_spelling_of_a_path_gets_around_its_rule(gateway: Gateway, path: str) -> None:
    from_elsewhere = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}
    assert gateway.http("GET", path, headers=from_elsewhere).status == 403
    assert gateway.http("GET", path).status == 200


def test_what_a_path_may_spell_in_two_ways_is_one_path(gateway: Gateway) -> None:
    assert gateway.http("GET", "/%761/%61ssets").json == gateway.http("GET", "/v1/assets").json
    assert gateway.http("GET", "/v1/markets/%ff%fe").status == 400
    assert gateway.http("GET", "/v1/markets/%zz").status == 404


# ---------------------------------------------------------------- methods and content types


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("HEAD /", 200),
        ("HEAD /healthz", 200),
        ("HEAD /v1/assets", 404),
        ("HEAD /exchange.v1.OrderService/PlaceOrder", 415),
        ("POST /", 405),
        ("DELETE /index.html", 405),
        ("TRACE /", 405),
        ("TRACE /v1/assets", 404),
        ("PUT /v1/orders", 404),
        ("OPTIONS /v1/orders", 404),
        ("OPTIONS *", 404),
        (f"GET {WEB_PATH}", 415),
    ],
)
def test_a_method_that_a_path_has_not_is_told(gateway: Gateway, line: str, status: int) -> None:
    answer = raw(gateway, request(line))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    if line.startswith("HEAD"):
        assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("kind", ["application/grpc-web-text", "application/grpc-web-text+proto"])
def test_grpc_web_in_base64_is_answered_in_base64(gateway: Gateway, kind: str) -> None:
    headers = {"content-type": kind, "accept": kind, "x-grpc-web": "1"}
    answer = gateway.http("POST", WEB_PATH, base64.b64encode(NOTHING), headers)
    assert answer.headers["content-type"].startswith("application/grpc-web-text")
    # Each part is padded for itself.
    parts = [base64.b64decode(part + "=" * (-len(part) % 4)) for part in answer.text.split("=") if part]
    flags = [flag for flag, _ in frames(b"".join(parts))]
    assert flags == [0, 0x80]
    broken = gateway.http("POST", WEB_PATH, b"!!! no base64", headers)
    assert (broken.status, broken.headers["grpc-message"]) == (400, "Bad gRPC-web request, invalid base64 data.")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/grpc+json",
        "application/grpc-web+json",
        "application/grpc-web+thrift",
        "text/plain",
        "",
    ],
)
def test_a_call_in_another_form_than_protobuf_is_refused_before_the_exchange(
    gateway: Gateway, stack: Stack, kind: str
) -> None:
    before = stack.calls()
    headers = {"content-type": kind} if kind else {}
    answer = gateway.http("POST", WEB_PATH, b"{}", headers)
    said = answer.text + answer.headers.get("grpc-message", "")
    assert "in Protobuf" in said
    # UNKNOWN for who speaks gRPC: not UNAVAILABLE, which would be tried again.
    assert answer.status == 415 or answer.headers["grpc-status"] == "2"
    assert gateway.http("GET", WEB_PATH, headers=GRPC_WEB).headers.get("grpc-status") == "2"
    assert stack.calls() == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "Root element must be a message"),
        (b"null", "Root element must be a message"),
        (b"market=BTC-USDC", "Unexpected token"),
        (b"<order/>", "Expected a value"),
        (b'{"market":"\xff"}', "non UTF-8"),
        (b'{"price":1.5}', "price: invalid value 1.5"),
        (b'{"side":"UP"}', "side: invalid value"),
        (b'{"a":' * 10_000, "too deep"),
        (b"[" * 10_000, "too deep"),
    ],
)
def test_a_body_that_is_no_order_is_400_and_says_where(gateway: Gateway, body: bytes, words: str) -> None:
    answer = gateway.http("POST", "/v1/orders", body, {"content-type": "application/json"})
    assert (answer.status, answer.json["code"]) == (400, 3)
    assert words in answer.json["message"]


@pytest.mark.parametrize("key", ["Basic YTpi", "Bearer", "Bearer " + "x" * 8_000, "Bearer a, Bearer b"])
def test_what_is_no_key_is_401(gateway: Gateway, key: str) -> None:
    answer = gateway.http("GET", "/v1/account", headers={"authorization": key})
    assert (answer.status, answer.json["code"]) == (401, 16)


# ---------------------------------------------------------------- who takes their time, or takes many


@pytest.mark.parametrize("body", [b"", b"\x00\x00\x00\x00\xff", b"\x00\x00"])
def test_a_unary_call_without_a_whole_message_ends(gateway: Gateway, stack: Stack, body: bytes) -> None:
    headers = [f"{name}: {value}" for name, value in GRPC_WEB.items()]
    for method in ("MarketDataService/ListAssets", "OrderService/GetOrder"):
        answer = raw(gateway, request(f"POST /exchange.v1.{method}", *headers, f"content-length: {len(body)}") + body)
        assert answer.startswith(b"HTTP/1.1 ")
        assert b"grpc-status: " in answer


def test_a_body_that_trickles_in_ends(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=SECONDS) as connection:
        connection.sendall(b"POST /v1/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{")
        connection.settimeout(0.2)

        def is_answered() -> bytes:
            with contextlib.suppress(TimeoutError):
                return connection.recv(1 << 16)
            connection.sendall(b" ")
            return b""

        deadline = time.monotonic() + SECONDS
        while not (answer := is_answered()):
            assert time.monotonic() < deadline, "the gateway does not end it"
        assert answer.startswith(b"HTTP/1.1 408 ")


def literal(name: str, value: str) -> bytes:
    """Return a header as HPACK has it without tables."""
    return b"\x10" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def http_2(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


HEADERS, DATA, RESET, SETTINGS, GO_AWAY = 1, 0, 3, 4, 7
BOOK_STREAM = b"".join(
    literal(name, value)
    for name, value in {
        ":method": "POST",
        ":scheme": "http",
        ":path": "/exchange.v1.MarketDataService/StreamOrderBook",
        ":authority": "localhost",
        "content-type": "application/grpc",
        "te": "trailers",
    }.items()
)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http_2(SETTINGS, 0, 0)


def received(connection: socket.socket) -> Iterator[tuple[int, int, bytes]]:
    """Iterate over the frames' types, streams and payloads until the connection ends."""
    data = b""
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        while more := connection.recv(1 << 16):
            data += more
            while len(data) >= 9 and len(data) >= 9 + (length := int.from_bytes(data[:3], "big")):
                yield data[3], int.from_bytes(data[5:9], "big"), data[9 : 9 + length]
                data = data[9 + length :]


def test_of_a_flood_of_streams_a_hundred_are_served_and_the_rest_refused(gateway: Gateway, stack: Stack) -> None:
    body = frame(market_pb.GetMarketRequest(market=MARKET))
    wanted = 300
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=SECONDS) as connection:
        opened = (
            http_2(HEADERS, 4, stream, BOOK_STREAM) + http_2(DATA, 1, stream, body)
            for stream in range(1, 2 * wanted, 2)
        )
        connection.sendall(PREFACE + b"".join(opened))
        told: dict[int, int] = {}
        for kind, stream, payload in received(connection):
            if kind in (HEADERS, RESET):
                told.setdefault(stream, kind)
                assert kind == HEADERS or payload == struct.pack(">I", 7)  # REFUSED_STREAM: it may be asked again
            if len(told) == wanted:
                break
        assert Counter(told.values()) == {HEADERS: 100, RESET: wanted - 100}
        assert gateway.http("GET", "/v1/assets").status == 200
    wait_until(lambda: stack.open_streams("MarketDataService/StreamOrderBook") == 0, "the exchange has none of them")


def test_who_opens_and_resets_streams_without_end_is_cut_off(gateway: Gateway, stack: Stack) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=SECONDS) as connection:
        connection.sendall(PREFACE)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for stream in range(1, 20_000, 2):
                cancel = struct.pack(">I", 8)
                connection.sendall(http_2(HEADERS, 4, stream, BOOK_STREAM) + http_2(RESET, 0, stream, cancel))
            for _ in received(connection):
                pass
    cut_off = "http.web.downstream_rq_too_many_premature_resets"
    assert gateway.statistics(cut_off)[cut_off] >= 1
    assert gateway.http("GET", "/v1/assets").status == 200
    wait_until(lambda: stack.open_streams("MarketDataService/StreamOrderBook") == 0, "the exchange has none of them")
