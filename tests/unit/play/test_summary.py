"""Counting and timing in bounded memory."""

import random

from exchange_bots.play.summary import Latencies, Summary


def test_a_quantile_is_at_most_two_percent_above_the_exact_one() -> None:
    numbers = random.Random(1)
    values = sorted(int(numbers.lognormvariate(13, 2)) for _ in range(5_001))
    latencies = Latencies()
    for value in values:
        latencies.add(value)
    for numerator in (1, 50, 99, 100):
        exact = values[-(-len(values) * numerator // 100) - 1]
        assert exact <= latencies.quantile(numerator, 100) <= exact * 1.02 + 1


def test_nothing_measured_is_zero() -> None:
    assert Latencies().quantile(99, 100) == 0


def test_the_rate_counts_what_was_acknowledged() -> None:
    summary = Summary("BTC-USDC", "r", actions=3_000, elapsed_ns=1_500_000_000)
    assert summary.document()["orders_per_second"] == 2_000
