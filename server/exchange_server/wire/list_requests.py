"""Requests for orders that enter together, OCO and bracket, to commands.

There are few of them, so the contract's own rules come first. What they cannot tell, the engine's rules of a list do:
what is refused here never becomes a command.
"""

from typing import Final

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine.commands import PlaceBracketOrder, PlaceOcoOrder, PlaceOrder
from exchange_server.engine.events import Rejected
from exchange_server.engine.order_lists import bracket_fault, oco_fault
from exchange_server.engine.terms import SpecialTerms, is_special
from exchange_server.engine.types import (
    SELF_TRADE_EXPIRE_MAKER,
    SIDE_BUY,
    SIDE_SELL,
    TIF_GTC,
    TIF_IOC,
    TYPE_STOP_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TAKE_PROFIT_LIMIT,
    TYPE_TAKE_PROFIT_MARKET,
    AccountId,
    Lots,
    Ticks,
)
from exchange_server.wire.errors import FieldError
from exchange_server.wire.order_requests import OrderReader, bound_to_session
from exchange_server.wire.units import MarketUnits
from exchange_server.wire.validation import contract_error

_PROBLEMS: Final = {
    "above": "its price is not the higher one",
    "below.quantity": "another than that of above",
    "below.client_order_id": "the same as that of above",
    "stop_loss.client_order_id": "two orders of the bracket have the same",
    "take_profit.trigger_price": "must be on the profitable side of the entry's price and of the stop-loss",
    "stop_loss.trigger_price": "must be on the losing side of the entry's price",
}


class ListReader:
    """Reads OCO and bracket requests of one engine's markets."""

    def __init__(self, orders: OrderReader) -> None:
        self._orders: Final = orders

    def place_oco_order(self, request: pb.PlaceOcoOrderRequest, account_id: AccountId) -> PlaceOcoOrder:
        """Return the command. Raises FieldError; its path begins with the part."""
        _check_parts(request, "above", "below")
        above = self._part("above", request.above, account_id)
        below = self._part("below", request.below, account_id)
        _refuse(oco_fault(above, below))
        return PlaceOcoOrder(above, below)

    def place_bracket_order(self, request: pb.PlaceBracketOrderRequest, account_id: AccountId) -> PlaceBracketOrder:
        """Return the command. Raises FieldError; its path begins with the part."""
        _check_parts(request, "entry", "take_profit", "stop_loss")
        entry = self._part("entry", request.entry, account_id)
        units = self._orders.units(request.entry.market)
        profit_types, loss_types = (
            (TYPE_TAKE_PROFIT_LIMIT, TYPE_TAKE_PROFIT_MARKET),
            (TYPE_STOP_LIMIT, TYPE_STOP_MARKET),
        )
        take_profit = _exit("take_profit", request.take_profit, entry, units, *profit_types)
        stop_loss = _exit("stop_loss", request.stop_loss, entry, units, *loss_types)
        _refuse(bracket_fault(entry, take_profit, stop_loss))
        return PlaceBracketOrder(entry, take_profit, stop_loss)

    def _part(self, part: str, request: pb.PlaceOrderRequest, account_id: AccountId) -> PlaceOrder:
        try:
            return self._orders.place_order(request, account_id)
        except FieldError as error:
            raise error.within(part) from None


def list_bound_to_session(
    command: PlaceOcoOrder | PlaceBracketOrder, session_id: int
) -> PlaceOcoOrder | PlaceBracketOrder:
    """Return a list whose orders are canceled when the order entry stream `session_id` ends."""
    if isinstance(command, PlaceOcoOrder):
        return PlaceOcoOrder(bound_to_session(command.above, session_id), bound_to_session(command.below, session_id))
    return PlaceBracketOrder(
        bound_to_session(command.entry, session_id),
        bound_to_session(command.take_profit, session_id),
        bound_to_session(command.stop_loss, session_id),
    )


def _exit(
    part: str, request: pb.BracketExit, entry: PlaceOrder, units: MarketUnits, limit_type: int, market_type: int
) -> PlaceOrder:
    """Return an exit: on the other side of its entry, with its self-trade mode, and of no quantity yet."""
    price = request.price
    try:
        trigger_price_ticks = units.read_price(request.trigger_price, "trigger_price")
        price_ticks = units.read_price(price) if price else Ticks(0)
    except FieldError as error:
        raise error.within(part) from None
    terms = SpecialTerms(
        limit_type if price else market_type,
        TIF_GTC if price else TIF_IOC,
        False,
        self_trade=entry.terms.self_trade if is_special(entry.terms) else SELF_TRADE_EXPIRE_MAKER,
        trigger_price_ticks=trigger_price_ticks,
    )
    side = SIDE_SELL if entry.side == SIDE_BUY else SIDE_BUY
    return PlaceOrder(entry.account_id, entry.market_id, side, terms, price_ticks, Lots(0), request.client_order_id)


def _check_parts(request: pb.PlaceOcoOrderRequest | pb.PlaceBracketOrderRequest, *parts: str) -> None:
    """Raise FieldError for what the contract says; first of all for a part that is missing, not for its fields."""
    error = contract_error(request)
    if error is None:
        return
    for part in parts:
        if not request.HasField(part):
            raise FieldError(error.reason, part, "value is required")
    raise error


def _refuse(fault: Rejected | None) -> None:
    if fault is not None:
        raise FieldError(fault.reason, fault.field, _PROBLEMS.get(fault.field, "contradicts the other orders"))
