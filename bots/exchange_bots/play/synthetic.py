"""Generate order flow that looks like a market: seeded, endless if wanted, and the same orders for the same seed.

A fair price walks at random and is drawn back to where it began. Makers quote around it, most of them near, with sizes
that are often small and seldom large; they cancel more than is ever taken. Takers come in bursts. Nothing depends on
the exchange's answers: so the seed alone decides every order.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from exchange_bots.play.actions import Action, Cancel, Counts, Execution, MarketTerms, Outcome, Place, Side, Terms

NS = 1_000_000_000
BTC_USDC = MarketTerms("BTC", "USDC", 8, 6, "0.1", "0.00001")


@dataclass(frozen=True, slots=True)
class Shape:
    """How the flow looks. Rate in actions a second; spread, depth and step in ticks; sizes in lots.

    The first `warm_up` actions are quotes, all at once, so that there is a book to begin with.
    """

    rate: float = 1_000.0
    half_spread: int = 10
    depth: int = 400
    step: float = 3.0
    pull: float = 0.002
    live_orders: int = 600
    taker_share: float = 0.08
    warm_up: int = 0
    smallest: int = 100
    largest: int = 200_000


class SyntheticFlow:
    """A seeded flow of `messages` actions, without end when that is None. `price` is in quote units a base unit."""

    accounts = ("maker-1", "maker-2", "taker-1", "taker-2")

    def __init__(
        self,
        *,
        seed: int,
        messages: int | None,
        market: MarketTerms = BTC_USDC,
        price: Decimal = Decimal(65_000),
        shape: Shape | None = None,
    ) -> None:
        self.market = market
        self.counts = Counts()
        self._messages = messages
        self._shape = shape or Shape()
        self._random = random.Random(seed)  # a seeded flow, not a secret
        self._tick = Decimal(market.tick_size)
        self._lot = Decimal(market.lot_size)
        self._home = int(price / self._tick)
        self._fair = float(self._home)
        self._live: list[tuple[str, str]] = []
        self._sent = 0
        self._time_ns = 0
        self._burst: tuple[int, Side] = (0, Side.BUY)

    def progress(self) -> float:
        return self._sent / self._messages if self._messages else 0.0

    def actions(self) -> Iterator[Action]:
        while self._messages is None or self._sent < self._messages:
            self._sent += 1
            if self._sent <= self._shape.warm_up:
                self.counts.read["quotes"] += 1
                yield self._quote()
                continue
            self._time_ns += int(self._random.expovariate(self._shape.rate) * NS)
            yield self._next()

    def _next(self) -> Action:
        self._walk()
        draw = self._random.random()
        if self._burst[0] or draw < self._shape.taker_share / 3:
            self.counts.read["takes"] += 1
            return self._take()
        # The nearer to full, the likelier a cancel, so that the book neither empties nor grows for ever.
        if self._live and self._random.random() < 0.5 * len(self._live) / self._shape.live_orders + 0.1:
            self.counts.read["cancels"] += 1
            return self._cancel()
        self.counts.read["quotes"] += 1
        return self._quote()

    def _walk(self) -> None:
        step = self._random.gauss(0.0, self._shape.step)
        self._fair += step + (self._home - self._fair) * self._shape.pull
        self._fair = max(self._fair, 2.0 * self._shape.depth)

    def _quote(self) -> Action:
        account = self._random.choice(self.accounts[:2])
        side = self._random.choice((Side.BUY, Side.SELL))
        distance = self._shape.half_spread + int(
            min(self._random.expovariate(4.0 / self._shape.depth), self._shape.depth)
        )
        ticks = int(self._fair) + (-distance if side is Side.BUY else distance)
        key = f"q{self._sent}"
        self._live.append((account, key))
        return Action(self._time_ns, account, Place(key, side, ticks * self._tick, self._size(), Terms.GTC))

    def _cancel(self) -> Action:
        # Mostly recent ones: most quotes live shortly, some for long.
        from_end = min(int(self._random.expovariate(8.0 / self._shape.live_orders)), len(self._live) - 1)
        account, key = self._live.pop(-1 - from_end)
        return Action(self._time_ns, account, Cancel(key))

    def _take(self) -> Action:
        left, side = self._burst
        if not left:
            left = self._random.choice((1, 1, 2, 3, 6))
            side = self._random.choice((Side.BUY, Side.SELL))
        self._burst = (left - 1, side)
        account = self._random.choice(self.accounts[2:])
        reach = self._shape.half_spread + self._shape.depth // 8
        ticks = int(self._fair) + (reach if side is Side.BUY else -reach)
        place = Place(f"t{self._sent}", side, ticks * self._tick, self._size(), Terms.IOC)
        return Action(self._time_ns, account, place)

    def _size(self) -> Decimal:
        lots = min(int(self._shape.smallest * self._random.paretovariate(1.1)), self._shape.largest)
        return lots * self._lot

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        """The seed alone decides; nothing is learned."""

    def on_execution(self, execution: Execution) -> None:
        """The seed alone decides; nothing is learned."""

    def findings(self) -> dict[str, int]:
        return {}
