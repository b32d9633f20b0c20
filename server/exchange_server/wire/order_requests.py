"""Order requests to commands.

On the order entry stream an order has a few microseconds, so the contract's rules are checked here by hand, where the
strings become integers anyway. What is accepted here is accepted by the contract's rules too, and the other way round
(a test compares them). What is refused is explained by the contract's own rules, so that every way in says the same.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from google.protobuf.unknown_fields import UnknownFieldSet

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine import terms as order_terms
from exchange_server.engine.commands import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    CancelReplaceOrder,
    PlaceOrder,
    SetCancelAllAfter,
)
from exchange_server.engine.entities import Market
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import SOUND, Terms
from exchange_server.engine.types import (
    MAX_NAME,
    ORDER_OPEN,
    ORDER_PENDING_TRIGGER,
    REJECT_INVALID_FIELD,
    REJECT_MARKET_NOT_FOUND,
    REJECT_ORDER_CLOSED,
    REJECT_ORDER_NOT_FOUND,
    SIDE_BUY,
    SIDE_SELL,
    TIF_GTC,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_MARKET,
    AccountId,
    Lots,
    MarketId,
    OrderId,
    Ticks,
)
from exchange_server.wire.errors import FieldError
from exchange_server.wire.journal_codec import MODE_ALLOW_FAILURE
from exchange_server.wire.plain_requests import PLAIN_ORDER, whole_order
from exchange_server.wire.special_orders import read_terms
from exchange_server.wire.units import MarketUnits
from exchange_server.wire.validation import contract_error

FindOrder = Callable[[AccountId, OrderId, str], Order | None]
"""Finds an account's order by id, or by key when the id is 0."""

MIN_TIMEOUT_MS: Final = 1_000
MAX_TIMEOUT_MS: Final = 86_400_000
_MS_NS: Final = 1_000_000

_CLIENT_ORDER_ID = re.compile(r"[!-~]{1,64}").fullmatch

_DEFAULTS: Final = {TYPE_LIMIT: TIF_GTC, TYPE_MARKET: TIF_IOC}
"""The time in force of a plain order that names none, by type."""

_TERMS: Final[Mapping[tuple[int, int, int, bool], Terms]] = {
    (side, type_, sent, post_only): terms
    for (type_, time_in_force, post_only), terms in SOUND.items()
    for sent in {time_in_force, 0 if _DEFAULTS[type_] == time_in_force else time_in_force}
    for side in (SIDE_BUY, SIDE_SELL)
}
"""The terms of a plain order by what its request says of side, type, time in force and post-only, if that is sound."""


def _no_orders(account_id: AccountId, order_id: OrderId, client_order_id: str) -> Order | None:
    return None


class OrderReader:
    """Reads order requests of one engine's markets; `find_order` tells of which market an order to amend is."""

    def __init__(self, markets_by_name: Mapping[str, Market], find_order: FindOrder = _no_orders) -> None:
        self._markets: Final = markets_by_name
        self._find_order: Final = find_order
        self._units: Final[dict[str, MarketUnits]] = {}

    # ------------------------------------------------------------ placing

    def place_order(self, request: pb.PlaceOrderRequest, account_id: AccountId) -> PlaceOrder:
        """Return the command; the request may be of a class of `plain_requests`. Raises FieldError."""
        if type(request) is not PLAIN_ORDER or UnknownFieldSet(request):
            return self._any_order(request, account_id)
        try:
            market = request.market
            try:
                units = self._units[market]
            except KeyError:
                units = self._find(market)
            side: int = request.side
            try:
                terms = _TERMS[side, request.type, request.time_in_force, request.post_only]
            except KeyError:
                raise _refused() from None
            price = request.price
            if terms.type == TYPE_LIMIT:
                price_ticks = units.ticks.get(price) or units.read_price(price)
            elif price:
                raise _refused()
            else:
                price_ticks = Ticks(0)
            quantity = request.quantity
            quantity_lots = units.lots.get(quantity) or units.read_quantity(quantity)
            client_order_id = request.client_order_id
            # What `_CLIENT_ORDER_ID` says, in less time.
            if client_order_id and not (
                client_order_id.isascii()
                and client_order_id.isprintable()
                and " " not in client_order_id
                and len(client_order_id) <= MAX_NAME
            ):
                raise _refused()
        except FieldError as error:
            raise contract_error(whole_order(request)) or error from None
        return PlaceOrder(account_id, units.market.market_id, side, terms, price_ticks, quantity_lots, client_order_id)

    def _any_order(self, request: pb.PlaceOrderRequest, account_id: AccountId) -> PlaceOrder:
        """Read an order that may ask for anything."""
        request = whole_order(request)
        try:
            units = self._units.get(request.market) or self._find(request.market)
            if not SIDE_BUY <= request.side <= SIDE_SELL:
                raise _refused()
            terms, price_ticks, quantity_lots = read_terms(request, units)
            client_order_id = request.client_order_id
            if client_order_id and _CLIENT_ORDER_ID(client_order_id) is None:
                raise _refused()
        except FieldError as error:
            raise contract_error(request) or error from None
        return PlaceOrder(
            account_id, units.market.market_id, request.side, terms, price_ticks, quantity_lots, client_order_id
        )

    # ------------------------------------------------------------ changing

    def amend_order(
        self, request: pb.AmendOrderRequest, account_id: AccountId, placed_in: str | None = None
    ) -> AmendOrder:
        """Return the command. Prices and quantities are in steps of the order's market, so the order must be known.

        `placed_in` is the market of an order that is only being placed; it counts when the order is not known.
        Raises FieldError, also with ORDER_NOT_FOUND and ORDER_CLOSED.
        """
        try:
            order_id, client_order_id = self._order_name(request)
            price, quantity = request.price, request.quantity
            if not price and not quantity:
                raise _refused()
        except FieldError as error:
            raise contract_error(request) or error from None
        order = self._find_order(account_id, order_id, client_order_id)
        if order is not None:
            units = self._units.get(order.market.name) or self._find(order.market.name)
        elif placed_in is not None and (placed := self._units.get(placed_in)) is not None:
            units = placed
        else:
            raise contract_error(request) or FieldError(REJECT_ORDER_NOT_FOUND, "order", "there is no such order")
        try:
            price_ticks = (units.ticks.get(price) or units.read_price(price)) if price else Ticks(0)
            quantity_lots = (units.lots.get(quantity) or units.read_quantity(quantity)) if quantity else Lots(0)
        except FieldError as error:
            told = contract_error(request)
            if told is None and order is not None and order.status not in (ORDER_OPEN, ORDER_PENDING_TRIGGER):
                told = FieldError(REJECT_ORDER_CLOSED, "order", "the order is already filled, canceled or expired")
            raise told or error from None
        return AmendOrder(account_id, order_id, client_order_id, price_ticks, quantity_lots)

    def cancel_replace_order(self, request: pb.CancelReplaceOrderRequest, account_id: AccountId) -> CancelReplaceOrder:
        """Return the command. Raises FieldError; its path begins with the part."""
        mode: int = request.mode
        sound = request.HasField("cancel_order") and request.HasField("place_order") and 0 <= mode <= MODE_ALLOW_FAILURE
        if not sound or request.cancel_order.validate_only or request.place_order.validate_only:
            raise contract_error(request) or _refused()
        try:
            cancel = self.cancel_order(request.cancel_order, account_id)
        except FieldError as error:
            raise error.within("cancel_order") from None
        try:
            place = self.place_order(request.place_order, account_id)
        except FieldError as error:
            raise error.within("place_order") from None
        return CancelReplaceOrder(cancel, place, mode != MODE_ALLOW_FAILURE)

    # ------------------------------------------------------------ canceling

    def cancel_order(self, request: pb.CancelOrderRequest, account_id: AccountId) -> CancelOrder:
        """Return the command. Raises FieldError."""
        order_id = request.order_id
        if order_id:
            return CancelOrder(account_id, OrderId(order_id), "")
        client_order_id = request.client_order_id
        if _CLIENT_ORDER_ID(client_order_id) is None:
            raise contract_error(request) or _refused()
        return CancelOrder(account_id, OrderId(0), client_order_id)

    def cancel_all_orders(self, request: pb.CancelAllOrdersRequest, account_id: AccountId) -> CancelAllOrders:
        """Return the command. Raises FieldError."""
        try:
            side: int = request.side
            prefix = request.client_order_id_prefix
            if not 0 <= side <= SIDE_SELL or (prefix and _CLIENT_ORDER_ID(prefix) is None):
                raise _refused()
            return CancelAllOrders(account_id, self.market_id(request.market), side, prefix)
        except FieldError as error:
            raise contract_error(request) or error from None

    def set_cancel_all_after(self, request: pb.SetCancelAllAfterRequest, account_id: AccountId) -> SetCancelAllAfter:
        """Return the command. Raises FieldError."""
        timeout_ms = request.timeout_ms
        if timeout_ms and not MIN_TIMEOUT_MS <= timeout_ms <= MAX_TIMEOUT_MS:
            raise contract_error(request) or _refused()
        return SetCancelAllAfter(account_id, timeout_ms * _MS_NS)

    # ------------------------------------------------------------ names

    def market_id(self, name: str) -> MarketId:
        """Return the id of a market, 0 for all when the name is empty. Raises FieldError naming `market`."""
        if not name:
            return MarketId(0)
        return self.market(name).market_id

    def market(self, name: str) -> Market:
        """Return a market by its name. Raises FieldError naming `market`."""
        return self.units(name).market

    def units(self, name: str) -> MarketUnits:
        """Return the steps of a market by its name. Raises FieldError naming `market`."""
        return self._units.get(name) or self._find(name)

    def _order_name(self, request: pb.AmendOrderRequest) -> tuple[OrderId, str]:
        order_id = request.order_id
        if order_id:
            return OrderId(order_id), ""
        client_order_id = request.client_order_id
        if _CLIENT_ORDER_ID(client_order_id) is None:
            raise _refused()
        return OrderId(0), client_order_id

    def _find(self, name: str) -> MarketUnits:
        market = self._markets.get(name)
        if market is None:
            raise FieldError(REJECT_MARKET_NOT_FOUND, "market", "there is no market of this name")
        units = self._units[name] = MarketUnits(market)
        return units


def bound_to_session(command: PlaceOrder, session_id: int) -> PlaceOrder:
    """Return an order that is canceled when the order entry stream `session_id` ends."""
    return PlaceOrder(
        command.account_id,
        command.market_id,
        command.side,
        order_terms.bound_to_session(command.terms, session_id),
        command.price_ticks,
        command.quantity_lots,
        command.client_order_id,
    )


def _refused() -> FieldError:
    return FieldError(REJECT_INVALID_FIELD, "", "violates the contract")
