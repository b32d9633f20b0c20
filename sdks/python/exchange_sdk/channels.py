"""What a subscription can follow: one class a kind of stream, with the arguments that the stream of its own takes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, TypeAlias

from exchange_sdk._account_states import AccountEvent, FillEvent
from exchange_sdk._decimals import DecimalInput
from exchange_sdk._enums import CandleInterval
from exchange_sdk._market_states import BboEvent, BookEvent, CandleEvent, QueueEvent, TickerEvent, TradeEvent
from exchange_sdk.models import ChannelClosed


@dataclass(frozen=True, slots=True)
class BookChannel:
    """A market's book; the arguments are those of `stream_order_book`."""

    market: str
    depth: int | None = None
    price_step: DecimalInput | None = None
    interval: timedelta | float | None = None


@dataclass(frozen=True, slots=True)
class OrdersChannel:
    """A market's book order by order (L3)."""

    market: str


@dataclass(frozen=True, slots=True)
class BboChannel:
    """A market's best bid and offer."""

    market: str
    interval: timedelta | float | None = None


@dataclass(frozen=True, slots=True)
class TickerChannel:
    """A market's ticker."""

    market: str
    interval: timedelta | float | None = None


@dataclass(frozen=True, slots=True)
class TradesChannel:
    """A market's trades, from the next one, or after the given one."""

    market: str
    after_trade_id: int | None = None


@dataclass(frozen=True, slots=True)
class CandlesChannel:
    """A market's candles of one length; `update_interval`: the least time between two messages."""

    market: str
    interval: CandleInterval | str
    update_interval: timedelta | float | None = None


@dataclass(frozen=True, slots=True)
class AccountChannel:
    """The caller's account, from a snapshot, or after the given sequence."""

    after_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class FillsChannel:
    """The caller's fills, from the next one, or after the given sequence."""

    after_sequence: int | None = None


Channel: TypeAlias = (
    BookChannel
    | OrdersChannel
    | BboChannel
    | TickerChannel
    | TradesChannel
    | CandlesChannel
    | AccountChannel
    | FillsChannel
)

AnyEvent: TypeAlias = (
    BookEvent
    | QueueEvent
    | BboEvent
    | TickerEvent
    | TradeEvent
    | CandleEvent
    | AccountEvent
    | FillEvent
    | ChannelClosed
)


class ChannelEvent(NamedTuple):
    """One event of a subscription, and the channel that it is of."""

    channel: Channel
    event: AnyEvent
