"""A market that was never there: seeded prices, books and trades of one coin, in the words of the venue.

The fair price is a random walk whose volatility switches between regimes (Hamilton 1989); trades come in clusters
(`hawkes`) and push it a little; the book around it keeps most of its levels from one snapshot to the next, wider and
thinner when the market is wild. Nothing but the seed decides: no clock, no I/O.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from exchange_bots.clock import NS
from exchange_bots.feed.hawkes import HawkesFlow
from exchange_bots.feed.messages import Level, TradePrint, book_text, trades_text
from exchange_bots.play.actions import Side

STEP_SECONDS = 0.1
STEPS_A_BOOK = 5
"""Hyperliquid tells a book at most twice a second."""
DEPTH = 20


@dataclass(frozen=True, slots=True)
class Regime:
    """How the market feels. `volatility`: of the log price, per square root of a second; the others are factors.

    `leaves_per_second`: how likely it ends.
    """

    volatility: float
    spread: float
    size: float
    activity: float
    leaves_per_second: float


REGIMES = (
    Regime(volatility=2e-5, spread=1.0, size=1.0, activity=0.7, leaves_per_second=1 / 60),
    Regime(volatility=6e-5, spread=1.6, size=0.8, activity=1.2, leaves_per_second=1 / 40),
    Regime(volatility=2e-4, spread=3.0, size=0.5, activity=2.5, leaves_per_second=1 / 15),
)


@dataclass(frozen=True, slots=True)
class Coin:
    """A coin to make up. `tick` in quote units; `typical_size` of a level, base units; trades a second of each side.

    `volatility`: a factor of the regimes'.
    """

    name: str
    price: Decimal
    tick: Decimal
    size_step: Decimal
    typical_size: float
    trades_per_second: float = 0.4
    volatility: float = 1.0


COINS = (
    Coin("BTC", Decimal(65_000), Decimal(1), Decimal("0.00001"), 0.4),
    Coin("ETH", Decimal(3_000), Decimal("0.1"), Decimal("0.0001"), 8.0),
    Coin("SOL", Decimal(150), Decimal("0.01"), Decimal("0.01"), 150.0),
)
OUTCOMES = (Coin("RAIN", Decimal("0.5"), Decimal("0.0001"), Decimal(1), 60.0, volatility=20.0),)
"""What pays 1 or nothing; its price is a probability."""


class SyntheticMarket:
    """One coin's market; iterate over `messages`. The same seed tells the same, to the byte."""

    def __init__(self, coin: Coin, seed: int) -> None:
        self.coin = coin
        # A seeded market, not a secret. The name makes coins of one seed differ, and strings seed the same everywhere.
        self._chance = random.Random(f"{seed}:{coin.name}")
        self._flow = HawkesFlow(self._chance, base_rate=coin.trades_per_second)
        self._home = float(coin.price / coin.tick)
        self._fair = self._home
        self.regime = REGIMES[0]
        self._levels: dict[Side, dict[int, float]] = {Side.BUY: {}, Side.SELL: {}}
        self._trade_id = 0
        self._arrange()

    def messages(self, began_ns: int, *, speed: float = 1.0) -> Iterator[tuple[int, str]]:
        """Yield (time ns, message) without end, from a time on: a book at once, then trades and books in steps.

        At another speed the same happens in less or more time.
        """
        step = 0
        while True:
            time_ns = began_ns + int(step * int(STEP_SECONDS * NS) / speed)
            if step % STEPS_A_BOOK == 0:
                self._arrange()
                yield time_ns, self.book_text(time_ns)
            step += 1
            if trades := self._advance(began_ns, speed):
                yield trades[-1].time_ns, trades_text(trades)

    def book_text(self, time_ns: int) -> str:
        """Return the book as it is, as a message of this time."""
        return book_text(self.coin.name, time_ns, self._side(Side.BUY), self._side(Side.SELL))

    def _advance(self, began_ns: int, speed: float) -> list[TradePrint]:
        """Let one step pass; return its trades."""
        chance, regime = self._chance, self.regime
        if chance.random() < regime.leaves_per_second * STEP_SECONDS:
            self.regime = regime = chance.choice([each for each in REGIMES if each is not regime])
        shock = chance.gauss(0.0, self.coin.volatility * regime.volatility * math.sqrt(STEP_SECONDS))
        # Drawn home slowly, so that a market that runs for weeks stays where its coin is known to be.
        pull = math.log(self._home / self._fair) * STEP_SECONDS / 3_600
        self._fair *= math.exp(shock + pull)
        return [
            self._trade(began_ns + int(at * NS / speed), side)
            for at, side in self._flow.until(self._flow.at + STEP_SECONDS, activity=regime.activity)
        ]

    def _trade(self, time_ns: int, side: Side) -> TradePrint:
        """Take from the best level; the more is taken, the more the fair price follows."""
        levels = self._levels[side.opposite]
        best = min(levels) if side is Side.BUY else max(levels)
        wanted = self.coin.typical_size * 0.2 * self._chance.lognormvariate(0.0, 1.2)
        size = max(min(wanted, levels[best] * 0.9), float(self.coin.size_step))
        levels[best] = max(levels[best] - size, float(self.coin.size_step))
        impact = 2e-6 * min(size / self.coin.typical_size, 5.0)
        self._fair *= math.exp(impact if side is Side.BUY else -impact)
        self._trade_id += 1
        price = best * self.coin.tick
        return TradePrint(self.coin.name, time_ns, side, price, self._decimal(size), self._trade_id)

    def _arrange(self) -> None:
        """Bring the book to the fair price: levels that the price has passed go, new ones come, some change."""
        half_spread = max(0.5, self._fair * 4e-6 * self.regime.spread)
        edges = {Side.BUY: math.floor(self._fair - half_spread), Side.SELL: math.ceil(self._fair + half_spread)}
        for side, edge in edges.items():
            away = -1 if side is Side.BUY else 1
            known = self._levels[side]
            # At first all at once, then here and there one: it is to look from the beginning as it does later.
            newcomers = 0.04 if known else 0.35
            levels: dict[int, float] = {}
            tick = edge
            while len(levels) < DEPTH:
                quantity = known.get(tick)
                if tick == edge or quantity is not None or self._chance.random() < newcomers:
                    keeps = quantity is not None and self._chance.random() > 0.15
                    levels[tick] = quantity if keeps and quantity is not None else self._size(len(levels))
                    # A level that nobody is at any more.
                    if tick != edge and self._chance.random() < 0.02:
                        del levels[tick]
                tick += away
                if abs(tick - edge) > 40 * DEPTH:
                    break
            self._levels[side] = levels

    def _size(self, place: int) -> float:
        typical = self.coin.typical_size * self.regime.size * (0.5 + place / DEPTH)
        return max(self._chance.gammavariate(1.5, typical / 1.5), float(self.coin.size_step))

    def _side(self, side: Side) -> list[Level]:
        levels = sorted(self._levels[side].items(), reverse=side is Side.BUY)
        return [Level(tick * self.coin.tick, self._decimal(quantity)) for tick, quantity in levels]

    def _decimal(self, quantity: float) -> Decimal:
        return max(Decimal(quantity).quantize(self.coin.size_step), self.coin.size_step)
