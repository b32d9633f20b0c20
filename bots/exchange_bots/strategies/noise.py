"""Trade for no reason, in bursts.

It believes nothing; it is the crowd that makers live on. Orders arrive by a Hawkes process (see `hawkes`): each brings
more of its own side. Sizes are log-normal: mostly small, seldom large. To go on for ever it leans back towards what it
began with: the farther its inventory is from neutral, the likelier it trades the other way.
"""

import random
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from exchange_bots.bot.config import BotConfig, Positive
from exchange_bots.bot.quoting import take_best
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import NOTHING, Decision, Take, View
from exchange_bots.feed.hawkes import HawkesFlow
from exchange_bots.play.actions import Side

Rate = Annotated[float, Field(gt=0, le=100)]
MOST_SECONDS_LATE = 5.0
"""After a pause it does not make up for what it missed."""
MOST_ORDERS = 5
"""Of one decision."""


class NoiseConfig(BotConfig):
    """`rate`: orders a second of each side that nothing brought about. `typical_quantity`: the median, base units.

    `self_excitation` and `cross_excitation`: how many more orders of its own and of the other side each brings.
    `inventory_band`: base units from neutral at which it trades only the other way. The same `seed`, the same orders.
    """

    strategy: Literal["noise"] = "noise"
    seed: int = 1
    rate: Rate = 0.2
    self_excitation: Annotated[float, Field(ge=0, lt=1)] = 0.4
    cross_excitation: Annotated[float, Field(ge=0, lt=1)] = 0.1
    typical_quantity: Positive
    slippage_bps: Annotated[int, Field(ge=0, le=5_000)] = 10
    inventory_band: Positive

    @field_validator("cross_excitation")
    @classmethod
    def _calms_down(cls, value: float, info: ValidationInfo) -> float:
        if value + info.data.get("self_excitation", 0.0) >= 1:
            raise ValueError("must be below 1 together with self_excitation, or the flow never calms down")
        return value


class Noise(Strategy[NoiseConfig]):
    """Orders of both sides as chance will have it."""

    def __init__(self, config: NoiseConfig) -> None:
        super().__init__(config)
        self._chance = random.Random(f"{config.seed}:{config.name}")  # seeded noise, not a secret
        self._flow = HawkesFlow(
            self._chance,
            base_rate=config.rate,
            self_excitation=config.self_excitation,
            cross_excitation=config.cross_excitation,
        )
        self._began: float | None = None

    def decide(self, view: View) -> Decision:
        if self._began is None or view.seconds - self._began - self._flow.at > MOST_SECONDS_LATE:
            self._began = view.seconds - self._flow.at
        takes: list[Take] = []
        for _, side in self._flow.until(view.seconds - self._began)[:MOST_ORDERS]:
            side = self._leaning(side, view.inventory)
            quantity = float(self.config.typical_quantity) * self._chance.lognormvariate(0.0, 0.8)
            takes.extend(take_best(view, side, Decimal(quantity), self.config.slippage_bps))
        return Decision(takes=takes) if takes else NOTHING

    def _leaning(self, side: Side, inventory: Decimal) -> Side:
        """Turn a side around, the likelier the more inventory it would add to."""
        share = float(inventory / self.config.inventory_band)
        towards = share if side is Side.BUY else -share
        return side.opposite if self._chance.random() < towards else side
