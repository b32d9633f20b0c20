"""What refusals look like in compact results, and results of what is only to be checked."""

from typing import Final, cast

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.api.core import Core
from exchange_server.api.errors import order_error, rejected_error
from exchange_server.engine import events
from exchange_server.engine.commands import AmendOrder, CancelOrder, Command, PlaceOrder
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
            waits = TYPE_STOP_MARKET <= command.type <= TYPE_TRAILING_STOP
            status = ORDER_PENDING_TRIGGER if waits else ORDER_OPEN
            return pb.OrderResult(status=cast(types_pb2.OrderStatus, status))
        order = self._core.engine.find_order(command.account_id, command.order_id, command.client_order_id)
        assert order is not None
        return pb.OrderResult(order_id=order.order_id, status=cast(types_pb2.OrderStatus, order.status))

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
