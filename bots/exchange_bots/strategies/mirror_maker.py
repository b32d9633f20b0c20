"""Copy a venue's order book, level by level.

It believes that somebody else has found the price. It has no opinion and no limit on what it holds but the safety's:
whoever trades with it here could have traded there. On this exchange it is the liquidity that everybody else meets.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from exchange_bots.bot.config import BotConfig, Positive
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Decision, Quote, Terms, View
from exchange_bots.feed.messages import BookSnapshot
from exchange_bots.play.actions import Side


class MirrorMakerConfig(BotConfig):
    """`levels` a side are copied, their quantities times `scale`."""

    strategy: Literal["mirror-maker"] = "mirror-maker"
    coin: Annotated[str, Field(min_length=1)]
    levels: Annotated[int, Field(ge=1, le=20)] = 20
    scale: Positive = Decimal(1)


class MirrorMaker(Strategy[MirrorMakerConfig]):
    """What rests is the venue's book, mapped to this market's ticks and lots."""

    def __init__(self, config: MirrorMakerConfig) -> None:
        super().__init__(config)
        self._mapped: tuple[BookSnapshot, Terms, list[Quote]] | None = None

    def decide(self, view: View) -> Decision:
        # Most views show a book that was seen before: a trade or a fill brought them.
        if self._mapped is None or self._mapped[0] is not view.book or self._mapped[1] != view.terms:
            quotes = mapped_book(view.book, view.terms, self.config.levels, self.config.scale)
            self._mapped = (view.book, view.terms, quotes)
        return Decision(quotes=self._mapped[2])


def mapped_book(book: BookSnapshot, terms: Terms, levels: int, scale: Decimal) -> list[Quote]:
    """Return the best levels on the market's grid, bids first, each side from its best.

    Prices are rounded away from the other side, so that the copy never crosses; levels that come to one price are
    added up, then quantities are rounded down to lots; what is then too small for the market is left out.
    """
    quotes = []
    for side, found in ((Side.BUY, book.bids[:levels]), (Side.SELL, book.asks[:levels])):
        quantities: dict[Decimal, Decimal] = {}
        for level in found:
            price = terms.price(side, level.price)
            quantities[price] = quantities.get(price, Decimal(0)) + level.quantity * scale
        for price, exact in quantities.items():
            quantity = terms.quantity(exact)
            if terms.is_enough(price, quantity):
                quotes.append(Quote(side, price, quantity))
    return quotes
