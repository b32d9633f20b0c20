"""Repeat a venue's trades, as orders that trade at once or not at all.

It believes nothing: with a mirror maker beside it, this exchange sees the trades that the venue saw, at the prices at
which the venue saw them.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from exchange_bots.bot.config import BotConfig, Positive
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import NOTHING, Decision, Take, View
from exchange_bots.play.actions import Side


class MirrorTakerConfig(BotConfig):
    """Quantities are the venue's times `scale`.

    `slippage_bps`: basis points beyond the venue's price that it may pay. `max_orders`: of one decision; of a burst the
    newest are repeated.
    """

    strategy: Literal["mirror-taker"] = "mirror-taker"
    coin: Annotated[str, Field(min_length=1)]
    scale: Positive = Decimal(1)
    slippage_bps: Annotated[int, Field(ge=0, le=1_000)] = 5
    max_orders: Annotated[int, Field(ge=1, le=100)] = 20


class MirrorTaker(Strategy[MirrorTakerConfig]):
    """Every trade of the venue becomes an order; those of one side and price that came together become one."""

    def decide(self, view: View) -> Decision:
        quantities: dict[tuple[Side, Decimal], Decimal] = {}
        for trade in view.trades:
            key = (trade.side, trade.price)
            quantities[key] = quantities.get(key, Decimal(0)) + trade.quantity * self.config.scale
        takes = []
        for (side, price), exact in quantities.items():
            slip = price * self.config.slippage_bps / 10_000
            limit = view.terms.taking_price(side, price + slip if side is Side.BUY else price - slip)
            quantity = view.terms.quantity(exact)
            if view.terms.is_enough(limit, quantity):
                takes.append(Take(side, limit, quantity))
        return Decision(takes=takes[-self.config.max_orders :]) if takes else NOTHING
