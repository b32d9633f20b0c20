"""A backtest on the engine: the same every time, and its parts add up to its result."""

from decimal import Decimal
from itertools import islice

import pytest

from exchange_bots.backtest import MAKER, TAKER, Backtest, Report
from exchange_bots.bot.view import Terms
from exchange_bots.clock import NS
from exchange_bots.feed.synthetic_market import COINS, SyntheticMarket
from exchange_bots.strategies import make_bot
from exchange_server.cli.backtest.engine_exchange import EngineExchange

PLENTY = (Decimal(10_000), Decimal(1_000_000_000))


def backtest(seed: int = 7) -> Report:
    values = {"market": "BTC-USDC", "coin": "BTC", "order_quantity": "0.05", "risk_aversion": 0.02}
    bot = make_bot("avellaneda-stoikov", values)
    terms = Terms("BTC-USDC", Decimal("0.1"), Decimal("0.00001"))
    funds = dict.fromkeys((MAKER, TAKER, "avellaneda-stoikov"), PLENTY)
    test = Backtest(EngineExchange(terms, funds, maker_fee_ppm=100, taker_fee_ppm=400), bot, "BTC")
    for _ in test.run(islice(SyntheticMarket(COINS[0], seed).messages(1_700_000_000 * NS), 300)):
        pass
    return test.report()


def test_the_same_backtest_gives_the_same_report_and_another_seed_another() -> None:
    assert backtest() == backtest()
    assert backtest().result != backtest(8).result


def test_realised_and_unrealised_profit_less_fees_are_the_result() -> None:
    report = backtest()
    assert report.counts["fills"] > 5
    # Between the last sample and the last fill nothing is traded here but at most one second.
    last = report.samples[-1]
    assert report.result == last.result
    assert float(report.realised + report.unrealised - report.fees) == pytest.approx(float(report.result), abs=5)
    assert report.largest_inventory != 0
