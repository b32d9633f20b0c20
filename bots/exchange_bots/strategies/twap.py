"""Buy or sell a given quantity, evenly over a given time.

It believes that who is patient moves the price less. The schedule is a line from nothing to everything, cut into
`slices`; at the time of each slice it takes what the schedule is ahead of what is done, so that what could not be had
is tried again with the next slice (R. Almgren, N. Chriss, "Optimal execution of portfolio transactions", 2000: the
straight line is optimal for who does not mind the risk).
"""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from exchange_bots.bot.config import BotConfig, Positive, Seconds
from exchange_bots.bot.quoting import take_best
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import NOTHING, Decision, Take, View
from exchange_bots.play.actions import Side


class TwapConfig(BotConfig):
    """`quantity`: base units. `limit_price`: it does not trade beyond it, and waits.

    `slippage_bps`: how far beyond the best price it may trade.
    """

    strategy: Literal["twap"] = "twap"
    side: Side
    quantity: Positive
    duration_seconds: Seconds
    slices: Annotated[int, Field(ge=1, le=10_000)] = 10
    slippage_bps: Annotated[int, Field(ge=0, le=5_000)] = 5
    limit_price: Positive | None = None


class Twap(Strategy[TwapConfig]):
    """The schedule, and what the inventory says is done."""

    def __init__(self, config: TwapConfig) -> None:
        super().__init__(config)
        self._began: float | None = None
        self._inventory = Decimal(0)
        self._slice = 0

    def decide(self, view: View) -> Decision:
        config = self.config
        if self._began is None:
            self._began, self._inventory = view.seconds, view.inventory
        passed = view.seconds - self._began
        due = min(int(passed / config.duration_seconds * config.slices) + 1, config.slices)
        sign = 1 if config.side is Side.BUY else -1
        left = config.quantity * due / config.slices - sign * (view.inventory - self._inventory)
        # Once a slice, but at the end until it is done.
        if left <= 0 or (due == self._slice and due < config.slices) or self._is_beyond_limit(view):
            return NOTHING
        self._slice = due
        takes = [self._within_limit(take) for take in take_best(view, config.side, left, config.slippage_bps)]
        return Decision(takes=takes) if takes else NOTHING

    def _within_limit(self, take: Take) -> Take:
        limit = self.config.limit_price
        if limit is None:
            return take
        nearer = min if take.side is Side.BUY else max
        return replace(take, price=nearer(take.price, limit))

    def _is_beyond_limit(self, view: View) -> bool:
        limit = self.config.limit_price
        if limit is None:
            return False
        return view.book.asks[0].price > limit if self.config.side is Side.BUY else view.book.bids[0].price < limit
