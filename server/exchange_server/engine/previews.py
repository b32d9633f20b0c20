"""What an order would do if it were sequenced next: tried on the state as it is, which stays as it is."""

from typing import Final

from exchange_server.engine import risk
from exchange_server.engine.arrivals import may_rest
from exchange_server.engine.book import Book
from exchange_server.engine.commands import PlaceOrder
from exchange_server.engine.events import Rejected
from exchange_server.engine.fees import ROUND_UP
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.pegging import best_of_others, park, pegged_price
from exchange_server.engine.placing import place
from exchange_server.engine.special_orders import judge_new, new_order, waits
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    CLOSE_NONE,
    CLOSE_NOT_FILLABLE,
    CLOSE_QUOTE_AMOUNT_TOO_SMALL,
    CLOSE_SELF_TRADE,
    PPM,
    TIF_FOK,
    TYPE_PEGGED,
    Atoms,
    Lots,
    OrderId,
    Sequence,
    Ticks,
)
from exchange_server.engine.walk import STEP_EXPIRE_TAKER, STEP_TRADE


class Preview:
    """What would happen, on the state after `sequence`.

    `order`: as it would be after its arrival, without an id; `fills`: (price, lots) in order; `cost_atoms` and
    `fee_atoms` of all of them; `reserved_atoms`: what it would reserve afterwards; `self_trades`: the orders of the
    same owner that it would meet.
    """

    __slots__ = ("fee_atoms", "fills", "order", "reserved_atoms", "self_trades", "sequence")

    def __init__(self, sequence: Sequence, order: Order) -> None:
        self.sequence: Final = sequence
        self.order: Final = order
        self.fills: Final[list[tuple[Ticks, Lots]]] = []
        self.self_trades: Final[list[OrderId]] = []
        self.fee_atoms: Atoms = Atoms(0)
        self.reserved_atoms: Atoms = Atoms(0)


def preview(state: LiveState, command: PlaceOrder) -> Preview | Rejected:
    """Try an order whose client order id is not known; see `Engine.check` for what only asks for the refusal."""
    refused = place(state, command, True)
    if refused and isinstance(refused[0], Rejected):
        return refused[0]
    account = state.accounts[command.account_id]
    book = state.books[command.market_id]
    market = book.market
    order = new_order(state, market, command)
    order.order_id = OrderId(0)
    told = Preview(state.sequence, order)
    terms = order.terms
    if waits(terms.type):
        order.special.pending = True
        return told
    refusal, plan = judge_new(state, account, book, order)
    if refusal is not None:
        return refusal
    if plan is None:
        # It meets nothing: it only comes to rest.
        if terms.type == TYPE_PEGGED:
            order.special.pegged_price_ticks = _standing_price(book, order)
        told.reserved_atoms = Atoms(risk.reserved_atoms(order))
        return told
    if terms.time_in_force == TIF_FOK and not plan.fills_wholly:
        order.close_reason = CLOSE_NOT_FILLABLE
        return told
    by_amount = isinstance(terms, SpecialTerms) and terms.quote_amount_atoms > 0
    if by_amount:
        order.quantity_lots = order.open_lots = Lots(plan.lots)
    for what, maker, lots in plan.steps:
        if what == STEP_TRADE:
            told.fills.append((maker.price_ticks, lots))
        else:
            told.self_trades.append(maker.order_id)
            if what == STEP_EXPIRE_TAKER:
                order.close_reason = CLOSE_SELF_TRADE
    order.open_lots = Lots(0 if by_amount else plan.open_lots)
    if isinstance(terms, SpecialTerms) and not by_amount:
        order.special.decremented_lots = Lots(order.quantity_lots - plan.open_lots - plan.lots)
    order.cost_atoms = Atoms(plan.cost_atoms)
    order.fee_micro = plan.cost_atoms * market.taker_fee_ppm
    told.fee_atoms = Atoms((order.fee_micro + ROUND_UP) // PPM)
    if order.close_reason != CLOSE_NONE:
        return told
    if plan.done:
        if order.decremented_lots:
            order.close_reason = CLOSE_SELF_TRADE
    elif by_amount or not may_rest(order):
        paid = by_amount and plan.lots and plan.reason == CLOSE_QUOTE_AMOUNT_TOO_SMALL
        order.close_reason = CLOSE_NONE if paid else plan.reason
    else:
        told.reserved_atoms = Atoms(risk.reserved_atoms(order))
    return told


def _standing_price(book: Book, order: Order) -> Ticks:
    """Return where a new pegged order would stand: the youngest is the last to be given a price."""
    bid, ask = best_of_others(book)
    if park(book, bid, ask):
        return Ticks(0)
    high, low = book.bids.best, book.asks.best
    return Ticks(pegged_price(order, bid, ask, high.price_ticks if high else 0, low.price_ticks if low else 0))
