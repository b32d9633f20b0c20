"""OrderService, call by call. Answers are made from the events of the call's own command, not from later state."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from exchange.v1 import order_service_pb2 as pb
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.errors import ORDER_NOT_FOUND, CallError
from exchange_server.api.history import HistoryReader
from exchange_server.api.order_entry import OrderEntry
from exchange_server.api.pages import PageTokens, page_size
from exchange_server.engine import events
from exchange_server.engine.commands import CancelOrder, PlaceOrder
from exchange_server.engine.orders import Order
from exchange_server.engine.types import SCOPE_READ, SCOPE_TRADE, AccountId, MarketId, OrderId
from exchange_server.wire.order_results import canceled_order_ids
from exchange_server.wire.orders import (
    deduplicated_order_message,
    present_order_message,
    taker_fill_message,
    validated_order_message,
    write_placed_order,
)


class OrderService:
    """Placing, canceling and reading orders."""

    def __init__(self, core: Core, history: HistoryReader, pages: PageTokens) -> None:
        self._core: Final = core
        self._history: Final = history
        self._pages: Final = pages
        self._order_entry: Final = OrderEntry(core)

    def close(self) -> None:
        """End the order entry streams."""
        self._order_entry.close()

    def methods(self) -> dict[str, Method]:
        """Return the table of this service."""
        service = "/exchange.v1.OrderService"
        return {
            f"{service}/PlaceOrder": Method(self.place_order, SCOPE_TRADE, checks_itself=True),
            f"{service}/CancelOrder": Method(self.cancel_order, SCOPE_TRADE, checks_itself=True),
            f"{service}/CancelAllOrders": Method(self.cancel_all_orders, SCOPE_TRADE, checks_itself=True),
            f"{service}/GetOrder": Method(self.get_order, SCOPE_READ),
            f"{service}/ListOrders": Method(self.list_orders, SCOPE_READ),
            f"{service}/OrderEntry": Method(self._order_entry.serve, SCOPE_TRADE, streams=True, checks_itself=True),
        }

    # ------------------------------------------------------------ commands

    async def place_order(self, request: pb.PlaceOrderRequest, call: Call) -> pb.PlaceOrderResponse:
        command = self._core.orders.place_order(request, call.principal.account_id)
        if request.validate_only:
            return await self._validate_place(command, request.market)
        applied = await self._core.execute(command, call)
        outcome = applied.events[0]
        if isinstance(outcome, events.OrderDeduplicated):
            return pb.PlaceOrderResponse(order=deduplicated_order_message(outcome), deduplicated=True)
        assert isinstance(outcome, events.OrderRested | events.OrderAccepted)
        response = pb.PlaceOrderResponse()
        write_placed_order(response.order, outcome.order, applied.events, applied.time_ns)
        for event in applied.events:
            if type(event) is events.Trade:
                response.fills.append(taker_fill_message(event, applied.sequence, applied.time_ns))
        return response

    async def _validate_place(self, command: PlaceOrder, market: str) -> pb.PlaceOrderResponse:
        known = None
        if command.client_order_id:
            known = self._core.engine.find_order(command.account_id, OrderId(0), command.client_order_id)
        if known is not None:
            response = pb.PlaceOrderResponse(order=present_order_message(known), deduplicated=True)
        else:
            order = validated_order_message(command, self._core.market(market), self._core.clock_ns())
            response = pb.PlaceOrderResponse(order=order)
        await self._core.check(command)
        return response

    async def cancel_order(self, request: pb.CancelOrderRequest, call: Call) -> pb.CancelOrderResponse:
        command = self._core.orders.cancel_order(request, call.principal.account_id)
        if request.validate_only:
            return await self._validate_cancel(command)
        with self._core.shard.turnstile.urgent():
            applied = await self._core.execute(command, call)
        outcome = applied.events[0]
        assert isinstance(outcome, events.OrderCanceled)
        return pb.CancelOrderResponse(order=present_order_message(outcome.order))

    async def _validate_cancel(self, command: CancelOrder) -> pb.CancelOrderResponse:
        order = self._core.engine.find_order(command.account_id, command.order_id, command.client_order_id)
        response = pb.CancelOrderResponse(order=None if order is None else present_order_message(order))
        await self._core.check(command)
        return response

    async def cancel_all_orders(self, request: pb.CancelAllOrdersRequest, call: Call) -> pb.CancelAllOrdersResponse:
        command = self._core.orders.cancel_all_orders(request, call.principal.account_id)
        if request.validate_only:
            orders = self._core.engine.open_orders(command.account_id, command.market_id)
            response = pb.CancelAllOrdersResponse(order_ids=[order.order_id for order in orders])
            await self._core.check(command)
            return response
        with self._core.shard.turnstile.urgent():
            applied = await self._core.execute(command, call)
        return pb.CancelAllOrdersResponse(order_ids=canceled_order_ids(applied.events))

    # ------------------------------------------------------------ reads

    async def get_order(self, request: pb.GetOrderRequest, call: Call) -> pb.GetOrderResponse:
        account_id = call.principal.account_id
        order = self._core.engine.find_order(account_id, OrderId(request.order_id), request.client_order_id)
        response = None if order is None else pb.GetOrderResponse(order=present_order_message(order))
        await self._core.settled()
        if response is None:
            raise CallError(ORDER_NOT_FOUND, "order")
        return response

    async def list_orders(self, request: pb.ListOrdersRequest, call: Call) -> pb.ListOrdersResponse:
        account_id = self._core.account_of(call, request.account_id)
        market_id = self._core.orders.market_id(request.market)
        size = page_size(request.page_size)
        query = ("ListOrders", account_id, market_id, request.open_only)
        cursor = self._pages.read(request.page_token, query, 1)
        before = None if cursor is None else cursor[0]
        if request.open_only:
            newest_first = self._open_orders(account_id, market_id, before)
            orders = [present_order_message(order) for order in islice(newest_first, size)]
            last = orders[-1].order_id if next(newest_first, None) else None
            await self._core.settled()
        else:
            orders, last = await self._history.orders(account_id, market_id, before, size)
        return pb.ListOrdersResponse(orders=orders, next_page_token=self._pages.write(query, (last,)) if last else "")

    def _open_orders(self, account_id: AccountId, market_id: MarketId, before: int | None) -> Iterator[Order]:
        """Iterate newest first, from below an order id; a place stays the same when orders close."""
        for order in reversed(self._core.engine.accounts[account_id].open_orders.values()):
            if (before is None or order.order_id < before) and market_id in (0, order.market.market_id):
                yield order
