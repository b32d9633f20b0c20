"""What the screen of `exchange top` shows, gathered from one subscription: no I/O, and nothing of the terminal."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exchange_sdk import ChannelEvent, HopTimes, Order, Ticker, Trade

SHOWN_TRADES = 200
SAMPLES = 2_000
"""Latest hop times that the quantiles are of."""

HOPS = ("queued", "to_disk", "to_publish", "to_client")
"""Received → sequenced → durable → published by the exchange's clock, and from there to here by both clocks."""


@dataclass
class Latencies:
    """The latest durations of each hop, in microseconds."""

    samples: dict[str, deque[int]] = field(default_factory=lambda: {hop: deque(maxlen=SAMPLES) for hop in HOPS})

    def add(self, hops: "HopTimes | None", received_ns: int) -> None:
        """Take the hop times of one event, received here at a time."""
        if hops is None:
            return
        for hop in HOPS[:-1]:
            duration = getattr(hops, hop)
            if duration is not None:
                self.samples[hop].append(round(duration.total_seconds() * 1e6))
        if hops.published_ns:
            self.samples["to_client"].append((received_ns - hops.published_ns) // 1000)

    def quantile(self, hop: str, share: float) -> int | None:
        """Return the duration that this share of the samples does not exceed, in microseconds; None without samples."""
        samples = sorted(self.samples[hop])
        return samples[min(int(len(samples) * share), len(samples) - 1)] if samples else None


@dataclass
class MarketState:
    """One market as the subscription has told it so far."""

    market: str
    trades: "deque[Trade]" = field(default_factory=lambda: deque(maxlen=SHOWN_TRADES))
    orders: "dict[int, Order]" = field(default_factory=dict)
    ticker: "Ticker | None" = None
    latencies: Latencies = field(default_factory=Latencies)
    events: int = 0
    notice: str = ""

    def take(self, told: "ChannelEvent") -> None:
        """Take one event of the subscription; books are the subscription's own."""
        import exchange_sdk as sdk

        event: Any = told.event
        self.events += 1
        match event:
            case sdk.Trade():
                self.trades.appendleft(event)
            case sdk.Ticker():
                self.ticker = event
            case sdk.AccountSnapshot():
                self.orders = {}
                self._take_orders(event.open_orders)
            case sdk.AccountUpdate():
                self._take_orders(event.orders)
            case sdk.Reconnected() | sdk.Resynced():
                self.notice = f"{type(event).__name__.lower()}: {event.cause.message}"
            case sdk.ChannelClosed():
                self.notice = f"{type(told.channel).__name__} ended: {event.cause}"
        if isinstance(told.channel, sdk.BookChannel):
            self.latencies.add(getattr(event, "hops", None), time.time_ns())

    def _take_orders(self, orders: "tuple[Order, ...]") -> None:
        import exchange_sdk as sdk

        for order in orders:
            if order.market != self.market:
                continue
            if order.status in (sdk.OrderStatus.OPEN, sdk.OrderStatus.PENDING_TRIGGER):
                self.orders[order.order_id] = order
            else:
                self.orders.pop(order.order_id, None)
