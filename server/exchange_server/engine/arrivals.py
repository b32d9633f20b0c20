"""An order arrives: it walks through the opposite side, and what is left of it rests or ends.

The long way, for orders and books that `placing` does not take the quick one with: placed, amended or triggered.
"""

from exchange_server.engine import refusals, risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.events import OrderTriggered, Rejected, Trade
from exchange_server.engine.fees import with_fee
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.pegging import begin_following
from exchange_server.engine.protection import outside_band
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.trading import close, count_special, decrement, drop_others, end_active, execute, note_join
from exchange_server.engine.types import (
    CLOSE_NONE,
    CLOSE_NOT_FILLABLE,
    CLOSE_SELF_TRADE,
    CLOSE_TRIGGER_REFUSED,
    MARKET_AUCTION,
    SIDE_BUY,
    SIDE_SELL,
    TIF_FOK,
    TIF_GTC,
    TIF_GTT,
    TYPE_PEGGED,
    Lots,
    OrderId,
    Ticks,
)
from exchange_server.engine.walk import STEP_DECREMENT, STEP_EXPIRE_MAKER, STEP_TRADE, Walk, plan_walk


def may_rest(order: Order) -> bool:
    """Tell whether what is not executed at once rests."""
    return order.price_ticks > 0 and order.terms.time_in_force in (TIF_GTC, TIF_GTT)


def crosses(book: Book, side: int, price: Ticks) -> bool:
    """Tell whether a limit order would trade on arrival, with whomever."""
    best = book.opposite(side).best
    if best is None:
        return False
    return best.price_ticks <= price if side == SIDE_BUY else best.price_ticks >= price


def slid(book: Book, order: Order) -> Rejected | None:
    """Move a post-only order that slides to the best price that does not cross; refuse it where there is none."""
    terms = order.terms
    if isinstance(terms, SpecialTerms) and terms.slide and crosses(book, order.side, order.price_ticks):
        best = book.opposite(order.side).best
        assert best is not None
        price = best.price_ticks - 1 if order.side == SIDE_BUY else best.price_ticks + 1
        if price < 1:
            return refusals.POST_ONLY_WOULD_CROSS
        order.price_ticks = Ticks(price)
    return None


def unfunded(account: Account, order: Order, plan: Walk | None, held_atoms: int = 0) -> Rejected | None:
    """Judge whether the account can pay; `held_atoms` is what it takes over from what it replaces.

    `plan` is needed for an order without a price: what it would use is read from the book.
    """
    market = order.market
    if order.price_ticks:
        need = risk.reserved_atoms(order)
    else:
        assert plan is not None
        amount = order.terms.quote_amount_atoms if isinstance(order.terms, SpecialTerms) else 0
        if order.side == SIDE_SELL:
            need = (plan.lots if amount else order.open_lots) * market.base_atoms_per_lot
        else:
            need = amount or with_fee(plan.cost_atoms, market.taker_fee_ppm)
    balance = account.balances.get(order.reserved_asset.asset_id)
    available = held_atoms + (0 if balance is None else balance.available_atoms)
    return refusals.INSUFFICIENT_FUNDS if need > available else None


def arrive(
    state: LiveState, changes: Changes, account: Account, book: Book, order: Order, plan: Walk | None = None
) -> None:
    """Let an accepted order meet what it crosses, and rest or end with what is left."""
    if order.terms.type == TYPE_PEGGED or book.market.status == MARKET_AUCTION:
        rest(state, changes, account, book, order)
        return
    if plan is None:
        plan = plan_walk(state, book.market, book.opposite(order.side), order)
    if order.terms.time_in_force == TIF_FOK and not plan.fills_wholly:
        close(state, changes, account, order, CLOSE_NOT_FILLABLE)
        return
    market = book.market
    by_amount = isinstance(order.terms, SpecialTerms) and order.terms.quote_amount_atoms > 0
    if by_amount:
        order.quantity_lots = order.open_lots = Lots(plan.lots)
    for what, maker, lots in plan.steps:
        if what == STEP_TRADE:
            assert maker.level is not None
            price = maker.level.price_ticks
            execute(state, changes, book, maker, order, lots, price, market.maker_fee_ppm, market.taker_fee_ppm)
        elif what == STEP_EXPIRE_MAKER:
            end_active(state, changes, maker, CLOSE_SELF_TRADE)
        elif what == STEP_DECREMENT:
            # An earlier decrement may have put a successor into the maker's place.
            current = state.accounts[maker.account_id].open_orders[maker.order_id]
            decrement(state, changes, book, current, order, lots)
        else:
            close(state, changes, account, order, CLOSE_SELF_TRADE)
            return
    if plan.done:
        close(state, changes, account, order, CLOSE_NONE)
    elif by_amount or not may_rest(order):
        close(state, changes, account, order, plan.reason)
    else:
        rest(state, changes, account, book, order)


def rest(state: LiveState, changes: Changes, account: Account, book: Book, order: Order) -> None:
    """Put what is left of a limit order into the book and reserve what it can still cost; a pegged one follows it."""
    need = risk.reserved_atoms(order)
    balance = account.balance(order.reserved_asset.asset_id)
    balance.available_atoms -= need
    balance.reserved_atoms += need
    changes.balances[balance] = None
    account.open_orders[order.order_id] = order
    terms = order.terms
    if terms.type == TYPE_PEGGED:
        begin_following(state, book, order)
        return
    if isinstance(terms, SpecialTerms) and terms.display_lots:
        order.special.shown_lots = min(terms.display_lots, order.open_lots)
    note_join(state, order)
    count_special(book, order, 1)
    changes.levels[book.own(order.side).add(order)] = None


def wait(account: Account, book: Book, order: Order) -> None:
    """Let an order wait for its trigger."""
    order.special.pending = True
    account.open_orders[order.order_id] = order
    book.waiting.add(order)


def fire_triggers(state: LiveState, changes: Changes, book: Book) -> None:
    """Let the trades of this command trigger what waits, and the trades of that, until nothing is left."""
    waiting = book.waiting
    queue: list[Order] = []
    queued: dict[OrderId, None] = {}
    looked_at = fired = 0
    while True:
        events = changes.events
        while looked_at < len(events):
            event = events[looked_at]
            looked_at += 1
            if isinstance(event, Trade):
                for order in waiting.reached_by(event.price_ticks):
                    if order.order_id not in queued and _looks_at(changes, order, looked_at - 1):
                        queued[order.order_id] = None
                        queue.append(order)
        if fired == len(queue):
            return
        order = queue[fired]
        fired += 1
        account = state.accounts[order.account_id]
        current = account.open_orders.get(order.order_id)
        if current is not None and current.pending:
            _fire(state, changes, account, book, current)


def _looks_at(changes: Changes, order: Order, number: int) -> bool:
    """Tell whether an order looks at an event of this command: an exit does from its entry's first fill on."""
    looks_from = changes.looks_from
    return looks_from is None or looks_from.get(order.order_id, 0) <= number


def _fire(state: LiveState, changes: Changes, account: Account, book: Book, waiting: Order) -> None:
    """Let an order that waited arrive, unless it is refused now."""
    book.waiting.remove(waiting)
    order = waiting.successor()
    # Listed in the same place until it ends, so that open orders stay by age.
    account.open_orders[order.order_id] = order
    order.special.pending = False
    order.special.trigger_time_ns = order.update_time_ns = state.time_ns
    if order.client_order_id:
        account.client_orders[order.client_order_id] = order
    changes.events.append(OrderTriggered(order, waiting))
    state.digest(order.order_id, order.price_ticks, order.open_lots)
    if order.role:
        drop_others(state, changes, order, True)
    refusal, plan = judge_arrival(state, account, book, order)
    if refusal is not None:
        order.special.trigger_refusal = refusal.reason
        close(state, changes, account, order, CLOSE_TRIGGER_REFUSED)
    else:
        arrive(state, changes, account, book, order, plan)


def judge_arrival(state: LiveState, account: Account, book: Book, order: Order) -> tuple[Rejected | None, Walk | None]:
    """Judge what an order that triggered is asked only now: slide, band, post-only, money. Returns its plan too."""
    refusal = slid(book, order)
    if refusal is not None:
        return refusal, None
    if order.price_ticks:
        refusal = outside_band(book.market, order.price_ticks)
        if refusal is not None:
            return refusal, None
        if order.terms.post_only and crosses(book, order.side, order.price_ticks):
            return refusals.POST_ONLY_WOULD_CROSS, None
    plan = plan_walk(state, book.market, book.opposite(order.side), order)
    return unfunded(account, order, plan), plan
