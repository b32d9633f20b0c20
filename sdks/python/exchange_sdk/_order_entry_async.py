"""The fast way in: many orders on one stream, each answered in order, without waiting for the one before."""

from collections.abc import Awaitable, Iterable
from datetime import datetime, timedelta

from exchange_sdk import _order_entry_requests as requests
from exchange_sdk._decimals import DecimalInput
from exchange_sdk._enums import CancelReplaceMode, OrderType, PegReference, SelfTradePrevention, Side, TimeInForce
from exchange_sdk._order_items import AmendOrder, BatchItem, BracketExit, CancelOrder, NewOrder
from exchange_sdk._order_stream_async import AsyncOrderStream
from exchange_sdk.order_models import CancelReplaceResult, OrderListResult, OrderResult


class AsyncOrderEntry(AsyncOrderStream):
    """A session of order entry: `async with client.order_entry() as session`.

    Requests go out in the order of the calls and are answered in that order; to have several under way, call with
    `asyncio.gather`, `place_many` or tasks. At most `max_in_flight` requests are under way (a batch is one); a call
    beyond that waits. Leaving the block waits for the answers.

    When the connection breaks the session connects again and tells `on_reconnect`. What was sent and not answered is
    looked up: an order that the exchange has is the answer; otherwise OutcomeUnknown is raised with the key, and
    placing the order again with the same key is safe. Nothing is sent
    twice; a dead-man's switch whose setting was not answered is best set again.
    """

    async def place(
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
    ) -> OrderResult:
        """Place an order; as `place_order`, with a shorter answer. Raises the same; OutcomeUnknown after `timeout`."""
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
        return await self._ask(requests.place(order), timeout)

    async def amend(
        self,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        price: DecimalInput | None = None,
        quantity: DecimalInput | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> OrderResult:
        """Change price or quantity of one open order, named by one of its ids; as `amend_order`. Raises the same."""
        amend = AmendOrder(
            order_id=order_id,
            client_order_id=client_order_id,
            price=price,
            quantity=quantity,
            validate_only=validate_only,
        )
        return await self._ask(requests.amend(amend), timeout)

    async def cancel(
        self,
        *,
        order_id: int | None = None,
        client_order_id: str | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> OrderResult:
        """Cancel one open order, named by one of its ids. Raises NotFound, OrderClosed, OutcomeUnknown."""
        cancel = CancelOrder(order_id=order_id, client_order_id=client_order_id, validate_only=validate_only)
        return await self._ask(requests.cancel(cancel), timeout)

    async def cancel_all(
        self,
        *,
        market: str = "",
        side: Side | str | None = None,
        client_order_id_prefix: str = "",
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> list[int]:
        """Cancel all open orders that pass all the filters, waiting ones too; returns their ids, oldest first."""
        request = requests.cancel_all(market, side, client_order_id_prefix, validate_only)
        return await self._ask(request, timeout)

    async def cancel_replace(
        self,
        cancel: CancelOrder,
        order: NewOrder,
        *,
        mode: CancelReplaceMode | str = CancelReplaceMode.STOP_ON_FAILURE,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> CancelReplaceResult:
        """Cancel one order and place another, with nothing in between; as `cancel_replace_order`, shorter.

        When the new order is refused the cancel stands, and `place` has the error; it raises only when nothing was
        done, or OutcomeUnknown.
        """
        return await self._ask(requests.cancel_replace(cancel, order, mode, validate_only), timeout)

    async def place_oco(
        self, above: NewOrder, below: NewOrder, *, validate_only: bool = False, timeout: float | None = None
    ) -> OrderListResult:
        """Place two orders of which one cancels the other; as `place_oco_order`, shorter. Raises the same."""
        return await self._ask(requests.place_oco(above, below, validate_only), timeout)

    async def place_bracket(
        self,
        entry: NewOrder,
        *,
        take_profit: BracketExit,
        stop_loss: BracketExit,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> OrderListResult:
        """Place an entry with two exits; as `place_bracket_order`, shorter. Raises the same."""
        return await self._ask(requests.place_bracket(entry, take_profit, stop_loss, validate_only), timeout)

    async def batch(
        self, items: Iterable[BatchItem], *, all_or_none: bool = False, timeout: float | None = None
    ) -> list[OrderResult]:
        """Send up to 500 orders, amends and cancels that are executed one after the other with nothing in between.

        Each stands for itself: a refused one has its `error` in the result, nothing is raised for it. `all_or_none`:
        when one is refused nothing happens at all, and what it was refused with is raised.
        """
        return await self._ask(requests.batch(items, all_or_none), timeout)

    async def set_cancel_all_after(
        self, after: timedelta | float, *, validate_only: bool = False, timeout: float | None = None
    ) -> datetime | None:
        """Set the dead-man's switch of the account, as the client's method of this name; 0 disarms."""
        return await self._ask(requests.set_cancel_all_after(after, validate_only), timeout)

    async def place_many(self, orders: Iterable[NewOrder]) -> list[Awaitable[OrderResult]]:
        """Send orders one by one without waiting for answers; returns the answers' awaitables, in the same order.

        Waits only while `max_in_flight` are under way. Awaiting one gives its result or raises.
        """
        sent: list[Awaitable[OrderResult]] = []
        for order in orders:
            sent.append(await self._submit(requests.place(order)))
        return sent
