"""OrderEntry: requests and batches on one stream, answered in the order of arrival.

One task reads, turns requests into commands and submits them, without waiting for what it submitted before; the other
waits for the oldest submitted unit and answers it. What lies between the two is bounded, and when it is full the reader
stops reading: gRPC's flow control then stops the client.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Final, cast

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.api.call import Call, Undecodable
from exchange_server.api.core import Core
from exchange_server.api.errors import (
    INVALID_FIELD,
    UNAVAILABLE,
    UNDECODABLE,
    CallError,
    call_error,
    order_error,
    rejected_error,
)
from exchange_server.api.intake import Intake
from exchange_server.engine import events
from exchange_server.engine.commands import CancelAllOrders, CancelOrder, Command, PlaceOrder
from exchange_server.engine.types import ORDER_OPEN, TimeNs
from exchange_server.sequencer import Applied, NotSequenced
from exchange_server.sequencer.lanes import LANE_CANCEL, lane_of
from exchange_server.sequencer.turnstile import STEP_COMMANDS
from exchange_server.wire.errors import FieldError
from exchange_server.wire.order_results import OrderErrors, canceled_order_ids, write_result
from exchange_server.wire.validation import contract_error

MAX_UNITS: Final = 8
"""Units of one stream that may be under way."""
MAX_COMMANDS: Final = 2_000
"""Commands of one stream that may be under way; one unit may pass it."""
MAX_BATCH: Final = 500
REJECT_OVERLOADED: Final = 25


class Unit:
    """One request on its way: what was submitted, and what is known of its answer."""

    __slots__ = ("batch", "commands", "early", "end", "future", "response")

    def __init__(self, request_id: int) -> None:
        self.response: Final = pb.OrderEntryResponse(request_id=request_id)
        self.commands: list[Command] = []
        self.early: dict[int, pb.OrderResult] = {}
        """Results that were there before anything was submitted, by position: refusals and mere checks."""
        self.batch = False
        self.future: asyncio.Future[list[Applied]] | None = None
        self.end: Exception | None = None
        """Why the stream ends here; then there is no answer."""


class OrderEntry:
    """Serves the order entry streams of one shard."""

    def __init__(self, core: Core) -> None:
        self._core: Final = core
        self._turnstile: Final = core.shard.turnstile
        self._errors: Final[dict[tuple[int, str], pb.OrderError]] = {}
        self._pipes: Final[set[_Pipe]] = set()
        self._intake: Final = Intake()

    async def serve(
        self, requests: AsyncIterator[pb.OrderEntryRequest | Undecodable], call: Call
    ) -> AsyncIterator[pb.OrderEntryResponse]:
        pipe = _Pipe()
        pipe.reader = asyncio.create_task(self._read(requests, call, pipe))
        self._pipes.add(pipe)
        try:
            while (unit := await pipe.oldest()) is not None:
                if unit.end is not None:
                    raise unit.end
                await self._finish(unit)
                pipe.done(unit)
                yield unit.response
        finally:
            self._pipes.discard(pipe)
            pipe.abandon()

    def close(self) -> None:
        """End every stream: what it has submitted is answered, then it gets UNAVAILABLE."""
        for pipe in self._pipes:
            pipe.end(CallError(UNAVAILABLE, message="the exchange is shutting down"))

    # ------------------------------------------------------------ in

    async def _read(
        self, requests: AsyncIterator[pb.OrderEntryRequest | Undecodable], call: Call, pipe: "_Pipe"
    ) -> None:
        principal, clock_ns = call.principal, self._core.clock_ns
        try:
            async for request in requests:
                principal.check(clock_ns())
                unit = await self._unit(request, call)
                if unit.commands:
                    await self._submit(unit, call)
                pipe.add(unit)
                if pipe.full:
                    await pipe.room()
            pipe.close()
        except Exception as error:
            last = Unit(0)
            last.end = error
            pipe.add(last)

    async def _submit(self, unit: Unit, call: Call) -> None:
        """Submit a unit when all streams together leave room for it."""
        # Cancels do not wait in line behind orders, here as little as in the sequencer.
        if lane_of(unit.commands) == LANE_CANCEL:
            self._turnstile.hold()
            released: Callable[[], None] = self._turnstile.release
        else:
            room = len(unit.commands)
            await self._intake.take(room)
            released = partial(self._intake.give, room)
        try:
            await self._submit_when_taken(unit, call)
        except asyncio.CancelledError:
            released()
            raise
        assert unit.future is not None
        unit.future.add_done_callback(lambda _: released())

    async def _submit_when_taken(self, unit: Unit, call: Call) -> None:
        """Submit a unit. A full exchange is no error on a stream: it is not read on until there is room."""
        while True:
            future = self._core.shard.submit(unit.commands, call.deadline_ns)
            unit.future = future
            if not future.done() or future.cancelled():
                return
            refused = future.exception()
            if not isinstance(refused, NotSequenced) or refused.reason != REJECT_OVERLOADED:
                return
            await asyncio.sleep(refused.retry_after_ms / 1000)

    async def _unit(self, request: pb.OrderEntryRequest | Undecodable, call: Call) -> Unit:
        if isinstance(request, Undecodable):
            unit = Unit(0)
            unit.response.error.CopyFrom(order_error(CallError(UNDECODABLE)))
            return unit
        unit = Unit(request.request_id)
        match request.WhichOneof("request"):
            case "batch":
                await self._read_batch(unit, request.batch, call)
            case "place_order":
                await self._turnstile.enter(1)
                self._read_single(unit, request.place_order, call)
            case "cancel_order":
                self._read_single(unit, request.cancel_order, call)
            case "cancel_all_orders":
                self._cancel_all(unit, request.cancel_all_orders, call)
            case _:
                unit.response.error.CopyFrom(order_error(_missing_request()))
        return unit

    async def _read_batch(self, unit: Unit, batch: pb.OrderBatch, call: Call) -> None:
        items = batch.items
        unit.batch = True
        if not 0 < len(items) <= MAX_BATCH:
            error = contract_error(batch) or FieldError(INVALID_FIELD, "items", "needs 1 to 500 items")
            unit.response.error.CopyFrom(order_error(CallError(error.reason, f"batch.{error.field}", error.message)))
            return
        account_id = call.principal.account_id
        place_order = self._core.orders.place_order
        commands, early = unit.commands, unit.early
        for position, item in enumerate(items):
            if position % STEP_COMMANDS == 0:
                await self._turnstile.enter(min(len(items) - position, STEP_COMMANDS))
            try:
                if item.HasField("place_order"):
                    place = item.place_order
                    command: PlaceOrder | CancelOrder = place_order(place, account_id)
                    if not place.validate_only:
                        commands.append(command)
                        continue
                elif item.HasField("cancel_order"):
                    cancel = item.cancel_order
                    command = self._core.orders.cancel_order(cancel, account_id)
                    if not cancel.validate_only:
                        commands.append(command)
                        continue
                else:
                    raise _missing_request()
                early[position] = self._checked(command)
            except FieldError as error:
                early[position] = pb.OrderResult(error=order_error(error))

    def _read_single(self, unit: Unit, request: pb.PlaceOrderRequest | pb.CancelOrderRequest, call: Call) -> None:
        account_id = call.principal.account_id
        orders = self._core.orders
        try:
            command: PlaceOrder | CancelOrder
            if isinstance(request, pb.PlaceOrderRequest):
                command = orders.place_order(request, account_id)
            else:
                command = orders.cancel_order(request, account_id)
        except FieldError as error:
            unit.early[0] = pb.OrderResult(error=order_error(error))
            return
        if request.validate_only:
            unit.early[0] = self._checked(command)
        else:
            unit.commands.append(command)

    def _cancel_all(self, unit: Unit, request: pb.CancelAllOrdersRequest, call: Call) -> None:
        try:
            command = self._core.orders.cancel_all_orders(request, call.principal.account_id)
        except FieldError as error:
            unit.response.error.CopyFrom(order_error(error))
            return
        if not request.validate_only:
            unit.commands.append(command)
            return
        rejected = self._check(command)
        if rejected is not None:
            unit.response.error.CopyFrom(self._order_error(rejected))
        else:
            orders = self._core.engine.open_orders(command.account_id, command.market_id)
            unit.response.cancel_all_orders.order_ids.extend(order.order_id for order in orders)

    def _checked(self, command: PlaceOrder | CancelOrder) -> pb.OrderResult:
        """Return the result of an item with `validate_only`."""
        rejected = self._check(command)
        if rejected is not None:
            return pb.OrderResult(error=self._order_error(rejected))
        if isinstance(command, PlaceOrder):
            return pb.OrderResult(status=cast(types_pb2.OrderStatus, ORDER_OPEN))
        order = self._core.engine.find_order(command.account_id, command.order_id, command.client_order_id)
        assert order is not None
        return pb.OrderResult(order_id=order.order_id, status=cast(types_pb2.OrderStatus, order.status))

    def _check(self, command: Command) -> events.Rejected | None:
        return self._core.engine.check(command, TimeNs(self._core.clock_ns()))

    # ------------------------------------------------------------ out

    async def _finish(self, unit: Unit) -> None:
        """Wait until a unit is durable and write its answer."""
        response = unit.response
        if response.HasField("outcome"):
            return
        applied: Sequence[Applied] = ()
        if unit.future is not None:
            try:
                applied = await unit.future
            except NotSequenced as error:
                response.error.CopyFrom(order_error(_told(error)))
                return
        else:
            # What was only checked has seen a state that may not be durable yet.
            await self._core.settled()
        if unit.batch:
            await self._turnstile.enter(len(applied))
            _write_batch(response.batch, applied, unit.early, self._order_error)
        elif unit.early:
            response.result.CopyFrom(unit.early[0])
        elif applied:
            outcome = applied[0].events
            if not isinstance(applied[0].command, CancelAllOrders):
                write_result(response.result, outcome, self._order_error)
            elif isinstance(outcome[0], events.Rejected):
                response.error.CopyFrom(self._order_error(outcome[0]))
            else:
                # An empty list is an answer too.
                response.cancel_all_orders.SetInParent()
                response.cancel_all_orders.order_ids.extend(canceled_order_ids(outcome))

    def _order_error(self, rejected: events.Rejected) -> pb.OrderError:
        """Return what is told of a refusal; made once for each reason and field."""
        key = rejected.reason, rejected.field
        error = self._errors.get(key)
        if error is None:
            error = self._errors[key] = order_error(rejected_error(rejected))
        return error


class _Pipe:
    """What lies between the reader and the writer of one stream, in the order of arrival."""

    def __init__(self) -> None:
        self._units: Final[deque[Unit]] = deque()
        self._commands = 0
        self._closed = False
        self._sleeping: asyncio.Future[None] | None = None
        """The reader when it waits for room, or the writer when it waits for a unit: never both."""
        self.reader: asyncio.Task[None] | None = None

    @property
    def full(self) -> bool:
        return len(self._units) >= MAX_UNITS or self._commands >= MAX_COMMANDS

    def add(self, unit: Unit) -> None:
        if not self._closed:
            self._units.append(unit)
            self._commands += len(unit.commands)
            self._wake()

    async def room(self) -> None:
        while self.full:
            await self._sleep()

    async def oldest(self) -> Unit | None:
        """Return the oldest unit, which stays until it is done; None when there will be no more."""
        while not self._units:
            if self._closed:
                return None
            await self._sleep()
        return self._units[0]

    def done(self, unit: Unit) -> None:
        self._units.popleft()
        self._commands -= len(unit.commands)
        self._wake()

    def close(self) -> None:
        """Take no more units; those that are here are still answered."""
        self._closed = True
        self._wake()

    def end(self, why: Exception) -> None:
        """Read no further, answer what is here, and end the stream with an error."""
        if self.reader is not None:
            self.reader.cancel()
        last = Unit(0)
        last.end = why
        self.add(last)
        self._closed = True

    def abandon(self) -> None:
        """Give up what is not sequenced yet: nobody reads its answer."""
        self._closed = True
        if self.reader is not None:
            self.reader.cancel()
        for unit in self._units:
            if unit.future is not None:
                unit.future.cancel()

    async def _sleep(self) -> None:
        sleeping = self._sleeping = asyncio.get_running_loop().create_future()
        await sleeping

    def _wake(self) -> None:
        sleeping = self._sleeping
        if sleeping is not None:
            self._sleeping = None
            if not sleeping.done():
                sleeping.set_result(None)


def _write_batch(
    batch: pb.OrderBatchResult,
    applied: Sequence[Applied],
    early: dict[int, pb.OrderResult],
    errors: OrderErrors,
) -> None:
    """Write one result an item: where none was there early, that of the next applied command."""
    batch.SetInParent()
    add = batch.results.add
    if not early:
        for one in applied:
            write_result(add(), one.events, errors)
        return
    outcomes = iter(applied)
    for position in range(len(applied) + len(early)):
        known = early.get(position)
        if known is None:
            write_result(add(), next(outcomes).events, errors)
        else:
            add().CopyFrom(known)


def _missing_request() -> FieldError:
    return FieldError(INVALID_FIELD, "request", "exactly one field is required in oneof")


def _told(error: NotSequenced) -> CallError:
    told = call_error(error)
    assert told is not None
    return told
