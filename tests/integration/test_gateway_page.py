"""What a browser meets at the gateway: the page's files, who may call from where, limits, TLS."""

import contextlib
import gzip
import json
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import grpc
import psutil
import pytest

from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from exchange_server.gateway.certificate import development_certificate
from tests.e2e.dev_process import wait_until
from tests.integration.exchange_fixture import BUY
from tests.integration.gateway_fixture import GRPC_WEB, Gateway, Stack, frame

LIST_ASSETS = "/exchange.v1.MarketDataService/ListAssets"
SCRIPT = "const answer = 42;\n" * 200
LARGE_HEADER = {"x-large": "x" * 40_000}
HERE = "http://127.0.0.1:5173"
EVIL = "https://evil.example"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("gateway"))
    yield stack
    stack.close()


@pytest.fixture(scope="module")
def page(stack: Stack) -> Path:
    """Return the folder of a built page, as Vite leaves it."""
    page = stack.folder / "dist"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>Exchange</title>")
    (page / "assets" / "index-B4d5c6.js").write_text(SCRIPT)
    (page / "assets" / "index-B4d5c6.css").write_text("body { margin: 0 }")
    (page / "icon.svg").write_text("<svg/>")
    return page


@pytest.fixture(scope="module")
def gateway(stack: Stack, page: Path) -> Iterator[Gateway]:
    dev_folder = stack.folder / "www"
    dev_folder.mkdir()
    (dev_folder / "dev-accounts.json").write_text('{"accounts":[]}')
    gateway = stack.gateway("page", page=page, dev_folder=dev_folder, origins=("https://pages.example.com",))
    with gateway:
        yield gateway


# ---------------------------------------------------------------- files


def test_the_page_is_asked_for_anew_every_time(gateway: Gateway) -> None:
    for path in ("/", "/index.html", "/?theme=dark"):
        answer = gateway.http("GET", path)
        assert (answer.status, answer.text) == (200, "<!doctype html><title>Exchange</title>")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("path", "content_type", "caching"),
    [
        ("/assets/index-B4d5c6.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/assets/index-B4d5c6.css", "text/css; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/icon.svg", "image/svg+xml", "no-cache"),
    ],
)
def test_a_file_has_its_type_and_is_kept_as_long_as_its_name_allows(
    gateway: Gateway, path: str, content_type: str, caching: str
) -> None:
    answer = gateway.http("GET", path)
    assert answer.status == 200
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (content_type, caching)


def test_a_file_that_there_is_not_is_told_and_not_kept(gateway: Gateway) -> None:
    for path in ("/assets/index-old.js", "/trade", "/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd"):
        answer = gateway.http("GET", path)
        assert (answer.status, answer.headers["cache-control"]) == (404, "no-store"), path
        assert "root:" not in answer.text


def test_a_page_may_not_be_framed_sniffed_or_run_what_is_not_its_own(gateway: Gateway) -> None:
    for path in ("/", "/assets/index-B4d5c6.js", "/nothing", "/v1/assets"):
        headers = gateway.http("GET", path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "script-src" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        # It would hold for every port of this machine.
        assert "strict-transport-security" not in headers


def test_files_and_json_are_compressed_for_who_asks_and_streams_never(gateway: Gateway) -> None:
    asked = {"accept-encoding": "gzip"}
    script = gateway.http("GET", "/assets/index-B4d5c6.js", headers=asked)
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["vary"] == "Accept-Encoding"
    assert len(script.body) < len(SCRIPT) / 10
    assert gzip.decompress(script.body).decode() == SCRIPT
    refusal = gateway.http("POST", "/v1/orders", "{}", headers=asked, key="ex_forged")
    assert "content-encoding" not in refusal.headers  # too short to gain by it
    assert "content-encoding" not in gateway.http("GET", "/assets/index-B4d5c6.js").headers
    message = frame(market_pb.ListAssetsRequest())
    for _ in range(2):
        answer = gateway.http("POST", LIST_ASSETS, message, GRPC_WEB | asked)
        assert "content-encoding" not in answer.headers
        assert answer.body[0] == 0  # not a compressed message either


def test_long_json_is_compressed(gateway: Gateway, stack: Stack) -> None:
    trader = stack.exchange.trader()
    for number in range(5):
        stack.exchange.place(trader, BUY, str(40_000 + number), "0.01")
    answer = gateway.http("GET", "/v1/orders?open_only=true", headers={"accept-encoding": "gzip"}, key=trader.api_key)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.body))["orders"]) == 5


def test_the_development_accounts_are_for_the_page_of_this_origin_only(gateway: Gateway) -> None:
    answer = gateway.http("GET", "/dev-accounts.json", headers={"sec-fetch-site": "same-origin"})
    assert (answer.status, answer.json) == (200, {"accounts": []})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    for headers in ({"origin": EVIL}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "cross-site"}):
        assert gateway.http("GET", "/dev-accounts.json", headers=headers).status == 403
    # A page of another port of this machine may call the API, but cannot read this.
    answer = gateway.http("GET", "/dev-accounts.json", headers={"origin": HERE})
    assert "access-control-allow-origin" not in answer.headers


def test_without_a_built_page_the_address_says_how_to_build_it_and_later_shows_it(stack: Stack, tmp_path: Path) -> None:
    """The same gateway is one that `exchange dev` has not started: it has no development accounts."""
    later = tmp_path / "dist"
    with stack.gateway("no-page", page=later) as gateway:
        for path in ("/", "/index.html", "/?from=link"):
            answer = gateway.http("GET", path)
            assert answer.status == 404
            assert "its page is not built" in answer.text
            assert "make dev" in answer.text
        assert gateway.http("GET", "/v1/assets").status == 200
        assert gateway.http("GET", "/dev-accounts.json").status == 404
        later.mkdir()
        (later / "index.html").write_text("built")
        assert gateway.http("GET", "/").text == "built"


# ---------------------------------------------------------------- who may call


@pytest.mark.parametrize("origin", ["http://localhost", HERE, "https://[::1]:8443", "https://pages.example.com"])
def test_a_page_of_this_machine_or_one_that_is_named_may_call(gateway: Gateway, origin: str) -> None:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,grpc-timeout,x-grpc-web,x-user-agent",
    }
    answer = gateway.http("OPTIONS", LIST_ASSETS, headers=asked)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == origin
    assert set(asked["access-control-request-headers"].split(",")) <= set(
        answer.headers["access-control-allow-headers"].split(",")
    )
    assert {"GET", "POST", "PATCH", "DELETE"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    called = gateway.http("POST", LIST_ASSETS, frame(market_pb.ListAssetsRequest()), GRPC_WEB | {"origin": origin})
    assert (called.status, called.headers["access-control-allow-origin"]) == (200, origin)
    assert "grpc-status-details-bin" in called.headers["access-control-expose-headers"]
    # Keys are in a header that scripts set; there is nothing that a browser would add by itself.
    assert "access-control-allow-credentials" not in called.headers


@pytest.mark.parametrize(
    "origin",
    [
        EVIL,
        "null",
        "http://localhost.evil.example",
        "http://evil-127.0.0.1",
        "http://127x0x0x1",
        "https://evil.example?http://localhost",
        "https://pages.example.com.evil.example",
        "http://pages.example.com",
        "file://",
    ],
)
def test_a_page_of_another_site_is_refused_before_the_exchange_sees_anything(
    gateway: Gateway, stack: Stack, origin: str
) -> None:
    before = stack.calls()
    asked = {"origin": origin, "access-control-request-method": "POST"}
    answers = [
        gateway.http("OPTIONS", LIST_ASSETS, headers=asked),
        # What is sent without asking first: a form, a fetch with nothing unusual.
        gateway.http("POST", "/v1/orders", "{}", {"origin": origin, "content-type": "text/plain"}),
        gateway.http("GET", "/v1/assets", headers={"origin": origin}),
        gateway.http("POST", LIST_ASSETS, frame(market_pb.ListAssetsRequest()), GRPC_WEB | {"origin": origin}),
    ]
    for answer in answers:
        assert answer.status == 403
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answers[1].json["message"] == "calls from pages of other sites are refused"
    assert stack.calls() == before


def test_images_and_scripts_of_other_sites_do_not_reach_the_exchange_but_links_do(
    gateway: Gateway, stack: Stack
) -> None:
    before = stack.calls()
    for destination in ("image", "script", "iframe", "empty"):
        headers = {"sec-fetch-site": "cross-site", "sec-fetch-dest": destination}
        assert gateway.http("GET", "/v1/assets", headers=headers).status == 403
    assert stack.calls() == before
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}
    assert gateway.http("GET", "/v1/assets", headers=followed).status == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST"])
def test_it_answers_to_the_names_of_this_machine_whatever_the_port(gateway: Gateway, host: str) -> None:
    assert gateway.http("GET", "/v1/assets", headers={"host": host}).status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil", "0"])
def test_a_name_that_was_rebound_to_this_machine_is_refused(gateway: Gateway, stack: Stack, host: str) -> None:
    before = stack.calls()
    for path in ("/", "/v1/assets", "/dev-accounts.json"):
        answer = gateway.http("GET", path, headers={"host": host})
        assert answer.status == 421
        assert "EXCHANGE_GATEWAY_HOSTS" in answer.text
    assert stack.calls() == before


# ---------------------------------------------------------------- limits


def test_headers_that_are_too_long_or_too_many_or_ambiguous_are_refused(gateway: Gateway) -> None:
    assert gateway.http("GET", "/v1/assets", headers=LARGE_HEADER).status == 431
    many = {f"x-{number}": "1" for number in range(120)}
    assert gateway.http("GET", "/v1/assets", headers=many).status == 431
    assert gateway.http("GET", "/v1/assets", headers={"x_underscore": "1"}).status == 400


def test_headers_that_do_not_come_end_the_connection(stack: Stack) -> None:
    gateway = stack.gateway("slow")
    gateway.changes = {"request_headers_timeout: 10s": "request_headers_timeout: 0.3s"}
    with gateway, socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert connection.recv(1000).startswith(b"HTTP/1.1 408")


def test_more_connections_than_allowed_are_closed(stack: Stack) -> None:
    with stack.gateway("few", max_connections=3) as gateway:
        held = []
        try:
            for _ in range(3):
                connection = gateway.connect()
                connection.request("GET", "/v1/assets")
                assert connection.getresponse().read()
                held.append(connection)
            assert not _answers(gateway)
        finally:
            for connection in held:
                connection.close()
        wait_until(lambda: _answers(gateway), "it answers again when the others are gone")


def test_an_over_long_grpc_message_is_refused_by_the_exchange_with_a_reason(gateway: Gateway) -> None:
    with grpc.insecure_channel(gateway.address) as channel:
        stub = MarketDataServiceStub(channel)
        with pytest.raises(grpc.RpcError) as caught:
            stub.GetMarket(market_pb.GetMarketRequest(market="x" * (5 << 20)), timeout=10)
        assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_statistics_are_on_the_loopback_interface_only_and_cannot_stop_it(gateway: Gateway) -> None:
    assert gateway.process is not None
    listening = {
        (each.laddr.ip, each.laddr.port)
        for each in psutil.Process(gateway.process.pid).net_connections("tcp")
        if each.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", gateway.port), ("127.0.0.1", gateway.settings.admin_port)}
    admin = f"http://127.0.0.1:{gateway.settings.admin_port}"
    for path in ("/quitquitquit", "/config_dump", "/logging?level=trace"):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(urllib.request.Request(admin + path, method="POST"), timeout=5)
    with urllib.request.urlopen(f"{admin}/stats/prometheus", timeout=5) as answer:
        assert b"envoy_http_downstream_rq_total" in answer.read()


# ---------------------------------------------------------------- TLS


@pytest.fixture(scope="module")
def secure(stack: Stack, page: Path) -> Iterator[Gateway]:
    certificate, key = development_certificate(stack.folder / "certificate")
    gateway = stack.gateway("tls", page=page, tls_certificate=certificate, tls_key=key)
    gateway.tls = ssl.create_default_context(cafile=str(certificate))
    with gateway:
        yield gateway


def test_tls_serves_page_json_and_grpc_and_offers_http_2(secure: Gateway) -> None:
    assert secure.tls is not None
    answer = secure.http("GET", "/")
    assert (answer.status, answer.headers["strict-transport-security"]) == (200, "max-age=31536000")
    assert secure.http("GET", "/v1/assets").status == 200
    offered = ssl.create_default_context(cafile=str(secure.settings.tls_certificate))
    offered.set_alpn_protocols(["h2", "http/1.1"])
    for name in ("127.0.0.1", "localhost", "::1"):
        plain = socket.create_connection(("127.0.0.1", secure.port), timeout=10)
        with offered.wrap_socket(plain, server_hostname=name) as connection:
            assert connection.selected_alpn_protocol() == "h2"
            assert connection.version() == "TLSv1.3"
    credentials = grpc.ssl_channel_credentials(secure.settings.tls_certificate.read_bytes())  # type: ignore[union-attr]
    with grpc.secure_channel(f"localhost:{secure.port}", credentials) as channel:
        assets = MarketDataServiceStub(channel).ListAssets(market_pb.ListAssetsRequest(), timeout=10).assets
        assert {asset.name for asset in assets} == {"BTC", "USDC"}


def test_with_tls_nothing_is_served_without_it(secure: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", secure.port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert connection.recv(1000) == b""
    # A page that came without TLS may have been changed on its way.
    assert secure.http("GET", "/v1/assets", headers={"origin": "http://localhost:5173"}).status == 403
    assert secure.http("GET", "/v1/assets", headers={"origin": "https://localhost:5173"}).status == 200


def test_envoy_has_nothing_to_say_against_the_settings(secure: Gateway) -> None:
    """Deprecated fields are warnings of a component that is silenced when it runs."""
    assert secure.process is not None
    program = str(secure.process.args[0])  # type: ignore[index]
    done = subprocess.run(
        [program, "--mode", "validate", "-c", str(secure.folder / "envoy.yaml"), "-l", "warning"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said = [line for line in done.stderr.splitlines() if "work-in-progress" not in line]
    assert said == []


def _answers(gateway: Gateway) -> bool:
    try:
        return gateway.http("GET", "/v1/assets").status == 200
    except OSError:
        return False
