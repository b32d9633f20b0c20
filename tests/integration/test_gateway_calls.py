"""What clients call through the gateway: gRPC-Web, gRPC, JSON; streams that are aborted; an exchange that is killed."""

import http.client
import json
import signal
import subprocess
from collections.abc import Iterator

import grpc
import pytest

from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import market_streams_pb2 as streams_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from exchange.v1.order_service_pb2_grpc import OrderServiceStub
from exchange_sdk import Client, NotFound
from exchange_server.api.server import contract_methods
from tests.e2e.dev_process import EXCHANGE, clean_environment, wait_until
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, SELL, Trader
from tests.integration.gateway_fixture import Gateway, Stack, WebStream, web_stream
from tests.integration.json_paths import bindings

PLACE = {"market": MARKET, "side": "SIDE_BUY", "type": "ORDER_TYPE_LIMIT", "price": "50000", "quantity": "0.01"}
BOOK = streams_pb.StreamOrderBookRequest(market=MARKET)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("gateway"))
    yield stack
    stack.close()


@pytest.fixture(scope="module")
def gateway(stack: Stack) -> Iterator[Gateway]:
    with stack.gateway("calls") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def trader(stack: Stack) -> Trader:
    return stack.exchange.trader()


# ---------------------------------------------------------------- gRPC-Web


def test_a_unary_call_of_a_browser_is_answered(gateway: Gateway) -> None:
    got = gateway.web("MarketDataService/GetMarket", market_pb.GetMarketRequest(market=MARKET))
    assert got.answer.headers["content-type"] == "application/grpc-web+proto"
    assert got.code == 0
    (message,) = got.messages
    assert market_pb.GetMarketResponse.FromString(message).market.name == MARKET


def test_an_order_of_a_browser_is_placed(gateway: Gateway, stack: Stack, trader: Trader) -> None:
    request = order_pb.PlaceOrderRequest(market=MARKET, side=BUY, type=LIMIT, price="40000", quantity="0.01")
    got = gateway.web("OrderService/PlaceOrder", request, dict(trader.metadata))
    assert got.code == 0
    order = order_pb.PlaceOrderResponse.FromString(got.messages[0]).order
    asked = order_pb.GetOrderRequest(order_id=order.order_id)
    assert stack.exchange.orders.GetOrder(asked, metadata=trader.metadata).order.price == "40000"


def test_an_error_of_a_browser_s_call_has_status_message_and_details(gateway: Gateway) -> None:
    got = gateway.web("MarketDataService/GetMarket", market_pb.GetMarketRequest(market="NO-SUCH"))
    assert got.answer.status == 200
    assert got.code == grpc.StatusCode.NOT_FOUND.value[0]
    assert got.trailers["grpc-message"] == "market: there is no market of this name"
    assert got.trailers["grpc-status-details-bin"]
    assert got.messages == []


def test_a_forged_key_is_refused_with_a_reason(gateway: Gateway) -> None:
    request = order_pb.ListOrdersRequest(open_only=True)
    got = gateway.web("OrderService/ListOrders", request, {"authorization": "Bearer ex_forged"})
    assert got.code == grpc.StatusCode.UNAUTHENTICATED.value[0]
    assert "valid API key" in got.trailers["grpc-message"]


def test_a_stream_of_a_browser_comes_message_by_message_uncompressed(
    gateway: Gateway, stack: Stack, trader: Trader
) -> None:
    with web_stream(gateway, "MarketDataService/StreamOrderBook", BOOK) as stream:
        assert stream.headers["content-type"] == "application/grpc-web+proto"
        assert "content-encoding" not in stream.headers
        first = streams_pb.StreamOrderBookResponse.FromString(stream.next()[1])
        assert first.HasField("snapshot")
        stack.exchange.place(trader, SELL, "70000", "0.01")
        while True:
            message = streams_pb.StreamOrderBookResponse.FromString(stream.next()[1])
            if message.HasField("delta"):
                break
        assert [(level.price, level.quantity) for level in message.delta.asks] == [("70000", "0.01")]


def test_a_stream_that_the_page_aborts_ends_in_the_exchange(gateway: Gateway, stack: Stack) -> None:
    method = "MarketDataService/StreamOrderBook"
    wait_until(lambda: stack.open_streams(method) == 0, "no stream is left of other tests")
    with web_stream(gateway, method, BOOK) as stream:
        stream.next()
        assert stack.open_streams(method) == 1
    wait_until(lambda: stack.open_streams(method) == 0, "the exchange sees the abort")


# ---------------------------------------------------------------- gRPC


def test_the_sdk_works_through_the_gateway(gateway: Gateway, trader: Trader) -> None:
    with Client(gateway.address, api_key=trader.api_key) as client:
        placed = client.place_order(market=MARKET, side="BUY", quantity="0.01", price="41000")
        assert client.get_order(order_id=placed.order.order_id).order_id == placed.order.order_id
        with pytest.raises(NotFound):
            client.get_market("NO-SUCH")


def test_order_entry_in_both_directions_passes_through_the_gateway(gateway: Gateway, trader: Trader) -> None:
    with grpc.insecure_channel(gateway.address) as channel:
        place = order_pb.PlaceOrderRequest(market=MARKET, side=BUY, type=LIMIT, price="42000", quantity="0.01")
        requests = iter([order_pb.OrderEntryRequest(request_id=7, place_order=place)])
        (answer,) = OrderServiceStub(channel).OrderEntry(requests, metadata=trader.metadata, timeout=10)
        assert answer.request_id == 7


def test_a_client_s_deadline_holds_and_without_one_a_stream_outlives_every_time_out(gateway: Gateway) -> None:
    with grpc.insecure_channel(gateway.address) as channel:
        stream = MarketDataServiceStub(channel).StreamOrderBook(BOOK, timeout=0.5)
        with pytest.raises(grpc.RpcError) as caught:
            list(stream)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    routes = (gateway.folder / "envoy.yaml").read_text()
    assert "timeout: 0s\n                            idle_timeout: 0s" in routes


def test_only_the_contract_s_services_are_behind_the_gateway(gateway: Gateway) -> None:
    with grpc.insecure_channel(gateway.address) as channel:
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary("/grpc.channelz.v1.Channelz/GetServers", bytes, bytes)(b"", timeout=5)
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_calls_are_counted_by_method(gateway: Gateway) -> None:
    gateway.web("MarketDataService/ListAssets", market_pb.ListAssetsRequest())
    counted = gateway.statistics("ListAssets.total")
    assert counted["cluster.grpc.grpc.exchange_v1_MarketDataService.ListAssets.total"] >= 1


# ---------------------------------------------------------------- JSON


def test_market_data_is_read_as_json(gateway: Gateway) -> None:
    answer = gateway.http("GET", f"/v1/markets/{MARKET}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json["market"]["tickSize"] == "0.5"
    assert answer.headers["cache-control"] == "no-store"
    book = gateway.http("GET", f"/v1/markets/{MARKET}/order-book?depth=5").json
    assert set(book["orderBook"]) >= {"bids", "asks"}


def test_an_order_is_placed_read_amended_and_canceled_as_json(gateway: Gateway, trader: Trader) -> None:
    key = trader.api_key
    # Whatever a client order id may have in it, also what means something in a path.
    placed = gateway.http("POST", "/v1/orders", json.dumps(PLACE | {"clientOrderId": "a/b+c?%"}), key=key)
    assert placed.status == 200, placed.text
    order_id = placed.json["order"]["orderId"]
    by_key = "/v1/orders/by-client-order-id/a%2Fb%2Bc%3F%25"
    assert gateway.http("GET", by_key, key=key).json["order"]["orderId"] == order_id
    amended = gateway.http("PATCH", f"/v1/orders/{order_id}", json.dumps({"quantity": "0.005"}), key=key)
    assert amended.json["order"]["quantity"] == "0.005"
    listed = gateway.http("GET", f"/v1/orders?market={MARKET}&open_only=true", key=key).json["orders"]
    assert order_id in [order["orderId"] for order in listed]
    assert gateway.http("DELETE", by_key, key=key).json["order"]["status"] == "ORDER_STATUS_CANCELED"


def test_every_json_path_of_the_contract_reaches_its_method(gateway: Gateway, trader: Trader) -> None:
    """None of them is unknown to the gateway; what the exchange then says is its own matter."""
    bound = list(bindings())
    assert len({method for method, _, _ in bound}) > 20
    streams = {method.full_name for method in contract_methods() if method.server_streaming}
    assert not streams & {method for method, _, _ in bound}
    for _method, verb, path in bound:
        answer = gateway.http(verb, path, "{}" if verb in {"POST", "PATCH"} else None, key=trader.api_key)
        assert "Could not resolve" not in answer.text, (verb, path)
        assert answer.headers["content-type"] == "application/json", (verb, path, answer.text)


def test_a_refusal_as_json_has_code_message_and_typed_details(gateway: Gateway, trader: Trader) -> None:
    answer = gateway.http("POST", "/v1/orders", json.dumps(PLACE | {"price": "50000.03"}), key=trader.api_key)
    assert (answer.status, answer.json["code"]) == (400, 3)
    reason, fields = answer.json["details"]
    assert (reason["@type"], reason["reason"]) == ("type.googleapis.com/google.rpc.ErrorInfo", "PRICE_OFF_TICK")
    assert fields["fieldViolations"][0]["field"] == "price"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "words"),
    [
        ("GET", "/v1/no-such-thing", None, 404, 5, "Could not resolve /v1/no-such-thing"),
        ("POST", "/v1/markets", "{}", 404, 5, "Could not resolve /v1/markets"),
        ("GET", "/v1/markets?colour=red", None, 400, 3, "colour"),
        ("POST", "/v1/orders", '{"market":', 400, 3, "Unexpected end"),
        ("POST", "/v1/orders", '{"market":"' + "x" * (1 << 20) + '"}', 413, 8, "1048576 bytes"),
        ("POST", "/v1/orders", '{"market":"BTC-USDC"' + " " * (1 << 20) + "}", 413, 8, "1048576 bytes"),
    ],
)
def test_a_bad_json_call_gets_a_clear_answer(
    gateway: Gateway, trader: Trader, method: str, path: str, body: str | None, status: int, code: int, words: str
) -> None:
    answer = gateway.http(method, path, body, key=trader.api_key)
    assert (answer.status, answer.json["code"]) == (status, code), answer.text
    assert words in answer.json["message"]
    assert answer.json["details"] == []


@pytest.mark.parametrize(
    ("misspelt", "told"),
    [
        ({"timeInForse": "TIME_IN_FORCE_IOC"}, {"timeInForce": "TIME_IN_FORCE_GTC", "status": "ORDER_STATUS_OPEN"}),
        ({"postOnyl": True}, {"postOnly": False}),
        ({"clientOrderID": "k"}, {"clientOrderId": ""}),
        ({"displayQuantitiy": "0.001"}, {"displayQuantity": ""}),
    ],
)
def test_an_unknown_field_of_a_body_is_dropped_and_the_answer_shows_it(
    gateway: Gateway, trader: Trader, misspelt: dict[str, object], told: dict[str, object]
) -> None:
    """As docs/gateway.md warns: should Envoy learn to refuse them, this is to be turned round."""
    asked = gateway.http(
        "POST", "/v1/orders", json.dumps(PLACE | misspelt | {"validateOnly": True}), key=trader.api_key
    )
    assert (asked.status, asked.json["order"]["orderId"]) == (200, "0")
    placed = gateway.http("POST", "/v1/orders", json.dumps(PLACE | misspelt), key=trader.api_key)
    assert placed.json["order"]["orderId"] != "0"
    for order in (asked.json["order"], placed.json["order"]):
        assert {name: order.get(name) for name in told} == told
    gateway.http("DELETE", f"/v1/orders/{placed.json['order']['orderId']}", key=trader.api_key)


def test_a_stop_whose_trigger_is_misspelt_is_refused_and_a_misspelt_question_is_an_order(
    gateway: Gateway, trader: Trader
) -> None:
    stop = PLACE | {"type": "ORDER_TYPE_STOP_LIMIT", "triggerPrize": "60000"}
    refused = gateway.http("POST", "/v1/orders", json.dumps(stop), key=trader.api_key)
    assert (refused.status, refused.json["code"]) == (400, 3)
    placed = gateway.http("POST", "/v1/orders", json.dumps(PLACE | {"validateOnyl": True}), key=trader.api_key)
    order_id = placed.json["order"]["orderId"]
    assert gateway.http("DELETE", f"/v1/orders/{order_id}", key=trader.api_key).status == 200


def test_an_answer_that_is_too_long_for_json_says_what_to_do(stack: Stack) -> None:
    trader = stack.exchange.trader()
    place = order_pb.PlaceOrderRequest(market=MARKET, side=BUY, type=LIMIT, price="30000", quantity="0.01")
    items = [order_pb.OrderBatchItem(place_order=place) for _ in range(100)]
    for _ in range(5):
        stack.exchange.orders.BatchOrders(order_pb.BatchOrdersRequest(items=items), metadata=trader.metadata)
    gateway = stack.gateway("short")
    gateway.changes = {"max_response_body_size: 8388608": "max_response_body_size: 20000"}
    with gateway:
        answer = gateway.http("GET", "/v1/orders?open_only=true&page_size=1000", key=trader.api_key)
        assert (answer.status, answer.json.get("code")) == (500, 8), (answer.status, len(answer.body))
        assert "smaller pages" in answer.json["message"]
        assert gateway.http("GET", "/v1/orders?open_only=true&page_size=10", key=trader.api_key).status == 200


def test_a_forged_key_on_a_json_call_is_401_with_the_reason(gateway: Gateway) -> None:
    for headers in ({"authorization": "Bearer ex_forged"}, {}):
        answer = gateway.http("GET", "/v1/account", headers=headers)
        assert (answer.status, answer.json["code"]) == (401, 16)
        assert answer.json["details"][0]["reason"] == "UNAUTHENTICATED"


def test_a_grpc_path_without_grpc_says_where_json_is(gateway: Gateway, stack: Stack) -> None:
    before = stack.calls()
    answer = gateway.http("POST", "/exchange.v1.OrderService/PlaceOrder", "{}", {"content-type": "text/plain"})
    assert answer.status == 415
    assert "/v1/" in answer.text
    assert stack.calls() == before


# ---------------------------------------------------------------- the exchange dies, the gateway goes


def test_a_killed_exchange_is_unavailable_and_back_when_it_is_started_again(stack: Stack, gateway: Gateway) -> None:
    request = market_pb.ListAssetsRequest()
    with web_stream(gateway, "MarketDataService/StreamOrderBook", BOOK) as stream:
        stream.next()
        stack.process.kill()
        # The page sees the stream break: there is no frame of trailers that would say it has ended well.
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            _read_to_the_end(stream)
    got = gateway.web("MarketDataService/ListAssets", request)
    assert got.code == grpc.StatusCode.UNAVAILABLE.value[0]
    # A client may do it again: the gateway knows that the call did not leave.
    assert got.trailers["grpc-message"] == "the exchange cannot be reached; nothing was sent"
    answer = gateway.http("GET", "/v1/assets")
    assert (answer.status, answer.json) == (
        503,
        {"code": 14, "message": "the exchange cannot be reached", "details": []},
    )
    wait_until(lambda: gateway.http("GET", "/healthz").status == 503, "the health check fails")
    wait_until(lambda: '"path":"/v1/assets"' in gateway.log, "the failed call is in the log")

    stack.process.start()
    wait_until(lambda: gateway.http("GET", "/healthz").status == 200, "the health check is well again")
    assert gateway.web("MarketDataService/ListAssets", request).code == 0
    with web_stream(gateway, "MarketDataService/StreamOrderBook", BOOK) as stream:
        assert streams_pb.StreamOrderBookResponse.FromString(stream.next()[1]).HasField("snapshot")


def test_a_gateway_that_is_stopped_drains_first(stack: Stack) -> None:
    """`exchange gateway run`: at SIGTERM the health check fails while calls under way go on; then it ends by itself."""
    gateway = stack.gateway("drained", drain_seconds=5)
    settings = {
        f"EXCHANGE_GATEWAY_{name.upper()}": str(getattr(gateway.settings, name))
        for name in ("listen_port", "admin_port", "grpc_address", "drain_seconds")
    }
    process = subprocess.Popen(
        [*EXCHANGE, "gateway", "run", "--directory", str(gateway.folder)],
        env=clean_environment() | settings,
        cwd="/",
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: gateway_is_well(gateway), "the gateway is healthy")
        with web_stream(gateway, "MarketDataService/StreamOrderBook", BOOK) as stream:
            stream.next()
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: gateway.http("GET", "/healthz").status == 503, "load balancers are told")
            assert stream.next()[0] == 0
            assert process.poll() is None
        # The last client is gone: it does not wait for the rest of its five seconds.
        _, said = process.communicate(timeout=4)
        assert process.returncode == 0
        assert said.startswith("draining\n")
    finally:
        process.kill()
        process.wait()


def _read_to_the_end(stream: WebStream) -> None:
    while True:
        assert stream.next()[0] == 0, "trailers"


def gateway_is_well(gateway: Gateway) -> bool:
    try:
        return gateway.http("GET", "/healthz").status == 200
    except OSError:
        return False
