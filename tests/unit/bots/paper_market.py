"""A market on paper for one strategy: it shows books, takes the quotes, and fills what the strategy takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Decision, OwnFill, Quote, RestingOrder, Take, Terms
from exchange_bots.feed.messages import BookSnapshot, TradePrint
from exchange_bots.play.actions import Side
from tests.unit.bots.views import TERMS, view


@dataclass
class PaperMarket:
    """`cash` and `inventory` begin at nothing; there are no fees."""

    strategy: Strategy[Any]
    terms: Terms = TERMS
    inventory: Decimal = Decimal(0)
    cash: Decimal = Decimal(0)
    quotes: list[Quote] = field(default_factory=list)
    taken: list[Take] = field(default_factory=list)
    _fills: list[OwnFill] = field(default_factory=list)

    def show(self, book: BookSnapshot | None, *, at: float = 0.0, trades: Sequence[TradePrint] = ()) -> Decision:
        """Let the strategy decide, and do what it decides; what it takes it gets at the best price."""
        own = tuple(
            RestingOrder(f"k{number}", quote.side, quote.price, quote.quantity, Decimal(0))
            for number, quote in enumerate(self.quotes)
        )
        seen = view(
            book,
            at=at,
            terms=self.terms,
            trades=tuple(trades),
            own=own,
            fills=tuple(self._fills),
            inventory=self.inventory,
        )
        self._fills.clear()
        decision = self.strategy.decide(seen)
        if decision.quotes is not None:
            self.quotes = list(decision.quotes)
        for take in decision.takes:
            assert book is not None
            best = book.asks[0].price if take.side is Side.BUY else book.bids[0].price
            assert take.price >= best if take.side is Side.BUY else take.price <= best
            self.taken.append(take)
            self._fill(take.side, best, take.quantity)
        return decision

    def hit(self, side: str, quantity: object) -> Decimal:
        """Let somebody buy or sell so much of the quotes, the best first; return how much there was."""
        left = Decimal(str(quantity))
        wanted = Side(side).opposite
        sign = 1 if wanted is Side.SELL else -1
        for quote in sorted((each for each in self.quotes if each.side is wanted), key=lambda each: sign * each.price):
            part = min(left, quote.quantity)
            if part <= 0:
                break
            self.quotes.remove(quote)
            if part < quote.quantity:
                self.quotes.append(Quote(quote.side, quote.price, quote.quantity - part))
            self._fill(quote.side, quote.price, part)
            left -= part
        return Decimal(str(quantity)) - left

    def sides(self) -> tuple[list[tuple[Any, Any]], list[tuple[Any, Any]]]:
        """Return bids and asks as (price, quantity), the best first."""
        bids = sorted(((each.price, each.quantity) for each in self.quotes if each.side is Side.BUY), reverse=True)
        return bids, sorted((each.price, each.quantity) for each in self.quotes if each.side is Side.SELL)

    def _fill(self, side: Side, price: Decimal, quantity: Decimal) -> None:
        sign = 1 if side is Side.BUY else -1
        self.inventory += sign * quantity
        self.cash -= sign * quantity * price
        self._fills.append(OwnFill(side, price, quantity, price * quantity, Decimal(0), is_maker=True))
