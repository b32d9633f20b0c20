"""Order requests to commands.

On the order entry stream an order has a few microseconds, so the contract's rules are checked here by hand, where the
strings become integers anyway. What is accepted here is accepted by the contract's rules too, and the other way round
(a test compares them). What is refused is explained by the contract's own rules, so that every way in says the same.
"""

import re
from collections.abc import Mapping
from typing import Final

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine.commands import CancelAllOrders, CancelOrder, PlaceOrder
from exchange_server.engine.entities import Market
from exchange_server.engine.terms import SOUND
from exchange_server.engine.types import (
    REJECT_INVALID_FIELD,
    REJECT_MARKET_NOT_FOUND,
    SIDE_BUY,
    SIDE_SELL,
    TIF_FOK,
    TIF_GTC,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_MARKET,
    AccountId,
    MarketId,
    OrderId,
    Ticks,
)
from exchange_server.wire.errors import FieldError
from exchange_server.wire.units import MarketUnits
from exchange_server.wire.validation import contract_error

_CLIENT_ORDER_ID = re.compile(r"[!-~]{1,64}").fullmatch


class OrderReader:
    """Reads order requests of one engine's markets."""

    def __init__(self, markets_by_name: Mapping[str, Market]) -> None:
        self._markets: Final = markets_by_name
        self._units: Final[dict[str, MarketUnits]] = {}

    def place_order(self, request: pb.PlaceOrderRequest, account_id: AccountId) -> PlaceOrder:
        """Return the command. Raises FieldError."""
        try:
            market = request.market
            units = self._units.get(market) or self._find(market)
            side: int = request.side
            type_: int = request.type
            time_in_force: int = request.time_in_force
            post_only = request.post_only
            if not SIDE_BUY <= side <= SIDE_SELL:
                raise _refused()
            if type_ == TYPE_LIMIT:
                if not time_in_force:
                    time_in_force = TIF_GTC
                elif time_in_force != TIF_GTC and (post_only or not TIF_IOC <= time_in_force <= TIF_FOK):
                    raise _refused()
                price = request.price
                price_ticks = units.ticks.get(price) or units.read_price(price)
            elif type_ == TYPE_MARKET:
                if not time_in_force:
                    time_in_force = TIF_IOC
                elif not TIF_IOC <= time_in_force <= TIF_FOK:
                    raise _refused()
                if post_only or request.price:
                    raise _refused()
                price_ticks = Ticks(0)
            else:
                raise _refused()
            quantity = request.quantity
            quantity_lots = units.lots.get(quantity) or units.read_quantity(quantity)
            client_order_id = request.client_order_id
            if client_order_id and _CLIENT_ORDER_ID(client_order_id) is None:
                raise _refused()
        except FieldError as error:
            raise contract_error(request) or error from None
        return PlaceOrder(
            account_id,
            units.market.market_id,
            side,
            SOUND[type_, time_in_force, post_only],
            price_ticks,
            quantity_lots,
            client_order_id,
        )

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
            return CancelAllOrders(account_id, self.market_id(request.market))
        except FieldError as error:
            raise contract_error(request) or error from None

    def market_id(self, name: str) -> MarketId:
        """Return the id of a market, 0 for all when the name is empty. Raises FieldError naming `market`."""
        if not name:
            return MarketId(0)
        return self.market(name).market_id

    def market(self, name: str) -> Market:
        """Return a market by its name. Raises FieldError naming `market`."""
        return (self._units.get(name) or self._find(name)).market

    def _find(self, name: str) -> MarketUnits:
        market = self._markets.get(name)
        if market is None:
            raise FieldError(REJECT_MARKET_NOT_FOUND, "market", "there is no market of this name")
        units = self._units[name] = MarketUnits(market)
        return units


def _refused() -> FieldError:
    return FieldError(REJECT_INVALID_FIELD, "", "violates the contract")
