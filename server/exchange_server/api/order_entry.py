"""OrderEntry: requests and batches on one stream, answered in the order of arrival.

One task reads, turns requests into commands and submits them, without waiting for what it submitted before; the other
waits for the oldest submitted unit and answers it. What lies between the two is bounded, and when it is full the reader
stops reading: gRPC's flow control then stops the client.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import Final

from exchange.v1 import order_service_pb2 as pb
from exchange_server.api.batches import BatchReader, missing_request, refusal_of, write_results
from exchange_server.api.call import Call, Undecodable
from exchange_server.api.core import Core
from exchange_server.api.disconnects import Disconnects, new_session_id
from exchange_server.api.dry_runs import DryRuns
from exchange_server.api.errors import (
    ORDER_NOT_FOUND,
    UNAVAILABLE,
    UNDECODABLE,
    CallError,
    call_error,
    command_error,
    order_error,
)
from exchange_server.api.intake import Intake
from exchange_server.api.order_pipe import Pipe, Unit
from exchange_server.engine import events
from exchange_server.engine.commands import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    CancelReplaceOrder,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
)
from exchange_server.sequencer import Applied, NotSequenced
from exchange_server.sequencer.lanes import LANE_CANCEL, lane_of, size_of
from exchange_server.sequencer.refusals import REJECT_OVERLOADED
from exchange_server.wire.errors import FieldError
from exchange_server.wire.list_requests import list_bound_to_session
from exchange_server.wire.list_results import write_list_result
from exchange_server.wire.order_requests import bound_to_session
from exchange_server.wire.order_results import canceled_order_ids, write_replaced, write_result
from exchange_server.wire.times import timestamp


class OrderEntry:
    """Serves the order entry streams of one shard."""

    def __init__(self, core: Core, dry_runs: DryRuns, batches: BatchReader) -> None:
        self._core: Final = core
        self._turnstile: Final = core.shard.turnstile
        self._dry_runs: Final = dry_runs
        self._batches: Final = batches
        self._disconnects: Final = Disconnects(core.shard)
        self._pipes: Final[set[Pipe]] = set()
        self._intake: Final = Intake()

    async def serve(
        self, requests: AsyncIterator[pb.OrderEntryRequest | Undecodable], call: Call
    ) -> AsyncIterator[pb.OrderEntryResponse]:
        pipe = Pipe()
        pipe.reader = asyncio.create_task(self._read(requests, call, pipe))
        self._pipes.add(pipe)
        try:
            while (unit := await pipe.oldest()) is not None:
                if unit.end is not None:
                    raise unit.end
                await self._finish(unit)
                pipe.done(unit)
                yield unit.response
            if pipe.bound:
                # Who ended the stream in good order knows that its orders are canceled when it hears that it has ended.
                pipe.bound = False
                await asyncio.shield(self._disconnect(pipe, call))
        finally:
            self._pipes.discard(pipe)
            pipe.abandon()
            if pipe.bound:
                self._disconnect(pipe, call)

    def close(self) -> None:
        """End every stream: what it has submitted is answered, then it gets UNAVAILABLE."""
        for pipe in self._pipes:
            pipe.end(CallError(UNAVAILABLE, message="the exchange is shutting down"))

    def _disconnect(self, pipe: Pipe, call: Call) -> "asyncio.Task[None]":
        assert pipe.session_id
        return self._disconnects.ended(call.principal.account_id, pipe.session_id)

    # ------------------------------------------------------------ in

    async def _read(self, requests: AsyncIterator[pb.OrderEntryRequest | Undecodable], call: Call, pipe: Pipe) -> None:
        principal, clock_ns = call.principal, self._core.clock_ns
        try:
            async for request in requests:
                principal.check(clock_ns())
                unit = await self._unit(request, call, pipe)
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
            room = size_of(unit.commands)
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

    async def _unit(self, request: pb.OrderEntryRequest | Undecodable, call: Call, pipe: Pipe) -> Unit:
        """Read a request. What is wrong with it as a whole becomes the answer's error."""
        if isinstance(request, Undecodable):
            unit = Unit(0)
            unit.response.error.CopyFrom(order_error(CallError(UNDECODABLE)))
            return unit
        unit = Unit(request.request_id)
        if pipe.session_id is None:
            pipe.session_id = new_session_id() if request.cancel_on_disconnect else 0
        try:
            match request.WhichOneof("request"):
                case "batch":
                    await self._read_batch(unit, request.batch, call, pipe)
                case "place_order" | "cancel_order" | "amend_order" as kind:
                    if kind != "cancel_order":
                        await self._turnstile.enter(1)
                    await self._read_single(unit, kind, request, call, pipe)
                case "cancel_all_orders":
                    self._cancel_all(unit, request.cancel_all_orders, call)
                case "cancel_replace_order":
                    await self._turnstile.enter(1)
                    self._cancel_replace(unit, request.cancel_replace_order, call, pipe)
                case "set_cancel_all_after":
                    self._set_cancel_all_after(unit, request.set_cancel_all_after, call)
                case "place_oco_order" | "place_bracket_order" as kind:
                    await self._turnstile.enter(1)
                    self._place_list(unit, kind, request, call, pipe)
                case _:
                    raise missing_request()
        except (FieldError, CallError) as error:
            unit.response.error.CopyFrom(order_error(error))
        return unit

    async def _read_batch(self, unit: Unit, batch: pb.OrderBatch, call: Call, pipe: Pipe) -> None:
        session_id = pipe.session_id or 0
        try:
            unit.commands, unit.early = await self._batches.read(
                batch, call.principal.account_id, session_id, pipe.arrived
            )
        except FieldError as error:
            raise error.within("batch") from None
        unit.items = len(batch.items)
        if session_id and any(item.HasField("place_order") for item in batch.items):
            pipe.bound = True

    async def _read_single(self, unit: Unit, kind: str, request: pb.OrderEntryRequest, call: Call, pipe: Pipe) -> None:
        account_id = call.principal.account_id
        orders = self._core.orders
        try:
            command: PlaceOrder | CancelOrder | AmendOrder
            if kind == "place_order":
                command = orders.place_order(request.place_order, account_id)
                dry = request.place_order.validate_only
                if pipe.session_id:
                    command = bound_to_session(command, pipe.session_id)
                    pipe.bound = True
            elif kind == "cancel_order":
                command = orders.cancel_order(request.cancel_order, account_id)
                dry = request.cancel_order.validate_only
            else:
                command = await self._amend(request.amend_order, call, pipe)
                dry = request.amend_order.validate_only
        except FieldError as error:
            unit.early[0] = pb.OrderResult(error=order_error(error))
            return
        if dry:
            unit.early[0] = self._dry_runs.result(command)
        else:
            unit.commands.append(command)

    async def _amend(self, request: pb.AmendOrderRequest, call: Call, pipe: Pipe) -> AmendOrder:
        """Read an amend; its order may still be under way."""
        try:
            return self._core.orders.amend_order(request, call.principal.account_id)
        except FieldError as error:
            if error.reason != ORDER_NOT_FOUND:
                raise
        await pipe.arrived()
        return self._core.orders.amend_order(request, call.principal.account_id)

    def _cancel_all(self, unit: Unit, request: pb.CancelAllOrdersRequest, call: Call) -> None:
        command = self._core.orders.cancel_all_orders(request, call.principal.account_id)
        if not request.validate_only:
            unit.commands.append(command)
            return
        rejected = self._dry_runs.refusal(command)
        if rejected is not None:
            unit.response.error.CopyFrom(self._dry_runs.order_error(rejected))
        else:
            unit.response.cancel_all_orders.SetInParent()
            unit.response.cancel_all_orders.order_ids.extend(self._core.cancelable(command))

    def _cancel_replace(self, unit: Unit, request: pb.CancelReplaceOrderRequest, call: Call, pipe: Pipe) -> None:
        command = self._core.orders.cancel_replace_order(request, call.principal.account_id)
        if request.validate_only:
            self._dry_runs.write_replaced(unit.response, command)
            return
        if pipe.session_id:
            place = bound_to_session(command.place, pipe.session_id)
            command = CancelReplaceOrder(command.cancel, place, command.stop_on_failure)
            pipe.bound = True
        unit.commands.append(command)

    def _place_list(self, unit: Unit, kind: str, request: pb.OrderEntryRequest, call: Call, pipe: Pipe) -> None:
        lists, account_id = self._core.order_lists, call.principal.account_id
        command: PlaceOcoOrder | PlaceBracketOrder
        if kind == "place_oco_order":
            command, dry = (
                lists.place_oco_order(request.place_oco_order, account_id),
                request.place_oco_order.validate_only,
            )
        else:
            command = lists.place_bracket_order(request.place_bracket_order, account_id)
            dry = request.place_bracket_order.validate_only
        if dry:
            self._dry_runs.write_list(unit.response, command)
            return
        if pipe.session_id:
            command = list_bound_to_session(command, pipe.session_id)
            pipe.bound = True
        unit.commands.append(command)

    def _set_cancel_all_after(self, unit: Unit, request: pb.SetCancelAllAfterRequest, call: Call) -> None:
        command = self._core.orders.set_cancel_all_after(request, call.principal.account_id)
        if not request.validate_only:
            unit.commands.append(command)
            return
        rejected = self._dry_runs.refusal(command)
        if rejected is not None:
            unit.response.error.CopyFrom(self._dry_runs.order_error(rejected))
            return
        unit.response.set_cancel_all_after.SetInParent()
        if command.timeout_ns:
            cancel_time = timestamp(self._core.clock_ns() + command.timeout_ns)
            unit.response.set_cancel_all_after.cancel_time.CopyFrom(cancel_time)

    # ------------------------------------------------------------ out

    async def _finish(self, unit: Unit) -> None:
        """Wait until a unit is durable and write its answer."""
        response = unit.response
        applied: Sequence[Applied] = ()
        if unit.future is not None:
            try:
                applied = await unit.future
            except NotSequenced as error:
                response.error.CopyFrom(order_error(_told(error)))
                return
        else:
            # What was only checked, or not found, has seen a state that may not be durable yet.
            await self._core.settled()
            if response.HasField("outcome"):
                return
        if unit.items:
            refusal = refusal_of(applied)
            if refusal is not None:
                response.error.CopyFrom(order_error(CallError(refusal.reason, f"batch.{refusal.field}")))
                return
            await self._turnstile.enter(size_of(unit.commands))
            add = response.batch.results.add
            write_results([add() for _ in range(unit.items)], applied, unit.early, self._dry_runs.order_error)
        elif unit.early:
            response.result.CopyFrom(unit.early[0])
        elif applied:
            self._write_outcome(response, applied[0])

    def _write_outcome(self, response: pb.OrderEntryResponse, applied: Applied) -> None:
        """Write what came of a single command."""
        outcome, command, errors = applied.events, applied.command, self._dry_runs.order_error
        kind = type(command)
        first = outcome[0]
        if kind is PlaceOrder or kind is CancelOrder or kind is AmendOrder:
            write_result(response.result, outcome, errors)
        elif isinstance(first, events.Rejected):
            error = order_error(command_error(command, first)) if kind is CancelReplaceOrder else errors(first)
            response.error.CopyFrom(error)
        elif kind is CancelAllOrders:
            # An empty list is an answer too.
            response.cancel_all_orders.SetInParent()
            response.cancel_all_orders.order_ids.extend(canceled_order_ids(outcome))
        elif kind is CancelReplaceOrder:
            write_replaced(response.cancel_replace, outcome, errors)
        elif kind is PlaceOcoOrder:
            write_list_result(response.order_list, outcome, 2)
        elif kind is PlaceBracketOrder:
            write_list_result(response.order_list, outcome, 3)
        else:
            assert isinstance(first, events.CancelAllAfterSet)
            response.set_cancel_all_after.SetInParent()
            if first.cancel_time_ns:
                response.set_cancel_all_after.cancel_time.CopyFrom(timestamp(first.cancel_time_ns))


def _told(error: NotSequenced) -> CallError:
    told = call_error(error)
    assert told is not None
    return told
