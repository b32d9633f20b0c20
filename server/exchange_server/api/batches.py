"""Batches: each item read for itself, the whole checked for its shape, one result an item.

One that happens wholly or not at all becomes a single command, and fails as a whole with the first item at fault.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeAlias

from exchange.v1 import order_service_pb2 as pb
from exchange_server.api.core import Core
from exchange_server.api.dry_runs import DryRuns
from exchange_server.api.errors import INVALID_FIELD, ORDER_NOT_FOUND, CallError, order_error, rejected_error
from exchange_server.engine import events
from exchange_server.engine.commands import AmendOrder, BatchItem, BatchOrders, CancelOrder, Command, PlaceOrder
from exchange_server.engine.types import MAX_BATCH, AccountId
from exchange_server.sequencer import Applied
from exchange_server.sequencer.turnstile import STEP_COMMANDS
from exchange_server.wire.errors import FieldError
from exchange_server.wire.order_requests import bound_to_session
from exchange_server.wire.order_results import OrderErrors, write_result

Batch: TypeAlias = pb.OrderBatch | pb.BatchOrdersRequest
Early: TypeAlias = dict[int, pb.OrderResult]
"""Results that are there before anything is submitted, by position: refusals and mere checks."""
Arrived: TypeAlias = Callable[[], Awaitable[None]]


class BatchReader:
    """Reads batches of one shard's orders."""

    def __init__(self, core: Core, dry_runs: DryRuns) -> None:
        self._core: Final = core
        self._turnstile: Final = core.shard.turnstile
        self._dry_runs: Final = dry_runs

    async def read(
        self, batch: Batch, account_id: AccountId, session_id: int = 0, arrived: Arrived | None = None
    ) -> tuple[list[Command], Early]:
        """Return the commands to submit as one unit, and the results of the other items.

        `session_id` binds what is placed to a stream; `arrived` waits until what was submitted before is executed, for
        an amend that names an order of it. Raises FieldError for a batch of the wrong shape, and for the first item
        that is at fault in itself when all are to happen or none: such a batch is one command without early results.
        """
        items = batch.items
        if not 0 < len(items) <= MAX_BATCH:
            raise FieldError(INVALID_FIELD, "items", f"needs 1 to {MAX_BATCH} items")
        orders, dry_runs = self._core.orders, self._dry_runs
        place_order = orders.place_order
        commands: list[BatchItem] = []
        early: Early = {}
        for position, item in enumerate(items):
            if position % STEP_COMMANDS == 0:
                await self._turnstile.enter(min(len(items) - position, STEP_COMMANDS))
            try:
                command: PlaceOrder | CancelOrder | AmendOrder
                if item.HasField("place_order"):
                    place = item.place_order
                    command = place_order(place, account_id)
                    if session_id:
                        command = bound_to_session(command, session_id)
                    dry = place.validate_only
                elif item.HasField("cancel_order"):
                    command = orders.cancel_order(item.cancel_order, account_id)
                    dry = item.cancel_order.validate_only
                elif item.HasField("amend_order"):
                    command = await self._amend_order(batch, position, account_id, arrived)
                    dry = item.amend_order.validate_only
                else:
                    raise missing_request()
                if dry and batch.all_or_none:
                    raise FieldError(INVALID_FIELD, "items", "validate_only of an item does not go with all_or_none")
                if dry:
                    early[position] = dry_runs.result(command)
                else:
                    commands.append(command)
            except FieldError as error:
                if batch.all_or_none:
                    raise _in_item(error, position, item) from None
                early[position] = pb.OrderResult(error=order_error(error))
        _check_names(items, commands, early)
        return [BatchOrders(commands)] if batch.all_or_none else list(commands), early

    async def _amend_order(
        self, batch: Batch, position: int, account_id: AccountId, arrived: Arrived | None
    ) -> AmendOrder:
        """Read an amend; its order may be placed by an earlier item, or be under way."""
        request = batch.items[position].amend_order
        read = self._core.orders.amend_order
        try:
            return read(request, account_id)
        except FieldError as error:
            if error.reason != ORDER_NOT_FOUND:
                raise
        key = request.client_order_id
        for item in batch.items[:position]:
            if key and item.place_order.client_order_id == key:
                return read(request, account_id, item.place_order.market)
        if arrived is not None:
            await arrived()
        return read(request, account_id)


def refusal_of(applied: Sequence[Applied]) -> CallError | None:
    """Return why an all-or-none batch was refused; None for one that was not, and for any other."""
    if len(applied) == 1 and type(applied[0].command) is BatchOrders:
        outcome = applied[0].events[0]
        return rejected_error(outcome) if isinstance(outcome, events.Rejected) else None
    return None


def write_results(
    results: Sequence[pb.OrderResult], applied: Sequence[Applied], early: Early, errors: OrderErrors
) -> None:
    """Fill in one result an item: where none was there early, that of the next one that was executed."""
    executed = _executed(applied)
    if not early:
        for result, outcome in zip(results, executed, strict=True):
            write_result(result, outcome, errors)
        return
    outcomes = iter(executed)
    for position, result in enumerate(results):
        known = early.get(position)
        if known is None:
            write_result(result, next(outcomes), errors)
        else:
            result.CopyFrom(known)


def _executed(applied: Sequence[Applied]) -> list[list[events.Event]]:
    """Return the events of each item that was executed."""
    if len(applied) == 1:
        outcome = applied[0].events[0]
        if isinstance(outcome, events.BatchAccepted):
            return outcome.items
    return [one.events for one in applied]


def missing_request() -> FieldError:
    """Return the refusal of a request that asks nothing."""
    return FieldError(INVALID_FIELD, "request", "exactly one field is required in oneof")


def _in_item(error: FieldError, position: int, item: pb.OrderBatchItem) -> FieldError:
    """Return what is wrong with an item as an error of the batch; what is wrong with all of them is that already."""
    if error.field == "items":
        return error
    kind = item.WhichOneof("request")
    return error.within(f"items[{position}].{kind}" if kind else f"items[{position}]")


def _check_names(items: Sequence[pb.OrderBatchItem], commands: Sequence[Command], early: Early) -> None:
    """Raise FieldError when two items place with one key, or amend or cancel what they name alike.

    By hand: the contract's own rules take 77 ms for 500 items. Commands are at hand already; only when not all items
    became commands are the items asked.
    """
    if early:
        placed = [item.place_order.client_order_id for item in items]
        changed = [item.amend_order if item.HasField("amend_order") else item.cancel_order for item in items]
        ids = [request.order_id for request in changed]
        keys = [request.client_order_id for request in changed]
    else:
        placed = [command.client_order_id for command in commands if type(command) is PlaceOrder]
        others = [command for command in commands if isinstance(command, CancelOrder | AmendOrder)]
        ids = [command.order_id for command in others]
        keys = [command.client_order_id for command in others]
    if not _unique(placed):
        raise FieldError(INVALID_FIELD, "items", "two items place with the same client_order_id")
    if not (_unique(ids) and _unique(keys)):
        raise FieldError(INVALID_FIELD, "items", "two items name the same order")


def _unique(names: Sequence[int] | Sequence[str]) -> bool:
    """Tell whether no name but an empty one comes twice."""
    given = [name for name in names if name]
    return len(set(given)) == len(given)
