"""A journal of trades at times that a test chooses, and what the market history must say of it, worked out simply."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from exchange_server.engine import Engine
from exchange_server.engine.commands import Command, PlaceOrder
from exchange_server.engine.events import Event, Trade
from exchange_server.engine.terms import terms_of
from exchange_server.engine.types import (
    FIRST_CLIENT_ACCOUNT,
    ISSUANCE_ACCOUNT,
    SIDE_BUY,
    SIDE_SELL,
    TIF_GTC,
    TYPE_LIMIT,
    AccountId,
    Lots,
    MarketId,
    Ticks,
    TimeNs,
)
from exchange_server.engine.types import (
    Sequence as SequenceNumber,
)
from tests.integration.journal_flow import ACCOUNTS, WrittenJournal, opening

SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
INTERVALS = {1: 1, 2: 60, 3: 300, 4: 900, 5: 3_600, 6: 14_400, 7: 86_400}
"""By exchange.v1.CandleInterval."""
MARKET = MarketId(1)

Stamped = tuple[int, list[Command]]
"""A time and its commands."""


def market_flow(seed: int, start_ns: int, steps: Sequence[int] = ()) -> Iterator[Stamped]:
    """Give commands without end: the set-up, then crossing orders in two markets, mostly close together in time.

    `steps` are nanoseconds of which one passes between two batches; by default anything from nothing to days.
    """
    source = random.Random(seed)
    time_ns = start_ns
    yield time_ns, list(opening())
    ordinary = (0, 1, 1_000_000, 300_000_000, SECOND_NS, 20 * SECOND_NS, 100 * SECOND_NS)
    while True:
        rare = (3_600 * SECOND_NS, 9 * 3_600 * SECOND_NS, 2 * DAY_NS)
        time_ns += source.choice(steps or (rare if source.random() < 0.01 else ordinary))
        yield time_ns, [_order(source) for _ in range(source.randrange(1, 12))]


def _order(source: random.Random) -> PlaceOrder:
    account = AccountId(FIRST_CLIENT_ACCOUNT + source.randrange(ACCOUNTS))
    market, side = MarketId(source.choice((1, 1, 1, 2))), source.choice((SIDE_BUY, SIDE_SELL))
    price, lots = Ticks(650_000 + source.randrange(-30, 31)), Lots(source.randrange(1, 50))
    return PlaceOrder(account, market, side, terms_of(TYPE_LIMIT, TIF_GTC, False), price, lots, "")


def append(journal: WrittenJournal, batches: Sequence[Stamped]) -> None:
    for time_ns, commands in batches:
        journal.append(commands, time_ns)


# ---------------------------------------------------------------- what must come of it


@dataclass(frozen=True)
class ToldTrade:
    """A trade as the engine told it."""

    market_id: int
    trade_id: int
    price: int
    lots: int
    cost: int
    taker_side: int
    sequence: int
    time_ns: int


def told_trades(events: Sequence[tuple[int, int, list[Event]]]) -> list[ToldTrade]:
    return [
        ToldTrade(
            event.taker.market.market_id,
            event.trade_id,
            event.price_ticks,
            event.quantity_lots,
            event.cost_atoms,
            0 if event.auction else event.taker.side,
            sequence,
            time_ns,
        )
        for sequence, time_ns, of_command in events
        for event in of_command
        if type(event) is Trade
    ]


NaiveCandle = tuple[int, int, int, int, int, int, int, int]
"""Open time in seconds, open, high, low, close, lots, cost, trades."""


def naive_candles(trades: Sequence[ToldTrade], interval_s: int) -> list[NaiveCandle]:
    """Compute all candles of one market's trades, oldest first."""
    slots: dict[int, list[ToldTrade]] = {}
    for trade in trades:
        slots.setdefault(trade.time_ns // SECOND_NS // interval_s * interval_s, []).append(trade)
    return [
        (
            slot,
            inside[0].price,
            max(trade.price for trade in inside),
            min(trade.price for trade in inside),
            inside[-1].price,
            sum(trade.lots for trade in inside),
            sum(trade.cost for trade in inside),
            len(inside),
        )
        for slot, inside in sorted(slots.items())
    ]


def naive_page(
    trades: Sequence[ToldTrade], interval_s: int, start_ns: int | None, end_ns: int | None, now_ns: int, *, fill: bool
) -> list[NaiveCandle]:
    """Compute the candles that a range asks for, with gaps filled or not."""
    all_of_them = {candle[0]: candle for candle in naive_candles(trades, interval_s)}
    if not all_of_them:
        return []
    page = []
    close = 0
    for slot in range(min(all_of_them), now_ns // SECOND_NS + 1, interval_s):
        candle = all_of_them.get(slot)
        wanted = (start_ns is None or slot * SECOND_NS >= start_ns) and (end_ns is None or slot * SECOND_NS < end_ns)
        if wanted and (candle is not None or fill):
            page.append(candle or (slot, close, close, close, close, 0, 0, 0))
        close = candle[4] if candle else close
    return page


def naive_moments(journal: WrittenJournal, batches: Sequence[Stamped]) -> tuple[list[Any], list[Any]]:
    """Replay; return book snapshots and equity points: the state before the first command of a later second, minute.

    Which books and accounts have changed is found by comparing the whole state before and after each command.
    """
    engine = Engine()
    books: list[Any] = []
    points: list[Any] = []
    before_ns = 0
    changed_books: set[int] = set()
    changes: dict[int, int] = {}
    for time_ns, commands in batches:
        if time_ns // SECOND_NS > before_ns // SECOND_NS:
            for market_id in sorted(changed_books):
                best = [side[:20] for side in _levels(engine, market_id)]
                columns = [[level[part] for level in side] for side in best for part in (0, 1)]
                books.append((market_id, before_ns // SECOND_NS + 1, engine.sequence, *columns))
            changed_books = set()
        if time_ns // (60 * SECOND_NS) > before_ns // (60 * SECOND_NS):
            points += _points(engine, changes, (before_ns // (60 * SECOND_NS) + 1) * 60)
            changes = {}
        for command in commands:
            levels = {market_id: _levels(engine, market_id) for market_id in engine.markets}
            _apply(engine, time_ns, command, changes)
            changed_books |= {market_id for market_id, old in levels.items() if _levels(engine, market_id) != old}
        before_ns = time_ns
    assert engine.sequence == journal.sequence
    return books, sorted(points)


def _levels(engine: Engine, market_id: int) -> list[list[tuple[Ticks, Lots]]]:
    return [engine.levels(MarketId(market_id), side) for side in (SIDE_BUY, SIDE_SELL)]


def _apply(engine: Engine, time_ns: int, command: Command, changes: dict[int, int]) -> None:
    """Apply a command; count how often each account's money (positive) and each market's trades (negative) changed."""
    before = {account_id: _held(engine, account_id) for account_id in engine.accounts}
    trades = {market_id: market.next_trade_id for market_id, market in engine.markets.items()}
    engine.apply(SequenceNumber(engine.sequence + 1), TimeNs(time_ns), command)
    for account_id in engine.accounts:
        if _held(engine, account_id) != before.get(account_id, {}):
            changes[account_id] = 1
    for market_id, market in engine.markets.items():
        if market.next_trade_id != trades.get(market_id, 1):
            changes[-market_id] = 1


def _held(engine: Engine, account_id: AccountId) -> dict[int, int]:
    return {asset_id: available + reserved for asset_id, available, reserved in engine.balances(account_id)}


def _points(engine: Engine, changes: dict[int, int], time_s: int) -> list[Any]:
    points: list[Any] = []
    for account_id in engine.accounts:
        if account_id == ISSUANCE_ACCOUNT:
            continue
        held = _held(engine, account_id)
        moved = any(
            -market_id in changes and engine.markets[market_id].base.asset_id in held for market_id in engine.markets
        )
        if account_id not in changes and not moved:
            continue
        worth: dict[int, int] = {}
        for market in engine.markets.values():
            base, quote = market.base.asset_id, market.quote.asset_id
            if quote in held:
                worth.setdefault(quote, held[quote])
        for market in engine.markets.values():
            base, quote = market.base.asset_id, market.quote.asset_id
            if base in held:
                unit = market.last_price_ticks * market.quote_atoms_per_tick_lot
                worth[quote] = worth.get(quote, 0) + held[base] * unit // market.base_atoms_per_lot
        points += [(account_id, quote, time_s, engine.sequence, atoms) for quote, atoms in worth.items()]
    return points
