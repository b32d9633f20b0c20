from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Command(_message.Message):
    __slots__ = ("place_order", "cancel_order", "cancel_all_orders", "create_asset", "create_market", "set_market_status", "create_account", "create_api_key", "revoke_api_key", "credit")
    PLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ALL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    CREATE_ASSET_FIELD_NUMBER: _ClassVar[int]
    CREATE_MARKET_FIELD_NUMBER: _ClassVar[int]
    SET_MARKET_STATUS_FIELD_NUMBER: _ClassVar[int]
    CREATE_ACCOUNT_FIELD_NUMBER: _ClassVar[int]
    CREATE_API_KEY_FIELD_NUMBER: _ClassVar[int]
    REVOKE_API_KEY_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    place_order: PlaceOrder
    cancel_order: CancelOrder
    cancel_all_orders: CancelAllOrders
    create_asset: CreateAsset
    create_market: CreateMarket
    set_market_status: SetMarketStatus
    create_account: CreateAccount
    create_api_key: CreateApiKey
    revoke_api_key: RevokeApiKey
    credit: Credit
    def __init__(self, place_order: _Optional[_Union[PlaceOrder, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrder, _Mapping]] = ..., cancel_all_orders: _Optional[_Union[CancelAllOrders, _Mapping]] = ..., create_asset: _Optional[_Union[CreateAsset, _Mapping]] = ..., create_market: _Optional[_Union[CreateMarket, _Mapping]] = ..., set_market_status: _Optional[_Union[SetMarketStatus, _Mapping]] = ..., create_account: _Optional[_Union[CreateAccount, _Mapping]] = ..., create_api_key: _Optional[_Union[CreateApiKey, _Mapping]] = ..., revoke_api_key: _Optional[_Union[RevokeApiKey, _Mapping]] = ..., credit: _Optional[_Union[Credit, _Mapping]] = ...) -> None: ...

class PlaceOrder(_message.Message):
    __slots__ = ("account_id", "market_id", "side", "type", "time_in_force", "post_only", "price_ticks", "quantity_lots", "client_order_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_ID_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    POST_ONLY_FIELD_NUMBER: _ClassVar[int]
    PRICE_TICKS_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_LOTS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    market_id: int
    side: int
    type: int
    time_in_force: int
    post_only: bool
    price_ticks: int
    quantity_lots: int
    client_order_id: str
    def __init__(self, account_id: _Optional[int] = ..., market_id: _Optional[int] = ..., side: _Optional[int] = ..., type: _Optional[int] = ..., time_in_force: _Optional[int] = ..., post_only: _Optional[bool] = ..., price_ticks: _Optional[int] = ..., quantity_lots: _Optional[int] = ..., client_order_id: _Optional[str] = ...) -> None: ...

class CancelOrder(_message.Message):
    __slots__ = ("account_id", "order_id", "client_order_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    order_id: int
    client_order_id: str
    def __init__(self, account_id: _Optional[int] = ..., order_id: _Optional[int] = ..., client_order_id: _Optional[str] = ...) -> None: ...

class CancelAllOrders(_message.Message):
    __slots__ = ("account_id", "market_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    market_id: int
    def __init__(self, account_id: _Optional[int] = ..., market_id: _Optional[int] = ...) -> None: ...

class CreateAsset(_message.Message):
    __slots__ = ("name", "decimals")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DECIMALS_FIELD_NUMBER: _ClassVar[int]
    name: str
    decimals: int
    def __init__(self, name: _Optional[str] = ..., decimals: _Optional[int] = ...) -> None: ...

class CreateMarket(_message.Message):
    __slots__ = ("base_asset", "quote_asset", "tick_units", "price_decimals", "lot_units", "quantity_decimals", "min_notional_atoms", "maker_fee_ppm", "taker_fee_ppm")
    BASE_ASSET_FIELD_NUMBER: _ClassVar[int]
    QUOTE_ASSET_FIELD_NUMBER: _ClassVar[int]
    TICK_UNITS_FIELD_NUMBER: _ClassVar[int]
    PRICE_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    LOT_UNITS_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_DECIMALS_FIELD_NUMBER: _ClassVar[int]
    MIN_NOTIONAL_ATOMS_FIELD_NUMBER: _ClassVar[int]
    MAKER_FEE_PPM_FIELD_NUMBER: _ClassVar[int]
    TAKER_FEE_PPM_FIELD_NUMBER: _ClassVar[int]
    base_asset: str
    quote_asset: str
    tick_units: int
    price_decimals: int
    lot_units: int
    quantity_decimals: int
    min_notional_atoms: int
    maker_fee_ppm: int
    taker_fee_ppm: int
    def __init__(self, base_asset: _Optional[str] = ..., quote_asset: _Optional[str] = ..., tick_units: _Optional[int] = ..., price_decimals: _Optional[int] = ..., lot_units: _Optional[int] = ..., quantity_decimals: _Optional[int] = ..., min_notional_atoms: _Optional[int] = ..., maker_fee_ppm: _Optional[int] = ..., taker_fee_ppm: _Optional[int] = ...) -> None: ...

class SetMarketStatus(_message.Message):
    __slots__ = ("market_id", "status")
    MARKET_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    market_id: int
    status: int
    def __init__(self, market_id: _Optional[int] = ..., status: _Optional[int] = ...) -> None: ...

class CreateAccount(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CreateApiKey(_message.Message):
    __slots__ = ("key_id", "account_id", "secret_hash", "scopes", "label", "expire_time_ns")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SECRET_HASH_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    account_id: int
    secret_hash: bytes
    scopes: int
    label: str
    expire_time_ns: int
    def __init__(self, key_id: _Optional[str] = ..., account_id: _Optional[int] = ..., secret_hash: _Optional[bytes] = ..., scopes: _Optional[int] = ..., label: _Optional[str] = ..., expire_time_ns: _Optional[int] = ...) -> None: ...

class RevokeApiKey(_message.Message):
    __slots__ = ("key_id",)
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    def __init__(self, key_id: _Optional[str] = ...) -> None: ...

class Credit(_message.Message):
    __slots__ = ("account_id", "asset_id", "amount_atoms", "credit_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ASSET_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_ATOMS_FIELD_NUMBER: _ClassVar[int]
    CREDIT_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    asset_id: int
    amount_atoms: int
    credit_id: str
    def __init__(self, account_id: _Optional[int] = ..., asset_id: _Optional[int] = ..., amount_atoms: _Optional[int] = ..., credit_id: _Optional[str] = ...) -> None: ...
