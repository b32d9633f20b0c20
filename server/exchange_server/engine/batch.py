"""BatchOrders that happen wholly or not at all: item after item, and when one is refused, back to before the first.

Every item goes the long way, also a plain order: what that changes is recorded (see `undo`), and the quick way stays
as it is.
"""

from exchange_server.engine import refusals
from exchange_server.engine.amending import amend
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import AmendOrder, BatchItem, BatchOrders, CancelOrder, PlaceOrder
from exchange_server.engine.events import BatchAccepted, Event, OrderAccepted, Rejected
from exchange_server.engine.live import LiveState
from exchange_server.engine.names import is_client_order_id
from exchange_server.engine.placing import plain_fault, repeat
from exchange_server.engine.special_orders import place_special, special_fault
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.trading import end_active, open_order
from exchange_server.engine.types import CLOSE_BY_OWNER, MARKET_HALTED, MAX_BATCH, OrderId, Sequence


def batch_orders(state: LiveState, command: BatchOrders, validate_only: bool) -> list[Event]:
    """Execute all items or, when one is refused, none; with `validate_only` all are tried and taken back.

    The first new order has the command's id, every further one the next.
    """
    items = command.items
    if not 0 < len(items) <= MAX_BATCH:
        return [refusals.INVALID_ITEMS]
    account_id = items[0].account_id
    if any(item.account_id != account_id for item in items):
        return [refusals.ACCOUNT_NOT_FOUND]
    undo = state.undo
    sequence, first_order_id, event_digest = state.sequence, state.first_order_id, state.event_digest
    if validate_only:
        # The ids that it would have: those of the present sequence are given away.
        state.sequence = Sequence(sequence + 1)
    undo.begin(OrderId(first_order_id + state.sequence))
    done: list[list[Event]] = []
    placed = 0
    refusal: Rejected | None = None
    for number, item in enumerate(items):
        # A new order gets the next id; what an amend or cancel does is as of the last one that was given.
        given = placed if isinstance(item, PlaceOrder) else max(placed - 1, 0)
        state.first_order_id = OrderId(first_order_id + given)
        events = _execute(state, item)
        first = events[0]
        if isinstance(first, Rejected):
            refusal = _in_item(number, item, first)
            break
        done.append(events)
        if isinstance(first, OrderAccepted):
            placed += 1
    if refusal is not None or validate_only:
        undo.take_back(state.expiries, account_id)
        state.sequence, state.first_order_id, state.event_digest = sequence, first_order_id, event_digest
        state.join_sequence = Sequence(0)
        return [] if refusal is None else [refusal]
    undo.keep()
    state.first_order_id = OrderId(first_order_id + max(placed - 1, 0))
    outcome: list[Event] = [BatchAccepted(done)]
    for events in done:
        outcome += events
    return outcome


def _execute(state: LiveState, item: BatchItem) -> list[Event]:
    if isinstance(item, PlaceOrder):
        return _place(state, item)
    account = state.accounts.get(item.account_id)
    if account is None:
        return [refusals.ACCOUNT_NOT_FOUND]
    order = open_order(account, item.order_id, item.client_order_id)
    if isinstance(order, Rejected):
        return [order]
    state.undo.book(state.books[order.market.market_id])
    if isinstance(item, AmendOrder):
        return amend(state, item, False)
    if order.market.status == MARKET_HALTED:
        return [refusals.MARKET_HALTED]
    changes = Changes()
    end_active(state, changes, order, CLOSE_BY_OWNER)
    state.digest(order.order_id, 0, 0)
    return changes.finish(state)


def _place(state: LiveState, command: PlaceOrder) -> list[Event]:
    """Place an order as `placing.place` does."""
    account = state.accounts.get(command.account_id)
    if account is None:
        return [refusals.ACCOUNT_NOT_FOUND]
    book = state.books.get(command.market_id)
    if book is None:
        return [refusals.MARKET_NOT_FOUND]
    terms = command.terms
    fault = special_fault(command, terms) if isinstance(terms, SpecialTerms) else plain_fault(command)
    if fault is not None:
        return [fault]
    key = command.client_order_id
    if key:
        known = account.client_orders.get(key)
        if known is not None:
            return repeat(state, command, known, False)
        if not is_client_order_id(key):
            return [refusals.INVALID_CLIENT_ORDER_ID]
    state.undo.book(book)
    return place_special(state, account, book, command, False)


def _in_item(number: int, item: BatchItem, refusal: Rejected) -> Rejected:
    """Name the item that a refusal is about."""
    part = "amend_order"
    if isinstance(item, PlaceOrder):
        part = "place_order"
    elif isinstance(item, CancelOrder):
        part = "cancel_order"
    path = f"items[{number}].{part}"
    return Rejected(refusal.reason, f"{path}.{refusal.field}" if refusal.field else path)
