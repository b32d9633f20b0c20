"""Turns what the engine reports into rows of market history, column by column, in memory.

Book snapshots and equity points are of moments: the ends of seconds and minutes of command time. They are read of the
engine before it applies the first command after such a moment. What has changed since the last one goes into the
cursor, so that a follower that starts there makes the same rows as one that never stopped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from exchange_server.engine import Engine
from exchange_server.engine.entities import Market
from exchange_server.engine.equity import value_atoms
from exchange_server.engine.events import (
    BalanceChanged,
    Credited,
    Event,
    LevelChanged,
    MarketCreated,
    OrderCanceled,
    OrderRested,
    Trade,
)
from exchange_server.engine.types import ISSUANCE_ACCOUNT, SIDE_BUY, SIDE_SELL, MarketId
from exchange_server.projections.cursor import Cursor

SECOND_NS: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND_NS
SNAPSHOT_LEVELS: Final = 20
"""A side."""


@dataclass(slots=True)
class Changed:
    """What has changed since the last whole second (markets) and minute (the others)."""

    markets: set[int] = field(default_factory=set)
    traded_markets: set[int] = field(default_factory=set)
    accounts: set[int] = field(default_factory=set)

    def copy(self) -> "Changed":
        """Return another that is equal."""
        return Changed(set(self.markets), set(self.traded_markets), set(self.accounts))


@dataclass(slots=True)
class TradeColumns:
    """Trades of one batch, in the order in which they were made."""

    market_id: list[int] = field(default_factory=list)
    trade_id: list[int] = field(default_factory=list)
    price_ticks: list[int] = field(default_factory=list)
    quantity_lots: list[int] = field(default_factory=list)
    cost_atoms: list[int] = field(default_factory=list)
    taker_side: list[int] = field(default_factory=list)
    sequence: list[int] = field(default_factory=list)
    time_ns: list[int] = field(default_factory=list)


BookRow = tuple[int, int, int, list[int], list[int], list[int], list[int]]
"""Market, time in seconds, sequence, then prices and lots of bids and of asks, best first."""
EquityRow = tuple[int, int, int, int, int]
"""Account, quote asset, time in seconds, sequence, atoms of the quote asset."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of the commands after `after_sequence` up to the cursor."""

    after_sequence: int
    cursor: Cursor
    rows: int
    trades: TradeColumns
    book_snapshots: list[BookRow]
    equity_points: list[EquityRow]
    markets: list[Market]
    changed: Changed


class BatchBuilder:
    """Collects events, command by command, of an engine that stands where the cursor does."""

    def __init__(self, engine: Engine, changed: Changed) -> None:
        """Begin where the engine stands; `changed` is what the cursor says has changed before."""
        self._engine: Final = engine
        self._changed: Final = changed
        self.due_ns = (engine.time_ns // SECOND_NS + 1) * SECOND_NS
        """End of the second of the last command."""
        self._begin(engine.sequence)

    def _begin(self, after_sequence: int) -> None:
        self._after_sequence = after_sequence
        self._trades = TradeColumns()
        self._book_snapshots: list[BookRow] = []
        self._equity_points: list[EquityRow] = []
        self._markets: dict[int, Market] = {}

    @property
    def rows(self) -> int:
        """Return how many rows wait."""
        return len(self._trades.trade_id) + len(self._book_snapshots) + len(self._equity_points)

    def look(self, time_ns: int) -> None:
        """Read the engine as it stood at the end of the last command's second, and minute if that is over, too."""
        before_ns = self._engine.time_ns
        if self._changed.markets:
            self._book_snapshots += self._books(before_ns // SECOND_NS + 1)
        if time_ns // MINUTE_NS > before_ns // MINUTE_NS:
            if self._changed.accounts or self._changed.traded_markets:
                self._equity_points += self._equity((before_ns // MINUTE_NS + 1) * 60)
            self._changed.accounts.clear()
            self._changed.traded_markets.clear()
        self._changed.markets.clear()
        self.due_ns = (time_ns // SECOND_NS + 1) * SECOND_NS

    def add(self, sequence: int, time_ns: int, events: Iterable[Event]) -> None:
        """Add the events of one command."""
        changed = self._changed
        for event in events:
            kind = type(event)
            if kind is OrderRested or kind is OrderCanceled:
                assert isinstance(event, OrderRested | OrderCanceled)
                # What is reserved is still the account's: its equity stays the same.
                changed.markets.add(event.order.market.market_id)
            elif kind is BalanceChanged:
                assert isinstance(event, BalanceChanged)
                changed.accounts.add(event.account_id)
            elif kind is LevelChanged:
                assert isinstance(event, LevelChanged)
                changed.markets.add(event.market_id)
            elif kind is Trade:
                assert isinstance(event, Trade)
                self._add_trade(sequence, time_ns, event)
            elif isinstance(event, MarketCreated) and event.created:
                self._markets[event.market.market_id] = event.market
            elif isinstance(event, Credited) and event.created:
                changed.accounts.add(event.account_id)

    def _add_trade(self, sequence: int, time_ns: int, trade: Trade) -> None:
        market_id = trade.taker.market.market_id
        trades = self._trades
        trades.market_id.append(market_id)
        trades.trade_id.append(trade.trade_id)
        trades.price_ticks.append(trade.price_ticks)
        trades.quantity_lots.append(trade.quantity_lots)
        trades.cost_atoms.append(trade.cost_atoms)
        trades.taker_side.append(0 if trade.auction else trade.taker.side)
        trades.sequence.append(sequence)
        trades.time_ns.append(time_ns)
        self._changed.traded_markets.add(market_id)

    def take(self, cursor: Cursor) -> Batch:
        """Return the batch up to `cursor` and begin the next one."""
        batch = Batch(
            after_sequence=self._after_sequence,
            cursor=cursor,
            rows=self.rows,
            trades=self._trades,
            book_snapshots=self._book_snapshots,
            equity_points=self._equity_points,
            markets=list(self._markets.values()),
            changed=self._changed.copy(),
        )
        self._begin(cursor.sequence)
        return batch

    def _books(self, time_s: int) -> list[BookRow]:
        engine = self._engine
        rows: list[BookRow] = []
        for market_id in sorted(self._changed.markets):
            bids = engine.levels(MarketId(market_id), SIDE_BUY, SNAPSHOT_LEVELS)
            asks = engine.levels(MarketId(market_id), SIDE_SELL, SNAPSHOT_LEVELS)
            rows.append((market_id, time_s, engine.sequence, *_columns(bids), *_columns(asks)))
        return rows

    def _equity(self, time_s: int) -> list[EquityRow]:
        engine = self._engine
        # By base asset, its markets; all assets that are somebody's quote.
        markets: dict[int, list[Market]] = {}
        for market in engine.markets.values():
            markets.setdefault(market.base.asset_id, []).append(market)
        quotes = {market.quote.asset_id for market in engine.markets.values()}
        moved = {engine.markets[MarketId(market_id)].base.asset_id for market_id in self._changed.traded_markets}
        rows: list[EquityRow] = []
        for account_id, account in engine.accounts.items():
            touched = account_id in self._changed.accounts or not moved.isdisjoint(account.balances)
            if not touched or account_id == ISSUANCE_ACCOUNT:
                continue
            equity: dict[int, int] = {}
            for asset_id, balance in account.balances.items():
                atoms = balance.available_atoms + balance.reserved_atoms
                if asset_id in quotes:
                    equity[asset_id] = equity.get(asset_id, 0) + atoms
                for market in markets.get(asset_id, ()):
                    quote_id = market.quote.asset_id
                    equity[quote_id] = equity.get(quote_id, 0) + value_atoms(market, atoms)
            rows += [(account_id, asset_id, time_s, engine.sequence, equity[asset_id]) for asset_id in sorted(equity)]
        return rows


def _columns(levels: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [price for price, _ in levels], [lots for _, lots in levels]
