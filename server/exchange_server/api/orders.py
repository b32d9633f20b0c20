"""OrderService, call by call. Answers are made from the events of the call's own command, not from later state."""

from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from itertools import islice
from typing import Final

from exchange.v1 import order_service_pb2 as pb
from exchange_server.api.batches import BatchReader, refusal_of, write_results
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.dry_runs import DryRuns
from exchange_server.api.errors import ORDER_NOT_FOUND, CallError, part_error
from exchange_server.api.history import HistoryReader
from exchange_server.api.order_entry import OrderEntry
from exchange_server.api.order_lists import OrderListCalls
from exchange_server.api.pages import PageTokens, Query, bounds, page_size, time_range
from exchange_server.api.previews import Previews
from exchange_server.engine import events
from exchange_server.engine.commands import CancelOrder
from exchange_server.engine.orders import Order
from exchange_server.engine.types import SCOPE_READ, SCOPE_TRADE, AccountId, MarketId, OrderId
from exchange_server.sequencer.lanes import LANE_CANCEL, lane_of
from exchange_server.wire.errors import FieldError
from exchange_server.wire.order_results import canceled_order_ids, replaced_parts
from exchange_server.wire.order_states import state_after
from exchange_server.wire.orders import (
    deduplicated_order_message,
    order_fills,
    present_order_message,
    write_order_state,
    write_placed_order,
)
from exchange_server.wire.times import timestamp


class OrderService:
    """Placing, canceling and reading orders."""

    def __init__(self, core: Core, history: HistoryReader, pages: PageTokens) -> None:
        self._core: Final = core
        self._history: Final = history
        self._pages: Final = pages
        dry_runs = DryRuns(core)
        self._errors: Final = dry_runs.order_error
        self._previews: Final = Previews(core, dry_runs.order_error)
        self._batches: Final = BatchReader(core, dry_runs)
        self._order_entry: Final = OrderEntry(core, dry_runs, self._batches)

    def close(self) -> None:
        """End the order entry streams."""
        self._order_entry.close()

    def methods(self) -> dict[str, Method]:
        """Return the table of this service."""
        service = "/exchange.v1.OrderService"
        cancels = partial(Method, scope=SCOPE_TRADE, checks_itself=True, announced=self._core.shard.turnstile.announce)
        return {
            f"{service}/PlaceOrder": Method(self.place_order, SCOPE_TRADE, checks_itself=True),
            f"{service}/CancelOrder": cancels(self.cancel_order),
            f"{service}/CancelAllOrders": cancels(self.cancel_all_orders),
            f"{service}/AmendOrder": Method(self.amend_order, SCOPE_TRADE, checks_itself=True),
            f"{service}/CancelReplaceOrder": Method(self.cancel_replace_order, SCOPE_TRADE, checks_itself=True),
            f"{service}/BatchOrders": Method(self.batch_orders, SCOPE_TRADE, checks_itself=True),
            f"{service}/SetCancelAllAfter": Method(self.set_cancel_all_after, SCOPE_TRADE, checks_itself=True),
            **OrderListCalls(self._core, self._previews).methods(),
            f"{service}/GetOrder": Method(self.get_order, SCOPE_READ),
            f"{service}/ListOrders": Method(self.list_orders, SCOPE_READ),
            f"{service}/OrderEntry": Method(self._order_entry.serve, SCOPE_TRADE, streams=True, checks_itself=True),
        }

    # ------------------------------------------------------------ commands

    async def place_order(self, request: pb.PlaceOrderRequest, call: Call) -> pb.PlaceOrderResponse:
        command = self._core.orders.place_order(request, call.principal.account_id)
        if request.validate_only:
            return await self._previews.place(command)
        applied = await self._core.execute(command, call)
        outcome = applied.events[0]
        if isinstance(outcome, events.OrderDeduplicated):
            return pb.PlaceOrderResponse(order=deduplicated_order_message(outcome), deduplicated=True)
        assert isinstance(outcome, events.OrderRested | events.OrderAccepted)
        response = pb.PlaceOrderResponse()
        write_placed_order(response.order, outcome.order, applied.events, applied.time_ns)
        response.fills.extend(order_fills(outcome.order.order_id, applied.events, applied.sequence, applied.time_ns))
        return response

    async def cancel_order(self, request: pb.CancelOrderRequest, call: Call) -> pb.CancelOrderResponse:
        self._core.shard.turnstile.arrived()
        command = self._core.orders.cancel_order(request, call.principal.account_id)
        if request.validate_only:
            return await self._validate_cancel(command)
        with self._core.shard.turnstile.urgent():
            applied = await self._core.execute(command, call)
        outcome = applied.events[0]
        # One that waited for its trigger is told as closed: it was in no level and reserved nothing.
        assert isinstance(outcome, events.OrderCanceled | events.OrderClosed)
        return pb.CancelOrderResponse(order=present_order_message(outcome.order))

    async def _validate_cancel(self, command: CancelOrder) -> pb.CancelOrderResponse:
        order = self._core.engine.find_order(command.account_id, command.order_id, command.client_order_id)
        response = pb.CancelOrderResponse(order=None if order is None else present_order_message(order))
        await self._core.check(command)
        return response

    async def cancel_all_orders(self, request: pb.CancelAllOrdersRequest, call: Call) -> pb.CancelAllOrdersResponse:
        self._core.shard.turnstile.arrived()
        command = self._core.orders.cancel_all_orders(request, call.principal.account_id)
        if request.validate_only:
            response = pb.CancelAllOrdersResponse(order_ids=self._core.cancelable(command))
            await self._core.check(command)
            return response
        with self._core.shard.turnstile.urgent():
            applied = await self._core.execute(command, call)
        return pb.CancelAllOrdersResponse(order_ids=canceled_order_ids(applied.events))

    async def amend_order(self, request: pb.AmendOrderRequest, call: Call) -> pb.AmendOrderResponse:
        try:
            command = self._core.orders.amend_order(request, call.principal.account_id)
        except FieldError:
            # That an order is not there, or is closed, may have been seen before it was durable.
            await self._core.settled()
            raise
        if request.validate_only:
            return await self._previews.amend(command)
        applied = await self._core.execute(command, call)
        outcome = applied.events[0]
        assert isinstance(outcome, events.OrderAmended)
        response = pb.AmendOrderResponse()
        write_order_state(response.order, state_after(outcome.order, applied.events, applied.time_ns))
        response.fills.extend(order_fills(outcome.order.order_id, applied.events, applied.sequence, applied.time_ns))
        return response

    async def cancel_replace_order(
        self, request: pb.CancelReplaceOrderRequest, call: Call
    ) -> pb.CancelReplaceOrderResponse:
        command = self._core.orders.cancel_replace_order(request, call.principal.account_id)
        if request.validate_only:
            return await self._previews.cancel_replace(command)
        applied = await self._core.execute(command, call)
        parts = replaced_parts(applied.events)
        response = pb.CancelReplaceOrderResponse()
        if parts.deduplicated is not None:
            response.order.CopyFrom(deduplicated_order_message(parts.deduplicated))
            response.deduplicated = True
        if parts.canceled is not None:
            response.canceled_order.CopyFrom(present_order_message(parts.canceled))
        if parts.cancel_refusal is not None:
            response.cancel_error.CopyFrom(part_error(self._errors(parts.cancel_refusal), "cancel_order"))
        if parts.place_refusal is not None:
            response.place_error.CopyFrom(part_error(self._errors(parts.place_refusal), "place_order"))
        if parts.placed is not None:
            placed, sequence, time_ns = parts.placed, applied.sequence, applied.time_ns
            write_placed_order(response.order, placed, applied.events, time_ns)
            response.fills.extend(order_fills(placed.order_id, applied.events, sequence, time_ns))
        return response

    async def batch_orders(self, request: pb.BatchOrdersRequest, call: Call) -> pb.BatchOrdersResponse:
        try:
            commands, early = await self._batches.read(request, call.principal.account_id)
        except FieldError:
            await self._core.settled()
            raise
        if commands:
            with self._core.shard.turnstile.urgent() if lane_of(commands) == LANE_CANCEL else nullcontext():
                applied = await self._core.shard.submit(commands, call.deadline_ns)
        else:
            applied = []
            await self._core.settled()
        refusal = refusal_of(applied)
        if refusal is not None:
            raise refusal
        response = pb.BatchOrdersResponse()
        results = [response.results.add() for _ in request.items]
        write_results(results, applied, early, self._errors)
        return response

    async def set_cancel_all_after(
        self, request: pb.SetCancelAllAfterRequest, call: Call
    ) -> pb.SetCancelAllAfterResponse:
        command = self._core.orders.set_cancel_all_after(request, call.principal.account_id)
        if request.validate_only:
            cancel_time_ns = self._core.clock_ns() + command.timeout_ns if command.timeout_ns else 0
            await self._core.check(command)
        else:
            outcome = (await self._core.execute(command, call)).events[0]
            assert isinstance(outcome, events.CancelAllAfterSet)
            cancel_time_ns = outcome.cancel_time_ns
        return pb.SetCancelAllAfterResponse(cancel_time=timestamp(cancel_time_ns) if cancel_time_ns else None)

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
        times = time_range(request)
        prefix = request.client_order_id_prefix
        statuses = tuple(sorted(set(request.statuses)))
        query: Query = ("ListOrders", account_id, market_id, request.open_only, *bounds(*times), prefix, *statuses)
        cursor = self._pages.read(request.page_token, query, 1)
        before = None if cursor is None else cursor[0]
        if request.open_only:
            newest_first = (
                order
                for order in self._open_orders(account_id, market_id, before)
                if order.client_order_id.startswith(prefix)
                and (not statuses or order.status in statuses)
                and (times[0] is None or order.create_time_ns >= times[0])
                and (times[1] is None or order.create_time_ns < times[1])
            )
            orders = [present_order_message(order) for order in islice(newest_first, size)]
            last = orders[-1].order_id if next(newest_first, None) else None
            await self._core.settled()
        else:
            orders, last = await self._history.orders(account_id, market_id, before, size, statuses, times, prefix)
        return pb.ListOrdersResponse(orders=orders, next_page_token=self._pages.write(query, (last,)) if last else "")

    def _open_orders(self, account_id: AccountId, market_id: MarketId, before: int | None) -> Iterator[Order]:
        """Iterate newest first, from below an order id; a place stays the same when orders close."""
        for order in reversed(self._core.engine.accounts[account_id].open_orders.values()):
            if (before is None or order.order_id < before) and market_id in (0, order.market.market_id):
                yield order
