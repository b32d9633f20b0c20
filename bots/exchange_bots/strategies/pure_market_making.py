"""Quote at fixed distances from the middle price, and lean back towards a wanted inventory.

It believes that the price comes back often enough for the spread to pay for the times it does not. The rules are those
of Hummingbot's strategy of the same name (https://hummingbot.org/strategies/v1-strategies/pure-market-making/):

    level i, bid    middle × (1 − (bid_spread + i × level_spread + skew × x) / 10,000)
    level i, ask    middle × (1 + (ask_spread + i × level_spread − skew × x) / 10,000)
    quantities      order_quantity × (1 − x) to buy, × (1 + x) to sell, between none and twice

with x = (inventory − target) / band, held within ±1. Every `requote_seconds` the quotes are made anew, unless all are
within `tolerance_bps` of where they should be. With `hanging_orders` a quote whose other side was filled stays after
that, until it is filled too or `hanging_cancel_bps` from the middle.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from exchange_bots.bot.config import BotConfig, Positive, Seconds
from exchange_bots.bot.quoting import BPS, quote_if_enough, unless_near
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import NOTHING, Decision, Quote, View
from exchange_bots.clock import NS
from exchange_bots.play.actions import Side

SpreadBps = Annotated[Decimal, Field(gt=0, lt=5_000)]
OrNoBps = Annotated[Decimal, Field(ge=0, lt=5_000)]


class PureMarketMakingConfig(BotConfig):
    """Distances are basis points of the middle price, quantities base units; the module says what they do."""

    strategy: Literal["pure-market-making"] = "pure-market-making"
    order_quantity: Positive
    bid_spread_bps: SpreadBps
    ask_spread_bps: SpreadBps
    levels: Annotated[int, Field(ge=1, le=50)] = 1
    level_spread_bps: OrNoBps = Decimal(0)
    inventory_target: Decimal = Decimal(0)
    inventory_band: Positive | None = None
    skew_bps: OrNoBps = Decimal(0)
    requote_seconds: Seconds = 10
    tolerance_bps: OrNoBps = Decimal(0)
    hanging_orders: bool = False
    hanging_cancel_bps: SpreadBps = Decimal(500)

    @field_validator("level_spread_bps")
    @classmethod
    def _levels_differ(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if not value and info.data.get("levels", 1) > 1:
            raise ValueError("must be above 0 when there are several levels")
        return value

    @field_validator("skew_bps")
    @classmethod
    def _skew_has_a_band(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if value and info.data.get("inventory_band") is None:
            raise ValueError("needs an inventory_band")
        smallest = min(info.data.get(side, value + 1) for side in ("bid_spread_bps", "ask_spread_bps"))
        if value >= smallest:
            raise ValueError("must be below both spreads, or the quotes would cross the middle")
        return value

    @field_validator("hanging_cancel_bps")
    @classmethod
    def _hangs_farther_than_it_quotes(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        widest = max(info.data.get(side, Decimal(0)) for side in ("bid_spread_bps", "ask_spread_bps"))
        if info.data.get("hanging_orders") and value <= widest:
            raise ValueError("must be above both spreads")
        return value


class PureMarketMaking(Strategy[PureMarketMakingConfig]):
    """Makes the quotes of a cycle, and remembers which of them were pairs."""

    def __init__(self, config: PureMarketMakingConfig) -> None:
        super().__init__(config)
        self._quoted_ns: int | None = None
        self._pairs: list[tuple[Quote, Quote]] = []
        self._hanging: set[tuple[Side, Decimal]] = set()

    def forget(self) -> None:
        self._quoted_ns = None
        self._pairs.clear()
        self._hanging.clear()

    def decide(self, view: View) -> Decision:
        config = self.config
        if self._quoted_ns is not None and view.time_ns - self._quoted_ns < config.requote_seconds * NS:
            return NOTHING
        self._quoted_ns = view.time_ns
        hanging = self._hang(view)
        levels = [self._level(view, number) for number in range(config.levels)]
        quotes = [*(quote for level in levels for side in level for quote in side), *hanging]
        decision = unless_near(view.own, quotes, view.book.mid * config.tolerance_bps / BPS)
        if decision.quotes is not None:
            self._pairs = [(bid[0], ask[0]) for bid, ask in levels if bid and ask]
        return decision

    def _level(self, view: View, number: int) -> tuple[tuple[Quote, ...], tuple[Quote, ...]]:
        """Return the bid and the ask of one level; a side may be empty."""
        config, mid = self.config, view.book.mid
        lean = self._lean(view.inventory)
        farther = number * config.level_spread_bps
        bid_bps = config.bid_spread_bps + farther + config.skew_bps * lean
        ask_bps = config.ask_spread_bps + farther - config.skew_bps * lean
        bid = quote_if_enough(view, Side.BUY, mid * (1 - bid_bps / BPS), config.order_quantity * (1 - lean))
        ask = quote_if_enough(view, Side.SELL, mid * (1 + ask_bps / BPS), config.order_quantity * (1 + lean))
        return bid, ask

    def _lean(self, inventory: Decimal) -> Decimal:
        """Return x: how far the inventory is from its target, in bands, within ±1."""
        if self.config.inventory_band is None:
            return Decimal(0)
        x = (inventory - self.config.inventory_target) / self.config.inventory_band
        return max(Decimal(-1), min(Decimal(1), x))

    def _hang(self, view: View) -> list[Quote]:
        """Let quotes hang whose other side is gone; return all that still hang."""
        if not self.config.hanging_orders:
            return []
        resting = {(order.side, order.price): order.open_quantity for order in view.own}
        for pair in self._pairs:
            present = [(quote.side, quote.price) for quote in pair if (quote.side, quote.price) in resting]
            if len(present) == 1:
                self._hanging.add(present[0])
        farthest = view.book.mid * self.config.hanging_cancel_bps / BPS
        self._hanging = {
            place for place in self._hanging if place in resting and abs(place[1] - view.book.mid) <= farthest
        }
        return [Quote(side, price, resting[side, price]) for side, price in sorted(self._hanging)]
