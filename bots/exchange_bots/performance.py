"""What a bot's trading came to: profit by average cost, risk, and the report of a backtest.

Money is in quote units, quantities and inventory in base units.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from exchange_bots.bot.view import ZERO
from exchange_bots.play.actions import Side

YEAR_SECONDS = 365 * 86_400
SHOWN_DECIMALS = 8
"""Of money in a report: an average cost may have no end."""


class OwnTrade(NamedTuple):
    """One execution of an own order."""

    time_ns: int
    side: Side
    price: Decimal
    quantity: Decimal


class Sample(NamedTuple):
    """The bot at one second, at the middle price of then. `result` is realised + unrealised − fees."""

    time_ns: int
    mid: Decimal
    inventory: Decimal
    result: Decimal
    realised: Decimal
    unrealised: Decimal
    fees: Decimal


@dataclass(slots=True)
class Ledger:
    """Profit by average cost, from the bot's own executions.

    `cost`: what the position cost, negative for what a short one brought. What is closed takes its share of it along.
    """

    position: Decimal = ZERO
    cost: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    volume: Decimal = ZERO
    filled_orders: set[str] = field(default_factory=set)

    def fill(self, key: str, side: Side, price: Decimal, quantity: Decimal, fee: Decimal) -> None:
        """Take one execution of the order with that key; `fee` is negative for a rebate."""
        self.filled_orders.add(key)
        self.fees += fee
        self.volume += price * quantity
        signed = quantity if side is Side.BUY else -quantity
        held = abs(self.position)
        closing = min(quantity, held) if self.position * signed < 0 else ZERO
        if closing:
            released = self.cost if closing == held else self.cost * closing / held
            self.realised += closing * price * (-1 if signed > 0 else 1) - released
            self.cost -= released
        self.cost += (quantity - closing) * price * (1 if signed > 0 else -1)
        self.position += signed

    def unrealised(self, mark: Decimal) -> Decimal:
        """Return what the position would bring beyond its cost at this price."""
        return self.position * mark - self.cost


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a backtest.

    `orders`: placed and accepted, those that take at once included; `fill_ratio`: the share of them that was filled,
    wholly or in part, None without any. `largest_inventory` is the farthest from neutral, with its sign.
    """

    bot: str
    seconds: float
    result: Decimal
    realised: Decimal
    unrealised: Decimal
    fees: Decimal
    volume: Decimal
    sharpe: float | None
    max_drawdown: Decimal
    orders: int
    fill_ratio: float | None
    inventory: Decimal
    largest_inventory: Decimal
    counts: dict[str, int]
    samples: tuple[Sample, ...]
    trades: tuple[OwnTrade, ...]

    def document(self) -> dict[str, Any]:
        """Return all but samples and trades: JSON's types only, money rounded to `SHOWN_DECIMALS`."""
        names = [name for name in self.__slots__ if name not in ("samples", "trades")]
        return {name: _plain(getattr(self, name)) for name in names}


def make_report(
    bot: str, ledger: Ledger, samples: Sequence[Sample], trades: Sequence[OwnTrade], orders: int, counts: dict[str, int]
) -> Report:
    """Return the report of a run. Raises ValueError when there are no samples."""
    if not samples:
        raise ValueError("nothing was sampled")
    last = samples[-1]
    results = [sample.result for sample in samples]
    return Report(
        bot=bot,
        seconds=(last.time_ns - samples[0].time_ns) / 1e9,
        result=last.result,
        realised=last.realised,
        unrealised=last.unrealised,
        fees=last.fees,
        volume=ledger.volume,
        sharpe=sharpe(results),
        max_drawdown=max(drawdowns(results)),
        orders=orders,
        fill_ratio=len(ledger.filled_orders) / orders if orders else None,
        inventory=last.inventory,
        largest_inventory=max((sample.inventory for sample in samples), key=abs),
        counts=dict(sorted(counts.items())),
        samples=tuple(samples),
        trades=tuple(trades),
    )


def sharpe(results: Sequence[Decimal]) -> float | None:
    """Return mean over deviation of the changes from second to second, times √(seconds of a year).

    W. F. Sharpe, "The Sharpe ratio", 1994, of the change of the result in place of a return, as a bot has no capital of
    its own, and without a riskless rate. None when nothing changed, or when there are fewer than two changes.
    """
    changes = [float(after - before) for before, after in pairwise(results)]
    if len(changes) < 2:
        return None
    mean = sum(changes) / len(changes)
    variance = sum((change - mean) ** 2 for change in changes) / (len(changes) - 1)
    return mean / math.sqrt(variance) * math.sqrt(YEAR_SECONDS) if variance > 0 else None


def drawdowns(results: Sequence[Decimal]) -> list[Decimal]:
    """Return how far each result is below the best so far, which begins at nothing; never negative."""
    best = ZERO
    below = []
    for result in results:
        best = max(best, result)
        below.append(best - result)
    return below


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        # Adding nothing turns a negative zero into zero.
        text = f"{round(value, SHOWN_DECIMALS) + ZERO:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return round(value, 4) if isinstance(value, float) else value
