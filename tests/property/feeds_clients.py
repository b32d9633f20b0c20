"""What a client of the streams does, written from the contract alone."""

from collections.abc import Iterable
from decimal import Decimal
from zlib import crc32

from exchange.v1.account_streams_pb2 import StreamAccountResponse
from exchange.v1.market_streams_pb2 import PriceLevel, StreamOrderBookResponse
from exchange.v1.types_pb2 import ORDER_STATUS_OPEN, ORDER_STATUS_PENDING_TRIGGER, Balance, Order


def fixed(decimal: str, decimals: int) -> str:
    """Write a canonical decimal as the checksum wants it: fixed decimals, no point, no leading zeros."""
    whole, _, fraction = decimal.partition(".")
    return (whole + fraction.ljust(decimals, "0")).lstrip("0")


class BookClient:
    """A copy of a book, kept by snapshot and deltas. Raises AssertionError on a gap or a wrong checksum."""

    def __init__(self, price_decimals: int, quantity_decimals: int) -> None:
        self.bids: dict[str, str] = {}
        self.asks: dict[str, str] = {}
        self.sequence: int | None = None
        self.heartbeats = 0
        self._price_decimals = price_decimals
        self._quantity_decimals = quantity_decimals

    def take(self, message: StreamOrderBookResponse) -> None:
        kind = message.WhichOneof("event")
        if kind == "heartbeat":
            assert message.heartbeat.server_time.seconds > 0
            assert self.sequence is not None, "a heartbeat came before the snapshot"
            self.heartbeats += 1
        elif kind == "snapshot":
            assert self.sequence is None, "a second snapshot"
            snapshot = message.snapshot
            self.bids = self._levels(snapshot.bids, reverse=True)
            self.asks = self._levels(snapshot.asks, reverse=False)
            self.sequence = snapshot.sequence
            assert snapshot.checksum == self.checksum()
        else:
            delta = message.delta
            assert delta.prev_sequence == self.sequence
            assert delta.sequence > delta.prev_sequence
            assert delta.bids or delta.asks
            for side, levels in (
                (self.bids, self._levels(delta.bids, reverse=True)),
                (self.asks, self._levels(delta.asks, reverse=False)),
            ):
                for price, quantity in levels.items():
                    if quantity == "0":
                        side.pop(price, None)
                    else:
                        side[price] = quantity
            self.sequence = delta.sequence
            assert delta.checksum == self.checksum()

    def checksum(self) -> int:
        best = sorted(self.asks, key=Decimal)[:10], sorted(self.bids, key=Decimal, reverse=True)[:10]
        levels = [(price, self.asks[price]) for price in best[0]] + [(price, self.bids[price]) for price in best[1]]
        return crc32(
            "".join(
                fixed(price, self._price_decimals) + fixed(quantity, self._quantity_decimals)
                for price, quantity in levels
            ).encode()
        )

    def _levels(self, levels: Iterable[PriceLevel], reverse: bool) -> dict[str, str]:
        prices = [level.price for level in levels]
        assert prices == sorted(set(prices), key=Decimal, reverse=reverse), "levels must stand best first, each once"
        return {level.price: level.quantity for level in levels}


class AccountClient:
    """Open orders and balances, kept by snapshot and updates. Raises AssertionError on a gap."""

    def __init__(self) -> None:
        self.orders: dict[int, Order] = {}
        self.balances: dict[str, Balance] = {}
        self.sequence: int | None = None
        self.heartbeat_sequence = 0
        self.updates: list[StreamAccountResponse] = []

    def take(self, message: StreamAccountResponse) -> str | None:
        kind: str | None = message.WhichOneof("event")
        if kind == "snapshot":
            assert self.sequence is None, "a second snapshot"
            assert message.prev_sequence == 0
            ids = [order.order_id for order in message.snapshot.open_orders]
            assert ids == sorted(ids), "open orders must come oldest first"
            self.orders = {order.order_id: order for order in message.snapshot.open_orders}
            self.balances = {balance.asset: balance for balance in message.snapshot.balances}
            assert list(self.balances) == sorted(self.balances)
            self.sequence = message.sequence
            return kind
        assert message.prev_sequence == self.sequence
        assert message.sequence >= message.prev_sequence
        if kind == "heartbeat":
            self.heartbeat_sequence = message.sequence
            return kind
        assert message.sequence > message.prev_sequence
        hops = message.update.hops
        assert hops.sequenced_ns == message.update.event_time.ToNanoseconds()
        assert hops.published_ns > 0
        # When a message was made is told anew each time it is made.
        message.update.ClearField("hops")
        for order in message.update.orders:
            if order.status in (ORDER_STATUS_OPEN, ORDER_STATUS_PENDING_TRIGGER):
                self.orders[order.order_id] = order
            else:
                self.orders.pop(order.order_id, None)
        for balance in message.update.balances:
            self.balances[balance.asset] = balance
        self.sequence = message.sequence
        self.updates.append(message)
        return kind
