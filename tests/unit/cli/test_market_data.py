"""What the command line makes of times and candles, and what its filters send."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

import exchange_sdk as sdk
from exchange.v1 import account_service_pb2 as account_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from exchange_server.cli.candles import chart_lines
from exchange_server.cli.main import app
from exchange_server.cli.session import UsageError
from exchange_server.cli.times import past_time
from tests.unit.sdk.faulty_server import FaultyServer


def test_a_time_is_absolute_with_a_zone_or_a_length_ago() -> None:
    assert past_time(None, "--from") is None
    assert past_time("2026-01-01T00:00:00+01:00", "--from") == datetime(2025, 12, 31, 23, tzinfo=UTC)
    ago = past_time("90m", "--from")
    assert ago is not None
    assert timedelta(0) <= datetime.now(UTC) - ago - timedelta(minutes=90) < timedelta(seconds=10)
    for wrong in ("2026-01-01", "noon", "1w", "-5m", "99999999999d", "999999999d"):
        with pytest.raises(UsageError, match="--from"):
            past_time(wrong, "--from")


def candle(start: str, high: str, low: str, end: str) -> sdk.Candle:
    one = Decimal(1)
    return sdk.Candle(
        "M",
        sdk.CandleInterval.MINUTE_1,
        0,
        Decimal(start),
        Decimal(high),
        Decimal(low),
        Decimal(end),
        one,
        one,
        1,
        True,
    )


def test_a_chart_has_bodies_wicks_and_colours() -> None:
    lines = chart_lines([candle("10", "40", "0", "20"), candle("20", "30", "10", "10"), candle("5", "5", "5", "5")], 4)
    assert [line.plain.rstrip() for line in lines] == ["│   40", "││", "██", "│ ─ 0"]
    assert {str(span.style) for line in lines for span in line.spans} == {"green", "red", "dim"}
    flat = chart_lines([candle("5", "5", "5", "5")], 4)
    assert [line.plain for line in flat] == ["─ 5"]


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """Run a server in a thread of its own: the command line blocks."""
    ready, stop = threading.Event(), threading.Event()
    made: list[FaultyServer] = []

    async def serve() -> None:
        made.append(FaultyServer())
        await made[0].server.start()
        ready.set()
        while not stop.is_set():
            await asyncio.sleep(0.01)
        await made[0].server.stop(None)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    yield made[0]
    stop.set()
    thread.join()


@pytest.mark.parametrize(
    ("command", "method", "answer", "wanted"),
    [
        (
            "order ls --status filled --status canceled --prefix grid- --from 2026-01-01T00:00:00Z",
            "ListOrders",
            order_pb.ListOrdersResponse(),
            {
                "statuses": [types_pb2.ORDER_STATUS_FILLED, types_pb2.ORDER_STATUS_CANCELED],
                "client_order_id_prefix": "grid-",
                "start_time": {"seconds": 1_767_225_600},
            },
        ),
        ("order ls", "ListOrders", order_pb.ListOrdersResponse(), {"open_only": True}),
        (
            "fills --market M --to 2026-01-01T00:00:00Z",
            "ListFills",
            account_pb.ListFillsResponse(),
            {"market": "M", "end_time": {"seconds": 1_767_225_600}},
        ),
        (
            "ledger --asset BTC --from 2026-01-01T00:00:00Z",
            "ListLedgerEntries",
            account_pb.ListLedgerEntriesResponse(),
            {"asset": "BTC", "start_time": {"seconds": 1_767_225_600}},
        ),
        (
            "candles M -i 5m --from 2026-01-01T00:00:00Z --fill-gaps -n 7",
            "ListCandles",
            market_pb.ListCandlesResponse(),
            {"market": "M", "interval": 3, "start_time": {"seconds": 1_767_225_600}, "fill_gaps": True, "page_size": 7},
        ),
        (
            "trades M --from 2026-01-01T00:00:00Z -n 3",
            "ListTrades",
            market_pb.ListTradesResponse(),
            {"market": "M", "start_time": {"seconds": 1_767_225_600}, "page_size": 3},
        ),
    ],
)
def test_filters_go_out_as_they_were_given(
    server: FaultyServer, command: str, method: str, answer: Any, wanted: dict[str, Any]
) -> None:
    server.play(method, answer)
    done = CliRunner().invoke(app, [*command.split(), "--address", server.address, "--api-key", "k", "-o", "json"])
    assert (done.exit_code, done.stdout) == (0, "[]\n"), done.output
    (request,) = server.seen[method]
    assert request == type(request)(**wanted)
