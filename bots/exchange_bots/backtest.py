"""Run a bot against a recorded venue in virtual time: the same code as live, on a real engine, without waiting.

Three bots trade on one exchange: a mirror maker and a mirror taker, which are the market, and the bot that is tested.
Time is the recording's: it jumps from message to message, with a step of every bot at least each `refresh_seconds`.
Nothing but the recording and the bots' seeds decides, so that the same backtest gives the same result.

What it cannot know: the recorded market does not react to the bot, orders take no time, and the bot is first at a
price only if it was there before the mirror.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from exchange_bots.bot.core import BotCore, Item
from exchange_bots.bot.reference import look_without
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import ZERO, Terms
from exchange_bots.clock import NS
from exchange_bots.feed.messages import Level, TradePrint
from exchange_bots.feed.source import Connected, Received
from exchange_bots.feed.venue_feed import Look, VenueFeed
from exchange_bots.strategies import make_bot
from exchange_sdk import AccountUpdate, Balance, OrderResult, Side

MAKER, TAKER = "backtest-maker", "backtest-taker"
SAMPLE_NS = NS
YEAR_SECONDS = 365 * 86_400


class VirtualExchange(Protocol):
    """An exchange that does at once what it is asked, at the time that it is told."""

    terms: Terms
    assets: tuple[str, str]

    def execute(self, account: str, at_ns: int, items: Sequence[Item]) -> list[OrderResult]:
        """Execute the items one after the other, each for itself."""
        ...

    def cancel_all(self, account: str, at_ns: int) -> None:
        """Cancel every order of an account."""
        ...

    def balances(self, account: str) -> list[Balance]:
        """Return what an account holds."""
        ...

    def news(self) -> tuple[list[tuple[str, AccountUpdate]], list[TradePrint]]:
        """Return what has changed for accounts and what was traded since the last call, in order."""
        ...

    def levels(self) -> tuple[list[Level], list[Level]]:
        """Return bids and asks, the best first."""
        ...


class Sample(NamedTuple):
    """The bot at one second. Result in quote units, inventory in base units."""

    time_ns: int
    result: Decimal
    inventory: Decimal
    mid: Decimal


@dataclass(slots=True)
class Ledger:
    """Realised profit by average cost, from the bot's own fills. Quote units; the position in base units."""

    position: Decimal = ZERO
    average: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    volume: Decimal = ZERO
    filled_orders: set[str] = field(default_factory=set)

    def fill(self, key: str, is_buy: bool, price: Decimal, quantity: Decimal, fee: Decimal) -> None:
        """Take one execution."""
        self.filled_orders.add(key)
        self.fees += fee
        self.volume += price * quantity
        signed = quantity if is_buy else -quantity
        closing = min(quantity, abs(self.position)) if self.position * signed < 0 else ZERO
        if closing:
            sign = 1 if self.position > 0 else -1
            self.realised += sign * closing * (price - self.average)
        opening = quantity - closing
        self.position += signed
        if opening:
            before = abs(self.position) - opening
            self.average = (before * self.average + opening * price) / (before + opening)

    def unrealised(self, mark: Decimal) -> Decimal:
        """Return what the position would bring beyond its cost at this price."""
        return self.position * (mark - self.average)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a backtest. Money in quote units, inventory in base units."""

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

    def document(self) -> dict[str, Any]:
        """Return all but the samples: JSON's types only."""
        names = [name for name in self.__slots__ if name != "samples"]
        values = {name: getattr(self, name) for name in names}
        return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in values.items()}


class Backtest:
    """One run. `messages`: (time ns, message of the venue), rising in time."""

    def __init__(self, exchange: VirtualExchange, bot: Strategy[Any], coin: str) -> None:
        self._exchange = exchange
        self._coin = coin
        self._feed = VenueFeed([coin])
        market = {"market": exchange.terms.market, "coin": coin}
        maker = make_bot("mirror-maker", {**market, "name": MAKER})
        taker = make_bot("mirror-taker", {**market, "name": TAKER, "slippage_bps": 20})
        self._cores = {each.config.name: BotCore(each.config, each, each.config.name) for each in (maker, taker, bot)}
        self._core = self._cores[bot.config.name]
        self._stepped_ns = dict.fromkeys(self._cores, 0)
        self._ledger = Ledger()
        self._samples: list[Sample] = []

    def run(self, messages: Iterable[tuple[int, str]]) -> Iterator[int]:
        """Run to the end, yielding the time after each message; then `report` tells."""
        self._feed.take(Connected())
        self._feed.listen(self._heard)
        for name, core in self._cores.items():
            core.connected(self._exchange.terms, *self._exchange.assets)
            core.synced(self._exchange.balances(name))
        for time_ns, text in messages:
            self._pass_time(time_ns)
            self._feed.take(Received(time_ns, text))
            self._turn(time_ns)
            yield time_ns

    def report(self) -> Report:
        """Return what came of it. Raises ValueError when the recording has no book of the coin."""
        if not self._samples:
            raise ValueError(f"the recording has no sound book of {self._coin}")
        results = [sample.result for sample in self._samples]
        inventories = [sample.inventory for sample in self._samples]
        counts = self._core.counts
        orders = counts["places"] + counts["takes"]
        return Report(
            bot=self._core.config.name,
            seconds=(self._samples[-1].time_ns - self._samples[0].time_ns) / NS,
            result=results[-1],
            realised=self._ledger.realised,
            unrealised=self._ledger.unrealised(self._samples[-1].mid),
            fees=self._ledger.fees,
            volume=self._ledger.volume,
            sharpe=sharpe(results),
            max_drawdown=max_drawdown(results),
            orders=orders,
            fill_ratio=len(self._ledger.filled_orders) / orders if orders else None,
            inventory=inventories[-1],
            largest_inventory=max(inventories, key=abs),
            counts=dict(sorted(counts.items())),
            samples=tuple(self._samples),
        )

    def _heard(self, trades: tuple[TradePrint, ...]) -> None:
        for core in self._cores.values():
            if core.config.coin is not None:
                core.traded(trades)

    def _pass_time(self, until_ns: int) -> None:
        """Let the bots look at the clock while nothing is heard."""
        while True:
            due = min(
                (
                    at + int(self._cores[name].config.refresh_seconds * NS)
                    for name, at in self._stepped_ns.items()
                    if at
                ),
                default=until_ns,
            )
            if due >= until_ns:
                return
            self._turn(due)

    def _turn(self, at_ns: int) -> None:
        for name, core in self._cores.items():
            if at_ns - self._stepped_ns[name] >= core.config.react_seconds * NS:
                self._stepped_ns[name] = at_ns
                self._step(name, core, at_ns)
        look = self._feed.look(self._coin, at_ns)
        result = self._core.result
        if look.book is None or result is None:
            return
        if not self._samples or at_ns - self._samples[-1].time_ns >= SAMPLE_NS:
            self._samples.append(Sample(at_ns, result, self._core.inventory, look.book.mid))

    def _step(self, name: str, core: BotCore, at_ns: int) -> None:
        if core.needs_sync:
            self._exchange.cancel_all(name, at_ns)
            core.synced(self._exchange.balances(name))
        step = core.step(at_ns, self._look(core, at_ns))
        if step.cancel_all:
            self._exchange.cancel_all(name, at_ns)
            core.canceled_all()
        elif step.items:
            results = self._exchange.execute(name, at_ns, step.items)
            core.answered(at_ns, step.items, results)
        self._tell()

    def _look(self, core: BotCore, at_ns: int) -> Look:
        if core.config.coin is not None:
            return self._feed.look(core.config.coin, at_ns)
        return look_without(core.config.market, at_ns, self._exchange.levels(), core.orders.resting())

    def _tell(self) -> None:
        """Tell everybody what has happened on the exchange."""
        updates, trades = self._exchange.news()
        for account, update in updates:
            self._cores[account].account_changed(update)
            if self._cores[account] is self._core:
                for fill in update.fills:
                    is_buy = fill.side is Side.BUY
                    self._ledger.fill(fill.client_order_id, is_buy, fill.price, fill.quantity, fill.fee)
        for core in self._cores.values():
            if core.config.coin is None:
                core.traded(trades)


def sharpe(results: Sequence[Decimal]) -> float | None:
    """Return mean over deviation of the changes from second to second, for a year; None when nothing changed."""
    changes = [float(after - before) for before, after in pairwise(results)]
    if len(changes) < 2:
        return None
    mean = sum(changes) / len(changes)
    variance = sum((change - mean) ** 2 for change in changes) / (len(changes) - 1)
    return mean / math.sqrt(variance) * math.sqrt(YEAR_SECONDS) if variance > 0 else None


def max_drawdown(results: Sequence[Decimal]) -> Decimal:
    """Return the largest fall below the best so far, beginning at nothing."""
    best, worst = ZERO, ZERO
    for result in results:
        best = max(best, result)
        worst = max(worst, best - result)
    return worst
