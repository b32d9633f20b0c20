"""Buy a step lower, sell a step higher, within a range.

It believes that the price stays in the range and moves to and fro in it. The range is cut into cells by lines at equal
distances. A cell has either money, and then bids at its lower line, or the base asset, and then asks at its upper
line; when the bid is filled it asks, when the ask is filled it bids. Each such round earns quantity × the distance,
less fees; below the range it holds everything it could buy, and waits.
"""

from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from exchange_bots.bot.config import BotConfig, Positive
from exchange_bots.bot.quoting import quote_if_enough
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import Decision, OwnFill, Quote, Terms, View
from exchange_bots.play.actions import Side


class GridConfig(BotConfig):
    """`lower` and `upper`: the range, quote units. `cells`: into how many it is cut. `cell_quantity`: base units."""

    strategy: Literal["grid"] = "grid"
    lower: Positive
    upper: Positive
    cells: Annotated[int, Field(ge=1, le=200)]
    cell_quantity: Positive

    @field_validator("upper")
    @classmethod
    def _above_lower(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if "lower" in info.data and value <= info.data["lower"]:
            raise ValueError("must be above lower")
        return value


class Cell:
    """Between two lines; `side` is what it does next, `done` how much of that is filled."""

    def __init__(self, low: Decimal, high: Decimal, side: Side) -> None:
        self.low = low
        self.high = high
        self.side = side
        self.done = Decimal(0)

    @property
    def price(self) -> Decimal:
        """Where it waits."""
        return self.low if self.side is Side.BUY else self.high


class Grid(Strategy[GridConfig]):
    """The cells, told apart by what was filled."""

    def __init__(self, config: GridConfig) -> None:
        super().__init__(config)
        self.cells: list[Cell] = []

    def decide(self, view: View) -> Decision:
        if not self.cells:
            self.cells = self._cut(view.terms, view.book.mid)
        for fill in view.fills:
            self._fill(fill)
        quotes: list[Quote] = []
        for cell in self.cells:
            quotes.extend(quote_if_enough(view, cell.side, cell.price, self.config.cell_quantity - cell.done))
        return Decision(quotes)

    def _cut(self, terms: Terms, mid: Decimal) -> list[Cell]:
        """Return the cells: those below the price bid, those above ask, that around it does what is farther away."""
        config = self.config
        step = (config.upper - config.lower) / config.cells
        lines = [terms.price(Side.BUY, config.lower + step * number) for number in range(config.cells + 1)]
        pairs = [(low, high) for low, high in pairwise(lines) if low < high]
        return [Cell(low, high, Side.BUY if (low + high) / 2 <= mid else Side.SELL) for low, high in pairs]

    def _fill(self, fill: OwnFill) -> None:
        """Give a fill to the cells that wait at its price; what is whole turns to its other side."""
        left = fill.quantity
        for cell in self.cells:
            if left and cell.side is fill.side and cell.price == fill.price:
                taken = min(left, self.config.cell_quantity - cell.done)
                left -= taken
                cell.done += taken
                if cell.done >= self.config.cell_quantity:
                    cell.side, cell.done = cell.side.opposite, Decimal(0)
