"""PlaceOrder: check, then match, settle and rest."""

from typing import Final

from exchange_server.engine import refusals, risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.arrivals import fire_triggers
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import PlaceOrder
from exchange_server.engine.events import (
    Event,
    OrderAccepted,
    OrderClosed,
    OrderDeduplicated,
    OrderRested,
    Rejected,
)
from exchange_server.engine.fees import ROUND_UP, with_fee
from exchange_server.engine.live import DIGEST_MASK, DIGEST_MULTIPLIER, LiveState
from exchange_server.engine.matching import Matches, covers, match
from exchange_server.engine.orders import Order
from exchange_server.engine.protection import outside_band, outside_limits, too_many_open
from exchange_server.engine.settlement import settle
from exchange_server.engine.special_orders import place_special, special_fault
from exchange_server.engine.terms import (
    GOOD_TILL_CANCELED,
    IMMEDIATE_OR_CANCEL,
    POST_ONLY,
    SpecialTerms,
    same_terms,
)
from exchange_server.engine.types import (
    CLOSE_NO_LIQUIDITY,
    CLOSE_NONE,
    CLOSE_NOT_FILLABLE,
    MARKET_AUCTION,
    MARKET_HALTED,
    MARKET_POST_ONLY,
    MAX_ATOMS,
    MAX_LOTS,
    MAX_NAME,
    MAX_TICKS,
    PPM,
    SIDE_BUY,
    SIDE_SELL,
    TIF_FOK,
    TIF_GTC,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_MARKET,
    Atoms,
    Lots,
    OrderId,
)

_NOTHING: Final = Atoms(0)
_ALWAYS_IN_RANGE: Final = min(MAX_TICKS, MAX_LOTS)


def place(state: LiveState, command: PlaceOrder, validate_only: bool) -> list[Event]:
    """Place an order. With `validate_only` only a refusal comes back, or nothing, and nothing changes.

    The way of most orders, straight through to resting, is written out without calls: it is what speed depends on.
    """
    # 1. Who, where, and whether the fields make sense together. A notional is not less than its factors: when it is
    #    within the bounds of both price and quantity, as of most orders, so are they.
    try:
        account = state.accounts[command.account_id]
    except KeyError:
        return [refusals.ACCOUNT_NOT_FOUND]
    try:
        book = state.books[command.market_id]
    except KeyError:
        return [refusals.MARKET_NOT_FOUND]
    market = book.market
    side = command.side
    price = command.price_ticks
    quantity = command.quantity_lots
    terms = command.terms
    rests = terms is GOOD_TILL_CANCELED or terms is POST_ONLY
    notional = price * quantity * market.quote_atoms_per_tick_lot
    in_range = notional <= _ALWAYS_IN_RANGE
    if not (
        in_range
        and price > 0
        and quantity > 0
        and (rests or terms is IMMEDIATE_OR_CANCEL)
        and (side == SIDE_BUY or side == SIDE_SELL)
    ):
        fault = special_fault(command, terms) if isinstance(terms, SpecialTerms) else plain_fault(command)
        if fault is not None:
            return [fault]

    # 2. A client order id that is known: the original order, whatever the market is like now.
    client_order_id = command.client_order_id
    if client_order_id:
        if client_order_id in account.client_orders:
            return repeat(state, command, account.client_orders[client_order_id], validate_only)
        if not (
            len(client_order_id) <= MAX_NAME
            and client_order_id.isascii()
            and client_order_id.isprintable()
            and " " not in client_order_id
        ):
            return [refusals.INVALID_CLIENT_ORDER_ID]

    # 3. The long way, for what asks for more, or may meet what does.
    if not rests and (isinstance(terms, SpecialTerms) or not _is_plain(state, book)):
        return place_special(state, account, book, command, validate_only)

    # 4. Whether the market takes it.
    if not market.quick:
        if book.pegged or market.status == MARKET_AUCTION:
            return place_special(state, account, book, command, validate_only)
        if not (market.status == MARKET_POST_ONLY and terms.post_only):
            return [_status_refusal(market.status)]
    if market.protection is None:
        if notional < market.min_notional_atoms and terms.type == TYPE_LIMIT:
            return [refusals.NOTIONAL_TOO_SMALL]
        if not in_range and notional > MAX_ATOMS:
            return [refusals.NOTIONAL_TOO_LARGE]
    else:
        limited = (
            outside_limits(market, quantity, notional, True)
            or outside_band(market, price)
            or too_many_open(market, account, 1)
        )
        if limited is not None:
            return [limited]

    # 5. What it would meet, and what it can cost.
    crossing = False
    matches: Matches | None = None
    if side == SIDE_SELL:
        own = book.asks
        best = book.bids.best
        if best is not None and best.price_ticks >= price:
            crossing = True
        balance = account.balances.get(market.base.asset_id)
        need = quantity * market.base_atoms_per_lot
    else:
        own = book.bids
        best = book.asks.best
        balance = account.balances.get(market.quote.asset_id)
        if terms.type == TYPE_MARKET:
            matches = match(book.asks, TYPE_MARKET, price, quantity, command.account_id)
            need = with_fee(matches.price_lots * market.quote_atoms_per_tick_lot, market.taker_fee_ppm)
        else:
            if best is not None and best.price_ticks <= price:
                crossing = True
            need = (notional * market.worst_cost_ppm + ROUND_UP) // PPM
    if crossing and terms is POST_ONLY:
        return [refusals.POST_ONLY_WOULD_CROSS]
    if balance is None:
        if need > 0:
            return [refusals.INSUFFICIENT_FUNDS]
    elif need > balance.available_atoms:
        return [refusals.INSUFFICIENT_FUNDS]
    if validate_only:
        return []
    if crossing and not _is_plain(state, book):
        return place_special(state, account, book, command, False)

    # 6. It is accepted.
    order = Order()
    order_id: OrderId = state.first_order_id + state.sequence  # type: ignore[assignment]
    order.order_id = order_id
    order.account_id = command.account_id
    order.market = market
    order.side = side
    order.terms = terms
    order.price_ticks = price
    order.quantity_lots = order.open_lots = quantity
    order.client_order_id = client_order_id
    order.create_time_ns = order.update_time_ns = state.time_ns
    order.cost_atoms = _NOTHING
    order.fee_micro = 0
    order.close_reason = CLOSE_NONE
    if client_order_id:
        account.client_orders[client_order_id] = order

    # 7. It may meet something, or does not rest.
    if crossing or not rests or balance is None:
        return _take(state, account, book, order, matches)

    # 8. There is nothing to meet: it rests.
    level = own.levels.get(price)
    if level is None:
        level = own.level(price)
    order.price_ticks = level.price_ticks
    order.level = level
    order.next = None
    order.prev = last = level.last
    if last is None:
        level.first = order
    else:
        last.next = order
    level.last = order
    level_lots: Lots = level.total_lots + quantity  # type: ignore[assignment]
    level.total_lots = level_lots
    account.open_orders[order_id] = order
    balance.available_atoms = available = balance.available_atoms - need
    balance.reserved_atoms = reserved = balance.reserved_atoms + need
    state.event_digest = (state.event_digest * DIGEST_MULTIPLIER + available) & DIGEST_MASK
    rested = OrderRested()
    rested.order = order
    rested.level_lots = level_lots
    rested.available_atoms = available
    rested.reserved_atoms = reserved
    return [rested]


def _take(state: LiveState, account: Account, book: Book, order: Order, matches: Matches | None) -> list[Event]:
    """Let an accepted order meet what it crosses, and rest or end with what is left."""
    type = order.type
    time_in_force = order.time_in_force
    price = order.price_ticks
    quantity = order.quantity_lots
    changes = Changes(OrderAccepted(order))
    opposite = book.opposite(order.side)
    if time_in_force == TIF_FOK and not covers(opposite, type, price, quantity):
        _end(changes, account, order, CLOSE_NOT_FILLABLE)
        return changes.finish(state)
    if matches is None:
        matches = match(opposite, type, price, quantity, order.account_id)
    if time_in_force == TIF_FOK and matches.remaining > 0:
        _end(changes, account, order, CLOSE_NOT_FILLABLE)
        return changes.finish(state)

    makers = matches.makers
    if makers:
        settle(state, changes, account, order, matches)
    if order.open_lots == 0:
        _end(changes, account, order, CLOSE_NONE)
    elif time_in_force != TIF_GTC:
        _end(changes, account, order, CLOSE_NO_LIQUIDITY)
    else:
        _rest(changes, account, book, order)
    if makers:
        # Whatever waits for a price outside of what was traded through is not looked at.
        waiting = book.waiting
        first, last = makers[0][0].price_ticks, makers[-1][0].price_ticks
        low, high = (first, last) if order.side == SIDE_BUY else (last, first)
        if high >= waiting.noticed_from or low <= waiting.noticed_up_to:
            fire_triggers(state, changes, book)
    return changes.finish(state)


def _is_plain(state: LiveState, book: Book) -> bool:
    """Tell whether the quick way knows everything that an order may meet."""
    return not book.specials and not state.trade_groups and book.market.protection is None


def _end(changes: Changes, account: Account, order: Order, reason: int) -> None:
    """End an order that never came to rest."""
    order.close_reason = reason
    account.remember(order)
    changes.events.append(OrderClosed(order))


def _rest(changes: Changes, account: Account, book: Book, order: Order) -> None:
    """Put what is left of a limit order into the book and reserve what it can still cost."""
    need = risk.reserved_atoms(order)
    balance = account.balance(order.reserved_asset.asset_id)
    balance.available_atoms -= need
    balance.reserved_atoms += need
    changes.balances[balance] = None
    account.open_orders[order.order_id] = order
    changes.levels[book.own(order.side).add(order)] = None


def plain_fault(command: PlaceOrder) -> Rejected | None:
    """Return the refusal of a plain order's field out of its domain, or None."""
    if command.side != SIDE_BUY and command.side != SIDE_SELL:
        return refusals.INVALID_SIDE
    terms = command.terms
    time_in_force = terms.time_in_force
    immediate = time_in_force == TIF_IOC or time_in_force == TIF_FOK
    if not immediate and time_in_force != TIF_GTC:
        return refusals.INVALID_TIME_IN_FORCE
    if terms.type == TYPE_LIMIT:
        if command.price_ticks < 1:
            return refusals.INVALID_PRICE
        if command.price_ticks > MAX_TICKS:
            return refusals.PRICE_OUT_OF_RANGE
    elif terms.type != TYPE_MARKET:
        return refusals.INVALID_TYPE
    elif command.price_ticks != 0:
        return refusals.INVALID_PRICE
    elif not immediate:
        return refusals.INVALID_TIME_IN_FORCE
    if immediate and terms.post_only:
        return refusals.INVALID_POST_ONLY
    if command.quantity_lots < 1:
        return refusals.INVALID_QUANTITY
    if command.quantity_lots > MAX_LOTS:
        return refusals.QUANTITY_OUT_OF_RANGE
    return None


def _status_refusal(status: int) -> Rejected:
    if status == MARKET_HALTED:
        return refusals.MARKET_HALTED
    if status == MARKET_POST_ONLY:
        return refusals.MARKET_POST_ONLY
    return refusals.MARKET_CANCEL_ONLY


def repeat(state: LiveState, command: PlaceOrder, order: Order, validate_only: bool) -> list[Event]:
    """Answer a client order id that is known: with the original order if the payload is the same."""
    price, quantity = order.price_ticks, order.quantity_lots
    if isinstance(order.terms, SpecialTerms):
        # What was sent, whatever slides and amends have made of it.
        price, quantity = order.special.sent_price_ticks, order.special.sent_quantity_lots
    if (
        command.market_id != order.market.market_id
        or command.side != order.side
        or not same_terms(command.terms, order.terms)
        or command.price_ticks != price
        or command.quantity_lots != quantity
    ):
        return [refusals.CLIENT_ORDER_ID_REUSED]
    if validate_only:
        return []
    state.digest(order.order_id, order.open_lots, order.status)
    return [
        OrderDeduplicated(
            order,
            order.open_lots,
            order.cost_atoms,
            order.fee_atoms,
            order.status,
            order.close_reason,
            order.update_time_ns,
        )
    ]
