"""What a command would do if it were sequenced next: tried on the state as it is, which stays as it is.

Up to the end of the arrival: what its trades would trigger, and do to its order then, is not told.
"""

from typing import Final

from exchange_server.engine import risk
from exchange_server.engine.accounts import Account
from exchange_server.engine.amending import judge_amend
from exchange_server.engine.arrivals import may_rest
from exchange_server.engine.book import Book
from exchange_server.engine.canceling import cancel
from exchange_server.engine.changes import Changes
from exchange_server.engine.commands import (
    AmendOrder,
    CancelReplaceOrder,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
)
from exchange_server.engine.events import Rejected
from exchange_server.engine.fees import charged
from exchange_server.engine.live import LiveState
from exchange_server.engine.order_lists import new_orders, place_bracket, place_oco
from exchange_server.engine.orders import Order
from exchange_server.engine.pegging import best_of_others, park, pegged_price
from exchange_server.engine.placing import place
from exchange_server.engine.replacing import cancel_replace
from exchange_server.engine.special_orders import judge_new, new_order, start_trailing, waits
from exchange_server.engine.specials import ROLE_EXIT, ROLE_LEG
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.trading import end_active, ends_others, open_order
from exchange_server.engine.types import (
    CLOSE_BY_OWNER,
    CLOSE_NONE,
    CLOSE_NOT_FILLABLE,
    CLOSE_ORDER_LIST,
    CLOSE_SELF_TRADE,
    TIF_FOK,
    TYPE_PEGGED,
    Atoms,
    Lots,
    OrderId,
    Sequence,
    Ticks,
)
from exchange_server.engine.walk import STEP_DECREMENT, STEP_EXPIRE_TAKER, STEP_TRADE, Walk


class Preview:
    """What would happen to an order, on the state after `sequence`.

    `order`: as it would be after its arrival, a new one without an id. Of the arrival: `fills`, (price, lots) in order;
    `cost_atoms` and `fee_atoms` of all of them; `prevented_lots`, what self-trade prevention would take of the order;
    `self_trades`, the orders of the same owner that it would meet. `reserved_atoms`: what it would reserve afterwards.
    """

    __slots__ = (
        "cost_atoms",
        "fee_atoms",
        "fills",
        "order",
        "prevented_lots",
        "reserved_atoms",
        "self_trades",
        "sequence",
    )

    def __init__(self, sequence: Sequence, order: Order) -> None:
        self.sequence: Final = sequence
        self.order: Final = order
        self.fills: Final[list[tuple[Ticks, Lots]]] = []
        self.self_trades: Final[list[OrderId]] = []
        self.cost_atoms: Atoms = Atoms(0)
        self.fee_atoms: Atoms = Atoms(0)
        self.prevented_lots: Lots = Lots(0)
        self.reserved_atoms: Atoms = Atoms(0)


class ReplacePreview:
    """What would come of both parts of a cancel-replace: of each what it does, or what it is refused with."""

    __slots__ = ("canceled", "placed")

    def __init__(self, canceled: Order | Rejected, placed: Preview | Rejected) -> None:
        self.canceled: Final = canceled
        self.placed: Final = placed


def preview_place(state: LiveState, command: PlaceOrder) -> Preview | Rejected:
    """Try an order whose client order id is not known."""
    refused = place(state, command, True)
    if refused and isinstance(refused[0], Rejected):
        return refused[0]
    account: Account = state.accounts[command.account_id]
    book: Book = state.books[command.market_id]
    order = new_order(state, book.market, command)
    order.order_id = OrderId(0)
    refusal, plan = judge_new(state, account, book, order)
    if refusal is not None:
        return refusal
    told = Preview(state.sequence, order)
    terms = order.terms
    if isinstance(terms, SpecialTerms) and waits(terms.type):
        start_trailing(order, terms)
        order.special.pending = True
    elif plan is None:
        _come_to_rest(told, book)
    else:
        _arrive(told, plan)
    return told


def preview_amend(state: LiveState, command: AmendOrder) -> Preview | Rejected:
    """Try new terms of an open order."""
    judged = judge_amend(state, command)
    if isinstance(judged, Rejected):
        return judged
    amended = judged.amended
    told = Preview(state.sequence, amended)
    if amended.pending:
        return told
    if judged.keeps_place or judged.plan is None:
        told.reserved_atoms = Atoms(risk.reserved_atoms(amended))
    else:
        _arrive(told, judged.plan)
    return told


def preview_replace(state: LiveState, command: CancelReplaceOrder) -> ReplacePreview | Rejected:
    """Try a cancel-replace whose new order's client order id is not known: the new order as if the old one were gone.

    Rejected when the whole is refused.
    """
    refused = cancel_replace(state, command, True)
    if refused and isinstance(refused[0], Rejected):
        return refused[0]
    refusal = cancel(state, command.cancel, True)
    if refusal and isinstance(refusal[0], Rejected):
        return ReplacePreview(refusal[0], preview_place(state, command.place))
    account = state.accounts[command.place.account_id]
    order = open_order(account, command.cancel.order_id, command.cancel.client_order_id)
    assert isinstance(order, Order)
    # The cancel happens, and is taken back when the new order was tried.
    event_digest = state.event_digest
    state.undo.begin(OrderId(state.first_order_id + state.sequence + 1))
    state.undo.book(state.books[order.market.market_id])
    changes = Changes()
    end_active(state, changes, order, CLOSE_BY_OWNER)
    changes.finish(state)
    placed = preview_place(state, command.place)
    state.undo.take_back(state.expiries, command.place.account_id)
    state.event_digest = event_digest
    return ReplacePreview(order, placed)


def preview_list(state: LiveState, command: PlaceOcoOrder | PlaceBracketOrder) -> list[Preview] | Rejected:
    """Try orders that enter together, whose client order ids are not known: what would become of each, by age."""
    if isinstance(command, PlaceOcoOrder):
        refused = place_oco(state, command, True)
    else:
        refused = place_bracket(state, command, True)
    if refused and isinstance(refused[0], Rejected):
        return refused[0]
    orders = new_orders(state, command)
    account = state.accounts[orders[0].account_id]
    book = state.books[orders[0].market.market_id]
    previews: list[Preview] = []
    for order in orders:
        order.order_id = OrderId(0)
        told = Preview(state.sequence, order)
        if waits(order.terms.type):
            order.special.pending = True
        else:
            _, plan = judge_new(state, account, book, order, len(orders))
            if plan is None:
                _come_to_rest(told, book)
            else:
                _arrive(told, plan)
        previews.append(told)
    for arrived in [told for told in previews if not told.order.pending]:
        _affect_others(arrived, previews)
    return previews


def _come_to_rest(told: Preview, book: Book) -> None:
    """Let the order of a preview, which meets nothing, reserve, and if it is pegged stand somewhere."""
    order = told.order
    if order.terms.type == TYPE_PEGGED and order.pegged_price_ticks == 0:
        order.special.pegged_price_ticks = _standing_price(book, order)
    told.reserved_atoms = Atoms(risk.reserved_atoms(order))


def _arrive(told: Preview, plan: Walk) -> None:
    """Let the order of a preview go its way, as `arrivals.arrive` would, and tell what it does."""
    order = told.order
    terms = order.terms
    if terms.time_in_force == TIF_FOK and not plan.fills_wholly:
        order.close_reason = CLOSE_NOT_FILLABLE
        return
    by_amount = isinstance(terms, SpecialTerms) and terms.quote_amount_atoms > 0
    if by_amount:
        order.quantity_lots = Lots(plan.lots)
    fee_before, prevented_before = order.fee_atoms, order.prevented_lots
    met: dict[OrderId, None] = {}
    for what, maker, lots in plan.steps:
        if what == STEP_TRADE:
            told.fills.append((maker.pegged_price_ticks or maker.price_ticks, lots))
            continue
        # An iceberg may be met slice by slice.
        met[maker.order_id] = None
        if what == STEP_DECREMENT:
            order.special.decremented_lots = Lots(order.special.decremented_lots + lots)
        elif what == STEP_EXPIRE_TAKER:
            order.close_reason = CLOSE_SELF_TRADE
    told.self_trades.extend(met)
    order.open_lots = Lots(0 if by_amount else plan.open_lots)
    order.cost_atoms = Atoms(order.cost_atoms + plan.cost_atoms)
    order.fee_micro += plan.cost_atoms * order.market.taker_fee_ppm
    if order.close_reason == CLOSE_NONE:
        if plan.done:
            order.close_reason = CLOSE_SELF_TRADE if order.decremented_lots else CLOSE_NONE
        elif by_amount or not may_rest(order):
            order.close_reason = plan.reason
        else:
            told.reserved_atoms = Atoms(risk.reserved_atoms(order))
    told.cost_atoms = Atoms(plan.cost_atoms)
    told.fee_atoms = Atoms(charged(order.fee_micro) - fee_before)
    told.prevented_lots = Lots(order.prevented_lots - prevented_before)


def _affect_others(arrived: Preview, previews: list[Preview]) -> None:
    """Let the other orders of a list, which wait, be what an arrival makes of them."""
    order = arrived.order
    ended = order.close_reason != CLOSE_NONE or order.open_lots == 0
    for told in previews:
        other = told.order
        if told is arrived:
            continue
        if other.role == ROLE_EXIT:
            other.quantity_lots = other.open_lots = order.filled_lots
        if (ended and ends_others(order)) or (order.role == ROLE_LEG and arrived.fills):
            other.close_reason = CLOSE_ORDER_LIST


def _standing_price(book: Book, order: Order) -> Ticks:
    """Return where a new pegged order would stand: the youngest is the last to be given a price."""
    bid, ask = best_of_others(book)
    if park(book, bid, ask):
        return Ticks(0)
    high, low = book.bids.best, book.asks.best
    return Ticks(pegged_price(order, bid, ask, high.price_ticks if high else 0, low.price_ticks if low else 0))
