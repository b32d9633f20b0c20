"""PlaceOcoOrder and PlaceBracketOrder: orders that enter together."""

from typing import Final, TypeVar

from exchange.v1 import order_service_pb2 as pb
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.previews import Previews
from exchange_server.engine.commands import PlaceBracketOrder, PlaceOcoOrder
from exchange_server.engine.types import SCOPE_TRADE
from exchange_server.wire.list_results import write_list_response

Answer = TypeVar("Answer", pb.PlaceOcoOrderResponse, pb.PlaceBracketOrderResponse)


class OrderListCalls:
    """The methods of OrderService that place lists."""

    def __init__(self, core: Core, previews: Previews) -> None:
        self._core: Final = core
        self._previews: Final = previews

    def methods(self) -> dict[str, Method]:
        """Return their part of the service's table."""
        service = "/exchange.v1.OrderService"
        return {
            f"{service}/PlaceOcoOrder": Method(self.place_oco_order, SCOPE_TRADE, checks_itself=True),
            f"{service}/PlaceBracketOrder": Method(self.place_bracket_order, SCOPE_TRADE, checks_itself=True),
        }

    async def place_oco_order(self, request: pb.PlaceOcoOrderRequest, call: Call) -> pb.PlaceOcoOrderResponse:
        command = self._core.order_lists.place_oco_order(request, call.principal.account_id)
        return await self._answer(command, pb.PlaceOcoOrderResponse(), request.validate_only, call)

    async def place_bracket_order(
        self, request: pb.PlaceBracketOrderRequest, call: Call
    ) -> pb.PlaceBracketOrderResponse:
        command = self._core.order_lists.place_bracket_order(request, call.principal.account_id)
        return await self._answer(command, pb.PlaceBracketOrderResponse(), request.validate_only, call)

    async def _answer(
        self, command: PlaceOcoOrder | PlaceBracketOrder, response: Answer, validate_only: bool, call: Call
    ) -> Answer:
        """Execute or only try a list, and fill in its answer."""
        if validate_only:
            await self._previews.place_list(command, response)
        else:
            applied = await self._core.execute(command, call)
            write_list_response(response, applied.events, applied.sequence, applied.time_ns)
        return response
