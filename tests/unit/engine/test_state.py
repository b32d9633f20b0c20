"""Dump, load and state hash: everything comes back, everything counts."""

import dataclasses

import pytest

from bench.engine_flow import MIDDLE_TICKS, Mix, apply_all, flow
from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    CreateApiKey,
    Credit,
    PlaceOrder,
    RevokeApiKey,
    SetCancelAllAfter,
    SetMarketProtection,
    SetMarketStatus,
    SetTradeGroup,
)
from exchange_server.engine.invariants import InvariantViolation, check
from exchange_server.engine.state import TABLES, State
from exchange_server.engine.terms import GOOD_TILL_CANCELED, SpecialTerms

ANN = t.AccountId(1001)


LIMITS = (
    t.Lots(1),
    t.Lots(10**9),
    t.Atoms(1),
    t.Atoms(10**17),
    t.MAX_OPEN_ORDERS,
    t.MAX_BPS,
    t.MAX_BPS,
    t.Ticks(7),
)


def _stop(trigger: t.Ticks) -> PlaceOrder:
    """A stop to buy far above the market, for a while."""
    terms = SpecialTerms(
        t.TYPE_STOP_MARKET, t.TIF_GTT, False, expire_time_ns=t.TimeNs(2**62), trigger_price_ticks=trigger, session_id=9
    )
    return PlaceOrder(ANN, t.MarketId(1), t.SIDE_BUY, terms, t.Ticks(0), t.Lots(3), "stop")


@dataclasses.dataclass
class Busy:
    """An engine with every kind of row, and commands that go on from there."""

    engine: Engine
    later: list[object]


@pytest.fixture
def busy() -> Busy:
    before, mixed = flow(300, 600, Mix(60, 30, 20))
    engine = Engine()
    apply_all(engine, [*before, *mixed[:300]])
    apply_all(
        engine,
        [
            Credit(ANN, t.AssetId(1), t.Atoms(5), "gift"),
            CreateApiKey("aa", ANN, b"h" * 32, 2, "laptop", t.TimeNs(0)),
            CreateApiKey("bb", ANN, b"i" * 32, 4, "", t.TimeNs(0)),
            RevokeApiKey("bb"),
            SetTradeGroup(ANN, 3),
            SetCancelAllAfter(ANN, t.MIN_TIMEOUT_NS),
            _stop(t.Ticks(MIDDLE_TICKS * 2)),
            SetMarketProtection(t.MarketId(1), *LIMITS),
            SetMarketStatus(t.MarketId(1), t.MARKET_POST_ONLY),
        ],
    )
    return Busy(engine, [SetMarketStatus(t.MarketId(1), t.MARKET_OPEN), *mixed[300:]])


def test_a_loaded_engine_is_the_same_and_goes_on_the_same(busy: Busy) -> None:
    engine = busy.engine
    twin = Engine.load(engine.dump(), 0)
    assert twin.dump().tables() == engine.dump().tables()
    assert twin.state_hash() == engine.state_hash()
    assert (twin.sequence, twin.time_ns, twin.event_digest) == (engine.sequence, engine.time_ns, engine.event_digest)
    assert all(rows for _, rows in engine.dump().tables()), "a kind of row is not tried"
    apply_all(engine, busy.later)  # type: ignore[arg-type]
    apply_all(twin, busy.later)  # type: ignore[arg-type]
    check(twin)
    assert twin.state_hash() == engine.state_hash()
    assert twin.event_digest == engine.event_digest


def test_a_view_has_the_rows_of_a_dump_and_makes_them_whenever_it_is_read(busy: Busy) -> None:
    view, rows = busy.engine.view(), dict(busy.engine.dump().tables())
    for _ in range(2):
        assert {name: list(table) for name, table in view.tables()} == rows
    assert {name: len(table) for name, table in view.tables()} == {name: len(table) for name, table in rows.items()}
    for table in (view.open_orders, view.closed_orders):
        first = next(iter(table))
        assert first in table
        assert (-1, *first[1:]) not in table
    assert view.hash() == busy.engine.dump().hash()


def test_every_value_fits_a_signed_64_bit_column(busy: Busy) -> None:
    for _, rows in busy.engine.dump().tables():
        for row in rows:
            for value in row:
                assert type(value) in (int, str, bytes)
                assert not isinstance(value, int) or -(2**63) <= value < 2**63


@pytest.mark.parametrize("table", TABLES)
def test_the_hash_depends_on_every_value_of_every_row(busy: Busy, table: str) -> None:
    state = busy.engine.dump()
    tables = {name: list(rows) for name, rows in state.tables()}
    before = state.hash()
    assert State(**tables).hash() == before  # type: ignore[arg-type]
    row = tables[table][-1]
    for position, value in enumerate(row):
        other = value + 1 if isinstance(value, int) else value * 2 or "x"
        tables[table][-1] = (*row[:position], other, *row[position + 1 :])
        assert State(**tables).hash() != before, f"{table}, column {position}"  # type: ignore[arg-type]
    tables[table][-1] = row
    tables[table].pop()
    assert State(**tables).hash() != before  # type: ignore[arg-type]


def test_the_digest_differs_when_a_balance_differs() -> None:
    before, mixed = flow(50, 500, Mix(60, 30, 20))
    one, other = Engine(), Engine()
    apply_all(one, before)
    apply_all(other, before)
    assert one.event_digest == other.event_digest
    buyer = next(c.account_id for c in mixed if isinstance(c, PlaceOrder) and c.side == t.SIDE_BUY)
    other.accounts[buyer].balance(t.AssetId(2)).available_atoms += 1
    apply_all(one, mixed)
    apply_all(other, mixed)
    assert one.event_digest != other.event_digest


def _break_reserved(engine: Engine) -> None:
    balance = engine.accounts[ANN].balance(t.AssetId(2))
    balance.available_atoms = t.Atoms(balance.available_atoms - 1)
    balance.reserved_atoms = t.Atoms(balance.reserved_atoms + 1)


def _break_sum(engine: Engine) -> None:
    balance = engine.accounts[ANN].balance(t.AssetId(1))
    balance.available_atoms = t.Atoms(balance.available_atoms + 1)


def _break_total(engine: Engine) -> None:
    level = engine.books[t.MarketId(1)].bids.best
    assert level is not None
    level.total_lots = t.Lots(level.total_lots + 1)


def _break_best(engine: Engine) -> None:
    engine.books[t.MarketId(1)].asks.best = None


def _break_sides(engine: Engine) -> None:
    book = engine.books[t.MarketId(1)]
    for side in (book.bids, book.asks):
        side.levels.clear()
        side.prices = type(side.prices)()
        side.best = None
    for order in list(engine.accounts[ANN].open_orders.values()):
        (book.bids if order.side == t.SIDE_SELL else book.asks).add(order)


def _break_crossed(engine: Engine) -> None:
    """Let a bid rest while the asks are hidden."""
    engine.apply(t.Sequence(engine.sequence + 1), engine.time_ns, SetMarketStatus(t.MarketId(1), t.MARKET_OPEN))
    asks = engine.books[t.MarketId(1)].asks
    hidden, asks.best = asks.best, None
    bid = PlaceOrder(ANN, t.MarketId(1), t.SIDE_BUY, GOOD_TILL_CANCELED, t.Ticks(MIDDLE_TICKS * 2), t.Lots(9), "")
    apply_all(engine, [bid])
    asks.best = hidden


def _break_status(engine: Engine) -> None:
    next(iter(engine.accounts[ANN].open_orders.values())).close_reason = t.CLOSE_BY_OWNER


def _break_account(engine: Engine) -> None:
    # The newest one waits for its trigger; the one before it rests.
    orders = engine.accounts[ANN].open_orders
    del orders[next(order_id for order_id, order in orders.items() if not order.pending)]


def _break_client_ids(engine: Engine) -> None:
    engine.accounts[ANN].client_orders.popitem()


def _break_negative(engine: Engine) -> None:
    for account, change in ((ANN, -(10**17)), (t.AccountId(1002), 10**17)):
        balance = engine.accounts[account].balance(t.AssetId(1))
        balance.available_atoms = t.Atoms(balance.available_atoms + change)


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (_break_reserved, "reserved"),
        (_break_sum, "sum to zero"),
        (_break_total, "total of level"),
        (_break_best, "best level"),
        (_break_sides, "wrong order"),
        (_break_crossed, "crossed"),
        (_break_status, "status"),
        (_break_account, "rest in the books"),
        (_break_client_ids, "client order ids"),
        (_break_negative, "out of range"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_check_names_what_is_broken(busy: Busy, damage: object, word: str) -> None:
    check(busy.engine)
    damage(busy.engine)  # type: ignore[operator]
    with pytest.raises(InvariantViolation, match=word):
        check(busy.engine)
