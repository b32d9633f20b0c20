"""AmendOrder: less keeps the place; more, or another price, arrives anew. A refused amend changes nothing."""

from typing import Final

from exchange_server.engine import refusals, risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.arrivals import arrive, crosses, fire_triggers, slid, unfunded
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import AmendOrder
from exchange_server.engine.events import Event, OrderAmended, Rejected
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.protection import outside_band
from exchange_server.engine.special_orders import LIMITED, judge_limits, wrong_status
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.trading import count_special, open_order, replace_resting
from exchange_server.engine.types import MARKET_AUCTION, MAX_LOTS, MAX_SLICES, MAX_TICKS, TYPE_PEGGED, Lots
from exchange_server.engine.walk import Walk, plan_walk


class JudgedAmend:
    """An open order and its successor with the new terms; `plan`: what it does, None if it only waits or rests."""

    __slots__ = ("amended", "order", "plan")

    def __init__(self, order: Order, amended: Order, plan: Walk | None) -> None:
        self.order: Final = order
        self.amended: Final = amended
        self.plan: Final = plan

    @property
    def keeps_place(self) -> bool:
        """Whether it does not arrive anew: not more of the same price."""
        order, amended = self.order, self.amended
        return amended.price_ticks == order.price_ticks and amended.quantity_lots <= order.quantity_lots


def amend(state: LiveState, command: AmendOrder, validate_only: bool) -> list[Event]:
    """Give an open order another price, another quantity, or both."""
    judged = judge_amend(state, command)
    if isinstance(judged, Rejected):
        return [judged]
    if validate_only:
        return []
    order, amended, plan = judged.order, judged.amended, judged.plan
    account = state.accounts[order.account_id]
    book = state.books[order.market.market_id]
    state.digest(order.order_id, amended.price_ticks, amended.open_lots)

    # 1. One that waits for its trigger is changed in place.
    changes = Changes(OrderAmended(amended, order))
    if order.pending:
        if order.open_lots:
            book.waiting.remove(order)
            book.waiting.add(amended)
        replace_resting(account, order, amended)
        return changes.finish(state)

    # 2. Less of the same price keeps its place; of an iceberg the hidden part goes first.
    released = risk.reserved_atoms(order)
    balance = account.balance(order.reserved_asset.asset_id)
    changes.balances[balance] = None
    level = order.level
    if level is not None:
        changes.levels[level] = None
    if judged.keeps_place:
        if isinstance(amended.terms, SpecialTerms) and amended.terms.display_lots:
            amended.special.shown_lots = min(order.special.shown_lots, amended.open_lots)
        released -= risk.reserved_atoms(amended)
        balance.available_atoms += released
        balance.reserved_atoms -= released
        replace_resting(account, order, amended)
        return changes.finish(state)

    # 3. A pegged order with more goes to the back of its level.
    if amended.terms.type == TYPE_PEGGED:
        released -= risk.reserved_atoms(amended)
        balance.available_atoms += released
        balance.reserved_atoms -= released
        if level is not None:
            level.remove(order, order.open_lots)
            level.append(amended)
        account.put(amended)
        return changes.finish(state)

    # 4. All else leaves the book and arrives anew.
    count_special(book, order, -1)
    book.own(order.side).remove(order, order.visible_lots)
    balance.available_atoms += released
    balance.reserved_atoms -= released
    replace_resting(account, order, amended)
    arrive(state, changes, account, book, amended, plan)
    fire_triggers(state, changes, book)
    return changes.finish(state)


def judge_amend(state: LiveState, command: AmendOrder) -> JudgedAmend | Rejected:
    """Judge an amend; nothing has changed yet."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return refusals.ACCOUNT_NOT_FOUND
    order = open_order(account, command.order_id, command.client_order_id)
    if isinstance(order, Rejected):
        return order
    fault = _fault(command, order)
    if fault is not None:
        return fault
    book = state.books[order.market.market_id]
    amended = order.successor()
    amended.price_ticks = command.price_ticks or order.price_ticks
    amended.quantity_lots = command.quantity_lots or order.quantity_lots
    taken = order.filled_lots + order.decremented_lots
    amended.open_lots = Lots(amended.quantity_lots - taken)
    amended.update_time_ns = state.time_ns
    refusal, plan = _judge(state, account, book, order, amended)
    return JudgedAmend(order, amended, plan) if refusal is None else refusal


def _fault(command: AmendOrder, order: Order) -> Rejected | None:
    price, quantity = command.price_ticks, command.quantity_lots
    if not price and not quantity:
        return refusals.INVALID_QUANTITY
    if price and (price < 0 or order.terms.type not in LIMITED):
        return refusals.INVALID_PRICE
    if price > MAX_TICKS:
        return refusals.PRICE_OUT_OF_RANGE
    if quantity < 0:
        return refusals.INVALID_QUANTITY
    if quantity > MAX_LOTS:
        return refusals.QUANTITY_OUT_OF_RANGE
    terms = order.terms
    display = terms.display_lots if isinstance(terms, SpecialTerms) else 0
    if display and display * MAX_SLICES < quantity:
        return refusals.INVALID_QUANTITY
    return None


def _judge(
    state: LiveState, account: Account, book: Book, order: Order, amended: Order
) -> tuple[Rejected | None, Walk | None]:
    """Judge the amended order as a new one of its kind, but for what it holds already; moves one that slides."""
    market = book.market
    refusal = wrong_status(market, order.terms)
    if refusal is None and order.role and amended.quantity_lots != order.quantity_lots:
        refusal = refusals.ORDER_IN_LIST
    if refusal is None and amended.open_lots <= 0 < order.quantity_lots:
        refusal = refusals.QUANTITY_NOT_ABOVE_FILLED
    if refusal is not None:
        return refusal, None
    if order.pending:
        return (judge_limits(market, amended) if order.quantity_lots else None), None
    refusal = slid(book, amended) or judge_limits(market, amended)
    if refusal is None and amended.price_ticks != order.price_ticks:
        refusal = outside_band(market, amended.price_ticks)
    if refusal is None and order.terms.post_only and crosses(book, order.side, amended.price_ticks):
        refusal = refusals.POST_ONLY_WOULD_CROSS
    if refusal is None:
        refusal = unfunded(account, amended, None, risk.reserved_atoms(order))
    if refusal is not None:
        return refusal, None
    if order.terms.type == TYPE_PEGGED or market.status == MARKET_AUCTION:
        return None, None
    return None, plan_walk(state, market, book.opposite(order.side), amended)
