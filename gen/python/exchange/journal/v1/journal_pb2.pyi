from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Command(_message.Message):
    __slots__ = ("place_order", "cancel_order", "cancel_all_orders", "create_asset", "create_market", "set_market_status", "create_account", "create_api_key", "revoke_api_key", "credit", "amend_order", "cancel_replace_order", "batch_orders", "set_market_protection", "set_cancel_all_after", "expire_orders", "run_cancel_all_after", "cancel_session_orders", "set_trade_group", "place_oco_order", "place_bracket_order", "place_special_order")
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
    AMEND_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REPLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    BATCH_ORDERS_FIELD_NUMBER: _ClassVar[int]
    SET_MARKET_PROTECTION_FIELD_NUMBER: _ClassVar[int]
    SET_CANCEL_ALL_AFTER_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_ORDERS_FIELD_NUMBER: _ClassVar[int]
    RUN_CANCEL_ALL_AFTER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_SESSION_ORDERS_FIELD_NUMBER: _ClassVar[int]
    SET_TRADE_GROUP_FIELD_NUMBER: _ClassVar[int]
    PLACE_OCO_ORDER_FIELD_NUMBER: _ClassVar[int]
    PLACE_BRACKET_ORDER_FIELD_NUMBER: _ClassVar[int]
    PLACE_SPECIAL_ORDER_FIELD_NUMBER: _ClassVar[int]
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
    amend_order: AmendOrder
    cancel_replace_order: CancelReplaceOrder
    batch_orders: BatchOrders
    set_market_protection: SetMarketProtection
    set_cancel_all_after: SetCancelAllAfter
    expire_orders: ExpireOrders
    run_cancel_all_after: RunCancelAllAfter
    cancel_session_orders: CancelSessionOrders
    set_trade_group: SetTradeGroup
    place_oco_order: PlaceOcoOrder
    place_bracket_order: PlaceBracketOrder
    place_special_order: PlaceOrder
    def __init__(self, place_order: _Optional[_Union[PlaceOrder, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrder, _Mapping]] = ..., cancel_all_orders: _Optional[_Union[CancelAllOrders, _Mapping]] = ..., create_asset: _Optional[_Union[CreateAsset, _Mapping]] = ..., create_market: _Optional[_Union[CreateMarket, _Mapping]] = ..., set_market_status: _Optional[_Union[SetMarketStatus, _Mapping]] = ..., create_account: _Optional[_Union[CreateAccount, _Mapping]] = ..., create_api_key: _Optional[_Union[CreateApiKey, _Mapping]] = ..., revoke_api_key: _Optional[_Union[RevokeApiKey, _Mapping]] = ..., credit: _Optional[_Union[Credit, _Mapping]] = ..., amend_order: _Optional[_Union[AmendOrder, _Mapping]] = ..., cancel_replace_order: _Optional[_Union[CancelReplaceOrder, _Mapping]] = ..., batch_orders: _Optional[_Union[BatchOrders, _Mapping]] = ..., set_market_protection: _Optional[_Union[SetMarketProtection, _Mapping]] = ..., set_cancel_all_after: _Optional[_Union[SetCancelAllAfter, _Mapping]] = ..., expire_orders: _Optional[_Union[ExpireOrders, _Mapping]] = ..., run_cancel_all_after: _Optional[_Union[RunCancelAllAfter, _Mapping]] = ..., cancel_session_orders: _Optional[_Union[CancelSessionOrders, _Mapping]] = ..., set_trade_group: _Optional[_Union[SetTradeGroup, _Mapping]] = ..., place_oco_order: _Optional[_Union[PlaceOcoOrder, _Mapping]] = ..., place_bracket_order: _Optional[_Union[PlaceBracketOrder, _Mapping]] = ..., place_special_order: _Optional[_Union[PlaceOrder, _Mapping]] = ...) -> None: ...

class PlaceOrder(_message.Message):
    __slots__ = ("account_id", "market_id", "side", "type", "time_in_force", "post_only", "price_ticks", "quantity_lots", "client_order_id", "quote_amount_atoms", "display_lots", "self_trade_prevention", "expire_time_ns", "slide", "session_id", "trigger_price_ticks", "trailing_offset_ticks", "trailing_offset_bps", "activation_price_ticks", "peg_reference", "peg_offset_ticks")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_ID_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    POST_ONLY_FIELD_NUMBER: _ClassVar[int]
    PRICE_TICKS_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_LOTS_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    QUOTE_AMOUNT_ATOMS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_LOTS_FIELD_NUMBER: _ClassVar[int]
    SELF_TRADE_PREVENTION_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    SLIDE_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_PRICE_TICKS_FIELD_NUMBER: _ClassVar[int]
    TRAILING_OFFSET_TICKS_FIELD_NUMBER: _ClassVar[int]
    TRAILING_OFFSET_BPS_FIELD_NUMBER: _ClassVar[int]
    ACTIVATION_PRICE_TICKS_FIELD_NUMBER: _ClassVar[int]
    PEG_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PEG_OFFSET_TICKS_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    market_id: int
    side: int
    type: int
    time_in_force: int
    post_only: bool
    price_ticks: int
    quantity_lots: int
    client_order_id: str
    quote_amount_atoms: int
    display_lots: int
    self_trade_prevention: int
    expire_time_ns: int
    slide: bool
    session_id: int
    trigger_price_ticks: int
    trailing_offset_ticks: int
    trailing_offset_bps: int
    activation_price_ticks: int
    peg_reference: int
    peg_offset_ticks: int
    def __init__(self, account_id: _Optional[int] = ..., market_id: _Optional[int] = ..., side: _Optional[int] = ..., type: _Optional[int] = ..., time_in_force: _Optional[int] = ..., post_only: _Optional[bool] = ..., price_ticks: _Optional[int] = ..., quantity_lots: _Optional[int] = ..., client_order_id: _Optional[str] = ..., quote_amount_atoms: _Optional[int] = ..., display_lots: _Optional[int] = ..., self_trade_prevention: _Optional[int] = ..., expire_time_ns: _Optional[int] = ..., slide: _Optional[bool] = ..., session_id: _Optional[int] = ..., trigger_price_ticks: _Optional[int] = ..., trailing_offset_ticks: _Optional[int] = ..., trailing_offset_bps: _Optional[int] = ..., activation_price_ticks: _Optional[int] = ..., peg_reference: _Optional[int] = ..., peg_offset_ticks: _Optional[int] = ...) -> None: ...

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
    __slots__ = ("account_id", "market_id", "side", "client_order_id_prefix")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    MARKET_ID_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_PREFIX_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    market_id: int
    side: int
    client_order_id_prefix: str
    def __init__(self, account_id: _Optional[int] = ..., market_id: _Optional[int] = ..., side: _Optional[int] = ..., client_order_id_prefix: _Optional[str] = ...) -> None: ...

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

class AmendOrder(_message.Message):
    __slots__ = ("account_id", "order_id", "client_order_id", "price_ticks", "quantity_lots")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_TICKS_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_LOTS_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    order_id: int
    client_order_id: str
    price_ticks: int
    quantity_lots: int
    def __init__(self, account_id: _Optional[int] = ..., order_id: _Optional[int] = ..., client_order_id: _Optional[str] = ..., price_ticks: _Optional[int] = ..., quantity_lots: _Optional[int] = ...) -> None: ...

class CancelReplaceOrder(_message.Message):
    __slots__ = ("cancel_order", "place_order", "mode")
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    PLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    cancel_order: CancelOrder
    place_order: PlaceOrder
    mode: int
    def __init__(self, cancel_order: _Optional[_Union[CancelOrder, _Mapping]] = ..., place_order: _Optional[_Union[PlaceOrder, _Mapping]] = ..., mode: _Optional[int] = ...) -> None: ...

class BatchOrders(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[BatchItem]
    def __init__(self, items: _Optional[_Iterable[_Union[BatchItem, _Mapping]]] = ...) -> None: ...

class BatchItem(_message.Message):
    __slots__ = ("place_order", "cancel_order", "amend_order")
    PLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    AMEND_ORDER_FIELD_NUMBER: _ClassVar[int]
    place_order: PlaceOrder
    cancel_order: CancelOrder
    amend_order: AmendOrder
    def __init__(self, place_order: _Optional[_Union[PlaceOrder, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrder, _Mapping]] = ..., amend_order: _Optional[_Union[AmendOrder, _Mapping]] = ...) -> None: ...

class SetMarketProtection(_message.Message):
    __slots__ = ("market_id", "min_lots", "max_lots", "min_notional_atoms", "max_notional_atoms", "max_open_orders", "price_band_bps", "market_protection_bps", "reference_price_ticks")
    MARKET_ID_FIELD_NUMBER: _ClassVar[int]
    MIN_LOTS_FIELD_NUMBER: _ClassVar[int]
    MAX_LOTS_FIELD_NUMBER: _ClassVar[int]
    MIN_NOTIONAL_ATOMS_FIELD_NUMBER: _ClassVar[int]
    MAX_NOTIONAL_ATOMS_FIELD_NUMBER: _ClassVar[int]
    MAX_OPEN_ORDERS_FIELD_NUMBER: _ClassVar[int]
    PRICE_BAND_BPS_FIELD_NUMBER: _ClassVar[int]
    MARKET_PROTECTION_BPS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_PRICE_TICKS_FIELD_NUMBER: _ClassVar[int]
    market_id: int
    min_lots: int
    max_lots: int
    min_notional_atoms: int
    max_notional_atoms: int
    max_open_orders: int
    price_band_bps: int
    market_protection_bps: int
    reference_price_ticks: int
    def __init__(self, market_id: _Optional[int] = ..., min_lots: _Optional[int] = ..., max_lots: _Optional[int] = ..., min_notional_atoms: _Optional[int] = ..., max_notional_atoms: _Optional[int] = ..., max_open_orders: _Optional[int] = ..., price_band_bps: _Optional[int] = ..., market_protection_bps: _Optional[int] = ..., reference_price_ticks: _Optional[int] = ...) -> None: ...

class SetCancelAllAfter(_message.Message):
    __slots__ = ("account_id", "timeout_ns")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_NS_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    timeout_ns: int
    def __init__(self, account_id: _Optional[int] = ..., timeout_ns: _Optional[int] = ...) -> None: ...

class ExpireOrders(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RunCancelAllAfter(_message.Message):
    __slots__ = ("account_id", "cancel_time_ns")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    CANCEL_TIME_NS_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    cancel_time_ns: int
    def __init__(self, account_id: _Optional[int] = ..., cancel_time_ns: _Optional[int] = ...) -> None: ...

class CancelSessionOrders(_message.Message):
    __slots__ = ("account_id", "session_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    session_id: int
    def __init__(self, account_id: _Optional[int] = ..., session_id: _Optional[int] = ...) -> None: ...

class SetTradeGroup(_message.Message):
    __slots__ = ("account_id", "trade_group_id")
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    TRADE_GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    account_id: int
    trade_group_id: int
    def __init__(self, account_id: _Optional[int] = ..., trade_group_id: _Optional[int] = ...) -> None: ...

class PlaceOcoOrder(_message.Message):
    __slots__ = ("above", "below")
    ABOVE_FIELD_NUMBER: _ClassVar[int]
    BELOW_FIELD_NUMBER: _ClassVar[int]
    above: PlaceOrder
    below: PlaceOrder
    def __init__(self, above: _Optional[_Union[PlaceOrder, _Mapping]] = ..., below: _Optional[_Union[PlaceOrder, _Mapping]] = ...) -> None: ...

class PlaceBracketOrder(_message.Message):
    __slots__ = ("entry", "take_profit", "stop_loss")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    entry: PlaceOrder
    take_profit: PlaceOrder
    stop_loss: PlaceOrder
    def __init__(self, entry: _Optional[_Union[PlaceOrder, _Mapping]] = ..., take_profit: _Optional[_Union[PlaceOrder, _Mapping]] = ..., stop_loss: _Optional[_Union[PlaceOrder, _Mapping]] = ...) -> None: ...
