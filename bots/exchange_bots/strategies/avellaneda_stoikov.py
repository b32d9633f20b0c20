"""Quote both sides around a price that leans against what is held (Avellaneda and Stoikov 2008).

It believes that the price has no direction, that a quote is taken the more seldom the farther it is, and that what it
holds is a risk. Source: M. Avellaneda, S. Stoikov, "High-frequency trading in a limit order book", Quantitative
Finance 8 (2008), equations (29) and (30), with the time to the end held constant, as this market never closes:

    reservation price    r = s − q γ σ² τ
    spread               δ_ask + δ_bid = γ σ² τ + (2 / γ) ln(1 + γ / k)

s: middle price. q: inventory in orders of `order_quantity`. γ: `risk_aversion`, per quote unit. σ: volatility, quote
units per √s. τ: `horizon_seconds`. k: how fast the rate of fills λ(δ) = A e^(−k δ) falls with the distance δ. σ and k
are measured from the feed.
"""

import math
from decimal import Decimal
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from exchange_bots.bot.config import BotConfig, Positive, Seconds
from exchange_bots.bot.estimators import Intensity, Volatility
from exchange_bots.bot.quoting import quote_if_enough, unless_near
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Decision, Quote, View
from exchange_bots.play.actions import Side

PositiveFloat = Annotated[float, Field(gt=0)]


class AvellanedaStoikovConfig(BotConfig):
    """The paper's parameters, and bounds where its world ends.

    `inventory_limit`: in orders; from there on only the side that reduces it is quoted. `min_spread_bps`: the least
    spread. `tolerance_ticks`: a quote that is no farther from where it should be stays. `warm_up_seconds`: it measures
    before it quotes. `memory_seconds`: after which a measurement counts 1/e.
    """

    strategy: Literal["avellaneda-stoikov"] = "avellaneda-stoikov"
    order_quantity: Positive
    risk_aversion: PositiveFloat = 0.01
    horizon_seconds: Seconds = 10
    inventory_limit: PositiveFloat = 10
    min_spread_bps: Annotated[float, Field(ge=0, le=1_000)] = 0.0
    tolerance_ticks: Annotated[int, Field(ge=0)] = 2
    memory_seconds: Seconds = 120
    warm_up_seconds: Annotated[float, Field(ge=0)] = 5


class Prices(NamedTuple):
    """Where to buy and sell, quote units; not rounded."""

    bid: float
    ask: float


def optimal_prices(
    mid: float, inventory: float, volatility: float, decay: float, *, risk_aversion: float, horizon: float
) -> Prices:
    """Return the paper's quotes; see the module for symbols and units. `decay` is k and must be positive."""
    risk = risk_aversion * volatility**2 * horizon
    reservation = mid - inventory * risk
    half_spread = risk / 2 + math.log(1 + risk_aversion / decay) / risk_aversion
    return Prices(reservation - half_spread, reservation + half_spread)


class AvellanedaStoikov(Strategy[AvellanedaStoikovConfig]):
    """One quote a side, at the paper's prices, never through the reference's best prices."""

    def __init__(self, config: AvellanedaStoikovConfig) -> None:
        super().__init__(config)
        self.volatility = Volatility(config.memory_seconds)
        self.intensity = Intensity(config.memory_seconds)

    def decide(self, view: View) -> Decision:
        config = self.config
        mid = float(view.book.mid)
        self.volatility.observe(view.seconds, mid)
        for trade in view.trades:
            self.intensity.observe(trade.time_ns / 1e9, abs(float(trade.price) - mid))
        self.intensity.let_pass(view.seconds)
        if self.volatility.seconds < config.warm_up_seconds:
            return Decision(quotes=())
        held = float(view.inventory / config.order_quantity)
        # Without a trade yet, as if all of them happened at the best prices.
        decay = self.intensity.decay or 2 / float(view.book.asks[0].price - view.book.bids[0].price)
        prices = optimal_prices(
            mid,
            held,
            self.volatility.per_second,
            decay,
            risk_aversion=config.risk_aversion,
            horizon=config.horizon_seconds,
        )
        quotes = (*self._bid(view, prices, held), *self._ask(view, prices, held))
        return unless_near(view.own, quotes, config.tolerance_ticks * view.terms.tick_size)

    def _bid(self, view: View, prices: Prices, held: float) -> tuple[Quote, ...]:
        if held >= self.config.inventory_limit:
            return ()
        most = float(view.book.asks[0].price - view.terms.tick_size)
        price = min(prices.bid, most, prices.ask - self._least_spread(view))
        return quote_if_enough(view, Side.BUY, max(price, 0.0), self.config.order_quantity)

    def _ask(self, view: View, prices: Prices, held: float) -> tuple[Quote, ...]:
        if held <= -self.config.inventory_limit:
            return ()
        least = float(view.book.bids[0].price + view.terms.tick_size)
        price = max(prices.ask, least, prices.bid + self._least_spread(view))
        return quote_if_enough(view, Side.SELL, price, self.config.order_quantity)

    def _least_spread(self, view: View) -> float:
        return float(view.book.mid * Decimal(self.config.min_spread_bps) / 10_000)
