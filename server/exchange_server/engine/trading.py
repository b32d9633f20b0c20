"""One trade, one decrement, one end at a time: the long way of orders that `settlement` does not know.

Money moves as there: a resting order pays out of what it reserved, an arriving one out of what is available.
"""

from exchange_server.engine import refusals, risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.events import OrderAmended, OrderClosed, OrderDecremented, Rejected, Trade
from exchange_server.engine.fees import charged
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.pegging import end_following
from exchange_server.engine.settlement import end_open
from exchange_server.engine.specials import ROLE_ENTRY, ROLE_EXIT, ROLE_LEG, Special
from exchange_server.engine.terms import SpecialTerms, special_copy
from exchange_server.engine.types import (
    CLOSE_NONE,
    CLOSE_ORDER_LIST,
    CLOSE_SELF_TRADE,
    FEE_ACCOUNT,
    SIDE_BUY,
    TYPE_PEGGED,
    Atoms,
    Lots,
    OrderId,
    Ppm,
    Ticks,
    TradeId,
)


def execute(
    state: LiveState,
    changes: Changes,
    book: Book,
    maker: Order,
    taker: Order,
    lots: Lots,
    price: Ticks,
    maker_fee_ppm: Ppm,
    taker_fee_ppm: Ppm,
) -> None:
    """Trade with a resting order; end it when it is filled. In an auction the other one rests, too."""
    if state.undo.recording:
        state.undo.order(maker)
    market = book.market
    cost = price * lots * market.quote_atoms_per_tick_lot
    auction = taker.level is not None

    # 1. Money: each pays out of what its order releases, and what that is short of out of what is available.
    maker_released, maker_fee = _fill(state, maker, lots, cost, maker_fee_ppm)
    taker_released, taker_fee = _fill(state, taker, lots, cost, taker_fee_ppm)
    _pay(state, changes, maker, lots, cost, maker_fee, maker_released)
    _pay(state, changes, taker, lots, cost, taker_fee, taker_released if auction else 0)
    fees = state.accounts[FEE_ACCOUNT].balance(market.quote.asset_id)
    fees.available_atoms += maker_fee + taker_fee
    changes.balances[fees] = None

    # 2. The report.
    state.event_digest = (state.event_digest * DIGEST_MULTIPLIER + cost + maker_fee) & DIGEST_MASK
    trade = Trade()
    trade.auction = auction
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

    # 3. Their places, and what a fill means for the other orders of a list.
    traded = len(changes.events) - 1
    _shrink(state, changes, book, maker, lots)
    if auction:
        _shrink(state, changes, book, taker, lots)
    for order in (maker, taker):
        if order.role:
            _list_filled(state, changes, book, order, lots, traded)


def decrement(state: LiveState, changes: Changes, book: Book, maker: Order, taker: Order, lots: Lots) -> None:
    """Take the same quantity from two orders of one owner; end one that rests at nothing.

    The maker rests, in an auction the other one, too. Who rests gets a successor, so that who reads earlier events of
    it later does not find this decrement in them.
    """
    maker = replace_resting(state.accounts[maker.account_id], maker, maker.successor())
    resting = [maker]
    if taker.level is not None:
        taker = replace_resting(state.accounts[taker.account_id], taker, taker.successor())
        resting.append(taker)
    before = [risk.reserved_atoms(order) for order in resting]
    for order in (maker, taker):
        order.open_lots = Lots(order.open_lots - lots)
        order.special.decremented_lots = Lots(order.special.decremented_lots + lots)
        order.update_time_ns = state.time_ns
        changes.events.append(OrderDecremented(order, lots, order.open_lots, order.special.decremented_lots))
    state.digest(maker.order_id, lots, taker.order_id)
    for order, reserved_before in zip(resting, before, strict=True):
        released = reserved_before - risk.reserved_atoms(order)
        balance = state.accounts[order.account_id].balance(order.reserved_asset.asset_id)
        balance.reserved_atoms -= released
        balance.available_atoms += released
        changes.balances[balance] = None
        _shrink(state, changes, book, order, lots)


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


def end_active(state: LiveState, changes: Changes, order: Order, reason: int, alone: bool = False) -> None:
    """End an order that rests or waits for its trigger, and is not filled; and what ends with it, unless `alone`."""
    if state.undo.recording:
        state.undo.order(order)
    book = state.books[order.market.market_id]
    if order.pending:
        account = state.accounts[order.account_id]
        if order.open_lots:
            book.waiting.remove(order)
        close(state, changes, account, order, reason, alone)
        return
    if order.level is not None:
        count_special(book, order, -1)
    end_open(state, changes, order, reason)
    if order.role:
        _list_ended(state, changes, order, alone)


def close(state: LiveState, changes: Changes, account: Account, order: Order, reason: int, alone: bool = False) -> None:
    """End an order that is in no book and reserves nothing; with CLOSE_NONE it got all that it asked for."""
    if reason == CLOSE_NONE and order.decremented_lots:
        reason = CLOSE_SELF_TRADE
    order.close_reason = reason
    order.update_time_ns = state.time_ns
    account.open_orders.pop(order.order_id, None)
    account.remember(order)
    changes.events.append(OrderClosed(order))
    if order.terms.type == TYPE_PEGGED:
        end_following(state, order)
    if order.role:
        _list_ended(state, changes, order, alone)


def replace_resting(account: Account, order: Order, successor: Order) -> Order:
    """Put a successor into an open order's place in its level and its account; return it."""
    if account.undo.recording:
        account.undo.order(order)
    level = order.level
    if level is not None:
        level.replace(order, successor)
    account.put(successor)
    return successor


def count_special(book: Book, order: Order, more: int) -> None:
    """Count an order in that comes to rest, or out (`more` −1), if takers must go the long way because of it."""
    terms = order.terms
    if isinstance(terms, SpecialTerms) and (terms.display_lots or order.special.role or terms.type == TYPE_PEGGED):
        book.specials += more


def note_join(state: LiveState, order: Order) -> None:
    """Note that an order comes to the back of a level now, after all that came before it.

    A new order needs no note unless others have come in the same command: its id says it.
    """
    if state.join_sequence != state.sequence:
        if order.order_id == state.first_order_id + state.sequence:
            return
        state.join_sequence = state.sequence
        state.joins = 0
    if not isinstance(order.terms, SpecialTerms):
        order.terms = special_copy(order.terms)
        order.special = Special(order.price_ticks, order.quantity_lots)
    state.joins += 1
    order.special.joined_id = OrderId(state.first_order_id + state.sequence)
    order.special.joined_step = state.joins


def drop_others(state: LiveState, changes: Changes, order: Order, with_entry: bool) -> None:
    """Cancel what is open of the other orders of a list, exits before the entry, which stays unless `with_entry`."""
    for other in others(state, order, with_entry):
        end_active(state, changes, other, CLOSE_ORDER_LIST, True)


def others(state: LiveState, order: Order, with_entry: bool) -> list[Order]:
    """Return the other open orders of a list, exits before the entry, which is only there `with_entry`."""
    account = state.accounts[order.account_id]
    members = state.order_lists.get(order.special.list_id, ())
    found: list[Order] = []
    for is_entry in (False, True) if with_entry else (False,):
        for order_id in members:
            other = account.open_orders.get(order_id)
            if other is not None and order_id != order.order_id and (other.role == ROLE_ENTRY) == is_entry:
                found.append(other)
    return found


def ends_others(order: Order) -> bool:
    """Tell whether the end of an order ends the others of its list (but an entry): an entry's only before any fill."""
    return order.role != ROLE_ENTRY or order.filled_lots == 0


def _list_filled(state: LiveState, changes: Changes, book: Book, order: Order, lots: Lots, traded: int) -> None:
    """Do what a fill means: of an OCO's leg it cancels the other; of an entry it lets the exits grow."""
    if order.role == ROLE_LEG:
        drop_others(state, changes, order, False)
    elif order.role == ROLE_ENTRY:
        account = state.accounts[order.account_id]
        for order_id in state.order_lists.get(order.special.list_id, ()):
            waiting = account.open_orders.get(order_id)
            if waiting is None or waiting.role != ROLE_EXIT or not waiting.pending:
                continue
            grown = replace_resting(account, waiting, waiting.successor())
            grown.quantity_lots = Lots(waiting.quantity_lots + lots)
            grown.open_lots = Lots(waiting.open_lots + lots)
            grown.update_time_ns = state.time_ns
            if waiting.open_lots:
                book.waiting.remove(waiting)
            else:
                if changes.looks_from is None:
                    changes.looks_from = {}
                changes.looks_from[OrderId(order_id)] = traded
            book.waiting.add(grown)
            changes.events.append(OrderAmended(grown, waiting))


def _list_ended(state: LiveState, changes: Changes, order: Order, alone: bool) -> None:
    """Do what the end of an order means: an exit or leg takes the others with it, an entry only before any fill."""
    if not alone and ends_others(order):
        drop_others(state, changes, order, False)
    account = state.accounts[order.account_id]
    list_id = order.special.list_id
    members = state.order_lists.get(list_id, ())
    if members and not any(order_id in account.open_orders for order_id in members):
        del state.order_lists[list_id]


def _fill(state: LiveState, order: Order, lots: Lots, cost: int, fee_ppm: Ppm) -> tuple[int, int]:
    """Count an execution in an order; return by how much less it would reserve, and its fee in quote atoms.

    The fee is what the rounded sum of all its fees grows by.
    """
    reserved, fee = risk.reserved_atoms(order), charged(order.fee_micro)
    order.fee_micro += cost * fee_ppm
    order.cost_atoms = Atoms(order.cost_atoms + cost)
    order.open_lots = Lots(order.open_lots - lots)
    order.update_time_ns = state.time_ns
    return reserved - risk.reserved_atoms(order), charged(order.fee_micro) - fee


def _pay(state: LiveState, changes: Changes, order: Order, lots: Lots, cost: int, fee: int, released: int) -> None:
    """Move what an execution moves in the balances of one side; `released` of it was reserved."""
    market, account = order.market, state.accounts[order.account_id]
    base, quote = account.balance(market.base.asset_id), account.balance(market.quote.asset_id)
    lots_atoms = lots * market.base_atoms_per_lot
    if order.side == SIDE_BUY:
        base.available_atoms += lots_atoms
        quote.reserved_atoms -= released
        quote.available_atoms += released - cost - fee
    else:
        base.reserved_atoms -= released
        base.available_atoms += released - lots_atoms
        quote.available_atoms += cost - fee
    changes.balances[base] = changes.balances[quote] = None


def _shrink(state: LiveState, changes: Changes, book: Book, maker: Order, lots: Lots) -> None:
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
        count_special(book, maker, -1)
        book.own(maker.side).remove(maker, Lots(0))
        close(state, changes, state.accounts[maker.account_id], maker, CLOSE_NONE)
    elif is_iceberg and maker.special.shown_lots == 0 and isinstance(terms, SpecialTerms):
        level.remove(maker, Lots(0))
        maker.special.shown_lots = min(terms.display_lots, maker.open_lots)
        level.append(maker)
        note_join(state, maker)
