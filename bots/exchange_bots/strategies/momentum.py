"""Follow the price: buy what rises, sell what falls.

It believes that a move goes on. It compares a fast and a slow exponential mean of the middle price (Appel's MACD,
without its signal line):

    signal = (fast − slow) / slow, in basis points
    above `threshold_bps` it wants +quantity, below −`threshold_bps` −quantity

and in between it keeps what it has. It trades the difference between what it wants and what it holds.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from exchange_bots.bot.config import BotConfig, Positive, Seconds
from exchange_bots.bot.estimators import Average
from exchange_bots.bot.quoting import take_best
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import NOTHING, Decision, View
from exchange_bots.play.actions import Side


class MomentumConfig(BotConfig):
    """`quantity`: of a position, base units. `fast_seconds` and `slow_seconds`: memories of the two means."""

    strategy: Literal["momentum"] = "momentum"
    quantity: Positive
    fast_seconds: Seconds = 10
    slow_seconds: Seconds = 60
    threshold_bps: Annotated[float, Field(gt=0, le=5_000)] = 2.0
    slippage_bps: Annotated[int, Field(ge=0, le=5_000)] = 5

    @field_validator("slow_seconds")
    @classmethod
    def _slower(cls, value: float, info: ValidationInfo) -> float:
        if value <= info.data.get("fast_seconds", 0.0):
            raise ValueError("must be above fast_seconds")
        return value


class Momentum(Strategy[MomentumConfig]):
    """Two means, and the position that their difference asks for."""

    def __init__(self, config: MomentumConfig) -> None:
        super().__init__(config)
        self._fast = Average(config.fast_seconds)
        self._slow = Average(config.slow_seconds)

    def decide(self, view: View) -> Decision:
        mid = float(view.book.mid)
        self._fast.observe(view.seconds, mid)
        self._slow.observe(view.seconds, mid)
        # The slow mean has to know more than where the price began.
        if self._slow.seconds < self.config.fast_seconds:
            return NOTHING
        signal_bps = (self._fast.mean / self._slow.mean - 1) * 10_000
        if abs(signal_bps) <= self.config.threshold_bps:
            return NOTHING
        wanted = self.config.quantity if signal_bps > 0 else -self.config.quantity
        return to_position(view, wanted, self.config.slippage_bps)


def to_position(view: View, wanted: Decimal, slippage_bps: int) -> Decision:
    """Return the order that turns the inventory into what is wanted, base units; nothing when it is so already."""
    missing = wanted - view.inventory
    side = Side.BUY if missing > 0 else Side.SELL
    takes = take_best(view, side, abs(missing), slippage_bps)
    return Decision(takes=takes) if takes else NOTHING
