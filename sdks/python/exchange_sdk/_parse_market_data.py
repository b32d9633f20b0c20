"""From the contract's messages of market data to models."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from exchange.v1 import market_streams_pb2 as pb
from exchange.v1 import types_pb2
from exchange_sdk._decimals import from_wire
from exchange_sdk._enums import CandleInterval, MarketStatus, Side
from exchange_sdk._times import time_ns
from exchange_sdk.market_models import (
    Bbo,
    BookOrder,
    BookOrderChange,
    Candle,
    HopTimes,
    OrderBook,
    OrderBookDelta,
    OrderQueues,
    OrderQueuesDelta,
    PriceLevel,
    Ticker,
    Trade,
)


class WithHops(Protocol):
    """A message that may tell its hop times."""

    @property
    def hops(self) -> types_pb2.HopTimes: ...

    def HasField(self, name: str, /) -> bool: ...


def hop_times(message: WithHops) -> HopTimes | None:
    """Read the hop times of a message; None when it has none."""
    if not message.HasField("hops"):
        return None
    hops = message.hops
    return HopTimes(hops.received_ns, hops.sequenced_ns, hops.durable_ns, hops.published_ns)


def trade(message: types_pb2.Trade, hops: HopTimes | None = None) -> Trade:
    return Trade(
        trade_id=message.trade_id,
        market=message.market,
        price=from_wire(message.price),
        quantity=from_wire(message.quantity),
        taker_side=Side(message.taker_side) if message.taker_side else None,
        trade_time_ns=time_ns(message.trade_time),
        sequence=message.sequence,
        hops=hops,
    )


def trades(message: pb.TradeBatch) -> list[Trade]:
    """Read the trades of one message; the hop times are those of the last command among them."""
    hops = hop_times(message)
    newest = message.trades[-1].sequence if message.trades else 0
    return [trade(each, hops if each.sequence == newest else None) for each in message.trades]


def level(message: pb.PriceLevel) -> PriceLevel:
    return PriceLevel(from_wire(message.price), from_wire(message.quantity))


def levels(messages: Iterable[pb.PriceLevel]) -> tuple[PriceLevel, ...]:
    return tuple(map(level, messages))


def order_book(message: pb.OrderBook) -> OrderBook:
    return OrderBook(message.market, levels(message.bids), levels(message.asks), message.sequence, message.checksum)


def order_book_delta(message: pb.OrderBookDelta) -> OrderBookDelta:
    return OrderBookDelta(
        market=message.market,
        bids=levels(message.bids),
        asks=levels(message.asks),
        sequence=message.sequence,
        prev_sequence=message.prev_sequence,
        checksum=message.checksum,
        event_time_ns=time_ns(message.event_time),
        hops=hop_times(message),
    )


def bbo_update(message: pb.BboUpdate) -> Bbo:
    bbo = message.bbo
    return Bbo(
        market=bbo.market,
        bid=level(bbo.bid) if bbo.HasField("bid") else None,
        ask=level(bbo.ask) if bbo.HasField("ask") else None,
        sequence=bbo.sequence,
        event_time_ns=time_ns(bbo.event_time),
        hops=hop_times(message),
    )


def ticker(message: pb.Ticker, hops: HopTimes | None = None) -> Ticker:
    return Ticker(
        market=message.market,
        last_price=_optional(message.last_price),
        last_quantity=_optional(message.last_quantity),
        last_trade_time_ns=time_ns(message.last_trade_time) if message.HasField("last_trade_time") else None,
        open_price=_optional(message.open_price),
        high_price=_optional(message.high_price),
        low_price=_optional(message.low_price),
        volume=from_wire(message.volume),
        quote_volume=from_wire(message.quote_volume),
        trade_count=message.trade_count,
        window_start_time_ns=time_ns(message.window_start_time),
        bid=level(message.bid) if message.HasField("bid") else None,
        ask=level(message.ask) if message.HasField("ask") else None,
        status=MarketStatus(message.status) if message.status else None,
        sequence=message.sequence,
        event_time_ns=time_ns(message.event_time),
        hops=hops,
    )


def ticker_update(message: pb.TickerUpdate) -> Ticker:
    return ticker(message.ticker, hop_times(message))


def candle(message: pb.Candle, hops: HopTimes | None = None) -> Candle:
    return Candle(
        market=message.market,
        interval=CandleInterval(message.interval),
        open_time_ns=time_ns(message.open_time),
        open=from_wire(message.open),
        high=from_wire(message.high),
        low=from_wire(message.low),
        close=from_wire(message.close),
        volume=from_wire(message.volume),
        quote_volume=from_wire(message.quote_volume),
        trade_count=message.trade_count,
        closed=message.closed,
        hops=hops,
    )


def candle_batch(message: pb.CandleBatch) -> list[Candle]:
    """Read the candles of one message; the hop times are those of the last command, so of the newest candle."""
    newest = len(message.candles) - 1
    hops = hop_times(message)
    return [candle(each, hops if index == newest else None) for index, each in enumerate(message.candles)]


def order_queues(message: pb.OrderQueues) -> OrderQueues:
    return OrderQueues(message.market, _orders(message.bids), _orders(message.asks), message.sequence, message.checksum)


def _orders(messages: Iterable[pb.BookOrder]) -> tuple[BookOrder, ...]:
    return tuple(BookOrder(each.order_id, from_wire(each.price), from_wire(each.quantity)) for each in messages)


def order_queues_delta(message: pb.OrderQueuesDelta) -> OrderQueuesDelta:
    return OrderQueuesDelta(
        market=message.market,
        changes=tuple(
            BookOrderChange(
                order_id=change.order_id,
                side=Side(change.side),
                price=from_wire(change.price),
                quantity=from_wire(change.quantity),
                queued=change.queued,
            )
            for change in message.changes
        ),
        sequence=message.sequence,
        prev_sequence=message.prev_sequence,
        checksum=message.checksum,
        event_time_ns=time_ns(message.event_time),
        hops=hop_times(message),
    )


def _optional(text: str) -> Decimal | None:
    return from_wire(text) if text else None
