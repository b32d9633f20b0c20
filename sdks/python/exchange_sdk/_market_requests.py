"""Requests for market data: decimals exact, intervals in whole milliseconds, names of intervals read."""

from datetime import datetime, timedelta

from exchange.v1 import market_data_service_pb2 as market_data_pb
from exchange.v1 import market_streams_pb2 as pb
from exchange_sdk._decimals import DecimalInput, to_wire
from exchange_sdk._enums import CandleInterval, wire_number
from exchange_sdk._times import milliseconds, to_timestamp

Interval = timedelta | float | None


def stream_order_book(
    market: str, depth: int | None, price_step: DecimalInput | None, interval: Interval
) -> pb.StreamOrderBookRequest:
    """Build a request for a view of a book. Raises TypeError and ValueError naming the argument."""
    view = pb.BookView(
        depth=depth or 0,
        price_step="" if price_step is None else to_wire(price_step, "price_step"),
        interval_ms=milliseconds(interval, "interval"),
    )
    return pb.StreamOrderBookRequest(market=market, view=view)


def stream_bbo(market: str, interval: Interval) -> pb.StreamBboRequest:
    return pb.StreamBboRequest(market=market, interval_ms=milliseconds(interval, "interval"))


def stream_ticker(market: str, interval: Interval) -> pb.StreamTickerRequest:
    return pb.StreamTickerRequest(market=market, interval_ms=milliseconds(interval, "interval"))


def stream_trades(market: str, after_trade_id: int | None) -> pb.StreamTradesRequest:
    return pb.StreamTradesRequest(market=market, after_trade_id=after_trade_id)


def stream_candles(market: str, interval: CandleInterval | str, update_interval: Interval) -> pb.StreamCandlesRequest:
    """Build a request for candles. Raises ValueError for an interval that there is not."""
    return pb.StreamCandlesRequest(
        market=market,
        interval=wire_number(CandleInterval, interval),
        interval_ms=milliseconds(update_interval, "update_interval"),
    )


def stream_orders(market: str) -> pb.StreamOrdersRequest:
    return pb.StreamOrdersRequest(market=market)


def list_trades(
    market: str, start: datetime | None, end: datetime | None, page_size: int
) -> market_data_pb.ListTradesRequest:
    """Build a request for the trades of a half-open interval. Raises ValueError for times without a zone."""
    return market_data_pb.ListTradesRequest(
        market=market,
        start_time=None if start is None else to_timestamp(start, "start"),
        end_time=None if end is None else to_timestamp(end, "end"),
        page_size=page_size,
    )


def list_candles(
    market: str,
    interval: CandleInterval | str,
    start: datetime | None,
    end: datetime | None,
    fill_gaps: bool,
    page_size: int,
) -> market_data_pb.ListCandlesRequest:
    """Build a request for the candles that open in a half-open interval. Raises ValueError."""
    return market_data_pb.ListCandlesRequest(
        market=market,
        interval=wire_number(CandleInterval, interval),
        start_time=None if start is None else to_timestamp(start, "start"),
        end_time=None if end is None else to_timestamp(end, "end"),
        fill_gaps=fill_gaps,
        page_size=page_size,
    )
