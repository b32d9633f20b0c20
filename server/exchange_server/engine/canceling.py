"""CancelOrder and CancelAllOrders."""

from exchange_server.engine import refusals, risk
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import CancelAllOrders, CancelOrder
from exchange_server.engine.events import Event, OrderCanceled, OrdersCanceled
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.settlement import end_open
from exchange_server.engine.types import (
    CLOSE_BY_OWNER,
    MARKET_HALTED,
    ORDER_OPEN,
    SIDE_BUY,
)


def cancel(state: LiveState, command: CancelOrder, validate_only: bool) -> list[Event]:
    """Cancel one open order of the account."""
    try:
        account = state.accounts[command.account_id]
    except KeyError:
        return [refusals.ACCOUNT_NOT_FOUND]
    order: Order | None
    if command.order_id:
        order = account.open_orders.get(command.order_id)
        if order is None:
            return [refusals.ORDER_CLOSED if command.order_id in account.closed_orders else refusals.ORDER_NOT_FOUND]
    elif command.client_order_id:
        order = account.client_orders.get(command.client_order_id)
        if order is None:
            return [refusals.ORDER_NOT_FOUND]
        if order.status != ORDER_OPEN:
            return [refusals.ORDER_CLOSED]
    else:
        return [refusals.INVALID_ORDER]
    market = order.market
    if market.status == MARKET_HALTED:
        return [refusals.MARKET_HALTED]
    if validate_only:
        return []

    level = order.level
    assert level is not None
    level.remove(order)
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
    if validate_only:
        return []

    chosen = [
        order
        for order in account.open_orders.values()
        if command.market_id in (0, order.market.market_id) and order.market.status != MARKET_HALTED
    ]
    state.digest(command.account_id, len(chosen), 0)
    changes = Changes(OrdersCanceled(len(chosen)))
    for order in chosen:
        end_open(state, changes, order, CLOSE_BY_OWNER)
    return changes.finish(state)
