"""Candles, tickers and trades of the history as protobuf, and intervals in seconds."""

from collections.abc import Callable, Mapping
from typing import Final, cast

from exchange.v1 import market_streams_pb2, types_pb2
from exchange_server.engine.entities import Market
from exchange_server.engine.types import Atoms, Lots, Ticks, TimeNs
from exchange_server.wire.times import write_timestamp
from exchange_server.wire.units import format_price, format_quantity, format_quote

INTERVAL_SECONDS: Final[Mapping[int, int]] = {1: 1, 2: 60, 3: 300, 4: 900, 5: 3_600, 6: 14_400, 7: 86_400}
"""By `exchange.v1.CandleInterval`."""


def add_candle(
    add: Callable[..., market_streams_pb2.Candle],
    market: Market,
    interval: int,
    open_time_s: int,
    prices: tuple[Ticks, Ticks, Ticks, Ticks],
    lots: Lots,
    cost_atoms: Atoms,
    trade_count: int,
    closed: bool,
) -> None:
    """Add a candle to a repeated field by its `add`; `prices` are open, high, low and close."""
    message = add(
        market=market.name,
        interval=cast(market_streams_pb2.CandleInterval, interval),
        open=format_price(market, prices[0]),
        high=format_price(market, prices[1]),
        low=format_price(market, prices[2]),
        close=format_price(market, prices[3]),
        volume=format_quantity(market, lots),
        quote_volume=format_quote(market, cost_atoms),
        trade_count=trade_count,
        closed=closed,
    )
    message.open_time.seconds = open_time_s


def past_trade_message(
    market: Market,
    trade_id: int,
    price_ticks: Ticks,
    quantity_lots: Lots,
    taker_side: int,
    sequence: int,
    time_ns: TimeNs,
) -> types_pb2.Trade:
    """Return a trade of the history as everybody sees it; `taker_side` 0 is an auction's."""
    message = types_pb2.Trade(
        trade_id=trade_id,
        market=market.name,
        price=format_price(market, price_ticks),
        quantity=format_quantity(market, quantity_lots),
        taker_side=cast(types_pb2.Side, taker_side),
        sequence=sequence,
    )
    write_timestamp(message.trade_time, time_ns)
    return message


def ticker_message(
    market: Market,
    status: int,
    *,
    last: tuple[Ticks, Lots, TimeNs] | None,
    window_start_ns: TimeNs,
    prices: tuple[Ticks, Ticks, Ticks],
    lots: Lots,
    cost_atoms: Atoms,
    trade_count: int,
    bid: tuple[Ticks, Lots] | None,
    ask: tuple[Ticks, Lots] | None,
    sequence: int,
    time_ns: TimeNs,
) -> market_streams_pb2.Ticker:
    """Return a ticker; `prices` are open, high and low, and not told when nothing was traded.

    `last` is price, quantity and time of the last trade; its quantity and time are 0 when only the price is known.
    """
    message = market_streams_pb2.Ticker(
        market=market.name,
        volume=format_quantity(market, lots),
        quote_volume=format_quote(market, cost_atoms),
        trade_count=trade_count,
        sequence=sequence,
        status=cast(types_pb2.MarketStatus, status),
    )
    if last is not None:
        message.last_price = format_price(market, last[0])
        if last[1]:
            message.last_quantity = format_quantity(market, last[1])
            write_timestamp(message.last_trade_time, last[2])
    if trade_count:
        message.open_price, message.high_price, message.low_price = (format_price(market, price) for price in prices)
    write_timestamp(message.window_start_time, window_start_ns)
    for side, level in ((message.bid, bid), (message.ask, ask)):
        if level is not None:
            side.price = format_price(market, level[0])
            side.quantity = format_quantity(market, level[1])
    write_timestamp(message.event_time, time_ns)
    return message
