"""The server as a process: health, reflection, start, stop, and what outlives both."""

import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import market_streams_pb2 as market_streams_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange_server.api.server import SERVICES
from tests.integration import exchange_process
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, Exchange
from tests.integration.exchange_process import ExchangeProcess

SERVING, NOT_SERVING = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ExchangeProcess]:
    """Give a server that the test may stop."""
    process = ExchangeProcess(tmp_path / "data", heartbeat_seconds=0.2)
    process.start()
    yield process
    process.kill()


def test_health_tells_that_all_and_each_service_is_served(exchange: Exchange) -> None:
    health = health_pb2_grpc.HealthStub(exchange.channel)
    for name in ("", *(service.full_name for service in SERVICES)):
        assert health.Check(health_pb2.HealthCheckRequest(service=name)).status == SERVING
    with pytest.raises(grpc.RpcError) as refused:
        health.Check(health_pb2.HealthCheckRequest(service="no.such.Service"))
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_reflection_describes_every_method_with_its_rules(exchange: Exchange) -> None:
    database = ProtoReflectionDescriptorDatabase(exchange.channel)
    assert {service.full_name for service in SERVICES} <= set(database.get_services())
    file = database.FindFileContainingSymbol("exchange.v1.OrderService")
    (service,) = file.service
    assert {method.name for method in service.method} == {method.name for method in SERVICES[1].methods}
    assert "buf/validate/validate.proto" in file.dependency


def test_the_operators_key_is_in_a_file_for_its_owner_only(exchange: Exchange) -> None:
    path = exchange.process.data_dir / "admin.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() not in exchange.process.log


def test_a_taken_port_is_named_in_the_error(exchange: Exchange, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = {"EXCHANGE_DATA_DIR": str(tmp_path / "data"), "EXCHANGE_GRPC_PORT": str(port)}
        ended = subprocess.run(
            [sys.executable, "-m", "exchange_server.app"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert f"127.0.0.1:{port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_orders_keys_and_page_tokens_outlive_a_restart(own: ExchangeProcess) -> None:
    exchange = Exchange(own)
    exchange.seed()
    trader = exchange.trader()
    first = exchange.place(trader, BUY, "100", "1", client_order_id="kept")
    exchange.place(trader, BUY, "101", "1")
    listing = order_pb.ListOrdersRequest(open_only=True, page_size=1)
    listing.page_token = exchange.orders.ListOrders(listing, metadata=trader.metadata).next_page_token
    before = exchange.state()
    admin_key = own.admin_key

    assert own.stop() == 0
    own.start()
    exchange.connect()
    assert own.admin_key == admin_key
    assert exchange.state() == before
    assert exchange.orders.ListOrders(listing, metadata=trader.metadata).orders == [first]
    request = order_pb.PlaceOrderRequest(
        market=MARKET, side=BUY, type=LIMIT, price="100", quantity="1", client_order_id="kept"
    )
    again = exchange.orders.PlaceOrder(request, metadata=trader.metadata)
    assert again.deduplicated
    assert again.order == first


def test_what_was_acknowledged_is_there_after_sigkill(own: ExchangeProcess) -> None:
    exchange = Exchange(own)
    exchange.seed()
    trader = exchange.trader()
    acknowledged = [exchange.place(trader, BUY, str(100 + n), "1") for n in range(20)]
    state = exchange.state()
    own.kill()
    own.start()
    exchange.connect()
    assert exchange.state() == state
    listed = exchange.orders.ListOrders(order_pb.ListOrdersRequest(open_only=True), metadata=trader.metadata).orders
    assert list(listed) == acknowledged[::-1]


def test_a_stop_tells_health_and_ends_every_stream_with_unavailable(own: ExchangeProcess) -> None:
    exchange = Exchange(own)
    exchange.seed()
    trader = exchange.trader()
    ended: dict[str, grpc.RpcError] = {}
    waiting = threading.Event()

    def requests() -> Iterator[order_pb.OrderEntryRequest]:
        waiting.wait(30)
        yield from ()

    streams: dict[str, Any] = {
        "book": exchange.market_data.StreamOrderBook(market_streams_pb.StreamOrderBookRequest(market=MARKET)),
        "trades": exchange.market_data.StreamTrades(market_streams_pb.StreamTradesRequest(market=MARKET)),
        "account": exchange.accounts.StreamAccount(account_streams_pb.StreamAccountRequest(), metadata=trader.metadata),
        "fills": exchange.accounts.StreamFills(account_streams_pb.StreamFillsRequest(), metadata=trader.metadata),
        "entry": exchange.orders.OrderEntry(requests(), metadata=trader.metadata),
    }
    watch = health_pb2_grpc.HealthStub(exchange.channel).Watch(health_pb2.HealthCheckRequest())
    assert next(watch).status == SERVING
    for name in ("book", "trades", "account", "fills"):
        next(streams[name])

    def read(name: str) -> None:
        try:
            for _ in streams[name]:
                pass
        except grpc.RpcError as error:
            ended[name] = error

    threads = [threading.Thread(target=read, args=(name,)) for name in streams]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    assert own.stop() == 0
    assert time.monotonic() - started < 5
    waiting.set()
    for thread in threads:
        thread.join()
    assert next(watch).status == NOT_SERVING
    for name, error in ended.items():
        assert error.code() is grpc.StatusCode.UNAVAILABLE, name
        status = rpc_status.from_call(error)
        assert status is not None, name
        details = [detail.TypeName().rpartition(".")[2] for detail in status.details]
        assert details == ["ErrorInfo", "RetryInfo"], name
        info = error_details_pb2.ErrorInfo()
        status.details[0].Unpack(info)
        assert info.reason == "UNAVAILABLE"
    assert set(ended) == set(streams)


def test_a_server_that_a_test_does_not_wait_for_any_more_is_not_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange_process, "START_SECONDS", 0)
    process = ExchangeProcess(tmp_path / "data")
    with pytest.raises(AssertionError, match="did not start"):
        process.start()
    assert not psutil.pid_exists(process.pid)
