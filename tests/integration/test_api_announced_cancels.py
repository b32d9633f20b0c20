"""The turnstile hears of a cancel when its call is opened, from whoever may cancel and from nobody else; of any other
call it hears just that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import grpc
import pytest

from exchange.v1 import order_service_pb2 as pb
from exchange.v1.admin_service_pb2 import CreateAccountRequest, CreateApiKeyRequest
from exchange.v1.admin_service_pb2_grpc import AdminServiceStub
from exchange.v1.order_service_pb2_grpc import OrderServiceStub
from exchange.v1.types_pb2 import SCOPE_READ, SCOPE_TRADE, Scope
from exchange_server import app
from exchange_server.config import Settings
from exchange_server.sequencer.turnstile import Turnstile
from tests.integration.exchange_fixture import Metadata, bearer

CANCEL = "/exchange.v1.OrderService/CancelOrder"


class Watched:
    """An exchange in this process, and what its turnstile hears."""

    def __init__(self, heard: list[str], calls: list[str], address: str, operator: Metadata) -> None:
        self.heard = heard
        self.calls = calls
        self.channel = grpc.aio.insecure_channel(address)
        self.orders = OrderServiceStub(self.channel)
        self._admin = AdminServiceStub(self.channel)
        self._operator = operator

    async def key(self, name: str, *scopes: Scope) -> Metadata:
        """Make an account and return what its caller sends."""
        account = await self._admin.CreateAccount(CreateAccountRequest(name=name), metadata=self._operator)
        request = CreateApiKeyRequest(account_id=account.account.account_id, scopes=scopes)
        return bearer((await self._admin.CreateApiKey(request, metadata=self._operator)).api_key)


@pytest.fixture
async def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    heard: list[str] = []
    calls: list[str] = []
    announce, arrived, opened = Turnstile.announce, Turnstile.arrived, Turnstile.opened

    def hear_announce(turnstile: Turnstile) -> None:
        heard.append("announced")
        announce(turnstile)

    def hear_arrived(turnstile: Turnstile) -> None:
        heard.append("arrived")
        arrived(turnstile)

    def hear_opened(turnstile: Turnstile) -> None:
        calls.append("opened")
        opened(turnstile)

    monkeypatch.setattr(Turnstile, "opened", hear_opened)
    monkeypatch.setattr(Turnstile, "announce", hear_announce)
    monkeypatch.setattr(Turnstile, "arrived", hear_arrived)
    ready: asyncio.Future[app.Ready] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    settings = Settings(_env_file=None, data_dir=tmp_path / "data", grpc_port=0)
    serving = asyncio.create_task(app.serve(settings, ready.set_result, stop))
    async with asyncio.timeout(30):
        told = await ready
    operator = bearer(told.admin_key_path.read_text().strip())
    exchange = Watched(heard, calls, f"127.0.0.1:{told.grpc_port}", operator)
    yield exchange
    await exchange.channel.close()
    stop.set()
    await asyncio.wait_for(serving, 30)


async def test_a_cancel_is_announced_once_and_has_then_arrived(watched: Watched) -> None:
    trader = await watched.key("trader", SCOPE_TRADE)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await watched.orders.CancelOrder(pb.CancelOrderRequest(client_order_id="none"), metadata=trader)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND
    assert watched.heard == ["announced", "arrived"]
    await watched.orders.CancelAllOrders(pb.CancelAllOrdersRequest(), metadata=trader)
    assert watched.heard == ["announced", "arrived"] * 2


async def test_a_cancel_is_announced_before_its_request_is_sent(watched: Watched) -> None:
    trader = await watched.key("trader", SCOPE_TRADE)
    requests: asyncio.Queue[bytes] = asyncio.Queue()

    async def one() -> AsyncIterator[bytes]:
        yield await requests.get()

    call = watched.channel.stream_unary(CANCEL, bytes, bytes)(one(), metadata=trader)
    async with asyncio.timeout(30):
        while not watched.heard:
            await asyncio.sleep(0.001)
    assert watched.heard == ["announced"]
    requests.put_nowait(pb.CancelOrderRequest(client_order_id="none").SerializeToString())
    with suppress(grpc.aio.AioRpcError):
        await call
    assert watched.heard == ["announced", "arrived"]


async def test_nobody_announces_a_cancel_that_they_may_not_make(watched: Watched) -> None:
    reader = await watched.key("reader", SCOPE_READ)
    request = pb.CancelOrderRequest(client_order_id="none")
    for metadata in ((), bearer("wrong"), reader):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await watched.orders.CancelOrder(request, metadata=metadata)
        assert refused.value.code() in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED)
    assert watched.heard == []


async def test_an_order_announces_nothing(watched: Watched) -> None:
    trader = await watched.key("trader", SCOPE_TRADE)
    with suppress(grpc.aio.AioRpcError):
        await watched.orders.PlaceOrder(pb.PlaceOrderRequest(market="NO-NE"), metadata=trader)
    assert watched.heard == []


async def test_every_call_is_heard_of_when_it_is_opened(watched: Watched) -> None:
    trader = await watched.key("trader", SCOPE_TRADE)
    watched.calls.clear()
    for _ in range(3):
        with suppress(grpc.aio.AioRpcError):
            await watched.orders.PlaceOrder(pb.PlaceOrderRequest(market="NO-NE"), metadata=trader)
    missing = watched.channel.unary_unary("/exchange.v1.OrderService/NoSuchCall", bytes, bytes)
    with suppress(grpc.aio.AioRpcError):
        await missing(b"")
    assert watched.calls == ["opened"] * 4
