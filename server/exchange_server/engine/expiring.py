"""What time ends: orders with an expire time, dead-man's switches, and the orders of a stream that is gone.

Time comes in commands, which the sequencer's timer sends; here nothing looks at a clock. What is asked for by an owner
beforehand acts in every market status.
"""

from typing import Final

from exchange_server.engine import refusals
from exchange_server.engine.canceling import cancel_orders
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import CancelSessionOrders, RunCancelAllAfter, SetCancelAllAfter
from exchange_server.engine.events import CancelAllAfterSet, Event, OrdersExpired
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.trading import end_active
from exchange_server.engine.types import (
    CLOSE_CANCEL_ALL_AFTER,
    CLOSE_DISCONNECTED,
    CLOSE_EXPIRE_TIME,
    MAX_TIMEOUT_NS,
    MIN_TIMEOUT_NS,
    TimeNs,
)

EXPIRIES_A_COMMAND: Final = 1_000


def expire_orders(state: LiveState, time_ns: TimeNs, validate_only: bool) -> list[Event]:
    """End what expires at or before `time_ns`, by expire time, then age, at most `EXPIRIES_A_COMMAND` orders."""
    if validate_only:
        return []
    changes = Changes(OrdersExpired())
    ended = 0
    while ended < EXPIRIES_A_COMMAND:
        due = state.expiries.first()
        if due is None or due[0] > time_ns:
            break
        state.expiries.pop()
        order = state.accounts[due[2]].open_orders.get(due[1])
        if order is not None:
            end_active(state, changes, order, CLOSE_EXPIRE_TIME)
            ended += 1
    state.digest(ended, 0, 0)
    return changes.finish(state)


def next_expiry_ns(state: LiveState) -> TimeNs:
    """Return when the next open order expires; 0 when none does. Forgets those that ended before."""
    while (due := state.expiries.first()) is not None:
        if due[1] in state.accounts[due[2]].open_orders:
            return due[0]
        state.expiries.pop()
    return TimeNs(0)


def set_cancel_all_after(
    state: LiveState, command: SetCancelAllAfter, time_ns: TimeNs, validate_only: bool
) -> list[Event]:
    """Arm an account's dead-man's switch anew, or disarm it."""
    if command.account_id not in state.accounts:
        return [refusals.ACCOUNT_NOT_FOUND]
    timeout_ns = command.timeout_ns
    if timeout_ns and not MIN_TIMEOUT_NS <= timeout_ns <= MAX_TIMEOUT_NS:
        return [refusals.INVALID_TIMEOUT]
    if validate_only:
        return []
    cancel_time_ns = TimeNs(time_ns + timeout_ns if timeout_ns else 0)
    state.switches.set(command.account_id, cancel_time_ns)
    state.digest(command.account_id, cancel_time_ns, 0)
    return [CancelAllAfterSet(command.account_id, cancel_time_ns)]


def run_cancel_all_after(
    state: LiveState, command: RunCancelAllAfter, time_ns: TimeNs, validate_only: bool
) -> list[Event]:
    """Cancel all orders of an account whose switch ran out, and disarm it; nothing if it was set anew."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return [refusals.ACCOUNT_NOT_FOUND]
    if validate_only:
        return []
    cancel_time_ns = command.cancel_time_ns
    orders: list[Order] = []
    if 0 < cancel_time_ns <= time_ns and state.switches.times.get(command.account_id) == cancel_time_ns:
        state.switches.set(command.account_id, TimeNs(0))
        orders = list(account.open_orders.values())
    return cancel_orders(state, command.account_id, orders, CLOSE_CANCEL_ALL_AFTER)


def cancel_session_orders(state: LiveState, command: CancelSessionOrders, validate_only: bool) -> list[Event]:
    """Cancel what is open of the orders that a stream placed."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return [refusals.ACCOUNT_NOT_FOUND]
    if validate_only:
        return []
    session_id = command.session_id
    orders = [order for order in account.open_orders.values() if session_id and _session(order) == session_id]
    return cancel_orders(state, command.account_id, orders, CLOSE_DISCONNECTED)


def sessions(state: LiveState) -> list[CancelSessionOrders]:
    """Return what cancels the orders of every stream that still has open ones."""
    found = {
        (account.account_id, session): None
        for account in state.accounts.values()
        for order in account.open_orders.values()
        if (session := _session(order))
    }
    return [CancelSessionOrders(account_id, session_id) for account_id, session_id in found]


def _session(order: Order) -> int:
    return order.terms.session_id if isinstance(order.terms, SpecialTerms) else 0
