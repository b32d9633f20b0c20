import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Side(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SIDE_UNSPECIFIED: _ClassVar[Side]
    SIDE_BUY: _ClassVar[Side]
    SIDE_SELL: _ClassVar[Side]

class OrderType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_TYPE_UNSPECIFIED: _ClassVar[OrderType]
    ORDER_TYPE_LIMIT: _ClassVar[OrderType]
    ORDER_TYPE_MARKET: _ClassVar[OrderType]
    ORDER_TYPE_STOP_MARKET: _ClassVar[OrderType]
    ORDER_TYPE_STOP_LIMIT: _ClassVar[OrderType]
    ORDER_TYPE_TAKE_PROFIT_MARKET: _ClassVar[OrderType]
    ORDER_TYPE_TAKE_PROFIT_LIMIT: _ClassVar[OrderType]
    ORDER_TYPE_TRAILING_STOP: _ClassVar[OrderType]
    ORDER_TYPE_PEGGED: _ClassVar[OrderType]

class PegReference(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PEG_REFERENCE_UNSPECIFIED: _ClassVar[PegReference]
    PEG_REFERENCE_OWN: _ClassVar[PegReference]
    PEG_REFERENCE_MID: _ClassVar[PegReference]
    PEG_REFERENCE_OPPOSITE: _ClassVar[PegReference]

class TimeInForce(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIME_IN_FORCE_UNSPECIFIED: _ClassVar[TimeInForce]
    TIME_IN_FORCE_GTC: _ClassVar[TimeInForce]
    TIME_IN_FORCE_IOC: _ClassVar[TimeInForce]
    TIME_IN_FORCE_FOK: _ClassVar[TimeInForce]
    TIME_IN_FORCE_GTT: _ClassVar[TimeInForce]

class SelfTradePrevention(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SELF_TRADE_PREVENTION_UNSPECIFIED: _ClassVar[SelfTradePrevention]
    SELF_TRADE_PREVENTION_EXPIRE_MAKER: _ClassVar[SelfTradePrevention]
    SELF_TRADE_PREVENTION_EXPIRE_TAKER: _ClassVar[SelfTradePrevention]
    SELF_TRADE_PREVENTION_EXPIRE_BOTH: _ClassVar[SelfTradePrevention]
    SELF_TRADE_PREVENTION_DECREMENT: _ClassVar[SelfTradePrevention]

class OrderStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_STATUS_UNSPECIFIED: _ClassVar[OrderStatus]
    ORDER_STATUS_OPEN: _ClassVar[OrderStatus]
    ORDER_STATUS_FILLED: _ClassVar[OrderStatus]
    ORDER_STATUS_CANCELED: _ClassVar[OrderStatus]
    ORDER_STATUS_EXPIRED: _ClassVar[OrderStatus]
    ORDER_STATUS_PENDING_TRIGGER: _ClassVar[OrderStatus]

class CloseReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CLOSE_REASON_UNSPECIFIED: _ClassVar[CloseReason]
    CLOSE_REASON_CANCELED_BY_OWNER: _ClassVar[CloseReason]
    CLOSE_REASON_CANCELED_BY_OPERATOR: _ClassVar[CloseReason]
    CLOSE_REASON_NO_LIQUIDITY: _ClassVar[CloseReason]
    CLOSE_REASON_NOT_FILLABLE: _ClassVar[CloseReason]
    CLOSE_REASON_SELF_TRADE: _ClassVar[CloseReason]
    CLOSE_REASON_QUOTE_AMOUNT_TOO_SMALL: _ClassVar[CloseReason]
    CLOSE_REASON_EXPIRE_TIME: _ClassVar[CloseReason]
    CLOSE_REASON_CANCEL_ALL_AFTER: _ClassVar[CloseReason]
    CLOSE_REASON_DISCONNECTED: _ClassVar[CloseReason]
    CLOSE_REASON_PRICE_PROTECTION: _ClassVar[CloseReason]
    CLOSE_REASON_TRIGGER_REFUSED: _ClassVar[CloseReason]
    CLOSE_REASON_ORDER_LIST: _ClassVar[CloseReason]

class Liquidity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIQUIDITY_UNSPECIFIED: _ClassVar[Liquidity]
    LIQUIDITY_MAKER: _ClassVar[Liquidity]
    LIQUIDITY_TAKER: _ClassVar[Liquidity]
    LIQUIDITY_AUCTION: _ClassVar[Liquidity]

class MarketStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MARKET_STATUS_UNSPECIFIED: _ClassVar[MarketStatus]
    MARKET_STATUS_OPEN: _ClassVar[MarketStatus]
    MARKET_STATUS_POST_ONLY: _ClassVar[MarketStatus]
    MARKET_STATUS_CANCEL_ONLY: _ClassVar[MarketStatus]
    MARKET_STATUS_HALTED: _ClassVar[MarketStatus]
    MARKET_STATUS_AUCTION: _ClassVar[MarketStatus]

class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SCOPE_UNSPECIFIED: _ClassVar[Scope]
    SCOPE_READ: _ClassVar[Scope]
    SCOPE_TRADE: _ClassVar[Scope]
    SCOPE_ADMIN: _ClassVar[Scope]

class LedgerEntryKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LEDGER_ENTRY_KIND_UNSPECIFIED: _ClassVar[LedgerEntryKind]
    LEDGER_ENTRY_KIND_CREDIT: _ClassVar[LedgerEntryKind]
    LEDGER_ENTRY_KIND_TRADE: _ClassVar[LedgerEntryKind]
    LEDGER_ENTRY_KIND_FEE: _ClassVar[LedgerEntryKind]

class RejectReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REJECT_REASON_UNSPECIFIED: _ClassVar[RejectReason]
    REJECT_REASON_INVALID_FIELD: _ClassVar[RejectReason]
    REJECT_REASON_UNDECODABLE: _ClassVar[RejectReason]
    REJECT_REASON_PRICE_OFF_TICK: _ClassVar[RejectReason]
    REJECT_REASON_QUANTITY_OFF_LOT: _ClassVar[RejectReason]
    REJECT_REASON_PRICE_OUT_OF_RANGE: _ClassVar[RejectReason]
    REJECT_REASON_QUANTITY_OUT_OF_RANGE: _ClassVar[RejectReason]
    REJECT_REASON_NOTIONAL_TOO_SMALL: _ClassVar[RejectReason]
    REJECT_REASON_NOTIONAL_TOO_LARGE: _ClassVar[RejectReason]
    REJECT_REASON_ASSET_NOT_FOUND: _ClassVar[RejectReason]
    REJECT_REASON_MARKET_NOT_FOUND: _ClassVar[RejectReason]
    REJECT_REASON_ACCOUNT_NOT_FOUND: _ClassVar[RejectReason]
    REJECT_REASON_ORDER_NOT_FOUND: _ClassVar[RejectReason]
    REJECT_REASON_API_KEY_NOT_FOUND: _ClassVar[RejectReason]
    REJECT_REASON_ORDER_CLOSED: _ClassVar[RejectReason]
    REJECT_REASON_POST_ONLY_WOULD_CROSS: _ClassVar[RejectReason]
    REJECT_REASON_INSUFFICIENT_FUNDS: _ClassVar[RejectReason]
    REJECT_REASON_MARKET_POST_ONLY: _ClassVar[RejectReason]
    REJECT_REASON_MARKET_CANCEL_ONLY: _ClassVar[RejectReason]
    REJECT_REASON_MARKET_HALTED: _ClassVar[RejectReason]
    REJECT_REASON_CLIENT_ORDER_ID_REUSED: _ClassVar[RejectReason]
    REJECT_REASON_ALREADY_EXISTS: _ClassVar[RejectReason]
    REJECT_REASON_SUPPLY_TOO_LARGE: _ClassVar[RejectReason]
    REJECT_REASON_UNAUTHENTICATED: _ClassVar[RejectReason]
    REJECT_REASON_SCOPE_MISSING: _ClassVar[RejectReason]
    REJECT_REASON_OVERLOADED: _ClassVar[RejectReason]
    REJECT_REASON_DEADLINE_PASSED: _ClassVar[RejectReason]
    REJECT_REASON_STREAM_TOO_SLOW: _ClassVar[RejectReason]
    REJECT_REASON_SEQUENCE_TOO_OLD: _ClassVar[RejectReason]
    REJECT_REASON_SEQUENCE_IN_FUTURE: _ClassVar[RejectReason]
    REJECT_REASON_PAGE_TOKEN_INVALID: _ClassVar[RejectReason]
    REJECT_REASON_STATE_NOT_KEPT: _ClassVar[RejectReason]
    REJECT_REASON_UNAVAILABLE: _ClassVar[RejectReason]
    REJECT_REASON_METHOD_NOT_FOUND: _ClassVar[RejectReason]
    REJECT_REASON_QUARANTINED: _ClassVar[RejectReason]
    REJECT_REASON_QUANTITY_NOT_ABOVE_FILLED: _ClassVar[RejectReason]
    REJECT_REASON_QUANTITY_TOO_SMALL: _ClassVar[RejectReason]
    REJECT_REASON_QUANTITY_TOO_LARGE: _ClassVar[RejectReason]
    REJECT_REASON_TOO_MANY_OPEN_ORDERS: _ClassVar[RejectReason]
    REJECT_REASON_PRICE_OUTSIDE_BAND: _ClassVar[RejectReason]
    REJECT_REASON_WOULD_TRIGGER_IMMEDIATELY: _ClassVar[RejectReason]
    REJECT_REASON_ORDER_IN_LIST: _ClassVar[RejectReason]
    REJECT_REASON_MARKET_IN_AUCTION: _ClassVar[RejectReason]
    REJECT_REASON_STREAM_NOT_FOUND: _ClassVar[RejectReason]
    REJECT_REASON_CHANNEL_NOT_FOUND: _ClassVar[RejectReason]
    REJECT_REASON_TOO_MANY_API_KEYS: _ClassVar[RejectReason]
SIDE_UNSPECIFIED: Side
SIDE_BUY: Side
SIDE_SELL: Side
ORDER_TYPE_UNSPECIFIED: OrderType
ORDER_TYPE_LIMIT: OrderType
ORDER_TYPE_MARKET: OrderType
ORDER_TYPE_STOP_MARKET: OrderType
ORDER_TYPE_STOP_LIMIT: OrderType
ORDER_TYPE_TAKE_PROFIT_MARKET: OrderType
ORDER_TYPE_TAKE_PROFIT_LIMIT: OrderType
ORDER_TYPE_TRAILING_STOP: OrderType
ORDER_TYPE_PEGGED: OrderType
PEG_REFERENCE_UNSPECIFIED: PegReference
PEG_REFERENCE_OWN: PegReference
PEG_REFERENCE_MID: PegReference
PEG_REFERENCE_OPPOSITE: PegReference
TIME_IN_FORCE_UNSPECIFIED: TimeInForce
TIME_IN_FORCE_GTC: TimeInForce
TIME_IN_FORCE_IOC: TimeInForce
TIME_IN_FORCE_FOK: TimeInForce
TIME_IN_FORCE_GTT: TimeInForce
SELF_TRADE_PREVENTION_UNSPECIFIED: SelfTradePrevention
SELF_TRADE_PREVENTION_EXPIRE_MAKER: SelfTradePrevention
SELF_TRADE_PREVENTION_EXPIRE_TAKER: SelfTradePrevention
SELF_TRADE_PREVENTION_EXPIRE_BOTH: SelfTradePrevention
SELF_TRADE_PREVENTION_DECREMENT: SelfTradePrevention
ORDER_STATUS_UNSPECIFIED: OrderStatus
ORDER_STATUS_OPEN: OrderStatus
ORDER_STATUS_FILLED: OrderStatus
ORDER_STATUS_CANCELED: OrderStatus
ORDER_STATUS_EXPIRED: OrderStatus
ORDER_STATUS_PENDING_TRIGGER: OrderStatus
CLOSE_REASON_UNSPECIFIED: CloseReason
CLOSE_REASON_CANCELED_BY_OWNER: CloseReason
CLOSE_REASON_CANCELED_BY_OPERATOR: CloseReason
CLOSE_REASON_NO_LIQUIDITY: CloseReason
CLOSE_REASON_NOT_FILLABLE: CloseReason
CLOSE_REASON_SELF_TRADE: CloseReason
CLOSE_REASON_QUOTE_AMOUNT_TOO_SMALL: CloseReason
CLOSE_REASON_EXPIRE_TIME: CloseReason
CLOSE_REASON_CANCEL_ALL_AFTER: CloseReason
CLOSE_REASON_DISCONNECTED: CloseReason
CLOSE_REASON_PRICE_PROTECTION: CloseReason
CLOSE_REASON_TRIGGER_REFUSED: CloseReason
CLOSE_REASON_ORDER_LIST: CloseReason
LIQUIDITY_UNSPECIFIED: Liquidity
LIQUIDITY_MAKER: Liquidity
LIQUIDITY_TAKER: Liquidity
LIQUIDITY_AUCTION: Liquidity
MARKET_STATUS_UNSPECIFIED: MarketStatus
MARKET_STATUS_OPEN: MarketStatus
MARKET_STATUS_POST_ONLY: MarketStatus
MARKET_STATUS_CANCEL_ONLY: MarketStatus
MARKET_STATUS_HALTED: MarketStatus
MARKET_STATUS_AUCTION: MarketStatus
SCOPE_UNSPECIFIED: Scope
SCOPE_READ: Scope
SCOPE_TRADE: Scope
SCOPE_ADMIN: Scope
LEDGER_ENTRY_KIND_UNSPECIFIED: LedgerEntryKind
LEDGER_ENTRY_KIND_CREDIT: LedgerEntryKind
LEDGER_ENTRY_KIND_TRADE: LedgerEntryKind
LEDGER_ENTRY_KIND_FEE: LedgerEntryKind
REJECT_REASON_UNSPECIFIED: RejectReason
REJECT_REASON_INVALID_FIELD: RejectReason
REJECT_REASON_UNDECODABLE: RejectReason
REJECT_REASON_PRICE_OFF_TICK: RejectReason
REJECT_REASON_QUANTITY_OFF_LOT: RejectReason
REJECT_REASON_PRICE_OUT_OF_RANGE: RejectReason
REJECT_REASON_QUANTITY_OUT_OF_RANGE: RejectReason
REJECT_REASON_NOTIONAL_TOO_SMALL: RejectReason
REJECT_REASON_NOTIONAL_TOO_LARGE: RejectReason
REJECT_REASON_ASSET_NOT_FOUND: RejectReason
REJECT_REASON_MARKET_NOT_FOUND: RejectReason
REJECT_REASON_ACCOUNT_NOT_FOUND: RejectReason
REJECT_REASON_ORDER_NOT_FOUND: RejectReason
REJECT_REASON_API_KEY_NOT_FOUND: RejectReason
REJECT_REASON_ORDER_CLOSED: RejectReason
REJECT_REASON_POST_ONLY_WOULD_CROSS: RejectReason
REJECT_REASON_INSUFFICIENT_FUNDS: RejectReason
REJECT_REASON_MARKET_POST_ONLY: RejectReason
REJECT_REASON_MARKET_CANCEL_ONLY: RejectReason
REJECT_REASON_MARKET_HALTED: RejectReason
REJECT_REASON_CLIENT_ORDER_ID_REUSED: RejectReason
REJECT_REASON_ALREADY_EXISTS: RejectReason
REJECT_REASON_SUPPLY_TOO_LARGE: RejectReason
REJECT_REASON_UNAUTHENTICATED: RejectReason
REJECT_REASON_SCOPE_MISSING: RejectReason
REJECT_REASON_OVERLOADED: RejectReason
REJECT_REASON_DEADLINE_PASSED: RejectReason
REJECT_REASON_STREAM_TOO_SLOW: RejectReason
REJECT_REASON_SEQUENCE_TOO_OLD: RejectReason
REJECT_REASON_SEQUENCE_IN_FUTURE: RejectReason
REJECT_REASON_PAGE_TOKEN_INVALID: RejectReason
REJECT_REASON_STATE_NOT_KEPT: RejectReason
REJECT_REASON_UNAVAILABLE: RejectReason
REJECT_REASON_METHOD_NOT_FOUND: RejectReason
REJECT_REASON_QUARANTINED: RejectReason
REJECT_REASON_QUANTITY_NOT_ABOVE_FILLED: RejectReason
REJECT_REASON_QUANTITY_TOO_SMALL: RejectReason
REJECT_REASON_QUANTITY_TOO_LARGE: RejectReason
REJECT_REASON_TOO_MANY_OPEN_ORDERS: RejectReason
REJECT_REASON_PRICE_OUTSIDE_BAND: RejectReason
REJECT_REASON_WOULD_TRIGGER_IMMEDIATELY: RejectReason
REJECT_REASON_ORDER_IN_LIST: RejectReason
REJECT_REASON_MARKET_IN_AUCTION: RejectReason
REJECT_REASON_STREAM_NOT_FOUND: RejectReason
REJECT_REASON_CHANNEL_NOT_FOUND: RejectReason
REJECT_REASON_TOO_MANY_API_KEYS: RejectReason

class Asset(_message.Message):
    __slots__ = ("name", "decimals")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DECIMALS_FIELD_NUMBER: _ClassVar[int]
    name: str
    decimals: int
    def __init__(self, name: _Optional[str] = ..., decimals: _Optional[int] = ...) -> None: ...

class MarketProtection(_message.Message):
    __slots__ = ("min_quantity", "max_quantity", "min_notional", "max_notional", "max_open_orders", "price_band_bps", "market_protection_bps", "reference_price")
    MIN_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    MAX_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    MIN_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    MAX_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    MAX_OPEN_ORDERS_FIELD_NUMBER: _ClassVar[int]
    PRICE_BAND_BPS_FIELD_NUMBER: _ClassVar[int]
    MARKET_PROTECTION_BPS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_PRICE_FIELD_NUMBER: _ClassVar[int]
    min_quantity: str
    max_quantity: str
    min_notional: str
    max_notional: str
    max_open_orders: int
    price_band_bps: int
    market_protection_bps: int
    reference_price: str
    def __init__(self, min_quantity: _Optional[str] = ..., max_quantity: _Optional[str] = ..., min_notional: _Optional[str] = ..., max_notional: _Optional[str] = ..., max_open_orders: _Optional[int] = ..., price_band_bps: _Optional[int] = ..., market_protection_bps: _Optional[int] = ..., reference_price: _Optional[str] = ...) -> None: ...

class AuctionIndication(_message.Message):
    __slots__ = ("price", "quantity", "imbalance", "imbalance_side")
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    IMBALANCE_FIELD_NUMBER: _ClassVar[int]
    IMBALANCE_SIDE_FIELD_NUMBER: _ClassVar[int]
    price: str
    quantity: str
    imbalance: str
    imbalance_side: Side
    def __init__(self, price: _Optional[str] = ..., quantity: _Optional[str] = ..., imbalance: _Optional[str] = ..., imbalance_side: _Optional[_Union[Side, str]] = ...) -> None: ...

class Market(_message.Message):
    __slots__ = ("name", "base_asset", "quote_asset", "tick_size", "lot_size", "min_notional", "maker_fee_ppm", "taker_fee_ppm", "status", "price_decimals", "quantity_decimals", "protection", "last_price", "auction")
    NAME_FIELD_NUMBER: _ClassVar[int]
    BASE_ASSET_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    TICK_SIZE_FIELD_NUMBER: _ClassVar[int]
    LOT_SIZE_FIELD_NUMBER: _ClassVar[int]
    MIN_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    MAKER_FEE_PPM_FIELD_NUMBER: _ClassVar[int]
    TAKER_FEE_PPM_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PRICE_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    PROTECTION_FIELD_NUMBER: _ClassVar[int]
    LAST_PRICE_FIELD_NUMBER: _ClassVar[int]
    AUCTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    base_asset: str
    quote_asset: str
    tick_size: str
    lot_size: str
    min_notional: str
    maker_fee_ppm: int
    taker_fee_ppm: int
    status: MarketStatus
    price_decimals: int
    quantity_decimals: int
    protection: MarketProtection
    last_price: str
    auction: AuctionIndication
    def __init__(self, name: _Optional[str] = ..., base_asset: _Optional[str] = ..., quote_asset: _Optional[str] = ..., tick_size: _Optional[str] = ..., lot_size: _Optional[str] = ..., min_notional: _Optional[str] = ..., maker_fee_ppm: _Optional[int] = ..., taker_fee_ppm: _Optional[int] = ..., status: _Optional[_Union[MarketStatus, str]] = ..., price_decimals: _Optional[int] = ..., quantity_decimals: _Optional[int] = ..., protection: _Optional[_Union[MarketProtection, _Mapping]] = ..., last_price: _Optional[str] = ..., auction: _Optional[_Union[AuctionIndication, _Mapping]] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("order_id", "account_id", "market", "client_order_id", "side", "type", "time_in_force", "post_only", "price", "quantity", "filled_quantity", "open_quantity", "filled_quote", "fee", "status", "close_reason", "create_time", "update_time", "quote_amount", "display_quantity", "self_trade_prevention", "expire_time", "slide", "prevented_quantity", "trigger_price", "trailing_offset", "trailing_offset_bps", "activation_price", "peg_reference", "peg_offset", "trigger_time", "order_list_id", "trigger_refusal", "pegged_price")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    POST_ONLY_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    FILLED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    OPEN_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    FILLED_QUOTE_FIELD_NUMBER: _ClassVar[int]
    FEE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CLOSE_REASON_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    QUOTE_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SELF_TRADE_PREVENTION_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    SLIDE_FIELD_NUMBER: _ClassVar[int]
    PREVENTED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_PRICE_FIELD_NUMBER: _ClassVar[int]
    TRAILING_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TRAILING_OFFSET_BPS_FIELD_NUMBER: _ClassVar[int]
    ACTIVATION_PRICE_FIELD_NUMBER: _ClassVar[int]
    PEG_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PEG_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_TIME_FIELD_NUMBER: _ClassVar[int]
    ORDER_LIST_ID_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_REFUSAL_FIELD_NUMBER: _ClassVar[int]
    PEGGED_PRICE_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    account_id: int
    market: str
    client_order_id: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    post_only: bool
    price: str
    quantity: str
    filled_quantity: str
    open_quantity: str
    filled_quote: str
    fee: str
    status: OrderStatus
    close_reason: CloseReason
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    quote_amount: str
    display_quantity: str
    self_trade_prevention: SelfTradePrevention
    expire_time: _timestamp_pb2.Timestamp
    slide: bool
    prevented_quantity: str
    trigger_price: str
    trailing_offset: str
    trailing_offset_bps: int
    activation_price: str
    peg_reference: PegReference
    peg_offset: str
    trigger_time: _timestamp_pb2.Timestamp
    order_list_id: int
    trigger_refusal: RejectReason
    pegged_price: str
    def __init__(self, order_id: _Optional[int] = ..., account_id: _Optional[int] = ..., market: _Optional[str] = ..., client_order_id: _Optional[str] = ..., side: _Optional[_Union[Side, str]] = ..., type: _Optional[_Union[OrderType, str]] = ..., time_in_force: _Optional[_Union[TimeInForce, str]] = ..., post_only: _Optional[bool] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ..., filled_quantity: _Optional[str] = ..., open_quantity: _Optional[str] = ..., filled_quote: _Optional[str] = ..., fee: _Optional[str] = ..., status: _Optional[_Union[OrderStatus, str]] = ..., close_reason: _Optional[_Union[CloseReason, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., quote_amount: _Optional[str] = ..., display_quantity: _Optional[str] = ..., self_trade_prevention: _Optional[_Union[SelfTradePrevention, str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., slide: _Optional[bool] = ..., prevented_quantity: _Optional[str] = ..., trigger_price: _Optional[str] = ..., trailing_offset: _Optional[str] = ..., trailing_offset_bps: _Optional[int] = ..., activation_price: _Optional[str] = ..., peg_reference: _Optional[_Union[PegReference, str]] = ..., peg_offset: _Optional[str] = ..., trigger_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_list_id: _Optional[int] = ..., trigger_refusal: _Optional[_Union[RejectReason, str]] = ..., pegged_price: _Optional[str] = ...) -> None: ...

class Fill(_message.Message):
    __slots__ = ("trade_id", "order_id", "client_order_id", "market", "side", "price", "quantity", "quote_amount", "fee", "liquidity", "trade_time", "sequence")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    FEE_FIELD_NUMBER: _ClassVar[int]
    LIQUIDITY_FIELD_NUMBER: _ClassVar[int]
    TRADE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    trade_id: int
    order_id: int
    client_order_id: str
    market: str
    side: Side
    price: str
    quantity: str
    quote_amount: str
    fee: str
    liquidity: Liquidity
    trade_time: _timestamp_pb2.Timestamp
    sequence: int
    def __init__(self, trade_id: _Optional[int] = ..., order_id: _Optional[int] = ..., client_order_id: _Optional[str] = ..., market: _Optional[str] = ..., side: _Optional[_Union[Side, str]] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ..., quote_amount: _Optional[str] = ..., fee: _Optional[str] = ..., liquidity: _Optional[_Union[Liquidity, str]] = ..., trade_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sequence: _Optional[int] = ...) -> None: ...

class Trade(_message.Message):
    __slots__ = ("trade_id", "market", "price", "quantity", "taker_side", "trade_time", "sequence")
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    TAKER_SIDE_FIELD_NUMBER: _ClassVar[int]
    TRADE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    trade_id: int
    market: str
    price: str
    quantity: str
    taker_side: Side
    trade_time: _timestamp_pb2.Timestamp
    sequence: int
    def __init__(self, trade_id: _Optional[int] = ..., market: _Optional[str] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ..., taker_side: _Optional[_Union[Side, str]] = ..., trade_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sequence: _Optional[int] = ...) -> None: ...

class Balance(_message.Message):
    __slots__ = ("asset", "available", "reserved")
    ASSET_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    asset: str
    available: str
    reserved: str
    def __init__(self, asset: _Optional[str] = ..., available: _Optional[str] = ..., reserved: _Optional[str] = ...) -> None: ...

class LedgerEntry(_message.Message):
    __slots__ = ("sequence", "line", "account_id", "asset", "amount", "kind", "market", "trade_id", "book_time")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    TRADE_ID_FIELD_NUMBER: _ClassVar[int]
    BOOK_TIME_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    line: int
    account_id: int
    asset: str
    amount: str
    kind: LedgerEntryKind
    market: str
    trade_id: int
    book_time: _timestamp_pb2.Timestamp
    def __init__(self, sequence: _Optional[int] = ..., line: _Optional[int] = ..., account_id: _Optional[int] = ..., asset: _Optional[str] = ..., amount: _Optional[str] = ..., kind: _Optional[_Union[LedgerEntryKind, str]] = ..., market: _Optional[str] = ..., trade_id: _Optional[int] = ..., book_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Account(_message.Message):
    __slots__ = ("account_id", "name", "create_time", "trade_group_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    TRADE_GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    name: str
    create_time: _timestamp_pb2.Timestamp
    trade_group_id: int
    def __init__(self, account_id: _Optional[int] = ..., name: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trade_group_id: _Optional[int] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("server_time", "sequence")
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    server_time: _timestamp_pb2.Timestamp
    sequence: int
    def __init__(self, server_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sequence: _Optional[int] = ...) -> None: ...

class HopTimes(_message.Message):
    __slots__ = ("received_ns", "sequenced_ns", "durable_ns", "published_ns")
    RECEIVED_NS_FIELD_NUMBER: _ClassVar[int]
    SEQUENCED_NS_FIELD_NUMBER: _ClassVar[int]
    DURABLE_NS_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_NS_FIELD_NUMBER: _ClassVar[int]
    received_ns: int
    sequenced_ns: int
    durable_ns: int
    published_ns: int
    def __init__(self, received_ns: _Optional[int] = ..., sequenced_ns: _Optional[int] = ..., durable_ns: _Optional[int] = ..., published_ns: _Optional[int] = ...) -> None: ...
