"""Small pieces that several strategies put their decisions together with; all pure."""

from collections.abc import Sequence
from decimal import Decimal

from exchange_bots.bot.view import Decision, Quote, RestingOrder, Take, View
from exchange_bots.play.actions import Side

BPS = Decimal(10_000)


def beyond(side: Side, price: Decimal, bps: Decimal | int) -> Decimal:
    """Return a price that is worse for who takes that side, by so many basis points: higher to buy, lower to sell."""
    return price * (1 + Decimal(bps) / BPS) if side is Side.BUY else price * (1 - Decimal(bps) / BPS)


def take_best(view: View, side: Side, quantity: Decimal, slippage_bps: int) -> tuple[Take, ...]:
    """Return the order that takes the reference's best price, and what is up to `slippage_bps` beyond it.

    Rounded down to lots; none when that is too small for the market or more than is held.
    """
    best = view.book.asks[0].price if side is Side.BUY else view.book.bids[0].price
    limit = view.terms.taking_price(side, beyond(side, best, slippage_bps))
    affordable = view.quote / limit if side is Side.BUY else view.base
    whole = view.terms.quantity(min(quantity, affordable))
    return (Take(side, limit, whole),) if view.terms.is_enough(limit, whole) else ()


def quote_if_enough(view: View, side: Side, price: Decimal | float, quantity: Decimal | float) -> tuple[Quote, ...]:
    """Return a quote on the market's grid, the price rounded away from the other side; none when it is too small."""
    on_tick = view.terms.price(side, price)
    whole = view.terms.quantity(quantity)
    return (Quote(side, on_tick, whole),) if view.terms.is_enough(on_tick, whole) else ()


def unless_near(own: Sequence[RestingOrder], quotes: Sequence[Quote], tolerance: Decimal) -> Decision:
    """Return the quotes as a decision; or nothing, if what rests is the same but for less than `tolerance` of price.

    Who moves loses the place in the queue. `tolerance` in quote units.
    """
    for side in Side:
        resting = sorted((order.price, order.open_quantity) for order in own if order.side is side)
        wanted = sorted((quote.price, quote.quantity) for quote in quotes if quote.side is side)
        if len(resting) != len(wanted):
            return Decision(quotes)
        for (price, quantity), (wanted_price, wanted_quantity) in zip(resting, wanted, strict=True):
            if abs(price - wanted_price) > tolerance or quantity != wanted_quantity:
                return Decision(quotes)
    return Decision()
