"""What a bot's trading came to, against a naive book-keeper and figures worked out by hand."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange_bots.performance import Ledger, OwnTrade, Sample, drawdowns, make_report, sharpe
from exchange_bots.play.actions import Side


class Execution(NamedTuple):
    side: Side
    price: Decimal
    lots: int
    fee: Decimal


LOT = Decimal("0.25")
EXECUTIONS = st.lists(
    st.builds(
        Execution,
        st.sampled_from(Side),
        st.integers(1, 400).map(lambda ticks: ticks * Decimal("0.5")),
        st.integers(1, 9),
        st.integers(-5, 20).map(lambda fee: fee * Decimal("0.001")),
    ),
    max_size=30,
)


def kept(executions: Sequence[Execution]) -> Ledger:
    ledger = Ledger()
    for number, each in enumerate(executions):
        ledger.fill(f"k{number // 2}", each.side, each.price, each.lots * LOT, each.fee)
    return ledger


def lot_by_lot(executions: Sequence[Execution]) -> tuple[Fraction, list[Fraction], int]:
    """Return what was realised, the cost of every lot that is held, and whether they are bought (1) or owed (−1).

    Lots are all alike: what one costs is the mean of them.
    """
    realised, lots, sign = Fraction(0), list[Fraction](), 0
    for each in executions:
        way = 1 if each.side is Side.BUY else -1
        price = Fraction(each.price) * Fraction(LOT)
        for _ in range(each.lots):
            if lots and sign != way:
                mean = sum(lots, Fraction(0)) / len(lots)
                realised += sign * (price - mean)
                lots = [mean] * (len(lots) - 1)
            else:
                lots.append(price)
                sign = way
    return realised, lots, sign


@settings(deadline=None)
@given(EXECUTIONS, st.integers(1, 400))
def test_profit_is_that_of_a_book_keeper_who_counts_every_lot(executions: list[Execution], mark: int) -> None:
    ledger = kept(executions)
    realised, lots, sign = lot_by_lot(executions)
    assert ledger.position == sign * len(lots) * LOT
    assert float(ledger.realised) == pytest.approx(float(realised), abs=1e-18)
    worth = sign * sum(mark * Fraction(LOT) - cost for cost in lots)
    assert float(ledger.unrealised(Decimal(mark))) == pytest.approx(float(worth), abs=1e-18)


@settings(deadline=None)
@given(EXECUTIONS, st.integers(1, 400))
def test_realised_and_unrealised_profit_are_what_cash_and_position_came_to(
    executions: list[Execution], mark: int
) -> None:
    ledger = kept(executions)
    signed = [each.lots * LOT * (1 if each.side is Side.BUY else -1) for each in executions]
    cash = -sum((each.price * amount for each, amount in zip(executions, signed, strict=True)), Decimal(0))
    assert abs(ledger.realised + ledger.unrealised(Decimal(mark)) - cash - sum(signed) * mark) < Decimal("1e-18")
    if not sum(signed):
        assert ledger.unrealised(Decimal(mark)) == 0
    assert ledger.fees == sum(each.fee for each in executions)
    assert ledger.volume == sum(each.price * each.lots * LOT for each in executions)
    assert len(ledger.filled_orders) == (len(executions) + 1) // 2


def test_a_position_that_turns_is_closed_at_its_cost_and_opened_at_the_price() -> None:
    ledger = Ledger()
    ledger.fill("a", Side.BUY, Decimal(100), Decimal(2), Decimal(0))
    ledger.fill("b", Side.BUY, Decimal(103), Decimal(1), Decimal(0))
    ledger.fill("c", Side.SELL, Decimal(110), Decimal(5), Decimal(0))
    # 3 × (110 − 101); then 2 are owed at 110.
    figures = [ledger.realised, ledger.position, ledger.unrealised(Decimal(108))]
    assert figures == [27, -2, 4]


def test_drawdown_is_from_the_best_so_far_and_a_loss_from_the_start_is_one() -> None:
    falls = drawdowns([Decimal(value) for value in (-3, 1, 5, 2, 4, 6, 6)])
    assert falls == [3, 0, 0, 3, 1, 0, 0]
    assert drawdowns([]) == []


@given(st.lists(st.integers(-100, 100).map(Decimal), min_size=1))
def test_the_largest_drawdown_is_the_worst_of_all_pairs(results: list[Decimal]) -> None:
    before = [Decimal(0), *results]
    pairs = [before[i] - before[j] for i in range(len(before)) for j in range(i, len(before))]
    assert max(drawdowns(results)) == max(pairs)


def test_sharpe_is_mean_over_deviation_for_a_year_of_seconds() -> None:
    # Changes 1, 3, 2: mean 2, deviation 1.
    assert sharpe([Decimal(value) for value in (10, 11, 14, 16)]) == pytest.approx(2 * math.sqrt(31_536_000))
    assert sharpe([Decimal(value) for value in (16, 14, 11, 10)]) == pytest.approx(-2 * math.sqrt(31_536_000))


@pytest.mark.parametrize("results", [[], [1], [1, 2], [5, 5, 5, 5], [1, 2, 3]])
def test_without_deviation_there_is_no_sharpe(results: list[int]) -> None:
    assert sharpe([Decimal(value) for value in results]) is None


def sample(second: int, **values: str) -> Sample:
    whole = dict.fromkeys(Sample._fields, Decimal(0)) | {name: Decimal(value) for name, value in values.items()}
    return Sample(**{**whole, "time_ns": second * 1_000_000_000})  # type: ignore[arg-type]  # the time is an int


def test_a_report_tells_the_end_the_worst_and_the_farthest_and_its_document_is_plain() -> None:
    ledger = Ledger()
    ledger.fill("a", Side.BUY, Decimal(100), Decimal(3), Decimal("0.5"))
    samples = [
        sample(1),
        sample(2, result="4", inventory="2"),
        sample(4, result="1", inventory="-3"),
        sample(5, result="3.5", realised="0.3333333333333333", unrealised="-0.0000000001", inventory="1"),
    ]
    trades = [OwnTrade(1, Side.BUY, Decimal(100), Decimal(3))]
    report = make_report("bot", ledger, samples, trades, 4, {"places": 3, "fills": 1})
    assert [report.seconds, report.max_drawdown, report.largest_inventory, report.fill_ratio] == [4, 3, -3, 0.25]
    document = report.document()
    assert document == {
        "bot": "bot",
        "seconds": 4.0,
        "result": "3.5",
        "realised": "0.33333333",
        "unrealised": "0",
        "fees": "0",
        "volume": "300",
        "sharpe": document["sharpe"],
        "max_drawdown": "3",
        "orders": 4,
        "fill_ratio": 0.25,
        "inventory": "1",
        "largest_inventory": "-3",
        "counts": {"fills": 1, "places": 3},
    }
    assert list(document["counts"]) == ["fills", "places"]


def test_a_report_of_nothing_is_refused_and_without_orders_there_is_no_fill_ratio() -> None:
    with pytest.raises(ValueError, match="nothing was sampled"):
        make_report("bot", Ledger(), [], [], 0, {})
    assert make_report("bot", Ledger(), [sample(1)], [], 0, {}).fill_ratio is None
