"""Answers to unary calls with `validate_only`: what would come of a command that is not executed.

What they tell may have been seen before it was durable, so every answer and every refusal waits until it is.
"""

from typing import Final, NoReturn

from exchange.v1 import order_service_pb2 as pb
from exchange_server.api.core import Core
from exchange_server.api.errors import command_error, part_error
from exchange_server.engine import events
from exchange_server.engine.commands import (
    AmendOrder,
    CancelReplaceOrder,
    Command,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
)
from exchange_server.engine.orders import Order
from exchange_server.engine.previews import Preview
from exchange_server.engine.types import TimeNs
from exchange_server.wire.list_results import ListAnswer, write_list_response
from exchange_server.wire.order_previews import write_list_preview, write_preview
from exchange_server.wire.order_results import OrderErrors
from exchange_server.wire.orders import present_order_message


class Previews:
    """Tries commands of one shard."""

    def __init__(self, core: Core, errors: OrderErrors) -> None:
        self._core: Final = core
        self._errors: Final = errors

    async def place(self, command: PlaceOrder) -> pb.PlaceOrderResponse:
        known = self._core.known_order(command)
        if known is not None:
            response = pb.PlaceOrderResponse(order=present_order_message(known), deduplicated=True)
            await self._core.check(command)
            return response
        told = self._core.engine.preview(command, self._now())
        if isinstance(told, events.Rejected):
            await self._refuse(command, told)
        response = pb.PlaceOrderResponse()
        write_preview(response, told)
        await self._core.settled()
        return response

    async def amend(self, command: AmendOrder) -> pb.AmendOrderResponse:
        told = self._core.engine.preview(command, self._now())
        if isinstance(told, events.Rejected):
            await self._refuse(command, told)
        response = pb.AmendOrderResponse()
        write_preview(response, told)
        await self._core.settled()
        return response

    async def cancel_replace(self, command: CancelReplaceOrder) -> pb.CancelReplaceOrderResponse:
        response = pb.CancelReplaceOrderResponse()
        known = self._core.known_order(command.place)
        if known is not None:
            response.order.CopyFrom(present_order_message(known))
            response.deduplicated = True
            await self._core.check(command)
            return response
        told = self._core.engine.preview_replace(command, self._now())
        if isinstance(told, events.Rejected):
            await self._refuse(command, told)
        if isinstance(told.canceled, Order):
            response.canceled_order.CopyFrom(present_order_message(told.canceled))
        else:
            response.cancel_error.CopyFrom(part_error(self._errors(told.canceled), "cancel_order"))
        if isinstance(told.placed, Preview):
            write_preview(response, told.placed)
        else:
            response.place_error.CopyFrom(part_error(self._errors(told.placed), "place_order"))
        await self._core.settled()
        return response

    async def place_list(self, command: PlaceOcoOrder | PlaceBracketOrder, response: ListAnswer) -> None:
        """Fill in the answer to either kind of list."""
        known = self._core.engine.known_list(command)
        if known:
            write_list_response(response, known, 0, 0)
            await self._core.settled()
            return
        told = self._core.engine.preview_list(command, self._now())
        if isinstance(told, events.Rejected):
            await self._refuse(command, told)
        write_list_preview(response, told)
        await self._core.settled()

    async def _refuse(self, command: Command, refusal: events.Rejected) -> NoReturn:
        await self._core.settled()
        raise command_error(command, refusal)

    def _now(self) -> TimeNs:
        return TimeNs(self._core.clock_ns())
