"""What refusals look like in compact results, and results of what is only to be checked."""

from typing import Final, cast

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.api.core import Core
from exchange_server.api.errors import order_error, rejected_error
from exchange_server.engine import events
from exchange_server.engine.commands import (
    AmendOrder,
    CancelOrder,
    Command,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
)
from exchange_server.engine.types import ORDER_OPEN, ORDER_PENDING_TRIGGER, TYPE_STOP_MARKET, TYPE_TRAILING_STOP, TimeNs


class DryRuns:
    """Checks commands of one shard without executing them."""

    def __init__(self, core: Core) -> None:
        self._core: Final = core
        self._errors: Final[dict[tuple[int, str], pb.OrderError]] = {}

    def result(self, command: PlaceOrder | CancelOrder | AmendOrder) -> pb.OrderResult:
        """Return the result of an item with `validate_only`. It may tell of a state that is not durable yet."""
        rejected = self.refusal(command)
        if rejected is not None:
            return pb.OrderResult(error=self.order_error(rejected))
        if isinstance(command, PlaceOrder):
            return _accepted(command)
        order = self._core.engine.find_order(command.account_id, command.order_id, command.client_order_id)
        assert order is not None
        return pb.OrderResult(order_id=order.order_id, status=cast(types_pb2.OrderStatus, order.status))

    def write_list(self, response: pb.OrderEntryResponse, command: PlaceOcoOrder | PlaceBracketOrder) -> None:
        """Fill in the answer to a list with `validate_only`, as `result` does."""
        rejected = self.refusal(command)
        if rejected is not None:
            response.error.CopyFrom(self.order_error(rejected))
            return
        if isinstance(command, PlaceOcoOrder):
            orders: tuple[PlaceOrder, ...] = command.above, command.below
        else:
            orders = command.entry, command.take_profit, command.stop_loss
        response.order_list.results.extend(map(_accepted, orders))

    def refusal(self, command: Command) -> events.Rejected | None:
        """Return what the engine would refuse a command with now."""
        return self._core.engine.check(command, TimeNs(self._core.clock_ns()))

    def order_error(self, rejected: events.Rejected) -> pb.OrderError:
        """Return what is told of a refusal; made once for each reason and field."""
        key = rejected.reason, rejected.field
        error = self._errors.get(key)
        if error is None:
            error = self._errors[key] = order_error(rejected_error(rejected))
        return error


def _accepted(command: PlaceOrder) -> pb.OrderResult:
    waits = TYPE_STOP_MARKET <= command.type <= TYPE_TRAILING_STOP
    return pb.OrderResult(status=cast(types_pb2.OrderStatus, ORDER_PENDING_TRIGGER if waits else ORDER_OPEN))
