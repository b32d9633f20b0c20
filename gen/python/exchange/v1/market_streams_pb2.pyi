import datetime

from buf.validate import validate_pb2 as _validate_pb2
from exchange.v1 import account_streams_pb2 as _account_streams_pb2
from exchange.v1 import types_pb2 as _types_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CandleInterval(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CANDLE_INTERVAL_UNSPECIFIED: _ClassVar[CandleInterval]
    CANDLE_INTERVAL_1S: _ClassVar[CandleInterval]
    CANDLE_INTERVAL_1M: _ClassVar[CandleInterval]
    CANDLE_INTERVAL_5M: _ClassVar[CandleInterval]
    CANDLE_INTERVAL_15M: _ClassVar[CandleInterval]
    CANDLE_INTERVAL_1H: _ClassVar[CandleInterval]
    CANDLE_INTERVAL_4H: _ClassVar[CandleInterval]
    CANDLE_INTERVAL_1D: _ClassVar[CandleInterval]
CANDLE_INTERVAL_UNSPECIFIED: CandleInterval
CANDLE_INTERVAL_1S: CandleInterval
CANDLE_INTERVAL_1M: CandleInterval
CANDLE_INTERVAL_5M: CandleInterval
CANDLE_INTERVAL_15M: CandleInterval
CANDLE_INTERVAL_1H: CandleInterval
CANDLE_INTERVAL_4H: CandleInterval
CANDLE_INTERVAL_1D: CandleInterval

class PriceLevel(_message.Message):
    __slots__ = ("price", "quantity")
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    price: str
    quantity: str
    def __init__(self, price: _Optional[str] = ..., quantity: _Optional[str] = ...) -> None: ...

class OrderBook(_message.Message):
    __slots__ = ("market", "bids", "asks", "sequence", "checksum")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    BIDS_FIELD_NUMBER: _ClassVar[int]
    ASKS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    market: str
    bids: _containers.RepeatedCompositeFieldContainer[PriceLevel]
    asks: _containers.RepeatedCompositeFieldContainer[PriceLevel]
    sequence: int
    checksum: int
    def __init__(self, market: _Optional[str] = ..., bids: _Optional[_Iterable[_Union[PriceLevel, _Mapping]]] = ..., asks: _Optional[_Iterable[_Union[PriceLevel, _Mapping]]] = ..., sequence: _Optional[int] = ..., checksum: _Optional[int] = ...) -> None: ...

class Bbo(_message.Message):
    __slots__ = ("market", "bid", "ask", "sequence", "event_time")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    BID_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    market: str
    bid: PriceLevel
    ask: PriceLevel
    sequence: int
    event_time: _timestamp_pb2.Timestamp
    def __init__(self, market: _Optional[str] = ..., bid: _Optional[_Union[PriceLevel, _Mapping]] = ..., ask: _Optional[_Union[PriceLevel, _Mapping]] = ..., sequence: _Optional[int] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Ticker(_message.Message):
    __slots__ = ("market", "last_price", "last_quantity", "last_trade_time", "open_price", "high_price", "low_price", "volume", "quote_volume", "trade_count", "window_start_time", "bid", "ask", "sequence", "event_time", "status")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    LAST_PRICE_FIELD_NUMBER: _ClassVar[int]
    LAST_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    LAST_TRADE_TIME_FIELD_NUMBER: _ClassVar[int]
    OPEN_PRICE_FIELD_NUMBER: _ClassVar[int]
    HIGH_PRICE_FIELD_NUMBER: _ClassVar[int]
    LOW_PRICE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    QUOTE_VOLUME_FIELD_NUMBER: _ClassVar[int]
    TRADE_COUNT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_START_TIME_FIELD_NUMBER: _ClassVar[int]
    BID_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    market: str
    last_price: str
    last_quantity: str
    last_trade_time: _timestamp_pb2.Timestamp
    open_price: str
    high_price: str
    low_price: str
    volume: str
    quote_volume: str
    trade_count: int
    window_start_time: _timestamp_pb2.Timestamp
    bid: PriceLevel
    ask: PriceLevel
    sequence: int
    event_time: _timestamp_pb2.Timestamp
    status: _types_pb2.MarketStatus
    def __init__(self, market: _Optional[str] = ..., last_price: _Optional[str] = ..., last_quantity: _Optional[str] = ..., last_trade_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., open_price: _Optional[str] = ..., high_price: _Optional[str] = ..., low_price: _Optional[str] = ..., volume: _Optional[str] = ..., quote_volume: _Optional[str] = ..., trade_count: _Optional[int] = ..., window_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., bid: _Optional[_Union[PriceLevel, _Mapping]] = ..., ask: _Optional[_Union[PriceLevel, _Mapping]] = ..., sequence: _Optional[int] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., status: _Optional[_Union[_types_pb2.MarketStatus, str]] = ...) -> None: ...

class Candle(_message.Message):
    __slots__ = ("market", "interval", "open_time", "open", "high", "low", "close", "volume", "quote_volume", "trade_count", "closed")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    CLOSE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    QUOTE_VOLUME_FIELD_NUMBER: _ClassVar[int]
    TRADE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    market: str
    interval: CandleInterval
    open_time: _timestamp_pb2.Timestamp
    open: str
    high: str
    low: str
    close: str
    volume: str
    quote_volume: str
    trade_count: int
    closed: bool
    def __init__(self, market: _Optional[str] = ..., interval: _Optional[_Union[CandleInterval, str]] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., open: _Optional[str] = ..., high: _Optional[str] = ..., low: _Optional[str] = ..., close: _Optional[str] = ..., volume: _Optional[str] = ..., quote_volume: _Optional[str] = ..., trade_count: _Optional[int] = ..., closed: _Optional[bool] = ...) -> None: ...

class StreamOrderBookRequest(_message.Message):
    __slots__ = ("market", "view")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    market: str
    view: BookView
    def __init__(self, market: _Optional[str] = ..., view: _Optional[_Union[BookView, _Mapping]] = ...) -> None: ...

class BookView(_message.Message):
    __slots__ = ("depth", "price_step", "interval_ms")
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    PRICE_STEP_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    depth: int
    price_step: str
    interval_ms: int
    def __init__(self, depth: _Optional[int] = ..., price_step: _Optional[str] = ..., interval_ms: _Optional[int] = ...) -> None: ...

class OrderBookDelta(_message.Message):
    __slots__ = ("market", "bids", "asks", "sequence", "prev_sequence", "checksum", "event_time", "hops")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    BIDS_FIELD_NUMBER: _ClassVar[int]
    ASKS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PREV_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    market: str
    bids: _containers.RepeatedCompositeFieldContainer[PriceLevel]
    asks: _containers.RepeatedCompositeFieldContainer[PriceLevel]
    sequence: int
    prev_sequence: int
    checksum: int
    event_time: _timestamp_pb2.Timestamp
    hops: _types_pb2.HopTimes
    def __init__(self, market: _Optional[str] = ..., bids: _Optional[_Iterable[_Union[PriceLevel, _Mapping]]] = ..., asks: _Optional[_Iterable[_Union[PriceLevel, _Mapping]]] = ..., sequence: _Optional[int] = ..., prev_sequence: _Optional[int] = ..., checksum: _Optional[int] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., hops: _Optional[_Union[_types_pb2.HopTimes, _Mapping]] = ...) -> None: ...

class StreamOrderBookResponse(_message.Message):
    __slots__ = ("snapshot", "delta", "heartbeat")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    snapshot: OrderBook
    delta: OrderBookDelta
    heartbeat: _types_pb2.Heartbeat
    def __init__(self, snapshot: _Optional[_Union[OrderBook, _Mapping]] = ..., delta: _Optional[_Union[OrderBookDelta, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class StreamBboRequest(_message.Message):
    __slots__ = ("market", "interval_ms")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    market: str
    interval_ms: int
    def __init__(self, market: _Optional[str] = ..., interval_ms: _Optional[int] = ...) -> None: ...

class BboUpdate(_message.Message):
    __slots__ = ("bbo", "prev_sequence", "hops")
    BBO_FIELD_NUMBER: _ClassVar[int]
    PREV_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    bbo: Bbo
    prev_sequence: int
    hops: _types_pb2.HopTimes
    def __init__(self, bbo: _Optional[_Union[Bbo, _Mapping]] = ..., prev_sequence: _Optional[int] = ..., hops: _Optional[_Union[_types_pb2.HopTimes, _Mapping]] = ...) -> None: ...

class StreamBboResponse(_message.Message):
    __slots__ = ("update", "heartbeat")
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    update: BboUpdate
    heartbeat: _types_pb2.Heartbeat
    def __init__(self, update: _Optional[_Union[BboUpdate, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class StreamTickerRequest(_message.Message):
    __slots__ = ("market", "interval_ms")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    market: str
    interval_ms: int
    def __init__(self, market: _Optional[str] = ..., interval_ms: _Optional[int] = ...) -> None: ...

class TickerUpdate(_message.Message):
    __slots__ = ("ticker", "prev_sequence", "hops")
    TICKER_FIELD_NUMBER: _ClassVar[int]
    PREV_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    ticker: Ticker
    prev_sequence: int
    hops: _types_pb2.HopTimes
    def __init__(self, ticker: _Optional[_Union[Ticker, _Mapping]] = ..., prev_sequence: _Optional[int] = ..., hops: _Optional[_Union[_types_pb2.HopTimes, _Mapping]] = ...) -> None: ...

class StreamTickerResponse(_message.Message):
    __slots__ = ("update", "heartbeat")
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    update: TickerUpdate
    heartbeat: _types_pb2.Heartbeat
    def __init__(self, update: _Optional[_Union[TickerUpdate, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class StreamTradesRequest(_message.Message):
    __slots__ = ("market", "after_trade_id")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    AFTER_TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    market: str
    after_trade_id: int
    def __init__(self, market: _Optional[str] = ..., after_trade_id: _Optional[int] = ...) -> None: ...

class TradeBatch(_message.Message):
    __slots__ = ("trades", "hops")
    TRADES_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    trades: _containers.RepeatedCompositeFieldContainer[_types_pb2.Trade]
    hops: _types_pb2.HopTimes
    def __init__(self, trades: _Optional[_Iterable[_Union[_types_pb2.Trade, _Mapping]]] = ..., hops: _Optional[_Union[_types_pb2.HopTimes, _Mapping]] = ...) -> None: ...

class StreamTradesResponse(_message.Message):
    __slots__ = ("trades", "heartbeat", "last_trade_id")
    TRADES_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    LAST_TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    trades: TradeBatch
    heartbeat: _types_pb2.Heartbeat
    last_trade_id: int
    def __init__(self, trades: _Optional[_Union[TradeBatch, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ..., last_trade_id: _Optional[int] = ...) -> None: ...

class StreamCandlesRequest(_message.Message):
    __slots__ = ("market", "interval", "interval_ms")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_MS_FIELD_NUMBER: _ClassVar[int]
    market: str
    interval: CandleInterval
    interval_ms: int
    def __init__(self, market: _Optional[str] = ..., interval: _Optional[_Union[CandleInterval, str]] = ..., interval_ms: _Optional[int] = ...) -> None: ...

class CandleBatch(_message.Message):
    __slots__ = ("candles", "sequence", "prev_sequence", "hops")
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PREV_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    candles: _containers.RepeatedCompositeFieldContainer[Candle]
    sequence: int
    prev_sequence: int
    hops: _types_pb2.HopTimes
    def __init__(self, candles: _Optional[_Iterable[_Union[Candle, _Mapping]]] = ..., sequence: _Optional[int] = ..., prev_sequence: _Optional[int] = ..., hops: _Optional[_Union[_types_pb2.HopTimes, _Mapping]] = ...) -> None: ...

class StreamCandlesResponse(_message.Message):
    __slots__ = ("candles", "heartbeat")
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    candles: CandleBatch
    heartbeat: _types_pb2.Heartbeat
    def __init__(self, candles: _Optional[_Union[CandleBatch, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class StreamOrdersRequest(_message.Message):
    __slots__ = ("market",)
    MARKET_FIELD_NUMBER: _ClassVar[int]
    market: str
    def __init__(self, market: _Optional[str] = ...) -> None: ...

class BookOrder(_message.Message):
    __slots__ = ("order_id", "price", "quantity")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    price: str
    quantity: str
    def __init__(self, order_id: _Optional[int] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ...) -> None: ...

class OrderQueues(_message.Message):
    __slots__ = ("market", "bids", "asks", "sequence", "checksum")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    BIDS_FIELD_NUMBER: _ClassVar[int]
    ASKS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    market: str
    bids: _containers.RepeatedCompositeFieldContainer[BookOrder]
    asks: _containers.RepeatedCompositeFieldContainer[BookOrder]
    sequence: int
    checksum: int
    def __init__(self, market: _Optional[str] = ..., bids: _Optional[_Iterable[_Union[BookOrder, _Mapping]]] = ..., asks: _Optional[_Iterable[_Union[BookOrder, _Mapping]]] = ..., sequence: _Optional[int] = ..., checksum: _Optional[int] = ...) -> None: ...

class BookOrderChange(_message.Message):
    __slots__ = ("order_id", "side", "price", "quantity", "queued")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    side: _types_pb2.Side
    price: str
    quantity: str
    queued: bool
    def __init__(self, order_id: _Optional[int] = ..., side: _Optional[_Union[_types_pb2.Side, str]] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ..., queued: _Optional[bool] = ...) -> None: ...

class OrderQueuesDelta(_message.Message):
    __slots__ = ("market", "changes", "sequence", "prev_sequence", "checksum", "event_time", "hops")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PREV_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    market: str
    changes: _containers.RepeatedCompositeFieldContainer[BookOrderChange]
    sequence: int
    prev_sequence: int
    checksum: int
    event_time: _timestamp_pb2.Timestamp
    hops: _types_pb2.HopTimes
    def __init__(self, market: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[BookOrderChange, _Mapping]]] = ..., sequence: _Optional[int] = ..., prev_sequence: _Optional[int] = ..., checksum: _Optional[int] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., hops: _Optional[_Union[_types_pb2.HopTimes, _Mapping]] = ...) -> None: ...

class StreamOrdersResponse(_message.Message):
    __slots__ = ("snapshot", "delta", "heartbeat")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    snapshot: OrderQueues
    delta: OrderQueuesDelta
    heartbeat: _types_pb2.Heartbeat
    def __init__(self, snapshot: _Optional[_Union[OrderQueues, _Mapping]] = ..., delta: _Optional[_Union[OrderQueuesDelta, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class Channel(_message.Message):
    __slots__ = ("channel_id", "order_book", "bbo", "ticker", "trades", "candles", "orders", "account", "fills")
    CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_BOOK_FIELD_NUMBER: _ClassVar[int]
    BBO_FIELD_NUMBER: _ClassVar[int]
    TICKER_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    channel_id: int
    order_book: StreamOrderBookRequest
    bbo: StreamBboRequest
    ticker: StreamTickerRequest
    trades: StreamTradesRequest
    candles: StreamCandlesRequest
    orders: StreamOrdersRequest
    account: _account_streams_pb2.StreamAccountRequest
    fills: _account_streams_pb2.StreamFillsRequest
    def __init__(self, channel_id: _Optional[int] = ..., order_book: _Optional[_Union[StreamOrderBookRequest, _Mapping]] = ..., bbo: _Optional[_Union[StreamBboRequest, _Mapping]] = ..., ticker: _Optional[_Union[StreamTickerRequest, _Mapping]] = ..., trades: _Optional[_Union[StreamTradesRequest, _Mapping]] = ..., candles: _Optional[_Union[StreamCandlesRequest, _Mapping]] = ..., orders: _Optional[_Union[StreamOrdersRequest, _Mapping]] = ..., account: _Optional[_Union[_account_streams_pb2.StreamAccountRequest, _Mapping]] = ..., fills: _Optional[_Union[_account_streams_pb2.StreamFillsRequest, _Mapping]] = ...) -> None: ...

class SubscribeRequest(_message.Message):
    __slots__ = ("channels",)
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    channels: _containers.RepeatedCompositeFieldContainer[Channel]
    def __init__(self, channels: _Optional[_Iterable[_Union[Channel, _Mapping]]] = ...) -> None: ...

class SubscriptionOpened(_message.Message):
    __slots__ = ("stream_id",)
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    stream_id: str
    def __init__(self, stream_id: _Optional[str] = ...) -> None: ...

class ChannelClosed(_message.Message):
    __slots__ = ("code", "message", "status_details")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    STATUS_DETAILS_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    status_details: bytes
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., status_details: _Optional[bytes] = ...) -> None: ...

class SubscribeResponse(_message.Message):
    __slots__ = ("channel_id", "opened", "order_book", "bbo", "ticker", "trades", "candles", "orders", "account", "fills", "closed", "heartbeat")
    CHANNEL_ID_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    ORDER_BOOK_FIELD_NUMBER: _ClassVar[int]
    BBO_FIELD_NUMBER: _ClassVar[int]
    TICKER_FIELD_NUMBER: _ClassVar[int]
    TRADES_FIELD_NUMBER: _ClassVar[int]
    CANDLES_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    channel_id: int
    opened: SubscriptionOpened
    order_book: StreamOrderBookResponse
    bbo: StreamBboResponse
    ticker: StreamTickerResponse
    trades: StreamTradesResponse
    candles: StreamCandlesResponse
    orders: StreamOrdersResponse
    account: _account_streams_pb2.StreamAccountResponse
    fills: _account_streams_pb2.StreamFillsResponse
    closed: ChannelClosed
    heartbeat: _types_pb2.Heartbeat
    def __init__(self, channel_id: _Optional[int] = ..., opened: _Optional[_Union[SubscriptionOpened, _Mapping]] = ..., order_book: _Optional[_Union[StreamOrderBookResponse, _Mapping]] = ..., bbo: _Optional[_Union[StreamBboResponse, _Mapping]] = ..., ticker: _Optional[_Union[StreamTickerResponse, _Mapping]] = ..., trades: _Optional[_Union[StreamTradesResponse, _Mapping]] = ..., candles: _Optional[_Union[StreamCandlesResponse, _Mapping]] = ..., orders: _Optional[_Union[StreamOrdersResponse, _Mapping]] = ..., account: _Optional[_Union[_account_streams_pb2.StreamAccountResponse, _Mapping]] = ..., fills: _Optional[_Union[_account_streams_pb2.StreamFillsResponse, _Mapping]] = ..., closed: _Optional[_Union[ChannelClosed, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ...) -> None: ...

class UpdateSubscriptionRequest(_message.Message):
    __slots__ = ("stream_id", "add", "remove")
    STREAM_ID_FIELD_NUMBER: _ClassVar[int]
    ADD_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    stream_id: str
    add: _containers.RepeatedCompositeFieldContainer[Channel]
    remove: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, stream_id: _Optional[str] = ..., add: _Optional[_Iterable[_Union[Channel, _Mapping]]] = ..., remove: _Optional[_Iterable[int]] = ...) -> None: ...

class UpdateSubscriptionResponse(_message.Message):
    __slots__ = ("channel_ids",)
    CHANNEL_IDS_FIELD_NUMBER: _ClassVar[int]
    channel_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, channel_ids: _Optional[_Iterable[int]] = ...) -> None: ...
