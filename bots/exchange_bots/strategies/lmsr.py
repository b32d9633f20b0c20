"""Make a prediction market that always has a price: the logarithmic market scoring rule (Hanson 2003).

A share pays 1 if something happens and 0 if not; its price is a probability. It believes nothing about the outcome: the
price moves by what is bought and sold, along a cost function, and the loss is bounded whatever happens. Source:
R. Hanson, "Combinatorial information market design", Information Systems Frontiers 5 (2003); Y. Chen, D. Pennock, "A
utility framework for bounded-loss market makers" (UAI 2007). With q shares sold, net, and b the liquidity:

    cost       C(q) = b ln(1 + e^((q + q₀) / b))         q₀ = b ln(p₀ / (1 − p₀))
    price      p(q) = C'(q) = 1 / (1 + e^(−(q + q₀) / b))
    to sell Δ  (C(q + Δ) − C(q)) / Δ a share, and to buy (C(q) − C(q − Δ)) / Δ

The most it loses is b ln(1 / p₀) or b ln(1 / (1 − p₀)), whichever outcome comes, plus what its fee does not bring.
"""

import math
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from exchange_bots.bot.config import BotConfig, Positive
from exchange_bots.bot.quoting import quote_if_enough
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Decision, Quote, View
from exchange_bots.play.actions import Side


class LmsrConfig(BotConfig):
    """`liquidity`: b, in shares: so many move the odds by a factor of e. `fee_bps`: of the price, on both sides.

    `start_probability`: p₀. `levels` a side, each of `level_quantity` shares. `neutral_base`: the shares that it was
    given to sell; without it a restart would take the present price for the first.
    """

    strategy: Literal["lmsr"] = "lmsr"
    neutral_base: Annotated[Decimal, Field(ge=0)]
    liquidity: Positive
    level_quantity: Positive
    levels: Annotated[int, Field(ge=1, le=50)] = 10
    fee_bps: Annotated[Decimal, Field(ge=0, le=1_000)] = Decimal(50)
    start_probability: Annotated[float, Field(gt=0, lt=1)] = 0.5


def cost(sold: float, liquidity: float, start_probability: float = 0.5) -> float:
    """Return C(q), quote units."""
    odds = sold / liquidity + math.log(start_probability / (1 - start_probability))
    # ln(1 + e^x) without overflow.
    return liquidity * (max(odds, 0.0) + math.log1p(math.exp(-abs(odds))))


class Lmsr(Strategy[LmsrConfig]):
    """A ladder along the cost function: each level costs on average what the rule says for its shares."""

    needs_reference: ClassVar[bool] = False

    def decide(self, view: View) -> Decision:
        config = self.config
        sold = -view.inventory
        quotes: list[Quote] = []
        for number in range(config.levels):
            done = number * config.level_quantity
            ask = self._average(sold + done, sold + done + config.level_quantity) * (1 + config.fee_bps / 10_000)
            bid = self._average(sold - done - config.level_quantity, sold - done) * (1 - config.fee_bps / 10_000)
            # Nobody pays 1 or more for what pays 1 at most; below one tick there is no price.
            if view.terms.price(Side.SELL, ask) < 1:
                quotes.extend(quote_if_enough(view, Side.SELL, ask, config.level_quantity))
            if bid >= view.terms.tick_size:
                quotes.extend(quote_if_enough(view, Side.BUY, bid, config.level_quantity))
        return Decision(quotes)

    def _average(self, start: Decimal, end: Decimal) -> Decimal:
        """Return the rule's price a share between two amounts sold."""
        liquidity, probability = float(self.config.liquidity), self.config.start_probability
        paid = cost(float(end), liquidity, probability) - cost(float(start), liquidity, probability)
        return Decimal(paid / float(end - start)).quantize(Decimal("1e-12"))
