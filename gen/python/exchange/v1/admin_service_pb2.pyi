import datetime

from buf.validate import validate_pb2 as _validate_pb2
from exchange.v1 import types_pb2 as _types_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateAssetRequest(_message.Message):
    __slots__ = ("name", "decimals", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DECIMALS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    decimals: int
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., decimals: _Optional[int] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CreateAssetResponse(_message.Message):
    __slots__ = ("asset",)
    ASSET_FIELD_NUMBER: _ClassVar[int]
    asset: _types_pb2.Asset
    def __init__(self, asset: _Optional[_Union[_types_pb2.Asset, _Mapping]] = ...) -> None: ...

class CreateMarketRequest(_message.Message):
    __slots__ = ("base_asset", "quote_asset", "tick_size", "lot_size", "min_notional", "maker_fee_ppm", "taker_fee_ppm", "validate_only")
    BASE_ASSET_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    TICK_SIZE_FIELD_NUMBER: _ClassVar[int]
    LOT_SIZE_FIELD_NUMBER: _ClassVar[int]
    MIN_NOTIONAL_FIELD_NUMBER: _ClassVar[int]
    MAKER_FEE_PPM_FIELD_NUMBER: _ClassVar[int]
    TAKER_FEE_PPM_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    base_asset: str
    quote_asset: str
    tick_size: str
    lot_size: str
    min_notional: str
    maker_fee_ppm: int
    taker_fee_ppm: int
    validate_only: bool
    def __init__(self, base_asset: _Optional[str] = ..., quote_asset: _Optional[str] = ..., tick_size: _Optional[str] = ..., lot_size: _Optional[str] = ..., min_notional: _Optional[str] = ..., maker_fee_ppm: _Optional[int] = ..., taker_fee_ppm: _Optional[int] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CreateMarketResponse(_message.Message):
    __slots__ = ("market",)
    MARKET_FIELD_NUMBER: _ClassVar[int]
    market: _types_pb2.Market
    def __init__(self, market: _Optional[_Union[_types_pb2.Market, _Mapping]] = ...) -> None: ...

class SetMarketStatusRequest(_message.Message):
    __slots__ = ("market", "status", "validate_only")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    market: str
    status: _types_pb2.MarketStatus
    validate_only: bool
    def __init__(self, market: _Optional[str] = ..., status: _Optional[_Union[_types_pb2.MarketStatus, str]] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class SetMarketStatusResponse(_message.Message):
    __slots__ = ("market",)
    MARKET_FIELD_NUMBER: _ClassVar[int]
    market: _types_pb2.Market
    def __init__(self, market: _Optional[_Union[_types_pb2.Market, _Mapping]] = ...) -> None: ...

class SetMarketProtectionRequest(_message.Message):
    __slots__ = ("market", "protection", "validate_only")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    PROTECTION_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    market: str
    protection: _types_pb2.MarketProtection
    validate_only: bool
    def __init__(self, market: _Optional[str] = ..., protection: _Optional[_Union[_types_pb2.MarketProtection, _Mapping]] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class SetMarketProtectionResponse(_message.Message):
    __slots__ = ("market",)
    MARKET_FIELD_NUMBER: _ClassVar[int]
    market: _types_pb2.Market
    def __init__(self, market: _Optional[_Union[_types_pb2.Market, _Mapping]] = ...) -> None: ...

class CreateAccountRequest(_message.Message):
    __slots__ = ("name", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CreateAccountResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: _types_pb2.Account
    def __init__(self, account: _Optional[_Union[_types_pb2.Account, _Mapping]] = ...) -> None: ...

class SetTradeGroupRequest(_message.Message):
    __slots__ = ("account_id", "trade_group_id", "validate_only")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TRADE_GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    trade_group_id: int
    validate_only: bool
    def __init__(self, account_id: _Optional[int] = ..., trade_group_id: _Optional[int] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class SetTradeGroupResponse(_message.Message):
    __slots__ = ("account",)
    ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    account: _types_pb2.Account
    def __init__(self, account: _Optional[_Union[_types_pb2.Account, _Mapping]] = ...) -> None: ...

class ListAccountsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAccountsResponse(_message.Message):
    __slots__ = ("accounts", "next_page_token")
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[_types_pb2.Account]
    next_page_token: str
    def __init__(self, accounts: _Optional[_Iterable[_Union[_types_pb2.Account, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListPerformanceRequest(_message.Message):
    __slots__ = ("quote_asset", "page_size")
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    quote_asset: str
    page_size: int
    def __init__(self, quote_asset: _Optional[str] = ..., page_size: _Optional[int] = ...) -> None: ...

class ListPerformanceResponse(_message.Message):
    __slots__ = ("quote_asset", "accounts", "as_of_sequence")
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    quote_asset: str
    accounts: _containers.RepeatedCompositeFieldContainer[Performance]
    as_of_sequence: int
    def __init__(self, quote_asset: _Optional[str] = ..., accounts: _Optional[_Iterable[_Union[Performance, _Mapping]]] = ..., as_of_sequence: _Optional[int] = ...) -> None: ...

class Performance(_message.Message):
    __slots__ = ("account_id", "name", "equity", "realized_pnl", "unrealized_pnl", "fees", "volume", "fill_count", "open_order_count", "last_fill_time")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EQUITY_FIELD_NUMBER: _ClassVar[int]
    REALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    UNREALIZED_PNL_FIELD_NUMBER: _ClassVar[int]
    FEES_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    FILL_COUNT_FIELD_NUMBER: _ClassVar[int]
    OPEN_ORDER_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_FILL_TIME_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    name: str
    equity: str
    realized_pnl: str
    unrealized_pnl: str
    fees: str
    volume: str
    fill_count: int
    open_order_count: int
    last_fill_time: _timestamp_pb2.Timestamp
    def __init__(self, account_id: _Optional[int] = ..., name: _Optional[str] = ..., equity: _Optional[str] = ..., realized_pnl: _Optional[str] = ..., unrealized_pnl: _Optional[str] = ..., fees: _Optional[str] = ..., volume: _Optional[str] = ..., fill_count: _Optional[int] = ..., open_order_count: _Optional[int] = ..., last_fill_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateApiKeyRequest(_message.Message):
    __slots__ = ("account_id", "scopes", "label", "expire_time", "validate_only")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    scopes: _containers.RepeatedScalarFieldContainer[_types_pb2.Scope]
    label: str
    expire_time: _timestamp_pb2.Timestamp
    validate_only: bool
    def __init__(self, account_id: _Optional[int] = ..., scopes: _Optional[_Iterable[_Union[_types_pb2.Scope, str]]] = ..., label: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CreateApiKeyResponse(_message.Message):
    __slots__ = ("key_id", "api_key")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    API_KEY_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    api_key: str
    def __init__(self, key_id: _Optional[str] = ..., api_key: _Optional[str] = ...) -> None: ...

class RevokeApiKeyRequest(_message.Message):
    __slots__ = ("key_id", "validate_only")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    validate_only: bool
    def __init__(self, key_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class RevokeApiKeyResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CreditRequest(_message.Message):
    __slots__ = ("account_id", "asset", "amount", "credit_id", "validate_only")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    asset: str
    amount: str
    credit_id: str
    validate_only: bool
    def __init__(self, account_id: _Optional[int] = ..., asset: _Optional[str] = ..., amount: _Optional[str] = ..., credit_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CreditResponse(_message.Message):
    __slots__ = ("balance",)
    BALANCE_FIELD_NUMBER: _ClassVar[int]
    balance: _types_pb2.Balance
    def __init__(self, balance: _Optional[_Union[_types_pb2.Balance, _Mapping]] = ...) -> None: ...

class GetStateHashRequest(_message.Message):
    __slots__ = ("sequence",)
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    def __init__(self, sequence: _Optional[int] = ...) -> None: ...

class GetStateHashResponse(_message.Message):
    __slots__ = ("sequence", "state_hash")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STATE_HASH_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    state_hash: bytes
    def __init__(self, sequence: _Optional[int] = ..., state_hash: _Optional[bytes] = ...) -> None: ...
