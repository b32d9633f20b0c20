"""The window against a list of all trades, and what it says while it does not know the older ones."""

import random
from types import SimpleNamespace
from typing import Any

import pytest

from exchange_server.engine.types import Atoms, Lots, Ticks, TimeNs
from exchange_server.feeds.day_window import MINUTE_NS, WINDOW_MINUTES, DayFigures, DayWindow, LastTrade, Minute
from exchange_server.feeds.trades import PublishedTrade
from tests.feeds_support import MARKETS, START_NS, Exchange, buy, sell

NOW_NS = 1_700_000_000_000_000_000


def trade(trade_id: int, price_ticks: int, lots: int, time_ns: int) -> PublishedTrade:
    """Return a trade as the bus publishes it, of which the window reads these fields only."""
    event: Any = SimpleNamespace(
        trade_id=trade_id,
        price_ticks=Ticks(price_ticks),
        quantity_lots=Lots(lots),
        cost_atoms=Atoms(price_ticks * lots),
    )
    return event, trade_id, TimeNs(time_ns)


def expected(trades: list[PublishedTrade], now_ns: int, known_from_ns: int = 0) -> DayFigures:
    """Compute the figures from every trade there was."""
    start_ns = max((now_ns // MINUTE_NS - WINDOW_MINUTES) * MINUTE_NS, known_from_ns)
    inside = [event for event, _, time_ns in trades if time_ns >= start_ns]
    prices = [event.price_ticks for event in inside] or [Ticks(0)]
    last, sequence, last_ns = trades[-1]
    return DayFigures(
        TimeNs(start_ns),
        prices[0],
        max(prices),
        min(prices),
        Lots(sum(event.quantity_lots for event in inside)),
        Atoms(sum(event.cost_atoms for event in inside)),
        len(inside),
        LastTrade(last.price_ticks, last.quantity_lots, sequence, last_ns),
    )


def minutes_of(trades: list[PublishedTrade]) -> list[Minute]:
    """Group trades as the history does."""
    minutes: dict[int, list[Any]] = {}
    for event, _, time_ns in trades:
        minutes.setdefault(time_ns // MINUTE_NS, []).append(event)
    return [
        Minute(
            number,
            events[0].price_ticks,
            max(event.price_ticks for event in events),
            min(event.price_ticks for event in events),
            events[-1].price_ticks,
            Lots(sum(event.quantity_lots for event in events)),
            Atoms(sum(event.cost_atoms for event in events)),
            len(events),
        )
        for number, events in minutes.items()
    ]


def random_trades(seed: int, count: int, hours: float) -> list[PublishedTrade]:
    """Make trades over some hours up to now, several at one moment now and then."""
    rng = random.Random(seed)
    times = sorted(NOW_NS - rng.randrange(int(hours * 60)) * MINUTE_NS - rng.randrange(3) for _ in range(count))
    return [trade(n + 1, rng.randint(1, 50), rng.randint(1, 9), time_ns) for n, time_ns in enumerate(times)]


@pytest.mark.parametrize("seed", range(10))
def test_figures_equal_those_of_every_trade_at_every_moment(seed: int) -> None:
    trades = random_trades(seed, 400, 60)
    window = DayWindow(0, NOW_NS)
    for n, published in enumerate(trades):
        window.add(published)
        now_ns = published[2] + random.Random(n).randrange(2 * MINUTE_NS)
        assert window.figures(now_ns) == expected(trades[: n + 1], now_ns)
    for hours in range(30):
        now_ns = NOW_NS + hours * 60 * MINUTE_NS
        assert window.figures(now_ns) == expected(trades, now_ns)


@pytest.mark.parametrize("seed", range(20))
def test_a_seeded_window_equals_one_that_saw_every_trade(seed: int) -> None:
    trades = random_trades(seed, 200, 30)
    cut = seed * 10
    before, live = trades[:cut], trades[cut:]
    begun_ns = before[-1][2] if before else 0
    window = DayWindow(cut, begun_ns)
    for published in live[:50]:
        window.add(published)
    last = before and LastTrade(before[-1][0].price_ticks, before[-1][0].quantity_lots, before[-1][1], before[-1][2])
    window.seed(minutes_of(before), cut + 1, last or None)
    assert window.complete
    for published in live[50:]:
        window.add(published)
    assert window.figures(NOW_NS) == expected(trades, NOW_NS)


def test_before_it_is_seeded_the_window_begins_where_everything_is_known() -> None:
    begun_ns = NOW_NS // MINUTE_NS * MINUTE_NS + 20_000_000_000
    window = DayWindow(7, begun_ns)
    known_ns = begun_ns // MINUTE_NS * MINUTE_NS + MINUTE_NS
    nothing = DayFigures(TimeNs(known_ns), Ticks(0), Ticks(0), Ticks(0), Lots(0), Atoms(0), 0, None)
    assert not window.complete
    assert window.figures(begun_ns) == nothing
    trades = [trade(8, 5, 1, begun_ns + 1), trade(9, 6, 2, known_ns), trade(10, 4, 2, known_ns + 1)]
    for published in trades:
        window.add(published)
    assert window.figures(known_ns + 2) == expected(trades, known_ns + 2, known_ns)


def test_a_seed_that_does_not_end_where_the_live_trades_begin_is_refused() -> None:
    window = DayWindow(7, NOW_NS)
    for trade_id in (7, 9):
        with pytest.raises(ValueError, match="do not end"):
            window.seed([], trade_id, None)
    assert not window.complete


def test_a_market_without_trades_knows_everything_from_the_start() -> None:
    window = DayWindow(0, NOW_NS)
    assert window.complete
    start_ns = TimeNs((NOW_NS // MINUTE_NS - WINDOW_MINUTES) * MINUTE_NS)
    assert window.figures(NOW_NS) == DayFigures(start_ns, Ticks(0), Ticks(0), Ticks(0), Lots(0), Atoms(0), 0, None)


def test_no_more_minutes_are_kept_than_a_window_has() -> None:
    window = DayWindow(0, NOW_NS)
    for n in range(3 * WINDOW_MINUTES):
        window.add(trade(n + 1, 5, 1, NOW_NS + n * MINUTE_NS))
    assert len(window._minutes) == WINDOW_MINUTES + 1


def test_the_bus_adds_every_trade_of_a_market_to_its_window() -> None:
    exchange = Exchange()
    exchange.run(sell(0, 100, 5), buy(1, 100, 2))
    exchange.run(buy(1, 100, 3))
    figures = exchange.feeds.day_window(MARKETS[0]).figures(START_NS)
    assert (figures.trade_count, figures.lots, figures.open_ticks, figures.high_ticks) == (2, 5, 100, 100)
    assert figures.last == LastTrade(Ticks(100), Lots(3), exchange.released, TimeNs(exchange.applied[-1].time_ns))
    assert exchange.feeds.day_window(MARKETS[1]).figures(START_NS).trade_count == 0
