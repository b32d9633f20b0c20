"""What refusals look like in compact results, and results of what is only to be tried."""

from typing import Final, cast

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.api.core import Core
from exchange_server.api.errors import command_error, order_error, rejected_error
from exchange_server.engine import events
from exchange_server.engine.commands import (
    AmendOrder,
    CancelOrder,
    CancelReplaceOrder,
    Command,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
)
from exchange_server.engine.orders import Order
from exchange_server.engine.previews import Preview
from exchange_server.engine.types import TimeNs
from exchange_server.wire.list_results import write_list_result
from exchange_server.wire.order_previews import preview_result
from exchange_server.wire.order_results import write_state
from exchange_server.wire.order_states import present_state


class DryRuns:
    """Tries commands of one shard without executing them. Results may tell of a state that is not durable yet."""

    def __init__(self, core: Core) -> None:
        self._core: Final = core
        self._errors: Final[dict[tuple[int, str], pb.OrderError]] = {}

    def result(self, command: PlaceOrder | CancelOrder | AmendOrder) -> pb.OrderResult:
        """Return the result of one request, or of an item of a batch."""
        if isinstance(command, CancelOrder):
            rejected = self.refusal(command)
            if rejected is not None:
                return self._refused(rejected)
            order = self._core.engine.find_order(command.account_id, command.order_id, command.client_order_id)
            assert order is not None
            return _standing(order)
        if isinstance(command, PlaceOrder):
            known = self._core.known_order(command)
            if known is not None:
                rejected = self.refusal(command)
                return _known(known) if rejected is None else self._refused(rejected)
        return self._tried(self._core.engine.preview(command, self._now()))

    def write_replaced(self, response: pb.OrderEntryResponse, command: CancelReplaceOrder) -> None:
        """Fill in the answer to a cancel-replace."""
        known = self._core.known_order(command.place)
        if known is not None:
            rejected = self.refusal(command)
            if rejected is None:
                response.cancel_replace.place.CopyFrom(_known(known))
            else:
                response.error.CopyFrom(order_error(command_error(command, rejected)))
            return
        told = self._core.engine.preview_replace(command, self._now())
        if isinstance(told, events.Rejected):
            response.error.CopyFrom(order_error(command_error(command, told)))
            return
        canceled = told.canceled
        result = _standing(canceled) if isinstance(canceled, Order) else self._refused(canceled)
        response.cancel_replace.cancel.CopyFrom(result)
        response.cancel_replace.place.CopyFrom(self._tried(told.placed))

    def write_list(self, response: pb.OrderEntryResponse, command: PlaceOcoOrder | PlaceBracketOrder) -> None:
        """Fill in the answer to a list."""
        known = self._core.engine.known_list(command)
        if known:
            members = 2 if isinstance(command, PlaceOcoOrder) else 3
            write_list_result(response.order_list, known, members)
            return
        told = self._core.engine.preview_list(command, self._now())
        if isinstance(told, events.Rejected):
            response.error.CopyFrom(self.order_error(told))
        else:
            response.order_list.results.extend(map(preview_result, told))

    def refusal(self, command: Command) -> events.Rejected | None:
        """Return what the engine would refuse a command with now."""
        return self._core.engine.check(command, self._now())

    def order_error(self, rejected: events.Rejected) -> pb.OrderError:
        """Return what is told of a refusal; made once for each reason and field."""
        key = rejected.reason, rejected.field
        error = self._errors.get(key)
        if error is None:
            error = self._errors[key] = order_error(rejected_error(rejected))
        return error

    def _tried(self, told: Preview | events.Rejected) -> pb.OrderResult:
        return preview_result(told) if isinstance(told, Preview) else self._refused(told)

    def _refused(self, rejected: events.Rejected) -> pb.OrderResult:
        return pb.OrderResult(error=self.order_error(rejected))

    def _now(self) -> TimeNs:
        return TimeNs(self._core.clock_ns())


def _standing(order: Order) -> pb.OrderResult:
    return pb.OrderResult(order_id=order.order_id, status=cast(types_pb2.OrderStatus, order.status))


def _known(order: Order) -> pb.OrderResult:
    result = pb.OrderResult(deduplicated=True)
    write_state(result, present_state(order))
    return result
