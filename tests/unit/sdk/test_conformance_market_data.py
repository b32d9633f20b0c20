"""The Python SDK on the cases of market data that every SDK has to pass (`tests/conformance`)."""

import asyncio
import json
from dataclasses import astuple
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp

import exchange_sdk as sdk
from exchange.v1 import account_service_pb2 as account_pb
from exchange.v1 import account_streams_pb2 as account_streams_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import market_streams_pb2 as pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange_sdk import _market_requests as requests
from exchange_sdk._account_states import AccountState, FillState
from exchange_sdk._connection import connection
from exchange_sdk._market_states import BboState, BookState, CandleState, QueueState, TickerState, TradeState
from exchange_sdk._stream_states import StreamState
from exchange_sdk.local_order_queues import queue_checksum
from tests.integration.sdk_fixture import AnyClient
from tests.simple_candles import SECONDS, candles
from tests.unit.sdk.faulty_server import FaultyServer
from tests.unit.sdk.test_conformance import argument, assert_result

CASES = Path(__file__).parents[2] / "conformance"
QUEUES = json.loads((CASES / "queue_checksums.json").read_text("utf-8"))["cases"]
GAPS = json.loads((CASES / "stream_gaps.json").read_text("utf-8"))
CANDLES = json.loads((CASES / "candles.json").read_text("utf-8"))
READS = json.loads((CASES / "read_methods.json").read_text("utf-8"))["cases"]

MARKET = sdk.Market(
    GAPS["market"]["name"], "BTC", "USDC", Decimal("0.1"), Decimal("0.001"), Decimal(0), 0, 0, sdk.MarketStatus.OPEN,
    GAPS["market"]["price_decimals"], GAPS["market"]["quantity_decimals"],
)  # fmt: skip
CONNECTION = connection("127.0.0.1:1", "", tls=False, insecure=False, timeout=1, retry=None, liveness=1)
FAULTS = {"gap": sdk.Gap, "checksum": sdk.ChecksumMismatch, "out_of_sync": sdk.BookOutOfSync}


@pytest.mark.parametrize("case", QUEUES, ids=lambda case: case["name"])
def test_queues_have_the_checksum(case: dict[str, Any]) -> None:
    def orders(rows: list[tuple[int, str, str]]) -> list[sdk.BookOrder]:
        return [sdk.BookOrder(number, Decimal(price), Decimal(quantity)) for number, price, quantity in rows]

    decimals = case["price_decimals"], case["quantity_decimals"]
    assert queue_checksum(orders(case["asks"]), orders(case["bids"]), *decimals) == case["checksum"]


def stream_of(kind: str) -> tuple[StreamState[Any], Any]:
    """Return the state of a stream of the cases' market, and its message."""
    name = MARKET.name
    match kind:
        case "order_book":
            return BookState(CONNECTION, requests.stream_order_book(name, None, None, None)), pb.StreamOrderBookResponse
        case "orders":
            return QueueState(CONNECTION, requests.stream_orders(name)), pb.StreamOrdersResponse
        case "trades":
            return TradeState(CONNECTION, requests.stream_trades(name, None)), pb.StreamTradesResponse
        case "bbo":
            return BboState(CONNECTION, requests.stream_bbo(name, None)), pb.StreamBboResponse
        case "ticker":
            return TickerState(CONNECTION, requests.stream_ticker(name, None)), pb.StreamTickerResponse
        case "candles":
            return CandleState(CONNECTION, requests.stream_candles(name, "1m", None)), pb.StreamCandlesResponse
        case "fills":
            return FillState(CONNECTION, None), account_streams_pb.StreamFillsResponse
    assert kind == "account"
    return AccountState(CONNECTION, None), account_streams_pb.StreamAccountResponse


@pytest.mark.parametrize("case", GAPS["cases"], ids=lambda case: f"{case['stream']}-{case['name']}")
def test_what_is_lost_repeated_or_wrong_is_noticed(case: dict[str, Any]) -> None:
    state, kind = stream_of(case["stream"])
    state.start(MARKET)
    state.request()
    for step in case["steps"]:
        message = json_format.ParseDict(step["message"], kind())
        if step["expect"] == "ok":
            state.receive(message)
        else:
            with pytest.raises(FAULTS[step["expect"]]) as fault:
                state.receive(message)
            assert type(fault.value) is FAULTS[step["expect"]]


@pytest.mark.parametrize("case", READS, ids=lambda case: case["name"])
async def test_a_read_sends_its_request_and_reads_the_answer(
    case: dict[str, Any], server: FaultyServer, client: AnyClient
) -> None:
    services = (market_pb, order_pb, account_pb, admin_pb)
    (service,) = (each for each in services if hasattr(each, f"{case['rpc']}Request"))

    def message(suffix: str, content: dict[str, Any]) -> Any:
        return json_format.ParseDict(content, getattr(service, case["rpc"] + suffix)())

    server.play(case["rpc"], message("Response", case["answer"]))
    arguments = {name: argument(value) for name, value in case["arguments"].items()}
    # `market` and `interval` are positional in the first place; names do as well.
    result = await client(case["method"], **arguments)
    if isinstance(result, sdk.AsyncPages):
        result = await result.page()
    elif isinstance(result, sdk.Pages):
        result = await asyncio.to_thread(result.page)
    assert server.seen == {case["rpc"]: [message("Request", case["request"])]}
    assert_result(result, case["result"])


def test_intervals_have_their_names_and_lengths() -> None:
    told = {interval.text: interval.duration.total_seconds() for interval in sdk.CandleInterval}
    assert told == CANDLES["intervals"] == SECONDS
    assert [sdk.CandleInterval(text) for text in told] == list(sdk.CandleInterval)  # type: ignore[arg-type]  # names too
    for wrong in ("2m", "1M", ""):
        with pytest.raises(ValueError, match="is not a valid"):
            sdk.CandleInterval(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CANDLES["cases"], ids=lambda case: case["name"])
def test_the_simple_candles_are_those_of_the_cases(case: dict[str, Any]) -> None:
    def nanoseconds(text: str) -> int:
        stamp = Timestamp()
        stamp.FromJsonString(text)
        return stamp.ToNanoseconds()

    trades = [
        (nanoseconds(trade["time"]), Decimal(trade["price"]), Decimal(trade["quantity"])) for trade in case["trades"]
    ]
    made = candles(trades, case["interval"], fill_gaps=case["fill_gaps"])
    wanted = [(nanoseconds(time), *map(Decimal, numbers)) for time, *numbers in case["candles"]]
    assert [astuple(candle) for candle in made] == wanted
    assert all(
        datetime.fromisoformat(time).timestamp() % SECONDS[case["interval"]] == 0 for time, *_ in case["candles"]
    )
