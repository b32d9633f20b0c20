"""What the contract has and this version of the exchange has not: refused in so many words, here and nowhere else.

Pegged orders are refused where orders are read, `wire/special_orders.refuse_unavailable`.
"""

from collections.abc import Mapping
from typing import Final, NoReturn

from exchange_server.api.call import Call, Method
from exchange_server.api.errors import INVALID_FIELD, METHOD_NOT_FOUND, CallError
from exchange_server.engine.types import SCOPE_TRADE
from exchange_server.wire.errors import FieldError

_MESSAGE: Final = "this is not available yet"

STREAM_REQUESTS: Final = ("place_oco_order", "place_bracket_order")
"""Requests on the order entry stream that are refused with METHOD_NOT_FOUND."""

_METHODS: Final = ("PlaceOcoOrder", "PlaceBracketOrder")


def not_available() -> CallError:
    """Return the refusal of a method."""
    return CallError(METHOD_NOT_FOUND, message=_MESSAGE)


def refuse_all_or_none(all_or_none: bool) -> None:
    """Raise FieldError for a batch that is to happen wholly or not at all."""
    if all_or_none:
        raise FieldError(INVALID_FIELD, "all_or_none", "all-or-none batches are not available yet")


def methods() -> Mapping[str, Method]:
    """Return the methods of OrderService that refuse every call."""

    async def refuse(request: object, call: Call) -> NoReturn:
        raise not_available()

    return {f"/exchange.v1.OrderService/{name}": Method(refuse, SCOPE_TRADE) for name in _METHODS}
