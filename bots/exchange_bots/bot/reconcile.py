"""From what rests to what should: by difference, with as few requests as it takes, and never against oneself."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from exchange_bots.bot.view import Quote, RestingOrder
from exchange_bots.play.actions import Side
from exchange_sdk import AmendOrder, CancelOrder

Change = Quote | AmendOrder | CancelOrder
"""A quote is to be placed."""

FEE_RESERVE = Decimal("0.002")
"""Share of the quote asset that is kept for fees."""


def reconcile(resting: Iterable[RestingOrder], quotes: Sequence[Quote]) -> list[Change]:
    """Return the changes that turn one into the other, in an order in which no own bid ever meets an own ask.

    An order at a wanted price stays and has its quantity amended: less keeps its place in the queue. An order at
    another price is moved to a wanted one rather than canceled: one request instead of two. Quotes of one price are one
    order. First goes what moves away from the other side, last what comes nearer to it or is new.
    """
    cancels: list[Change] = []
    away: list[Change] = []
    nearer: list[Change] = []
    places: list[Change] = []
    for side in Side:
        # Of bids the highest is the best: the larger the rank, the farther from the other side.
        sign = -1 if side is Side.BUY else 1
        wanted = _by_price(quote for quote in quotes if quote.side is side)
        misplaced: list[RestingOrder] = []
        for order in sorted((order for order in resting if order.side is side), key=lambda order: sign * order.price):
            quantity = wanted.pop(order.price, None)
            if quantity is None:
                misplaced.append(order)
            elif quantity != order.open_quantity:
                amend = AmendOrder(client_order_id=order.key, quantity=order.filled + quantity)
                (away if quantity < order.open_quantity else nearer).append(amend)
        missing = sorted(wanted.items(), key=lambda level: sign * level[0])
        for order, (price, quantity) in zip(misplaced, missing, strict=False):
            new_quantity = order.filled + quantity if quantity != order.open_quantity else None
            amend = AmendOrder(client_order_id=order.key, price=price, quantity=new_quantity)
            (away if sign * price > sign * order.price else nearer).append(amend)
        cancels.extend(CancelOrder(client_order_id=order.key) for order in misplaced[len(missing) :])
        places.extend(Quote(side, price, quantity) for price, quantity in missing[len(misplaced) :])
    return [*cancels, *away, *nearer, *places]


def affordable(quotes: Iterable[Quote], base: Decimal, quote: Decimal) -> list[Quote]:
    """Return the quotes that the holdings cover, the best prices first; the last one of a side is left out whole.

    `base` and `quote`: all that is held, what rests included, since it is replaced.
    """
    left = {Side.BUY: quote * (1 - FEE_RESERVE), Side.SELL: base}
    kept = []
    for each in sorted(quotes, key=lambda each: -each.price if each.side is Side.BUY else each.price):
        needs = each.price * each.quantity if each.side is Side.BUY else each.quantity
        if needs <= left[each.side]:
            left[each.side] -= needs
            kept.append(each)
    return kept


def _by_price(quotes: Iterable[Quote]) -> dict[Decimal, Decimal]:
    quantities: dict[Decimal, Decimal] = {}
    for quote in quotes:
        quantities[quote.price] = quantities.get(quote.price, Decimal(0)) + quote.quantity
    return quantities
