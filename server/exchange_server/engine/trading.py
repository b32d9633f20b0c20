"""One trade, one decrement, one end at a time: the long way of orders that `settlement` does not know.

Money moves as there: a resting order pays out of what it reserved, an arriving one out of what is available.
"""

from exchange_server.engine import refusals, risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.events import OrderClosed, OrderDecremented, Rejected, Trade
from exchange_server.engine.fees import charged
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.settlement import end_open
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    CLOSE_NONE,
    CLOSE_SELF_TRADE,
    FEE_ACCOUNT,
    SIDE_BUY,
    Atoms,
    Lots,
    OrderId,
    TradeId,
)


def execute(state: LiveState, changes: Changes, book: Book, maker: Order, taker: Order, lots: Lots) -> None:
    """Trade with a resting order, at its price; end it when it is filled."""
    market = book.market
    price = maker.price_ticks
    cost = price * lots * market.quote_atoms_per_tick_lot
    base = lots * market.base_atoms_per_lot
    maker_account, taker_account = state.accounts[maker.account_id], state.accounts[taker.account_id]
    reserved_before = risk.reserved_atoms(maker)
    maker_fee = _fill(maker, lots, cost, market.maker_fee_ppm, state)
    taker_fee = _fill(taker, lots, cost, market.taker_fee_ppm, state)
    released = reserved_before - risk.reserved_atoms(maker)

    # 1. Money.
    maker_base = maker_account.balance(market.base.asset_id)
    maker_quote = maker_account.balance(market.quote.asset_id)
    taker_base = taker_account.balance(market.base.asset_id)
    taker_quote = taker_account.balance(market.quote.asset_id)
    fees = state.accounts[FEE_ACCOUNT].balance(market.quote.asset_id)
    if maker.side == SIDE_BUY:
        maker_base.available_atoms += base
        maker_quote.reserved_atoms -= released
        maker_quote.available_atoms += released - cost - maker_fee
        taker_base.available_atoms -= base
        taker_quote.available_atoms += cost - taker_fee
    else:
        maker_base.reserved_atoms -= released
        maker_quote.available_atoms += cost - maker_fee
        taker_base.available_atoms += base
        taker_quote.available_atoms -= cost + taker_fee
    fees.available_atoms += maker_fee + taker_fee
    for balance in (maker_base, maker_quote, taker_base, taker_quote, fees):
        changes.balances[balance] = None

    # 2. The report.
    state.event_digest = (state.event_digest * DIGEST_MULTIPLIER + cost + maker_fee) & DIGEST_MASK
    trade = Trade()
    trade.trade_id = TradeId(market.next_trade_id)
    trade.maker = maker
    trade.taker = taker
    trade.price_ticks = price
    trade.quantity_lots = lots
    trade.cost_atoms = Atoms(cost)
    trade.maker_fee_atoms = Atoms(maker_fee)
    trade.taker_fee_atoms = Atoms(taker_fee)
    trade.maker_open_lots = maker.open_lots
    trade.maker_total_cost_atoms = maker.cost_atoms
    trade.maker_total_fee_atoms = maker.fee_atoms
    trade.taker_open_lots = taker.open_lots
    trade.taker_total_cost_atoms = taker.cost_atoms
    trade.taker_total_fee_atoms = taker.fee_atoms
    changes.events.append(trade)
    market.next_trade_id += 1
    market.last_price_ticks = price

    # 3. The maker's place.
    _shrink(state, changes, book, maker_account, maker, lots)


def decrement(state: LiveState, changes: Changes, book: Book, maker: Order, taker: Order, lots: Lots) -> None:
    """Take the same quantity from a resting and an arriving order of one owner; end the resting one at nothing."""
    account = state.accounts[maker.account_id]
    if not isinstance(maker.terms, SpecialTerms):
        maker = replace_resting(account, maker, maker.successor())
    reserved_before = risk.reserved_atoms(maker)
    for order in (maker, taker):
        order.open_lots = Lots(order.open_lots - lots)
        order.special.decremented_lots = Lots(order.special.decremented_lots + lots)
        order.update_time_ns = state.time_ns
        changes.events.append(OrderDecremented(order, lots, order.open_lots, order.special.decremented_lots))
    state.digest(maker.order_id, lots, taker.order_id)
    released = reserved_before - risk.reserved_atoms(maker)
    balance = account.balance(maker.reserved_asset.asset_id)
    balance.reserved_atoms -= released
    balance.available_atoms += released
    changes.balances[balance] = None
    _shrink(state, changes, book, account, maker, lots)


def open_order(account: Account, order_id: OrderId, client_order_id: str) -> Order | Rejected:
    """Find an open order by id, or by client order id when the id is 0; or say why there is none."""
    if order_id:
        order = account.open_orders.get(order_id)
        if order is None:
            return refusals.ORDER_CLOSED if order_id in account.closed_orders else refusals.ORDER_NOT_FOUND
        return order
    if not client_order_id:
        return refusals.INVALID_ORDER
    order = account.client_orders.get(client_order_id)
    if order is None:
        return refusals.ORDER_NOT_FOUND
    return refusals.ORDER_CLOSED if order.order_id in account.closed_orders else order


def end_active(state: LiveState, changes: Changes, order: Order, reason: int) -> None:
    """End an order that rests or waits for its trigger, and is not filled."""
    book = state.books[order.market.market_id]
    if order.pending:
        account = state.accounts[order.account_id]
        book.waiting.remove(order)
        close(state, changes, account, order, reason)
        return
    forget_iceberg(book, order)
    end_open(state, changes, order, reason)


def close(state: LiveState, changes: Changes, account: Account, order: Order, reason: int) -> None:
    """End an order that is in no book and reserves nothing; with CLOSE_NONE it got all that it asked for."""
    if reason == CLOSE_NONE and order.decremented_lots:
        reason = CLOSE_SELF_TRADE
    order.close_reason = reason
    order.update_time_ns = state.time_ns
    account.open_orders.pop(order.order_id, None)
    account.remember(order)
    changes.events.append(OrderClosed(order))


def replace_resting(account: Account, order: Order, successor: Order) -> Order:
    """Put a successor into an open order's place in its level and its account; return it."""
    level = order.level
    if level is not None:
        level.replace(order, successor)
    account.open_orders[OrderId(order.order_id)] = successor
    if order.client_order_id:
        account.client_orders[order.client_order_id] = successor
    return successor


def forget_iceberg(book: Book, order: Order) -> None:
    """Count an iceberg out that leaves the book."""
    if isinstance(order.terms, SpecialTerms) and order.terms.display_lots:
        book.icebergs -= 1


def _fill(order: Order, lots: Lots, cost: int, fee_ppm: int, state: LiveState) -> int:
    """Count an execution in an order; return its fee in quote atoms, what the rounded sum grows by."""
    before = charged(order.fee_micro)
    order.fee_micro += cost * fee_ppm
    order.cost_atoms = Atoms(order.cost_atoms + cost)
    order.open_lots = Lots(order.open_lots - lots)
    order.update_time_ns = state.time_ns
    return charged(order.fee_micro) - before


def _shrink(state: LiveState, changes: Changes, book: Book, account: Account, maker: Order, lots: Lots) -> None:
    """Take lots out of what a resting order shows: it ends, shows its next slice at the back, or keeps its place."""
    level = maker.level
    assert level is not None
    level.total_lots = Lots(level.total_lots - lots)
    changes.levels[level] = None
    terms = maker.terms
    is_iceberg = isinstance(terms, SpecialTerms) and terms.display_lots > 0
    if is_iceberg:
        maker.special.shown_lots = Lots(maker.special.shown_lots - lots)
    if maker.open_lots == 0:
        forget_iceberg(book, maker)
        book.own(maker.side).remove(maker)
        close(state, changes, account, maker, CLOSE_NONE)
    elif is_iceberg and maker.special.shown_lots == 0 and isinstance(terms, SpecialTerms):
        level.remove(maker, Lots(0))
        maker.special.shown_lots = min(terms.display_lots, maker.open_lots)
        level.append(maker)
