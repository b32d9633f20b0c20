import datetime

from buf.validate import validate_pb2 as _validate_pb2
from exchange.v1 import types_pb2 as _types_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CancelReplaceMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CANCEL_REPLACE_MODE_UNSPECIFIED: _ClassVar[CancelReplaceMode]
    CANCEL_REPLACE_MODE_STOP_ON_FAILURE: _ClassVar[CancelReplaceMode]
    CANCEL_REPLACE_MODE_ALLOW_FAILURE: _ClassVar[CancelReplaceMode]
CANCEL_REPLACE_MODE_UNSPECIFIED: CancelReplaceMode
CANCEL_REPLACE_MODE_STOP_ON_FAILURE: CancelReplaceMode
CANCEL_REPLACE_MODE_ALLOW_FAILURE: CancelReplaceMode

class PlaceOrderRequest(_message.Message):
    __slots__ = ("market", "side", "type", "time_in_force", "price", "quantity", "post_only", "client_order_id", "validate_only", "quote_amount", "display_quantity", "self_trade_prevention", "expire_time", "slide", "reduce_only", "trigger_price", "trailing_offset", "trailing_offset_bps", "activation_price", "peg_reference", "peg_offset")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    POST_ONLY_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    QUOTE_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SELF_TRADE_PREVENTION_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    SLIDE_FIELD_NUMBER: _ClassVar[int]
    REDUCE_ONLY_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_PRICE_FIELD_NUMBER: _ClassVar[int]
    TRAILING_OFFSET_FIELD_NUMBER: _ClassVar[int]
    TRAILING_OFFSET_BPS_FIELD_NUMBER: _ClassVar[int]
    ACTIVATION_PRICE_FIELD_NUMBER: _ClassVar[int]
    PEG_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    PEG_OFFSET_FIELD_NUMBER: _ClassVar[int]
    market: str
    side: _types_pb2.Side
    type: _types_pb2.OrderType
    time_in_force: _types_pb2.TimeInForce
    price: str
    quantity: str
    post_only: bool
    client_order_id: str
    validate_only: bool
    quote_amount: str
    display_quantity: str
    self_trade_prevention: _types_pb2.SelfTradePrevention
    expire_time: _timestamp_pb2.Timestamp
    slide: bool
    reduce_only: bool
    trigger_price: str
    trailing_offset: str
    trailing_offset_bps: int
    activation_price: str
    peg_reference: _types_pb2.PegReference
    peg_offset: str
    def __init__(self, market: _Optional[str] = ..., side: _Optional[_Union[_types_pb2.Side, str]] = ..., type: _Optional[_Union[_types_pb2.OrderType, str]] = ..., time_in_force: _Optional[_Union[_types_pb2.TimeInForce, str]] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ..., post_only: _Optional[bool] = ..., client_order_id: _Optional[str] = ..., validate_only: _Optional[bool] = ..., quote_amount: _Optional[str] = ..., display_quantity: _Optional[str] = ..., self_trade_prevention: _Optional[_Union[_types_pb2.SelfTradePrevention, str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., slide: _Optional[bool] = ..., reduce_only: _Optional[bool] = ..., trigger_price: _Optional[str] = ..., trailing_offset: _Optional[str] = ..., trailing_offset_bps: _Optional[int] = ..., activation_price: _Optional[str] = ..., peg_reference: _Optional[_Union[_types_pb2.PegReference, str]] = ..., peg_offset: _Optional[str] = ...) -> None: ...

class PlaceOrderResponse(_message.Message):
    __slots__ = ("order", "fills", "deduplicated", "preview")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    DEDUPLICATED_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    order: _types_pb2.Order
    fills: _containers.RepeatedCompositeFieldContainer[_types_pb2.Fill]
    deduplicated: bool
    preview: OrderPreview
    def __init__(self, order: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., fills: _Optional[_Iterable[_Union[_types_pb2.Fill, _Mapping]]] = ..., deduplicated: _Optional[bool] = ..., preview: _Optional[_Union[OrderPreview, _Mapping]] = ...) -> None: ...

class OrderPreview(_message.Message):
    __slots__ = ("sequence", "average_price", "fee", "reserved", "reserved_asset", "prevented_quantity", "self_trade_order_ids")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_PRICE_FIELD_NUMBER: _ClassVar[int]
    FEE_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    RESERVED_ASSET_FIELD_NUMBER: _ClassVar[int]
    PREVENTED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    SELF_TRADE_ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    average_price: str
    fee: str
    reserved: str
    reserved_asset: str
    prevented_quantity: str
    self_trade_order_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, sequence: _Optional[int] = ..., average_price: _Optional[str] = ..., fee: _Optional[str] = ..., reserved: _Optional[str] = ..., reserved_asset: _Optional[str] = ..., prevented_quantity: _Optional[str] = ..., self_trade_order_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class AmendOrderRequest(_message.Message):
    __slots__ = ("order_id", "client_order_id", "price", "quantity", "validate_only")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    client_order_id: str
    price: str
    quantity: str
    validate_only: bool
    def __init__(self, order_id: _Optional[int] = ..., client_order_id: _Optional[str] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class AmendOrderResponse(_message.Message):
    __slots__ = ("order", "fills", "preview")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    order: _types_pb2.Order
    fills: _containers.RepeatedCompositeFieldContainer[_types_pb2.Fill]
    preview: OrderPreview
    def __init__(self, order: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., fills: _Optional[_Iterable[_Union[_types_pb2.Fill, _Mapping]]] = ..., preview: _Optional[_Union[OrderPreview, _Mapping]] = ...) -> None: ...

class CancelOrderRequest(_message.Message):
    __slots__ = ("order_id", "client_order_id", "validate_only")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    client_order_id: str
    validate_only: bool
    def __init__(self, order_id: _Optional[int] = ..., client_order_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CancelOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _types_pb2.Order
    def __init__(self, order: _Optional[_Union[_types_pb2.Order, _Mapping]] = ...) -> None: ...

class CancelAllOrdersRequest(_message.Message):
    __slots__ = ("market", "validate_only", "side", "client_order_id_prefix")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_PREFIX_FIELD_NUMBER: _ClassVar[int]
    market: str
    validate_only: bool
    side: _types_pb2.Side
    client_order_id_prefix: str
    def __init__(self, market: _Optional[str] = ..., validate_only: _Optional[bool] = ..., side: _Optional[_Union[_types_pb2.Side, str]] = ..., client_order_id_prefix: _Optional[str] = ...) -> None: ...

class CancelAllOrdersResponse(_message.Message):
    __slots__ = ("order_ids",)
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    order_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, order_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class CancelReplaceOrderRequest(_message.Message):
    __slots__ = ("cancel_order", "place_order", "mode", "validate_only")
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    PLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    cancel_order: CancelOrderRequest
    place_order: PlaceOrderRequest
    mode: CancelReplaceMode
    validate_only: bool
    def __init__(self, cancel_order: _Optional[_Union[CancelOrderRequest, _Mapping]] = ..., place_order: _Optional[_Union[PlaceOrderRequest, _Mapping]] = ..., mode: _Optional[_Union[CancelReplaceMode, str]] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CancelReplaceOrderResponse(_message.Message):
    __slots__ = ("canceled_order", "cancel_error", "order", "fills", "place_error", "deduplicated", "preview")
    CANCELED_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ERROR_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    PLACE_ERROR_FIELD_NUMBER: _ClassVar[int]
    DEDUPLICATED_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    canceled_order: _types_pb2.Order
    cancel_error: OrderError
    order: _types_pb2.Order
    fills: _containers.RepeatedCompositeFieldContainer[_types_pb2.Fill]
    place_error: OrderError
    deduplicated: bool
    preview: OrderPreview
    def __init__(self, canceled_order: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., cancel_error: _Optional[_Union[OrderError, _Mapping]] = ..., order: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., fills: _Optional[_Iterable[_Union[_types_pb2.Fill, _Mapping]]] = ..., place_error: _Optional[_Union[OrderError, _Mapping]] = ..., deduplicated: _Optional[bool] = ..., preview: _Optional[_Union[OrderPreview, _Mapping]] = ...) -> None: ...

class BatchOrdersRequest(_message.Message):
    __slots__ = ("items", "all_or_none")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    ALL_OR_NONE_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[OrderBatchItem]
    all_or_none: bool
    def __init__(self, items: _Optional[_Iterable[_Union[OrderBatchItem, _Mapping]]] = ..., all_or_none: _Optional[bool] = ...) -> None: ...

class BatchOrdersResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[OrderResult]
    def __init__(self, results: _Optional[_Iterable[_Union[OrderResult, _Mapping]]] = ...) -> None: ...

class PlaceOcoOrderRequest(_message.Message):
    __slots__ = ("above", "below", "validate_only")
    ABOVE_FIELD_NUMBER: _ClassVar[int]
    BELOW_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    above: PlaceOrderRequest
    below: PlaceOrderRequest
    validate_only: bool
    def __init__(self, above: _Optional[_Union[PlaceOrderRequest, _Mapping]] = ..., below: _Optional[_Union[PlaceOrderRequest, _Mapping]] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class PlaceOcoOrderResponse(_message.Message):
    __slots__ = ("order_list_id", "above", "below", "fills", "deduplicated", "preview")
    ORDER_LIST_ID_FIELD_NUMBER: _ClassVar[int]
    ABOVE_FIELD_NUMBER: _ClassVar[int]
    BELOW_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    DEDUPLICATED_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    order_list_id: int
    above: _types_pb2.Order
    below: _types_pb2.Order
    fills: _containers.RepeatedCompositeFieldContainer[_types_pb2.Fill]
    deduplicated: bool
    preview: OrderPreview
    def __init__(self, order_list_id: _Optional[int] = ..., above: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., below: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., fills: _Optional[_Iterable[_Union[_types_pb2.Fill, _Mapping]]] = ..., deduplicated: _Optional[bool] = ..., preview: _Optional[_Union[OrderPreview, _Mapping]] = ...) -> None: ...

class BracketExit(_message.Message):
    __slots__ = ("trigger_price", "price", "client_order_id")
    TRIGGER_PRICE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    trigger_price: str
    price: str
    client_order_id: str
    def __init__(self, trigger_price: _Optional[str] = ..., price: _Optional[str] = ..., client_order_id: _Optional[str] = ...) -> None: ...

class PlaceBracketOrderRequest(_message.Message):
    __slots__ = ("entry", "take_profit", "stop_loss", "validate_only")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    entry: PlaceOrderRequest
    take_profit: BracketExit
    stop_loss: BracketExit
    validate_only: bool
    def __init__(self, entry: _Optional[_Union[PlaceOrderRequest, _Mapping]] = ..., take_profit: _Optional[_Union[BracketExit, _Mapping]] = ..., stop_loss: _Optional[_Union[BracketExit, _Mapping]] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class PlaceBracketOrderResponse(_message.Message):
    __slots__ = ("order_list_id", "entry", "take_profit", "stop_loss", "fills", "deduplicated", "preview")
    ORDER_LIST_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    TAKE_PROFIT_FIELD_NUMBER: _ClassVar[int]
    STOP_LOSS_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    DEDUPLICATED_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    order_list_id: int
    entry: _types_pb2.Order
    take_profit: _types_pb2.Order
    stop_loss: _types_pb2.Order
    fills: _containers.RepeatedCompositeFieldContainer[_types_pb2.Fill]
    deduplicated: bool
    preview: OrderPreview
    def __init__(self, order_list_id: _Optional[int] = ..., entry: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., take_profit: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., stop_loss: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., fills: _Optional[_Iterable[_Union[_types_pb2.Fill, _Mapping]]] = ..., deduplicated: _Optional[bool] = ..., preview: _Optional[_Union[OrderPreview, _Mapping]] = ...) -> None: ...

class SetCancelAllAfterRequest(_message.Message):
    __slots__ = ("timeout_ms", "validate_only")
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    timeout_ms: int
    validate_only: bool
    def __init__(self, timeout_ms: _Optional[int] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class SetCancelAllAfterResponse(_message.Message):
    __slots__ = ("cancel_time",)
    CANCEL_TIME_FIELD_NUMBER: _ClassVar[int]
    cancel_time: _timestamp_pb2.Timestamp
    def __init__(self, cancel_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetOrderRequest(_message.Message):
    __slots__ = ("order_id", "client_order_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    client_order_id: str
    def __init__(self, order_id: _Optional[int] = ..., client_order_id: _Optional[str] = ...) -> None: ...

class GetOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _types_pb2.Order
    def __init__(self, order: _Optional[_Union[_types_pb2.Order, _Mapping]] = ...) -> None: ...

class ListOrdersRequest(_message.Message):
    __slots__ = ("market", "open_only", "page_size", "page_token", "account_id", "statuses", "start_time", "end_time", "client_order_id_prefix")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_PREFIX_FIELD_NUMBER: _ClassVar[int]
    market: str
    open_only: bool
    page_size: int
    page_token: str
    account_id: int
    statuses: _containers.RepeatedScalarFieldContainer[_types_pb2.OrderStatus]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    client_order_id_prefix: str
    def __init__(self, market: _Optional[str] = ..., open_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., account_id: _Optional[int] = ..., statuses: _Optional[_Iterable[_Union[_types_pb2.OrderStatus, str]]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., client_order_id_prefix: _Optional[str] = ...) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("orders", "next_page_token")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_types_pb2.Order]
    next_page_token: str
    def __init__(self, orders: _Optional[_Iterable[_Union[_types_pb2.Order, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OrderEntryRequest(_message.Message):
    __slots__ = ("request_id", "place_order", "cancel_order", "cancel_all_orders", "batch", "amend_order", "cancel_replace_order", "place_oco_order", "place_bracket_order", "set_cancel_all_after", "cancel_on_disconnect")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ALL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    AMEND_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REPLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    PLACE_OCO_ORDER_FIELD_NUMBER: _ClassVar[int]
    PLACE_BRACKET_ORDER_FIELD_NUMBER: _ClassVar[int]
    SET_CANCEL_ALL_AFTER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ON_DISCONNECT_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    place_order: PlaceOrderRequest
    cancel_order: CancelOrderRequest
    cancel_all_orders: CancelAllOrdersRequest
    batch: OrderBatch
    amend_order: AmendOrderRequest
    cancel_replace_order: CancelReplaceOrderRequest
    place_oco_order: PlaceOcoOrderRequest
    place_bracket_order: PlaceBracketOrderRequest
    set_cancel_all_after: SetCancelAllAfterRequest
    cancel_on_disconnect: bool
    def __init__(self, request_id: _Optional[int] = ..., place_order: _Optional[_Union[PlaceOrderRequest, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrderRequest, _Mapping]] = ..., cancel_all_orders: _Optional[_Union[CancelAllOrdersRequest, _Mapping]] = ..., batch: _Optional[_Union[OrderBatch, _Mapping]] = ..., amend_order: _Optional[_Union[AmendOrderRequest, _Mapping]] = ..., cancel_replace_order: _Optional[_Union[CancelReplaceOrderRequest, _Mapping]] = ..., place_oco_order: _Optional[_Union[PlaceOcoOrderRequest, _Mapping]] = ..., place_bracket_order: _Optional[_Union[PlaceBracketOrderRequest, _Mapping]] = ..., set_cancel_all_after: _Optional[_Union[SetCancelAllAfterRequest, _Mapping]] = ..., cancel_on_disconnect: _Optional[bool] = ...) -> None: ...

class OrderBatch(_message.Message):
    __slots__ = ("items", "all_or_none")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    ALL_OR_NONE_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[OrderBatchItem]
    all_or_none: bool
    def __init__(self, items: _Optional[_Iterable[_Union[OrderBatchItem, _Mapping]]] = ..., all_or_none: _Optional[bool] = ...) -> None: ...

class OrderBatchItem(_message.Message):
    __slots__ = ("place_order", "cancel_order", "amend_order")
    PLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    AMEND_ORDER_FIELD_NUMBER: _ClassVar[int]
    place_order: PlaceOrderRequest
    cancel_order: CancelOrderRequest
    amend_order: AmendOrderRequest
    def __init__(self, place_order: _Optional[_Union[PlaceOrderRequest, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrderRequest, _Mapping]] = ..., amend_order: _Optional[_Union[AmendOrderRequest, _Mapping]] = ...) -> None: ...

class OrderEntryResponse(_message.Message):
    __slots__ = ("request_id", "result", "cancel_all_orders", "batch", "error", "cancel_replace", "order_list", "set_cancel_all_after")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ALL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REPLACE_FIELD_NUMBER: _ClassVar[int]
    ORDER_LIST_FIELD_NUMBER: _ClassVar[int]
    SET_CANCEL_ALL_AFTER_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    result: OrderResult
    cancel_all_orders: CancelAllOrdersResult
    batch: OrderBatchResult
    error: OrderError
    cancel_replace: CancelReplaceResult
    order_list: OrderListResult
    set_cancel_all_after: SetCancelAllAfterResponse
    def __init__(self, request_id: _Optional[int] = ..., result: _Optional[_Union[OrderResult, _Mapping]] = ..., cancel_all_orders: _Optional[_Union[CancelAllOrdersResult, _Mapping]] = ..., batch: _Optional[_Union[OrderBatchResult, _Mapping]] = ..., error: _Optional[_Union[OrderError, _Mapping]] = ..., cancel_replace: _Optional[_Union[CancelReplaceResult, _Mapping]] = ..., order_list: _Optional[_Union[OrderListResult, _Mapping]] = ..., set_cancel_all_after: _Optional[_Union[SetCancelAllAfterResponse, _Mapping]] = ...) -> None: ...

class OrderResult(_message.Message):
    __slots__ = ("order_id", "status", "filled_quantity", "filled_quote", "fee", "deduplicated", "error", "prevented_quantity")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    FILLED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    FILLED_QUOTE_FIELD_NUMBER: _ClassVar[int]
    FEE_FIELD_NUMBER: _ClassVar[int]
    DEDUPLICATED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    PREVENTED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    status: _types_pb2.OrderStatus
    filled_quantity: str
    filled_quote: str
    fee: str
    deduplicated: bool
    error: OrderError
    prevented_quantity: str
    def __init__(self, order_id: _Optional[int] = ..., status: _Optional[_Union[_types_pb2.OrderStatus, str]] = ..., filled_quantity: _Optional[str] = ..., filled_quote: _Optional[str] = ..., fee: _Optional[str] = ..., deduplicated: _Optional[bool] = ..., error: _Optional[_Union[OrderError, _Mapping]] = ..., prevented_quantity: _Optional[str] = ...) -> None: ...

class CancelAllOrdersResult(_message.Message):
    __slots__ = ("order_ids",)
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    order_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, order_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class CancelReplaceResult(_message.Message):
    __slots__ = ("cancel", "place")
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    cancel: OrderResult
    place: OrderResult
    def __init__(self, cancel: _Optional[_Union[OrderResult, _Mapping]] = ..., place: _Optional[_Union[OrderResult, _Mapping]] = ...) -> None: ...

class OrderListResult(_message.Message):
    __slots__ = ("order_list_id", "results")
    ORDER_LIST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    order_list_id: int
    results: _containers.RepeatedCompositeFieldContainer[OrderResult]
    def __init__(self, order_list_id: _Optional[int] = ..., results: _Optional[_Iterable[_Union[OrderResult, _Mapping]]] = ...) -> None: ...

class OrderBatchResult(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[OrderResult]
    def __init__(self, results: _Optional[_Iterable[_Union[OrderResult, _Mapping]]] = ...) -> None: ...

class OrderError(_message.Message):
    __slots__ = ("reason", "field", "message", "code")
    REASON_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    reason: _types_pb2.RejectReason
    field: str
    message: str
    code: int
    def __init__(self, reason: _Optional[_Union[_types_pb2.RejectReason, str]] = ..., field: _Optional[str] = ..., message: _Optional[str] = ..., code: _Optional[int] = ...) -> None: ...
