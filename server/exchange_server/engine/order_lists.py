"""OCO and bracket: orders that enter together and end each other. What they do to each other is in `trading`."""

from typing import Final

from exchange_server.engine import refusals
from exchange_server.engine.accounts import Account
from exchange_server.engine.arrivals import arrive, fire_triggers, wait
from exchange_server.engine.book import Book
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import PlaceBracketOrder, PlaceOcoOrder, PlaceOrder
from exchange_server.engine.events import Event, OrderAccepted, OrderDeduplicated, OrderListAccepted, Rejected
from exchange_server.engine.live import LiveState
from exchange_server.engine.names import is_client_order_id
from exchange_server.engine.orders import Order
from exchange_server.engine.special_orders import judge_new, new_order, special_fault, waits
from exchange_server.engine.specials import ROLE_ENTRY, ROLE_EXIT, ROLE_LEG, Special
from exchange_server.engine.terms import SpecialTerms, same_terms, special_copy
from exchange_server.engine.types import (
    CLOSE_NONE,
    REJECT_INVALID_FIELD,
    SIDE_BUY,
    TIF_GTC,
    TIF_GTT,
    TYPE_LIMIT,
    TYPE_MARKET,
    TYPE_STOP_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TAKE_PROFIT_LIMIT,
    TYPE_TAKE_PROFIT_MARKET,
    Lots,
    OrderId,
)

_STOPS: Final = (TYPE_STOP_MARKET, TYPE_STOP_LIMIT)
_PROFITS: Final = (TYPE_TAKE_PROFIT_MARKET, TYPE_TAKE_PROFIT_LIMIT)


def place_oco(state: LiveState, command: PlaceOcoOrder, validate_only: bool) -> list[Event]:
    """Place two orders, one on each side of the price, of which one cancels the other."""
    return _place_list(state, _members(command), oco_fault(command.above, command.below), 2, validate_only)


def place_bracket(state: LiveState, command: PlaceBracketOrder, validate_only: bool) -> list[Event]:
    """Place an entry with a take-profit and a stop-loss that grow with its fills."""
    fault = bracket_fault(command.entry, command.take_profit, command.stop_loss)
    return _place_list(state, _members(command), fault, 1, validate_only)


def new_orders(state: LiveState, command: PlaceOcoOrder | PlaceBracketOrder) -> list[Order]:
    """Make the orders that a command asks for, by age; they are in no book and no account."""
    placing = _members(command)
    return _new_members(state, state.books[placing[0][0].market_id], placing)


def repeated(state: LiveState, command: PlaceOcoOrder | PlaceBracketOrder) -> list[Event]:
    """Return what a list whose keys are known is answered with; nothing for a new one."""
    placing = _members(command)
    account = state.accounts[placing[0][0].account_id]
    known = _known(account, placing)
    return [] if known is None or isinstance(known, Rejected) else _repeat(account, known, len(placing))


def _members(command: PlaceOcoOrder | PlaceBracketOrder) -> list[tuple[PlaceOrder, str, int]]:
    """Return the parts of a list, by age, with their names and roles."""
    if isinstance(command, PlaceOcoOrder):
        return [(command.above, "above", ROLE_LEG), (command.below, "below", ROLE_LEG)]
    return [
        (command.entry, "entry", ROLE_ENTRY),
        (command.take_profit, "take_profit", ROLE_EXIT),
        (command.stop_loss, "stop_loss", ROLE_EXIT),
    ]


def _place_list(
    state: LiveState,
    placing: list[tuple[PlaceOrder, str, int]],
    list_fault: Rejected | None,
    judged: int,
    validate_only: bool,
) -> list[Event]:
    """Place orders that enter together or not at all; the first `judged` of them are judged as they enter."""
    first = placing[0][0]
    # 1. Who, where, and whether the fields make sense, of each and together.
    account = state.accounts.get(first.account_id)
    if account is None or any(place.account_id != first.account_id for place, _, _ in placing):
        return [refusals.ACCOUNT_NOT_FOUND]
    book = state.books.get(first.market_id)
    if book is None:
        return [_in(placing[0][1], refusals.MARKET_NOT_FOUND)]
    for place, part, role in placing:
        fault = _order_fault(place, role)
        if fault is not None:
            return [_in(part, fault)]
    if list_fault is not None:
        return [list_fault]

    # 2. Client order ids that are known: all of one list, with the same payload, or none.
    known = _known(account, placing)
    if isinstance(known, Rejected):
        return [known]
    if known is not None:
        return [] if validate_only else _repeat(account, known, len(placing))

    # 3. Whether the market takes them, and the account can pay.
    orders = _new_members(state, book, placing)
    for number in range(judged):
        refusal, _ = judge_new(state, account, book, orders[number], len(orders))
        if refusal is not None:
            return [_in(placing[number][1], refusal)]
    if validate_only:
        return []

    # 4. All are accepted, then those that do not wait arrive.
    list_id = orders[0].order_id
    state.first_order_id = OrderId(state.first_order_id + len(orders) - 1)
    state.order_lists[list_id] = tuple(order.order_id for order in orders)
    state.digest(list_id, len(orders), orders[0].open_lots)
    changes = Changes(OrderListAccepted(list_id, orders))
    for order in orders:
        order.special.list_id = list_id
        changes.events.append(OrderAccepted(order))
        if order.client_order_id:
            account.client_orders[order.client_order_id] = order
        if waits(order.terms.type):
            order.special.pending = True
            if order.open_lots:
                wait(account, book, order)
            else:
                account.open_orders[order.order_id] = order
    for order in orders:
        if not order.pending and order.close_reason == CLOSE_NONE:
            arrive(state, changes, account, book, order)
    for order in orders:
        terms = order.terms
        if isinstance(terms, SpecialTerms) and terms.expire_time_ns and order.order_id in account.open_orders:
            state.expiries.add(terms.expire_time_ns, order.order_id, order.account_id)
    _by_age(account, orders)
    fire_triggers(state, changes, book)
    return changes.finish(state)


def _new_members(state: LiveState, book: Book, placing: list[tuple[PlaceOrder, str, int]]) -> list[Order]:
    orders: list[Order] = []
    for number, (place, _, role) in enumerate(placing):
        order = new_order(state, book.market, place)
        order.order_id = OrderId(order.order_id + number)
        order.terms = special_copy(place.terms)
        order.special = Special(place.price_ticks, place.quantity_lots)
        order.special.role = role
        orders.append(order)
    return orders


def _by_age(account: Account, orders: list[Order]) -> None:
    """Keep open orders by age: of a list the older one may have come to rest after the others began to wait."""
    opened = account.open_orders
    for order in orders:
        current = opened.pop(order.order_id, None)
        if current is not None:
            opened[order.order_id] = current


def _known(account: Account, placing: list[tuple[PlaceOrder, str, int]]) -> list[Order] | Rejected | None:
    """Return the orders that the keys name, by part; a refusal if not all keys are those of one list; None if new."""
    found: list[Order] = []
    keyed = unknown = 0
    for place, part, role in placing:
        if not place.client_order_id:
            continue
        keyed += 1
        order = account.client_orders.get(place.client_order_id)
        if order is None:
            unknown += 1
        elif order.role != role or not _same_payload(place, order) or (found and found[0].list_id != order.list_id):
            return _in(part, refusals.CLIENT_ORDER_ID_REUSED)
        else:
            found.append(order)
    if not found:
        return None
    return _in(placing[0][1], refusals.CLIENT_ORDER_ID_REUSED) if unknown else found


def _same_payload(place: PlaceOrder, order: Order) -> bool:
    return (
        place.market_id == order.market.market_id
        and place.side == order.side
        and same_terms(place.terms, order.terms)
        and place.price_ticks == order.special.sent_price_ticks
        and place.quantity_lots == order.special.sent_quantity_lots
    )


def _repeat(account: Account, known: list[Order], members: int) -> list[Event]:
    """Answer with the known list as it is: all of its orders that are remembered, those without a key too."""
    list_id = known[0].list_id
    orders = [account.order(OrderId(list_id + number)) for number in range(members)]
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
        for order in orders
        if order is not None
    ]


def _order_fault(place: PlaceOrder, role: int) -> Rejected | None:
    terms = special_copy(place.terms)
    quantity = place.quantity_lots
    if role == ROLE_EXIT:
        if quantity:
            return refusals.INVALID_QUANTITY
        quantity = Lots(1)
    if terms.display_lots:
        return refusals.INVALID_DISPLAY_QUANTITY
    if terms.quote_amount_atoms:
        return refusals.INVALID_QUOTE_AMOUNT
    if terms.type == TYPE_LIMIT and terms.time_in_force not in (TIF_GTC, TIF_GTT):
        return refusals.INVALID_TIME_IN_FORCE
    key = place.client_order_id
    if key and not is_client_order_id(key):
        return refusals.INVALID_CLIENT_ORDER_ID
    alone = PlaceOrder(place.account_id, place.market_id, place.side, terms, place.price_ticks, quantity, key)
    return special_fault(alone, terms)


def oco_fault(above: PlaceOrder, below: PlaceOrder) -> Rejected | None:
    """Return what contradicts in two orders of which each is sound."""
    if above.market_id != below.market_id:
        return Rejected(REJECT_INVALID_FIELD, "below.market")
    if above.side != below.side:
        return Rejected(REJECT_INVALID_FIELD, "below.side")
    if above.quantity_lots != below.quantity_lots:
        return Rejected(REJECT_INVALID_FIELD, "below.quantity")
    buys = above.side == SIDE_BUY
    stop, other = (above, below) if buys else (below, above)
    if stop.terms.type not in _STOPS:
        return Rejected(REJECT_INVALID_FIELD, "above.type" if buys else "below.type")
    if other.terms.type != TYPE_LIMIT and other.terms.type not in _PROFITS:
        return Rejected(REJECT_INVALID_FIELD, "below.type" if buys else "above.type")
    if above.client_order_id and above.client_order_id == below.client_order_id:
        return Rejected(REJECT_INVALID_FIELD, "below.client_order_id")
    return None if _stands_at(above) > _stands_at(below) else Rejected(REJECT_INVALID_FIELD, "above")


def bracket_fault(entry: PlaceOrder, profit: PlaceOrder, loss: PlaceOrder) -> Rejected | None:
    """Return what contradicts in an entry and its exits, of which each is sound."""
    if entry.terms.type != TYPE_LIMIT and entry.terms.type != TYPE_MARKET:
        return Rejected(REJECT_INVALID_FIELD, "entry.type")
    for part, leg, types in (("take_profit", profit, _PROFITS), ("stop_loss", loss, _STOPS)):
        if leg.market_id != entry.market_id:
            return Rejected(REJECT_INVALID_FIELD, part + ".market")
        if leg.side == entry.side:
            return Rejected(REJECT_INVALID_FIELD, part + ".side")
        if leg.terms.type not in types:
            return Rejected(REJECT_INVALID_FIELD, part + ".type")
    keys = [order.client_order_id for order in (entry, profit, loss) if order.client_order_id]
    if len(dict.fromkeys(keys)) < len(keys):
        return Rejected(REJECT_INVALID_FIELD, "stop_loss.client_order_id")
    sign = 1 if entry.side == SIDE_BUY else -1
    middle = entry.price_ticks
    if middle and sign * _stands_at(profit) <= sign * middle:
        return Rejected(REJECT_INVALID_FIELD, "take_profit.trigger_price")
    if middle and sign * _stands_at(loss) >= sign * middle:
        return Rejected(REJECT_INVALID_FIELD, "stop_loss.trigger_price")
    if sign * _stands_at(profit) <= sign * _stands_at(loss):
        return Rejected(REJECT_INVALID_FIELD, "take_profit.trigger_price")
    return None


def _stands_at(place: PlaceOrder) -> int:
    """Return the price that counts of an order of a list: its trigger, or of a LIMIT its limit."""
    terms = place.terms
    trigger = terms.trigger_price_ticks if isinstance(terms, SpecialTerms) else 0
    return trigger or place.price_ticks


def _in(part: str, refusal: Rejected) -> Rejected:
    """Name the part of the request that a refusal is about."""
    return Rejected(refusal.reason, f"{part}.{refusal.field}" if refusal.field else part)
