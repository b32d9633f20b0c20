"""The synthetic venue's markets: seeded, sound, clustered, and never quiet for long."""

import random
from dataclasses import replace
from itertools import islice

import pytest

from exchange_bots.clock import NS
from exchange_bots.feed.hawkes import HawkesFlow
from exchange_bots.feed.messages import BookSnapshot, TradePrint, parse
from exchange_bots.feed.synthetic_market import COINS, Coin, SyntheticMarket

START = 1_700_000_000 * NS


def told(coin: Coin, seed: int, count: int) -> list[tuple[int, str]]:
    return list(islice(SyntheticMarket(coin, seed).messages(START), count))


def test_the_same_seed_tells_the_same_and_another_something_else() -> None:
    coin = COINS[0]
    assert told(coin, 7, 300) == told(coin, 7, 300)
    assert told(coin, 7, 300) != told(coin, 8, 300)


def test_at_another_speed_the_same_happens_in_less_time() -> None:
    usual = told(COINS[0], 7, 300)
    fast = list(islice(SyntheticMarket(COINS[0], 7).messages(START, speed=20), 300))
    for (usual_ns, usual_text), (fast_ns, fast_text) in zip(usual, fast, strict=True):
        assert abs((usual_ns - START) / 20 - (fast_ns - START)) < 2
        slow, quick = parse(usual_text), parse(fast_text)
        if isinstance(slow, BookSnapshot) and isinstance(quick, BookSnapshot):
            assert (slow.bids, slow.asks) == (quick.bids, quick.asks)
            # A message says milliseconds.
            assert abs(quick.time_ns - fast_ns) < 2_000_000
        else:
            assert isinstance(slow, tuple)
            assert isinstance(quick, tuple)
            assert [replace(trade, time_ns=0) for trade in slow] == [replace(trade, time_ns=0) for trade in quick]
            assert all(abs(trade.time_ns - fast_ns) < 0.1 * NS for trade in quick)


@pytest.mark.parametrize("coin", COINS, ids=lambda coin: coin.name)
def test_every_message_is_sound_and_trades_are_at_the_best_price(coin: Coin) -> None:
    book: BookSnapshot | None = None
    trades: list[TradePrint] = []
    last_ns = START
    for time_ns, text in told(coin, 3, 800):
        assert time_ns - last_ns <= NS
        last_ns = time_ns
        message = parse(text)  # raises for what is crossed, off order or not positive
        if isinstance(message, BookSnapshot):
            assert (len(message.bids), len(message.asks)) == (20, 20)
            assert abs(message.mid / coin.price - 1) < 0.1
            book = message
        elif message is not None and book is not None:
            best = {"buy": book.asks[0].price, "sell": book.bids[0].price}
            assert all(trade.price == best[trade.side.value] for trade in message)
            trades.extend(message)
    assert len(trades) > 100
    assert len({trade.trade_id for trade in trades}) == len(trades)


def test_a_hawkes_flow_has_its_rate_and_is_more_clustered_than_chance() -> None:
    """The mean rate is μ / (1 − branching ratio); counts of a Poisson flow would have a variance like their mean."""
    flow = HawkesFlow(random.Random(1), base_rate=0.5, self_excitation=0.5, cross_excitation=0.2, decay=2.0)
    counts = [len(flow.until(10.0 * (number + 1))) for number in range(2_000)]
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / len(counts)
    assert mean == pytest.approx(2 * 0.5 / 0.3 * 10, rel=0.05)
    assert variance > 3 * mean


def test_a_flow_that_would_explode_is_refused() -> None:
    with pytest.raises(ValueError, match="must be below 1"):
        HawkesFlow(random.Random(1), base_rate=1, self_excitation=0.8, cross_excitation=0.2)
