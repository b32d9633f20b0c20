"""Run a bot against a recorded venue in virtual time: the same code as live, on a real engine, without waiting.

Three bots trade on one exchange: a mirror maker and a mirror taker, which are the market, and the bot that is tested.
Time is the recording's: it jumps from message to message, with a step of every bot at least each `refresh_seconds`.
Nothing but the recording and the bots' seeds decides, so that the same backtest gives the same result.

What it cannot know: the recorded market does not react to the bot, orders take no time, and the bot is first at a
price only if it was there before the mirror.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

from exchange_bots.bot.core import BotCore, Item
from exchange_bots.bot.reference import look_without
from exchange_bots.bot.safety import State
from exchange_bots.bot.strategy import Strategy
from exchange_bots.bot.view import ZERO, Terms
from exchange_bots.clock import NS
from exchange_bots.feed.messages import Level, TradePrint
from exchange_bots.feed.source import Connected, Received
from exchange_bots.feed.venue_feed import Look, VenueFeed
from exchange_bots.performance import Ledger, OwnTrade, Report, Sample, make_report
from exchange_bots.play.actions import Side
from exchange_bots.strategies import make_bot
from exchange_sdk import AccountUpdate, Balance, OrderResult

MAKER, TAKER = "backtest-maker", "backtest-taker"
SAMPLE_NS = NS


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
        self._trades: list[OwnTrade] = []
        self._start = (ZERO, ZERO)

    @property
    def bot_state(self) -> State:
        """What the tested bot is doing."""
        return self._core.state

    def run(self, messages: Iterable[tuple[int, str]]) -> Iterator[int]:
        """Run to the end, yielding the time after each message; then `report` tells."""
        self._feed.take(Connected())
        self._feed.listen(self._heard)
        for name, core in self._cores.items():
            core.connected(self._exchange.terms, *self._exchange.assets)
            core.synced(self._exchange.balances(name))
        self._start = self._holdings()
        last_ns = None
        for last_ns, text in messages:
            self._pass_time(last_ns)
            self._feed.take(Received(last_ns, text))
            self._turn(last_ns)
            yield last_ns
        if last_ns is not None:
            self._sample(last_ns, is_last=True)

    def report(self) -> Report:
        """Return what came of it. Raises ValueError when the recording has no book of the coin."""
        if not self._samples:
            raise ValueError(f"the recording has no sound book of {self._coin}")
        counts = self._core.counts
        orders = counts["places"] + counts["takes"]
        return make_report(self._core.config.name, self._ledger, self._samples, self._trades, orders, counts)

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
        self._sample(at_ns)

    def _sample(self, at_ns: int, *, is_last: bool = False) -> None:
        """Take note of the bot once a second; the last time in place of a younger one."""
        is_due = not self._samples or at_ns - self._samples[-1].time_ns >= SAMPLE_NS
        if not is_due and not is_last:
            return
        book = self._feed.look(self._coin, at_ns).book
        if book is None:
            return
        if not is_due:
            self._samples.pop()
        mid, ledger = book.mid, self._ledger
        base, quote = (now - before for now, before in zip(self._holdings(), self._start, strict=True))
        self._samples.append(
            Sample(
                at_ns,
                mid,
                self._core.inventory,
                quote + base * mid,
                ledger.realised,
                ledger.unrealised(mid),
                ledger.fees,
            )
        )

    def _holdings(self) -> tuple[Decimal, Decimal]:
        """Return the base and quote that the bot has on the exchange."""
        totals = {balance.asset: balance.total for balance in self._exchange.balances(self._core.config.name)}
        base, quote = self._exchange.assets
        return totals.get(base, ZERO), totals.get(quote, ZERO)

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
                    side = Side(fill.side.name.lower())
                    self._ledger.fill(fill.client_order_id, side, fill.price, fill.quantity, fill.fee)
                    self._trades.append(OwnTrade(fill.trade_time_ns, side, fill.price, fill.quantity))
        for core in self._cores.values():
            if core.config.coin is None:
                core.traded(trades)
