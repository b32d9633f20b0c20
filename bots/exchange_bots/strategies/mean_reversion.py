"""Trade against the price when it is far from its mean.

It believes that what strays comes back. With an exponential mean m and deviation s of the middle price:

    z = (price − m) / s;  above `entry` it wants −quantity, below −entry +quantity, within ±`exit` nothing

and in between it keeps what it has. (E. Chan, "Algorithmic Trading", 2013, chapter 3, with the standard deviation
around an exponential mean in place of Bollinger's window.)
"""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from exchange_bots.bot.config import BotConfig, Positive, Seconds
from exchange_bots.bot.estimators import Average
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import NOTHING, ZERO, Decision, View
from exchange_bots.strategies.momentum import to_position


class MeanReversionConfig(BotConfig):
    """`quantity`: of a position, base units. `entry` and `exit`: deviations. `memory_seconds`: of mean and deviation.

    It watches for half its memory before it trades.
    """

    strategy: Literal["mean-reversion"] = "mean-reversion"
    quantity: Positive
    memory_seconds: Seconds = 60
    entry: Annotated[float, Field(gt=0, le=20)] = 2.0
    exit: Annotated[float, Field(ge=0, le=20)] = 0.5
    slippage_bps: Annotated[int, Field(ge=0, le=5_000)] = 5

    @field_validator("exit")
    @classmethod
    def _inside(cls, value: float, info: ValidationInfo) -> float:
        if value >= info.data.get("entry", value + 1):
            raise ValueError("must be below entry")
        return value


class MeanReversion(Strategy[MeanReversionConfig]):
    """One mean, and the position that the distance from it asks for."""

    def __init__(self, config: MeanReversionConfig) -> None:
        super().__init__(config)
        self._average = Average(config.memory_seconds)

    def decide(self, view: View) -> Decision:
        price = float(view.book.mid)
        # Judged by what was before it: an outlier must not excuse itself.
        mean, deviation, seconds = self._average.mean, self._average.deviation, self._average.seconds
        self._average.observe(view.seconds, price)
        if seconds < self.config.memory_seconds / 2 or deviation <= 0:
            return NOTHING
        z = (price - mean) / deviation
        if z > self.config.entry:
            return to_position(view, -self.config.quantity, self.config.slippage_bps)
        if z < -self.config.entry:
            return to_position(view, self.config.quantity, self.config.slippage_bps)
        if abs(z) < self.config.exit:
            return to_position(view, ZERO, self.config.slippage_bps)
        return NOTHING
