"""Place a limit order and cancel what rests of it, with the dataclass flavour of the contract.

    EXCHANGE_API_KEY=… python betterproto_client.py localhost:50051 BTC-USDC buy 65000 0.01

Needs `exchange-sdk[betterproto]`. betterproto2's asynchronous stubs are written for grpclib; `AioServiceStub` lets them
run on a grpc.aio channel like everything else here. The dataclasses read well and cost some fifty times as much as
google protobuf: for orders in quantity use `exchange_sdk`.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from typing import TYPE_CHECKING, Any

import grpc
from betterproto2.grpclib import ServiceStub

from exchange_betterproto.exchange.v1 import (
    CancelOrderRequest,
    GetOrderBookRequest,
    MarketDataServiceStub,
    OrderEntryRequest,
    OrderServiceStub,
    OrderStatus,
    OrderType,
    PlaceOrderRequest,
    Side,
    TimeInForce,
)

if TYPE_CHECKING:
    from betterproto2.grpclib.grpclib_client import MessageSource, MetadataLike
    from grpclib.metadata import Deadline


class AioServiceStub(ServiceStub):
    """The four ways to call, on grpc.aio; a generated stub that inherits from this first is complete.

    `timeout` is in seconds and, like `metadata`, of the call or else of the stub. A failed call raises
    `grpc.aio.AioRpcError`. Leaving a stream early cancels it.
    """

    def __init__(
        self,
        channel: grpc.aio.Channel,
        *,
        timeout: float | None = None,
        metadata: "MetadataLike | None" = None,
    ) -> None:
        self.channel: Any = channel
        self.timeout = timeout
        self.metadata = metadata

    async def _unary_unary(
        self,
        route: str,
        request: Any,
        response_type: type[Any],
        *,
        timeout: float | None = None,
        deadline: "Deadline | None" = None,
        metadata: "MetadataLike | None" = None,
    ) -> Any:
        call = self.channel.unary_unary(route, type(request).SerializeToString, response_type.FromString)
        return await call(request, **self._options(timeout, deadline, metadata))

    async def _unary_stream(
        self,
        route: str,
        request: Any,
        response_type: type[Any],
        *,
        timeout: float | None = None,
        deadline: "Deadline | None" = None,
        metadata: "MetadataLike | None" = None,
    ) -> AsyncIterator[Any]:
        start = self.channel.unary_stream(route, type(request).SerializeToString, response_type.FromString)
        call = start(request, **self._options(timeout, deadline, metadata))
        try:
            async for response in call:
                yield response
        finally:
            call.cancel()

    async def _stream_unary(
        self,
        route: str,
        request_iterator: "MessageSource",
        request_type: type[Any],
        response_type: type[Any],
        *,
        timeout: float | None = None,
        deadline: "Deadline | None" = None,
        metadata: "MetadataLike | None" = None,
    ) -> Any:
        call = self.channel.stream_unary(route, request_type.SerializeToString, response_type.FromString)
        return await call(request_iterator, **self._options(timeout, deadline, metadata))

    async def _stream_stream(
        self,
        route: str,
        request_iterator: "MessageSource",
        request_type: type[Any],
        response_type: type[Any],
        *,
        timeout: float | None = None,
        deadline: "Deadline | None" = None,
        metadata: "MetadataLike | None" = None,
    ) -> AsyncIterator[Any]:
        start = self.channel.stream_stream(route, request_type.SerializeToString, response_type.FromString)
        call = start(request_iterator, **self._options(timeout, deadline, metadata))
        try:
            async for response in call:
                yield response
        finally:
            call.cancel()

    def _options(
        self, timeout: float | None, deadline: "Deadline | None", metadata: "MetadataLike | None"
    ) -> dict[str, Any]:
        if timeout is None:
            timeout = self.timeout if deadline is None else deadline.time_remaining()
        return {"timeout": timeout, "metadata": _pairs(self.metadata if metadata is None else metadata)}


class MarketData(AioServiceStub, MarketDataServiceStub):
    """The market data service on grpc.aio."""


class Orders(AioServiceStub, OrderServiceStub):
    """The order service on grpc.aio."""


async def main(address: str, market: str, side: str, price: str, quantity: str) -> None:
    """Show the best prices, place the order, cancel it if it rests. `price` and `quantity` are plain decimals."""
    key = os.environ["EXCHANGE_API_KEY"]
    async with grpc.aio.insecure_channel(address) as channel:
        market_data = MarketData(channel, timeout=5)
        orders = Orders(channel, timeout=5, metadata={"authorization": f"Bearer {key}"})

        # 1. Market data is public.
        book = (await market_data.get_order_book(GetOrderBookRequest(market=market, depth=1))).order_book
        if book is not None:
            print("best bid", *(f"{level.price} × {level.quantity}" for level in book.bids))
            print("best ask", *(f"{level.price} × {level.quantity}" for level in book.asks))

        # 2. One order by a unary call.
        request = PlaceOrderRequest(
            market=market,
            side={"buy": Side.BUY, "sell": Side.SELL}[side],
            type=OrderType.LIMIT,
            time_in_force=TimeInForce.GTC,
            price=price,
            quantity=quantity,
        )
        order = (await orders.place_order(request)).order
        assert order is not None
        print(f"order {order.order_id}: {order.status.name}, filled {order.filled_quantity} of {order.quantity}")

        # 3. Its cancellation by the order entry stream, which takes any number of requests.
        if order.status is OrderStatus.OPEN:
            cancel = OrderEntryRequest(request_id=1, cancel_order=CancelOrderRequest(order_id=order.order_id))
            async for answer in orders.order_entry([cancel]):
                assert answer.result is not None
                print(f"order {order.order_id}: {answer.result.status.name}")


def _pairs(metadata: "MetadataLike | None") -> Collection[tuple[str, str | bytes]]:
    if metadata is None:
        return ()
    return tuple(metadata.items()) if isinstance(metadata, Mapping) else tuple(metadata)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
