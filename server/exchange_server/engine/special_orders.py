"""PlaceOrder, the long way: orders with special terms, and plain ones that meet what is not plain.

The order of the checks is published in docs/orders.md; the first refusal wins.
"""

from exchange_server.engine import refusals
from exchange_server.engine.accounts import Account
from exchange_server.engine.arrivals import arrive, crosses, fire_triggers, may_rest, slid, unfunded, wait
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import PlaceOrder
from exchange_server.engine.entities import Market
from exchange_server.engine.events import Event, OrderAccepted, Rejected
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.protection import outside_band, outside_limits, too_many_open
from exchange_server.engine.specials import Extreme, Special
from exchange_server.engine.terms import SpecialTerms, Terms
from exchange_server.engine.types import (
    CLOSE_NONE,
    MARKET_AUCTION,
    MARKET_HALTED,
    MARKET_OPEN,
    MARKET_POST_ONLY,
    MAX_ATOMS,
    MAX_LOTS,
    MAX_SLICES,
    MAX_TICKS,
    PEG_OPPOSITE,
    SELF_TRADE_DECREMENT,
    SELF_TRADE_EXPIRE_MAKER,
    SIDE_BUY,
    SIDE_SELL,
    TIF_GTC,
    TIF_GTT,
    TYPE_LIMIT,
    TYPE_MARKET,
    TYPE_PEGGED,
    TYPE_STOP_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TAKE_PROFIT_LIMIT,
    TYPE_TAKE_PROFIT_MARKET,
    TYPE_TRAILING_STOP,
    Atoms,
    OrderId,
    Ticks,
)
from exchange_server.engine.waiting import satisfied
from exchange_server.engine.walk import Walk, plan_walk

LIMITED = (TYPE_LIMIT, TYPE_STOP_LIMIT, TYPE_TAKE_PROFIT_LIMIT)
TRIGGERED_AT = (TYPE_STOP_MARKET, TYPE_STOP_LIMIT, TYPE_TAKE_PROFIT_MARKET, TYPE_TAKE_PROFIT_LIMIT)


def waits(type: int) -> bool:
    """Tell whether orders of a type wait for a trigger."""
    return type in TRIGGERED_AT or type == TYPE_TRAILING_STOP


def place_special(
    state: LiveState, account: Account, book: Book, command: PlaceOrder, validate_only: bool
) -> list[Event]:
    """Place an order whose account, market, fields and client order id have been looked at."""
    order = new_order(state, book.market, command)
    refusal, plan = judge_new(state, account, book, order)
    if refusal is not None:
        return [refusal]
    if validate_only:
        return []
    if order.client_order_id:
        account.client_orders[order.client_order_id] = order
    changes = Changes(OrderAccepted(order))
    terms = order.terms
    if isinstance(terms, SpecialTerms) and waits(terms.type):
        start_trailing(order, terms)
        wait(account, book, order)
        state.digest(order.order_id, order.trigger_price_ticks, order.open_lots)
    else:
        arrive(state, changes, account, book, order, plan)
    if isinstance(terms, SpecialTerms) and terms.expire_time_ns and order.close_reason == CLOSE_NONE:
        state.expiries.add(terms.expire_time_ns, order.order_id, order.account_id)
    fire_triggers(state, changes, book)
    return changes.finish(state)


def new_order(state: LiveState, market: Market, command: PlaceOrder) -> Order:
    """Make the order that a command asks for; it is in no book and no account."""
    order = Order()
    order.order_id = OrderId(state.first_order_id + state.sequence)
    order.account_id = command.account_id
    order.market = market
    order.side = command.side
    order.terms = command.terms
    order.price_ticks = command.price_ticks
    order.quantity_lots = order.open_lots = command.quantity_lots
    order.client_order_id = command.client_order_id
    order.create_time_ns = order.update_time_ns = state.time_ns
    order.cost_atoms = Atoms(0)
    order.fee_micro = 0
    order.close_reason = CLOSE_NONE
    order.level = order.prev = order.next = None
    if isinstance(command.terms, SpecialTerms):
        order.special = Special(command.price_ticks, command.quantity_lots)
    return order


def judge_new(
    state: LiveState,
    account: Account,
    book: Book,
    order: Order,
    of_list: int = 1,
) -> tuple[Rejected | None, Walk | None]:
    """Judge a new order from its expire time on; returns what it would do, where that was looked at.

    `of_list`: how many orders enter with it, itself included. One that only comes to rest has no plan.
    """
    market, terms = book.market, order.terms
    special = terms if isinstance(terms, SpecialTerms) else None
    waiting = waits(terms.type)
    if special is not None and special.expire_time_ns and special.expire_time_ns <= state.time_ns:
        return refusals.INVALID_EXPIRE_TIME, None
    refusal = wrong_status(market, terms)
    if refusal is None and not waiting:
        refusal = slid(book, order)
    if refusal is None:
        refusal = judge_limits(market, order)
    if refusal is None and order.price_ticks and not waiting:
        refusal = outside_band(market, order.price_ticks)
    if refusal is None and (waiting or may_rest(order) or of_list > 1):
        refusal = too_many_open(market, account, of_list)
    if refusal is not None:
        return refusal, None
    if waiting:
        last = market.last_price_ticks
        reached = last and terms.type != TYPE_TRAILING_STOP
        if reached and satisfied(terms.type, order.side, order.trigger_price_ticks, last):
            return refusals.WOULD_TRIGGER_IMMEDIATELY, None
        return None, None
    if terms.type == TYPE_PEGGED or market.status == MARKET_AUCTION:
        return unfunded(account, order, None), None
    if terms.post_only and crosses(book, order.side, order.price_ticks):
        return refusals.POST_ONLY_WOULD_CROSS, None
    plan = plan_walk(state, market, book.opposite(order.side), order)
    return unfunded(account, order, plan), plan


def judge_limits(market: Market, order: Order) -> Rejected | None:
    """Judge an order's whole quantity and notional."""
    terms = order.terms
    amount = terms.quote_amount_atoms if isinstance(terms, SpecialTerms) else 0
    if amount:
        return outside_limits(market, 0, amount, True)
    notional = order.price_ticks * order.quantity_lots * market.quote_atoms_per_tick_lot
    return outside_limits(market, order.quantity_lots, notional, order.price_ticks > 0)


def wrong_status(market: Market, terms: Terms) -> Rejected | None:
    """Judge whether the market takes an order now."""
    status = market.status
    adds_only = terms.post_only or terms.type == TYPE_PEGGED
    if status == MARKET_OPEN or (status == MARKET_POST_ONLY and adds_only):
        return None
    if status == MARKET_AUCTION:
        collects = terms.type == TYPE_LIMIT and terms.time_in_force in (TIF_GTC, TIF_GTT) and not adds_only
        return None if collects or waits(terms.type) else refusals.MARKET_IN_AUCTION
    if status == MARKET_HALTED:
        return refusals.MARKET_HALTED
    return refusals.MARKET_POST_ONLY if status == MARKET_POST_ONLY else refusals.MARKET_CANCEL_ONLY


def special_fault(command: PlaceOrder, terms: SpecialTerms) -> Rejected | None:
    """Return the refusal of a field out of its domain or in contradiction to another, or None."""
    kind = terms.type
    if command.side != SIDE_BUY and command.side != SIDE_SELL:
        return refusals.INVALID_SIDE
    if not (kind == TYPE_LIMIT or kind == TYPE_MARKET or kind == TYPE_PEGGED or waits(kind)):
        return refusals.INVALID_TYPE
    limited = kind in LIMITED or kind == TYPE_PEGGED
    fault = _time_fault(terms, limited)
    if fault is not None:
        return fault
    # 1. Price and quantity.
    if limited != (command.price_ticks > 0) or command.price_ticks < 0:
        return refusals.INVALID_PRICE
    if command.price_ticks > MAX_TICKS:
        return refusals.PRICE_OUT_OF_RANGE
    if terms.quote_amount_atoms:
        if kind != TYPE_MARKET or command.quantity_lots or not 0 < terms.quote_amount_atoms <= MAX_ATOMS:
            return refusals.INVALID_QUOTE_AMOUNT
    elif command.quantity_lots < 1:
        return refusals.INVALID_QUANTITY
    elif command.quantity_lots > MAX_LOTS:
        return refusals.QUANTITY_OUT_OF_RANGE
    # 2. What rests, and how.
    immediate = terms.time_in_force != TIF_GTC and terms.time_in_force != TIF_GTT
    if terms.post_only and (kind not in LIMITED or immediate):
        return refusals.INVALID_POST_ONLY
    if terms.slide and not terms.post_only:
        return refusals.INVALID_SLIDE
    display = terms.display_lots
    if display and (
        kind != TYPE_LIMIT or immediate or not 0 < display <= command.quantity_lots <= display * MAX_SLICES
    ):
        return refusals.INVALID_DISPLAY_QUANTITY
    # 3. Self-trade prevention and triggers.
    if not SELF_TRADE_EXPIRE_MAKER <= terms.self_trade <= SELF_TRADE_DECREMENT:
        return refusals.INVALID_SELF_TRADE_PREVENTION
    if terms.self_trade == SELF_TRADE_DECREMENT and terms.quote_amount_atoms:
        return refusals.INVALID_SELF_TRADE_PREVENTION
    return _trigger_fault(terms, kind)


def _time_fault(terms: SpecialTerms, limited: bool) -> Rejected | None:
    time_in_force = terms.time_in_force
    if not TIF_GTC <= time_in_force <= TIF_GTT:
        return refusals.INVALID_TIME_IN_FORCE
    if not limited and time_in_force == TIF_GTC:
        return refusals.INVALID_TIME_IN_FORCE
    if terms.type == TYPE_MARKET and time_in_force == TIF_GTT:
        return refusals.INVALID_TIME_IN_FORCE
    if terms.type == TYPE_PEGGED and time_in_force != TIF_GTC and time_in_force != TIF_GTT:
        return refusals.INVALID_TIME_IN_FORCE
    if (time_in_force == TIF_GTT) != (terms.expire_time_ns > 0):
        return refusals.INVALID_EXPIRE_TIME
    return None


def _trigger_fault(terms: SpecialTerms, kind: int) -> Rejected | None:
    if (kind in TRIGGERED_AT) != (terms.trigger_price_ticks > 0) or terms.trigger_price_ticks < 0:
        return refusals.INVALID_TRIGGER_PRICE
    if terms.trigger_price_ticks > MAX_TICKS:
        return refusals.INVALID_TRIGGER_PRICE
    offset, bps = terms.trailing_offset_ticks, terms.trailing_offset_bps
    if kind == TYPE_TRAILING_STOP:
        if (offset > 0) == (bps > 0) or not 0 <= offset <= MAX_TICKS or not 0 <= bps < 10_000:
            return refusals.INVALID_TRAILING_OFFSET
        if not 0 <= terms.activation_price_ticks <= MAX_TICKS:
            return refusals.INVALID_ACTIVATION_PRICE
    elif offset or bps:
        return refusals.INVALID_TRAILING_OFFSET
    elif terms.activation_price_ticks:
        return refusals.INVALID_ACTIVATION_PRICE
    if (kind == TYPE_PEGGED) != (terms.peg_reference != 0) or not 0 <= terms.peg_reference <= PEG_OPPOSITE:
        return refusals.INVALID_PEG_REFERENCE
    if terms.peg_offset_ticks and (kind != TYPE_PEGGED or abs(terms.peg_offset_ticks) > MAX_TICKS):
        return refusals.INVALID_PEG_OFFSET
    return None


def start_trailing(order: Order, terms: SpecialTerms) -> None:
    """Let a trailing stop follow from the last trade on, unless it waits for its activation."""
    if terms.type != TYPE_TRAILING_STOP:
        return
    last = order.market.last_price_ticks
    activation = terms.activation_price_ticks
    special = order.special
    if not activation:
        special.active = True
    elif last:
        special.active = last <= activation if order.side == SIDE_BUY else last >= activation
    if special.active:
        special.extreme = Extreme(Ticks(last))
