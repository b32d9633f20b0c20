"""Hyperliquid's public WebSocket messages `l2Book` and `trades`: read, checked, and written.

https://hyperliquid.gitbook.io/hyperliquid-docs/for-developers/api/websocket/subscriptions
Numbers are strings of decimals; times are milliseconds since 1970. The synthetic venue and recordings of this exchange
are written in the same words, so that there is one parser.
"""

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from exchange_bots.play.actions import Side

NS_PER_MS = 1_000_000


class Level(NamedTuple):
    """A price (quote units a base unit) and what is offered at it (base units)."""

    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """A coin's best levels at `time_ns` of the venue's clock, the best first; never crossed, neither side empty."""

    coin: str
    time_ns: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]

    @property
    def mid(self) -> Decimal:
        """The middle of the best prices."""
        return (self.bids[0].price + self.asks[0].price) / 2


@dataclass(frozen=True, slots=True)
class TradePrint:
    """A trade as the venue told it; `side` is the taker's."""

    coin: str
    time_ns: int
    side: Side
    price: Decimal
    quantity: Decimal
    trade_id: int


class MessageFault(Exception):
    """A message that cannot be used; `coin` is whose book is in doubt for it, None when that cannot be told."""

    def __init__(self, what: str, coin: str | None = None) -> None:
        super().__init__(what)
        self.coin = coin


class MalformedMessage(MessageFault):
    """Not what the venue's documents say."""


class CrossedBook(MessageFault):
    """The best bid is at or above the best ask: part of the book is older than the rest."""


Message = BookSnapshot | tuple[TradePrint, ...]

TAKER_SIDES = {"B": Side.BUY, "A": Side.SELL}
_SIDE_LETTERS = {side: letter for letter, side in TAKER_SIDES.items()}


def parse(text: str | bytes) -> Message | None:
    """Return a book, or trades in the venue's order; None for what is of no concern. Raises MessageFault."""
    try:
        message = json.loads(text)
        channel = message["channel"]
    except (ValueError, TypeError, KeyError) as error:
        raise MalformedMessage(f"not a message with a channel: {error!r}") from error
    if channel not in ("l2Book", "trades"):
        if channel == "error":
            raise MalformedMessage(f"the venue refuses: {message.get('data')!r}")
        return None
    coin: str | None = None
    try:
        data = message["data"]
        if channel == "l2Book":
            coin = str(data["coin"])
            return _book(coin, data)
        return tuple(map(_trade, data))
    except MessageFault:
        raise
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise MalformedMessage(f"{channel}: {error!r}", coin) from error


def _book(coin: str, data: dict[str, Any]) -> BookSnapshot:
    raw_bids, raw_asks = data["levels"]
    bids, asks = _levels(raw_bids), _levels(raw_asks)
    if not bids or not asks:
        raise MalformedMessage("l2Book: a side is empty", coin)
    if any(one.price <= other.price for one, other in itertools.pairwise(bids)):
        raise MalformedMessage("l2Book: the bids do not fall", coin)
    if any(one.price >= other.price for one, other in itertools.pairwise(asks)):
        raise MalformedMessage("l2Book: the asks do not rise", coin)
    if bids[0].price >= asks[0].price:
        raise CrossedBook(f"l2Book: bid {bids[0].price} at or above ask {asks[0].price}", coin)
    return BookSnapshot(coin, _time_ns(data["time"]), bids, asks)


def _levels(levels: Iterable[dict[str, Any]]) -> tuple[Level, ...]:
    return tuple(Level(_positive(level["px"]), _positive(level["sz"])) for level in levels)


def _trade(trade: dict[str, Any]) -> TradePrint:
    side = TAKER_SIDES[trade["side"]]
    price, quantity = _positive(trade["px"]), _positive(trade["sz"])
    return TradePrint(str(trade["coin"]), _time_ns(trade["time"]), side, price, quantity, int(trade["tid"]))


def _positive(text: object) -> Decimal:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is no decimal string")
    value = Decimal(text)
    if not value.is_finite() or value <= 0:
        raise ValueError(f"{text!r} is not positive")
    return value


def _time_ns(milliseconds: object) -> int:
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool) or milliseconds <= 0:
        raise ValueError(f"{milliseconds!r} is no time in milliseconds")
    return milliseconds * NS_PER_MS


# ---------------------------------------------------------------- written


def book_text(coin: str, time_ns: int, bids: Iterable[Level], asks: Iterable[Level]) -> str:
    """Return an `l2Book` message."""
    levels = [[{"px": f"{px:f}", "sz": f"{sz:f}", "n": 1} for px, sz in side] for side in (bids, asks)]
    data = {"coin": coin, "time": time_ns // NS_PER_MS, "levels": levels}
    return json.dumps({"channel": "l2Book", "data": data}, separators=(",", ":"))


def trades_text(trades: Iterable[TradePrint]) -> str:
    """Return a `trades` message."""
    data = [
        {
            "coin": trade.coin,
            "side": _SIDE_LETTERS[trade.side],
            "px": f"{trade.price:f}",
            "sz": f"{trade.quantity:f}",
            "time": trade.time_ns // NS_PER_MS,
            "tid": trade.trade_id,
        }
        for trade in trades
    ]
    return json.dumps({"channel": "trades", "data": data}, separators=(",", ":"))


def subscriptions(coins: Iterable[str]) -> list[str]:
    """Return the requests that a client sends to hear of these coins."""
    return [
        json.dumps({"method": "subscribe", "subscription": {"type": kind, "coin": coin}})
        for coin in coins
        for kind in ("l2Book", "trades")
    ]


PING = json.dumps({"method": "ping"})
PONG = json.dumps({"channel": "pong"})
