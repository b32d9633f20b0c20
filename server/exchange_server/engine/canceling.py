"""CancelOrder and CancelAllOrders."""

from exchange_server.engine import refusals, risk
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import CancelAllOrders, CancelOrder
from exchange_server.engine.events import Event, OrderCanceled, OrdersCanceled, Rejected
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.trading import count_special, end_active, open_order
from exchange_server.engine.types import (
    CLOSE_BY_OWNER,
    MARKET_HALTED,
    SIDE_BUY,
    SIDE_SELL,
    AccountId,
)


def cancel(state: LiveState, command: CancelOrder, validate_only: bool) -> list[Event]:
    """Cancel one open order of the account."""
    try:
        account = state.accounts[command.account_id]
    except KeyError:
        return [refusals.ACCOUNT_NOT_FOUND]
    order = account.open_orders.get(command.order_id)
    if order is None:
        named = open_order(account, command.order_id, command.client_order_id)
        if isinstance(named, Rejected):
            return [named]
        order = named
    market = order.market
    if not market.quick and market.status == MARKET_HALTED:
        return [refusals.MARKET_HALTED]
    if validate_only:
        return []

    lots = order.open_lots
    if not market.quick or isinstance(order.terms, SpecialTerms):
        book = state.books[market.market_id]
        if order.pending or order.role or book.pegged:
            changes = Changes()
            end_active(state, changes, order, CLOSE_BY_OWNER)
            state.digest(order.order_id, 0, 0)
            return changes.finish(state)
        count_special(book, order, -1)
        lots = order.visible_lots
    level = order.level
    assert level is not None
    level.unlink(order, lots)
    if level.first is None:
        state.books[market.market_id].own(order.side).close_level(level)
    if order.side == SIDE_BUY:
        balance = account.balances[market.quote.asset_id]
        released = risk.buy_need(market, order.price_ticks, order.open_lots, order.fee_micro)
    else:
        balance = account.balances[market.base.asset_id]
        released = order.open_lots * market.base_atoms_per_lot
    balance.available_atoms = available = balance.available_atoms + released
    balance.reserved_atoms = reserved = balance.reserved_atoms - released
    order.close_reason = CLOSE_BY_OWNER
    order.update_time_ns = state.time_ns
    del account.open_orders[order.order_id]
    account.remember(order)
    state.event_digest = (state.event_digest * DIGEST_MULTIPLIER + available) & DIGEST_MASK
    canceled = OrderCanceled()
    canceled.order = order
    canceled.level_lots = level.total_lots
    canceled.available_atoms = available
    canceled.reserved_atoms = reserved
    return [canceled]


def cancel_all(state: LiveState, command: CancelAllOrders, validate_only: bool) -> list[Event]:
    """Cancel the account's open orders, oldest first; of all markets those in halted ones stay."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return [refusals.ACCOUNT_NOT_FOUND]
    if command.market_id:
        market = state.markets.get(command.market_id)
        if market is None:
            return [refusals.MARKET_NOT_FOUND]
        if market.status == MARKET_HALTED:
            return [refusals.MARKET_HALTED]
    if not 0 <= command.side <= SIDE_SELL:
        return [refusals.INVALID_SIDE]
    if validate_only:
        return []

    chosen = [
        order
        for order in account.open_orders.values()
        if command.market_id in (0, order.market.market_id)
        and command.side in (0, order.side)
        and order.client_order_id.startswith(command.client_order_id_prefix)
        and order.market.status != MARKET_HALTED
    ]
    return cancel_orders(state, command.account_id, chosen, CLOSE_BY_OWNER)


def cancel_orders(state: LiveState, account_id: AccountId, orders: list[Order], reason: int) -> list[Event]:
    """Cancel open orders of one account, and with an order of a list all of it, oldest first."""
    if any(order.role for order in orders):
        account = state.accounts[account_id]
        chosen = {order.order_id: None for order in orders}
        for order in orders:
            for order_id in state.order_lists.get(order.list_id, ()):
                if order_id in account.open_orders:
                    chosen[order_id] = None
        orders = [account.open_orders[order_id] for order_id in sorted(chosen)]
    state.digest(account_id, len(orders), 0)
    changes = Changes(OrdersCanceled(len(orders)))
    for order in orders:
        end_active(state, changes, order, reason, True)
    return changes.finish(state)
