"""What a client does with orders.

Made from `_orders_async.py` by `make gen`: change that one.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from exchange_sdk import _order_operations as operations
from exchange_sdk import _order_requests as requests
from exchange_sdk._decimals import DecimalInput
from exchange_sdk._enums import (
    CancelReplaceMode,
    OrderStatus,
    OrderType,
    PegReference,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from exchange_sdk._operations import Operation
from exchange_sdk._order_items import AmendOrder, BatchItem, BracketExit, CancelOrder, NewOrder
from exchange_sdk.order_models import (
    AmendedOrder,
    Order,
    OrderResult,
    PlacedBracket,
    PlacedOco,
    PlacedOrder,
    ReplacedOrder,
)
from exchange_sdk.pages import Pages

T = TypeVar("T")


class Orders(ABC):
    """Placing, changing, canceling and reading the account's orders."""

    def place_order(
        self,
        *,
        market: str,
        side: Side | str,
        quantity: DecimalInput | None = None,
        price: DecimalInput | None = None,
        type: OrderType | str | None = None,
        time_in_force: TimeInForce | str | None = None,
        post_only: bool = False,
        slide: bool = False,
        quote_amount: DecimalInput | None = None,
        display_quantity: DecimalInput | None = None,
        self_trade_prevention: SelfTradePrevention | str | None = None,
        expire_time: datetime | None = None,
        trigger_price: DecimalInput | None = None,
        trailing_offset: DecimalInput | None = None,
        trailing_offset_bps: int | None = None,
        activation_price: DecimalInput | None = None,
        peg_reference: PegReference | str | None = None,
        peg_offset: DecimalInput | None = None,
        client_order_id: str | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> PlacedOrder:
        """Place an order; returns when it is durable. Without a price it is a market order.

        `quantity` in base units, `price` in quote units per base unit: Decimal, int or str, never a float. A time in
        force not given is GTC for a limit order and IOC for a market order. `client_order_id`: your own key, None to
        have one made, "" for none (then it is not repeated when the connection fails). `NewOrder` says what the other
        arguments are. `validate_only`: nothing is done, and the answer has a `preview`.
        Raises OrderRejected (InsufficientFunds, PostOnlyWouldCross, WouldTriggerImmediately, PriceOutsideBand,
        TooManyOpenOrders, InvalidOrder, MarketClosed), InvalidRequest, NotFound, AlreadyExists, OutcomeUnknown.
        """
        order = NewOrder(
            market=market,
            side=side,
            quantity=quantity,
            price=price,
            type=type,
            time_in_force=time_in_force,
            post_only=post_only,
            slide=slide,
            quote_amount=quote_amount,
            display_quantity=display_quantity,
            self_trade_prevention=self_trade_prevention,
            expire_time=expire_time,
            trigger_price=trigger_price,
            trailing_offset=trailing_offset,
            trailing_offset_bps=trailing_offset_bps,
            activation_price=activation_price,
            peg_reference=peg_reference,
            peg_offset=peg_offset,
            client_order_id=client_order_id,
            validate_only=validate_only,
        )
        return self._call(operations.place_order(order), timeout)

    def amend_order(
        self,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        price: DecimalInput | None = None,
        quantity: DecimalInput | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> AmendedOrder:
        """Change price or quantity of one open order, named by one of its ids; what is not given stays.

        `quantity` is the new ordered quantity, with what is filled and prevented in it (base units). Less quantity at
        the same price keeps the place in the book. When it had to be repeated, `fills` are those of the last attempt.
        `validate_only`: nothing is done, and the answer has a `preview`.
        Raises NotFound, OrderClosed, QuantityNotAboveFilled, and what place_order raises.
        """
        amend = AmendOrder(
            order_id=order_id,
            client_order_id=client_order_id,
            price=price,
            quantity=quantity,
            validate_only=validate_only,
        )
        return self._call(operations.amend_order(amend), timeout)

    def cancel_replace_order(
        self,
        cancel: CancelOrder,
        order: NewOrder,
        *,
        mode: CancelReplaceMode | str = CancelReplaceMode.STOP_ON_FAILURE,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> ReplacedOrder:
        """Cancel one order and place another, with nothing in between; what the first reserved pays for the second.

        `mode`: whether the new order is placed when the cancel is refused. When the new order is refused the cancel
        stands; the answer says so, nothing is raised. Only when nothing was done at all it raises what the cancel was
        refused with (or the new order, with ALLOW_FAILURE), or OutcomeUnknown. It is repeated only when the new order
        has a key, which it gets unless told otherwise. `validate_only`: nothing is done, and the answer has a `preview`
        of the new order as if the old one were gone. Who wants "change it or leave it" uses amend_order.
        """
        return self._call(operations.cancel_replace_order(cancel, order, mode, validate_only), timeout)

    def place_oco_order(
        self, above: NewOrder, below: NewOrder, *, validate_only: bool = False, timeout: float | None = None
    ) -> PlacedOco:
        """Place two orders of one market, side and quantity: when one fills, fires or ends, the other is canceled.

        `above` is the one at the higher price: to sell a limit or take-profit order, with a stop `below`; to buy a
        stop, with a limit or take-profit order `below`. Both are accepted or none; what is refused is named by its
        part. It is repeated only when one of them has a key, which they get unless told otherwise. `validate_only`:
        nothing is done, and the answer has a `preview` of the limit order. Raises what place_order raises.
        """
        return self._call(operations.place_oco_order(above, below, validate_only), timeout)

    def place_bracket_order(
        self,
        entry: NewOrder,
        *,
        take_profit: BracketExit,
        stop_loss: BracketExit,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> PlacedBracket:
        """Place an entry with two exits on the other side, whose quantity is what the entry has filled.

        `entry`: a limit order, or a market order by quantity. When an exit triggers, the other one and what is open of
        the entry are canceled. All are accepted or none. It is repeated only when one of them has a key, which they get
        unless told otherwise. `validate_only`: nothing is done, and the answer has a `preview` of the entry. Raises
        what place_order raises.
        """
        operation = operations.place_bracket_order(entry, take_profit, stop_loss, validate_only)
        return self._call(operation, timeout)

    def batch_orders(
        self, items: Iterable[BatchItem], *, all_or_none: bool = False, timeout: float | None = None
    ) -> list[OrderResult]:
        """Execute 1 to 500 orders, amends and cancels one after the other with nothing in between.

        Each stands for itself: a refused one has its `error` in the result, nothing is raised for it. It is repeated
        only when every order in it has a key, which they get unless told otherwise; then a cancel that an attempt
        before had done is OrderClosed. Raises InvalidRequest for the batch as a whole, OutcomeUnknown.

        `all_or_none`: when one is refused nothing happens at all, and what it was refused with is raised; its `field`
        begins with the item, such as `items[3].place_order`. Repeated only when it is nothing but orders with keys.
        """
        return self._call(operations.batch_orders(items, all_or_none), timeout)

    def cancel_order(
        self,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> Order:
        """Cancel one open order, named by one of its ids; returns it as it ended. Raises NotFound, OrderClosed."""
        cancel = CancelOrder(order_id=order_id, client_order_id=client_order_id, validate_only=validate_only)
        return self._call(operations.cancel_order(cancel), timeout)

    def cancel_all_orders(
        self,
        *,
        market: str = "",
        side: Side | str | None = None,
        client_order_id_prefix: str = "",
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> list[int]:
        """Cancel all open orders that pass all the filters, waiting ones too; returns their ids, oldest first.

        When it had to be repeated, only the ids that the last attempt canceled.
        """
        operation = operations.cancel_all_orders(market, side, client_order_id_prefix, validate_only)
        return self._call(operation, timeout)

    def set_cancel_all_after(
        self, after: timedelta | float, *, validate_only: bool = False, timeout: float | None = None
    ) -> datetime | None:
        """Set the dead-man's switch: cancel all of the account's orders unless this is called again in time.

        `after`: a timedelta or seconds, from 1 second to 24 hours, rounded up to the millisecond; 0 disarms. Every call
        sets it anew. Returns when the orders will be canceled, None when disarmed. Raises InvalidRequest.
        """
        return self._call(operations.set_cancel_all_after(after, validate_only), timeout)

    def get_order(
        self, *, order_id: int | None = None, client_order_id: str | None = None, timeout: float | None = None
    ) -> Order:
        """Get one order as it is now, named by one of its ids. Raises NotFound; old closed ones are in list_orders."""
        request = requests.get_order(order_id=order_id, client_order_id=client_order_id)
        return self._call(operations.get_order(request), timeout)

    def list_orders(
        self,
        *,
        market: str = "",
        open_only: bool = False,
        statuses: Iterable[OrderStatus | str] = (),
        start: datetime | None = None,
        end: datetime | None = None,
        client_order_id_prefix: str = "",
        page_size: int = 0,
        page_token: str = "",
        account_id: int = 0,
        timeout: float | None = None,
    ) -> Pages[Order]:
        """List orders, newest first: open ones as they are now, or all, which may be a moment behind.

        Only those in one of `statuses`, created from `start` on and before `end`, whose key begins with
        `client_order_id_prefix`, as far as these are given. `page_size`: 1 to 1000, 0 is 100. `account_id`: another
        account, for keys with the scope ADMIN.
        """
        listed = operations.list_orders(
            market, open_only, statuses, start, end, client_order_id_prefix, page_size, account_id
        )
        return Pages(Order, lambda token: self._call(listed(token), timeout), page_token)

    @abstractmethod
    def _call(self, operation: Operation[T], timeout: float | None = None) -> T: ...
