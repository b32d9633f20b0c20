"""A venue that says what a test wants, and a bot that hears it: a backtest on the engine, message by message."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from exchange_bots.backtest import MAKER, TAKER, Backtest
from exchange_bots.bot.view import Terms
from exchange_bots.clock import NS
from exchange_bots.feed.messages import Level, TradePrint, book_text, trades_text
from exchange_bots.performance import Report
from exchange_bots.play.actions import Side
from exchange_bots.strategies import make_bot
from exchange_server.cli.backtest.engine_exchange import EngineExchange
from exchange_server.engine.types import SIDE_BUY, AccountId
from tests.unit.bots.views import START

GRID = Terms("BTC-USDC", Decimal("0.1"), Decimal("0.001"))
FUNDS = (Decimal(1_000), Decimal(10_000_000))
ISSUANCE, FEES = AccountId(1), AccountId(2)

Levels = list[tuple[Any, Any]]


class VirtualMarket:
    """One bot, the two mirrors that are its market, and the venue; seconds are after START."""

    def __init__(
        self, strategy: str, *, terms: Terms = GRID, fees_ppm: tuple[int, int] = (0, 0), **settings: Any
    ) -> None:
        self.coin = terms.market.partition("-")[0]
        self.bot = make_bot(strategy, {"market": terms.market, "coin": self.coin, **settings})
        self.name = self.bot.config.name
        self.exchange = EngineExchange(
            terms, dict.fromkeys((MAKER, TAKER, self.name), FUNDS), maker_fee_ppm=fees_ppm[0], taker_fee_ppm=fees_ppm[1]
        )
        self.test = Backtest(self.exchange, self.bot, self.coin)
        self._waiting: deque[tuple[int, str]] = deque()
        self._running = self.test.run(self._heard())
        self._trade_id = 0
        self._issued = self._atoms(ISSUANCE)

    def book(self, at: float, mid: object, *, spread: object = 1, levels: int = 5, size: object = 10) -> None:
        """Tell a book around a price, its levels a tenth of a unit apart."""
        middle, half, quantity = Decimal(str(mid)), Decimal(str(spread)) / 2, Decimal(str(size))
        away = [half + number * Decimal("0.1") for number in range(levels)]
        bids, asks = ([Level(middle + sign * each, quantity) for each in away] for sign in (-1, 1))
        self.levels(at, bids, asks)

    def levels(self, at: float, bids: Sequence[Level], asks: Sequence[Level]) -> None:
        """Tell a book."""
        self.say(at, book_text(self.coin, _time(at), bids, asks))

    def trade(self, at: float, side: str, price: object, quantity: object) -> None:
        """Tell a trade, which the mirror taker repeats."""
        self._trade_id += 1
        told = TradePrint(self.coin, _time(at), Side(side), Decimal(str(price)), Decimal(str(quantity)), self._trade_id)
        self.say(at, trades_text([told]))

    def say(self, at: float, text: str) -> None:
        """Tell anything."""
        self._waiting.append((_time(at), text))
        next(self._running)

    def report(self) -> Report:
        """End, and return the report."""
        for _ in self._running:
            raise AssertionError("nothing was waiting")
        return self.test.report()

    def quotes(self) -> tuple[Levels, Levels]:
        """Return what the bot has in the book as (price, quantity), bids and asks, the best first."""
        terms, engine = self.exchange.terms, self.exchange.engine
        bids, asks = Levels(), Levels()
        for order in engine.open_orders(engine.accounts_by_name[self.name].account_id):
            level = (order.price_ticks * terms.tick_size, order.open_lots * terms.lot_size)
            (bids if order.side == SIDE_BUY else asks).append(level)
        return sorted(bids, reverse=True), sorted(asks)

    def inventory(self) -> Any:
        """Return what the bot holds of the base asset beyond what it began with, as the exchange knows it."""
        return sum((each.total for each in self.exchange.balances(self.name) if each.asset == self.coin), -FUNDS[0])

    def conserved(self) -> bool:
        """Tell whether bots and fees together have, atom for atom, what the bots were given at the start."""
        engine = self.exchange.engine
        accounts = [FEES, *(engine.accounts_by_name[name].account_id for name in (MAKER, TAKER, self.name))]
        held = [self._atoms(account_id) for account_id in accounts]
        return all(sum(each[asset_id] for each in held) == -atoms for asset_id, atoms in self._issued.items())

    def _atoms(self, account_id: AccountId) -> Counter[int]:
        """Return the whole balances of an account by asset."""
        return Counter({asset_id: free + held for asset_id, free, held in self.exchange.engine.balances(account_id)})

    def _heard(self) -> Iterator[tuple[int, str]]:
        while self._waiting:
            yield self._waiting.popleft()


def _time(at: float) -> int:
    return START + int(at * NS)
