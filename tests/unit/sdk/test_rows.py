"""Collected lists: data frames that keep what is exact, and tables for notebooks that show no markup of others."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import exchange_sdk as sdk
from exchange_sdk.models import Page
from exchange_sdk.rows import Rows

NANOSECONDS = 1_767_225_600_000_000_007


def candle(number: int, close: str) -> sdk.Candle:
    price = Decimal(close)
    return sdk.Candle(
        "BTC-USDC", sdk.CandleInterval.MINUTE_1, NANOSECONDS + number * 60 * 10**9, price, price, price, price,
        Decimal("0.10000000000000000001"), Decimal(1), number, True,
    )  # fmt: skip


CANDLES = Rows(sdk.Candle, [candle(1, "100.25"), candle(2, "99")])


def test_a_polars_frame_is_exact() -> None:
    frame = CANDLES.to_polars()
    assert frame.columns[:4] == ["market", "interval", "open_time", "open"]
    assert "hops" not in frame.columns
    assert frame["open"].to_list() == [Decimal("100.25"), Decimal(99)]
    assert frame["volume"].to_list() == [Decimal("0.10000000000000000001")] * 2
    assert frame.schema["open_time"] == pl.Datetime("ns", "UTC")
    assert frame["open_time"].to_physical().to_list() == [each.open_time_ns for each in CANDLES]
    assert frame["interval"].to_list() == ["MINUTE_1"] * 2
    assert frame["trade_count"].to_list() == [1, 2]
    assert CANDLES.to_polars(floats=True).schema["open"] == pl.Float64


def test_a_pandas_frame_is_exact() -> None:
    frame = CANDLES.to_pandas()
    assert frame["close"].tolist() == [Decimal("100.25"), Decimal(99)]
    assert frame["open_time"].astype("int64").tolist() == [each.open_time_ns for each in CANDLES]
    assert str(frame["open_time"].dtype) == "datetime64[ns, UTC]"
    assert frame["closed"].tolist() == [True, True]
    assert CANDLES.to_pandas(floats=True)["close"].dtype == "float64"


def test_empty_lists_and_missing_values_have_the_same_columns() -> None:
    empty = Rows(sdk.Candle, [])
    assert empty.to_polars().schema["close"].is_decimal()
    assert empty.to_polars().columns == CANDLES.to_polars().columns
    assert list(empty.to_pandas().columns) == list(CANDLES.to_pandas().columns)
    market = sdk.Market(
        "BTC-USDC", "BTC", "USDC", Decimal(1), Decimal(1), Decimal(0), 0, 0, sdk.MarketStatus.OPEN, 0, 0
    )
    assert Rows(sdk.Market, [market]).to_polars()["last_price"].to_list() == [None]
    trade = sdk.Trade(1, "BTC-USDC", Decimal(1), Decimal(1), None, NANOSECONDS, 5)
    assert Rows(sdk.Trade, [trade]).to_pandas()["taker_side"].tolist() == [None]


@pytest.mark.parametrize("library", ["polars", "pandas"])
def test_a_missing_library_is_named_with_its_extra(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"exchange-sdk\[{library}\]"):
        getattr(CANDLES, f"to_{library}")()


def test_the_libraries_are_imported_only_when_asked_for() -> None:
    late = "{'polars', 'pandas', 'exchange_server'}"
    code = f"import sys, exchange_sdk, exchange_sdk.testing; print({late} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


async def test_pages_are_collected_up_to_a_limit() -> None:
    pages = {"": Page((candle(1, "1"), candle(2, "2")), "b"), "b": Page((candle(3, "3"),), "")}
    asked: list[str] = []

    def fetch(token: str) -> Page[sdk.Candle]:
        asked.append(token)
        return pages[token]

    async def later(token: str) -> Page[sdk.Candle]:
        return fetch(token)

    assert len(sdk.Pages(sdk.Candle, fetch, "").collect()) == 3
    assert len(await sdk.AsyncPages(sdk.Candle, later, "").collect()) == 3
    asked.clear()
    assert [each.trade_count for each in sdk.Pages(sdk.Candle, fetch, "").collect(1)] == [1]
    assert len(await sdk.AsyncPages(sdk.Candle, later, "").collect(2)) == 2
    assert asked == ["", ""]


# ---------------------------------------------------------------- what notebooks show


def test_reprs_are_short() -> None:
    level = sdk.PriceLevel(Decimal("100.5"), Decimal(2))
    bbo = sdk.Bbo("BTC-USDC", level, None, 7, NANOSECONDS, sdk.HopTimes(1000, 3000, 9000, 0))
    assert repr(bbo) == "Bbo(market='BTC-USDC', bid=2@100.5, sequence=7, event_time=2026-01-01T00:00:00.000000007Z)"
    assert repr(bbo.hops) == "HopTimes(queued=2µs, to_disk=6µs)"
    many = Rows(sdk.Candle, [candle(number, "1") for number in range(100)])
    assert repr(many).count("\n") == 5
    assert "96 more" in repr(many)
    assert many[:2] == [candle(0, "1"), candle(1, "1")]


@pytest.mark.parametrize(
    "shown",
    [
        Rows(sdk.Trade, [sdk.Trade(1, "<b>&", Decimal(1), Decimal(1), None, NANOSECONDS, 5)]),
        Page((sdk.Trade(1, "<b>&", Decimal(1), Decimal(1), None, NANOSECONDS, 5),), ""),
        sdk.OrderBook("<b>&", (sdk.PriceLevel(Decimal(9), Decimal(1)),), (), 5, 0),
        sdk.OrderQueues("<b>&", (sdk.BookOrder(1, Decimal(9), Decimal(1)),), (), 5, 0),
        sdk.Ticker(
            "<b>&",
            None,
            None,
            None,
            None,
            None,
            None,
            Decimal(0),
            Decimal(0),
            0,
            NANOSECONDS,
            None,
            None,
            sdk.MarketStatus.OPEN,
            1,
            NANOSECONDS,
        ),
    ],
)
def test_tables_show_what_they_have_escaped(shown: Any) -> None:
    html = shown._repr_html_()
    assert html.startswith("<table>")
    assert html.endswith("</table>")
    assert "&lt;b&gt;&amp;" in html
    assert "<b>" not in html


def test_durations_of_hops_are_known_only_between_known_ends() -> None:
    hops = sdk.HopTimes(0, 5_000, 9_500, 10_000)
    assert hops.queued is None
    assert hops.total is None
    assert hops.to_disk is not None
    assert hops.to_disk.microseconds == 4
    assert candle(0, "1").open_time == datetime(2026, 1, 1, tzinfo=UTC)
