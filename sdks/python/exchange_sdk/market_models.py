"""Market data: books, the orders in them, trades, candles and tickers. Immutable; amounts are `Decimal`, times aware
datetimes in UTC with the exact nanoseconds beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from exchange_sdk._enums import CandleInterval, MarketStatus, Side
from exchange_sdk._model import Model, to_datetime
from exchange_sdk._tables import html_ladder, html_pairs


class PriceLevel(NamedTuple):
    """One price of one side: quote units per base unit, and the sum of open quantities in base units."""

    price: Decimal
    quantity: Decimal

    def __repr__(self) -> str:
        return f"{self.quantity:f}@{self.price:f}"


@dataclass(frozen=True, slots=True, repr=False)
class HopTimes(Model):
    """Where the time went between a request and a stream: nanoseconds since 1970 by the exchange's clock, 0 not known.

    `received`: read and checked, in the queue; `sequenced`: it got its sequence; `durable`: on disk; `published`: the
    message was made. The durations between them are None when an end is not known, and hold whole microseconds.
    """

    received_ns: int
    sequenced_ns: int
    durable_ns: int
    published_ns: int

    def __repr__(self) -> str:
        steps = {"queued": self.queued, "to_disk": self.to_disk, "to_publish": self.to_publish}
        told = (f"{name}={_microseconds(step)}" for name, step in steps.items() if step is not None)
        return f"HopTimes({', '.join(told)})"

    @property
    def queued(self) -> timedelta | None:
        """From received to sequenced."""
        return _between(self.received_ns, self.sequenced_ns)

    @property
    def to_disk(self) -> timedelta | None:
        """From sequenced to durable."""
        return _between(self.sequenced_ns, self.durable_ns)

    @property
    def to_publish(self) -> timedelta | None:
        """From durable to published."""
        return _between(self.durable_ns, self.published_ns)

    @property
    def total(self) -> timedelta | None:
        """From received to published."""
        return _between(self.received_ns, self.published_ns)


def _between(begin_ns: int, end_ns: int) -> timedelta | None:
    return timedelta(microseconds=(end_ns - begin_ns) // 1000) if begin_ns and end_ns else None


def _microseconds(duration: timedelta) -> str:
    return f"{duration // timedelta(microseconds=1)}µs"


@dataclass(frozen=True, slots=True, repr=False)
class OrderBook(Model):
    """The levels of a market after one sequence, the best of each side first."""

    market: str
    bids: tuple[PriceLevel, ...]
    asks: tuple[PriceLevel, ...]
    sequence: int
    checksum: int

    def _repr_html_(self) -> str:
        return html_ladder(f"{self.market} #{self.sequence}", self.bids, self.asks)


@dataclass(frozen=True, slots=True, repr=False)
class OrderBookDelta(Model):
    """What changed in a book: levels with their new absolute quantity, 0 for one that is gone."""

    market: str
    bids: tuple[PriceLevel, ...]
    asks: tuple[PriceLevel, ...]
    sequence: int
    prev_sequence: int
    checksum: int
    event_time_ns: int
    hops: HopTimes | None = field(default=None, compare=False, repr=False)

    @property
    def event_time(self) -> datetime:
        return to_datetime(self.event_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Trade(Model):
    """A trade as everybody sees it. Ids are dense within the market. In an auction nobody takes: no `taker_side`."""

    trade_id: int
    market: str
    price: Decimal
    quantity: Decimal
    taker_side: Side | None
    trade_time_ns: int
    sequence: int
    hops: HopTimes | None = field(default=None, compare=False, repr=False)

    @property
    def trade_time(self) -> datetime:
        return to_datetime(self.trade_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Bbo(Model):
    """Best bid and offer after one sequence; None for an empty side."""

    market: str
    bid: PriceLevel | None
    ask: PriceLevel | None
    sequence: int
    event_time_ns: int
    hops: HopTimes | None = field(default=None, compare=False, repr=False)

    @property
    def event_time(self) -> datetime:
        return to_datetime(self.event_time_ns)

    @property
    def spread(self) -> Decimal | None:
        """Ask − bid in quote units; None when a side is empty."""
        return self.ask.price - self.bid.price if self.bid and self.ask else None

    @property
    def mid(self) -> Decimal | None:
        """The middle of bid and ask in quote units; None when a side is empty."""
        return (self.ask.price + self.bid.price) / 2 if self.bid and self.ask else None


@dataclass(frozen=True, slots=True, repr=False)
class Ticker(Model):
    """A market at a glance: the last trade, trades since `window_start_time` (24 hours), best levels, what it accepts.

    Prices are quote units per base unit and None when there is none; `volume` is base units, `quote_volume` quote
    units. The window is shorter only while the exchange does not know the older trades. `status` is None of an exchange
    that does not tell it yet.
    """

    market: str
    last_price: Decimal | None
    last_quantity: Decimal | None
    last_trade_time_ns: int | None
    open_price: Decimal | None
    high_price: Decimal | None
    low_price: Decimal | None
    volume: Decimal
    quote_volume: Decimal
    trade_count: int
    window_start_time_ns: int
    bid: PriceLevel | None
    ask: PriceLevel | None
    status: MarketStatus | None
    sequence: int
    event_time_ns: int
    hops: HopTimes | None = field(default=None, compare=False, repr=False)

    @property
    def last_trade_time(self) -> datetime | None:
        return None if self.last_trade_time_ns is None else to_datetime(self.last_trade_time_ns)

    @property
    def window_start_time(self) -> datetime:
        return to_datetime(self.window_start_time_ns)

    @property
    def event_time(self) -> datetime:
        return to_datetime(self.event_time_ns)

    @property
    def change(self) -> Decimal | None:
        """Last price − open price in quote units; None when nothing was traded in the window."""
        if self.last_price is None or self.open_price is None:
            return None
        return self.last_price - self.open_price

    @property
    def change_percent(self) -> Decimal | None:
        """`change` in percent of the open price, to two decimals."""
        change, start = self.change, self.open_price
        return None if change is None or not start else (change * 100 / start).quantize(Decimal("0.01"))

    def _repr_html_(self) -> str:
        names = ("last_price", "change_percent", "high_price", "low_price", "volume", "quote_volume", "bid", "ask")
        return html_pairs(self.market, [(name.replace("_", " "), getattr(self, name)) for name in names])


@dataclass(frozen=True, slots=True, repr=False)
class Candle(Model):
    """The trades of one market in one interval: `open_time` belongs to it, `open_time` + the interval to the next.

    Prices are quote units per base unit, `volume` base units, `quote_volume` quote units. `trade_count` is 0 when it
    only fills a gap. `closed`: its interval is over, so that it does not change any more.
    """

    market: str
    interval: CandleInterval
    open_time_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal
    trade_count: int
    closed: bool
    hops: HopTimes | None = field(default=None, compare=False, repr=False)

    @property
    def open_time(self) -> datetime:
        return to_datetime(self.open_time_ns)

    @property
    def close_time(self) -> datetime:
        """When the next one opens."""
        return self.open_time + self.interval.duration


@dataclass(frozen=True, slots=True, repr=False)
class BookOrder(Model):
    """A resting order as everybody sees it: its shown quantity in base units, and nothing of whose it is."""

    order_id: int
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True, repr=False)
class OrderQueues(Model):
    """All resting orders of a market after one sequence: best price first, and of one price what trades first first."""

    market: str
    bids: tuple[BookOrder, ...]
    asks: tuple[BookOrder, ...]
    sequence: int
    checksum: int

    def _repr_html_(self) -> str:
        return html_ladder(f"{self.market} #{self.sequence}, order by order", _levels(self.bids), _levels(self.asks))


def _levels(orders: Sequence[BookOrder]) -> list[PriceLevel]:
    return [PriceLevel(order.price, order.quantity) for order in orders]


@dataclass(frozen=True, slots=True, repr=False)
class BookOrderChange(Model):
    """What happened to one resting order: its price and shown quantity as they are now; quantity 0 when it is gone.

    `queued`: it stands at the end of its price's queue now (new, moved, or a refilled iceberg); else it keeps its
    place.
    """

    order_id: int
    side: Side
    price: Decimal
    quantity: Decimal
    queued: bool


@dataclass(frozen=True, slots=True, repr=False)
class OrderQueuesDelta(Model):
    """What changed in the queues, in the order in which it happened."""

    market: str
    changes: tuple[BookOrderChange, ...]
    sequence: int
    prev_sequence: int
    checksum: int
    event_time_ns: int
    hops: HopTimes | None = field(default=None, compare=False, repr=False)

    @property
    def event_time(self) -> datetime:
        return to_datetime(self.event_time_ns)
