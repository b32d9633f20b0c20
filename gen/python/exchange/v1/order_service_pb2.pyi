from buf.validate import validate_pb2 as _validate_pb2
from exchange.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlaceOrderRequest(_message.Message):
    __slots__ = ("market", "side", "type", "time_in_force", "price", "quantity", "post_only", "client_order_id", "validate_only")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    SIDE_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TIME_IN_FORCE_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    QUANTITY_FIELD_NUMBER: _ClassVar[int]
    POST_ONLY_FIELD_NUMBER: _ClassVar[int]
    CLIENT_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    market: str
    side: _types_pb2.Side
    type: _types_pb2.OrderType
    time_in_force: _types_pb2.TimeInForce
    price: str
    quantity: str
    post_only: bool
    client_order_id: str
    validate_only: bool
    def __init__(self, market: _Optional[str] = ..., side: _Optional[_Union[_types_pb2.Side, str]] = ..., type: _Optional[_Union[_types_pb2.OrderType, str]] = ..., time_in_force: _Optional[_Union[_types_pb2.TimeInForce, str]] = ..., price: _Optional[str] = ..., quantity: _Optional[str] = ..., post_only: _Optional[bool] = ..., client_order_id: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class PlaceOrderResponse(_message.Message):
    __slots__ = ("order", "fills", "deduplicated")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    DEDUPLICATED_FIELD_NUMBER: _ClassVar[int]
    order: _types_pb2.Order
    fills: _containers.RepeatedCompositeFieldContainer[_types_pb2.Fill]
    deduplicated: bool
    def __init__(self, order: _Optional[_Union[_types_pb2.Order, _Mapping]] = ..., fills: _Optional[_Iterable[_Union[_types_pb2.Fill, _Mapping]]] = ..., deduplicated: _Optional[bool] = ...) -> None: ...

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
    __slots__ = ("market", "validate_only")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    market: str
    validate_only: bool
    def __init__(self, market: _Optional[str] = ..., validate_only: _Optional[bool] = ...) -> None: ...

class CancelAllOrdersResponse(_message.Message):
    __slots__ = ("order_ids",)
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    order_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, order_ids: _Optional[_Iterable[int]] = ...) -> None: ...

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
    __slots__ = ("market", "open_only", "page_size", "page_token", "account_id")
    MARKET_FIELD_NUMBER: _ClassVar[int]
    OPEN_ONLY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCOUNT_ID_FIELD_NUMBER: _ClassVar[int]
    market: str
    open_only: bool
    page_size: int
    page_token: str
    account_id: int
    def __init__(self, market: _Optional[str] = ..., open_only: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., account_id: _Optional[int] = ...) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("orders", "next_page_token")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_types_pb2.Order]
    next_page_token: str
    def __init__(self, orders: _Optional[_Iterable[_Union[_types_pb2.Order, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OrderEntryRequest(_message.Message):
    __slots__ = ("request_id", "place_order", "cancel_order", "cancel_all_orders", "batch")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ALL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    place_order: PlaceOrderRequest
    cancel_order: CancelOrderRequest
    cancel_all_orders: CancelAllOrdersRequest
    batch: OrderBatch
    def __init__(self, request_id: _Optional[int] = ..., place_order: _Optional[_Union[PlaceOrderRequest, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrderRequest, _Mapping]] = ..., cancel_all_orders: _Optional[_Union[CancelAllOrdersRequest, _Mapping]] = ..., batch: _Optional[_Union[OrderBatch, _Mapping]] = ...) -> None: ...

class OrderBatch(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[OrderBatchItem]
    def __init__(self, items: _Optional[_Iterable[_Union[OrderBatchItem, _Mapping]]] = ...) -> None: ...

class OrderBatchItem(_message.Message):
    __slots__ = ("place_order", "cancel_order")
    PLACE_ORDER_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ORDER_FIELD_NUMBER: _ClassVar[int]
    place_order: PlaceOrderRequest
    cancel_order: CancelOrderRequest
    def __init__(self, place_order: _Optional[_Union[PlaceOrderRequest, _Mapping]] = ..., cancel_order: _Optional[_Union[CancelOrderRequest, _Mapping]] = ...) -> None: ...

class OrderEntryResponse(_message.Message):
    __slots__ = ("request_id", "result", "cancel_all_orders", "batch", "error")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    CANCEL_ALL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    BATCH_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    request_id: int
    result: OrderResult
    cancel_all_orders: CancelAllOrdersResult
    batch: OrderBatchResult
    error: OrderError
    def __init__(self, request_id: _Optional[int] = ..., result: _Optional[_Union[OrderResult, _Mapping]] = ..., cancel_all_orders: _Optional[_Union[CancelAllOrdersResult, _Mapping]] = ..., batch: _Optional[_Union[OrderBatchResult, _Mapping]] = ..., error: _Optional[_Union[OrderError, _Mapping]] = ...) -> None: ...

class OrderResult(_message.Message):
    __slots__ = ("order_id", "status", "filled_quantity", "filled_quote", "fee", "deduplicated", "error")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    FILLED_QUANTITY_FIELD_NUMBER: _ClassVar[int]
    FILLED_QUOTE_FIELD_NUMBER: _ClassVar[int]
    FEE_FIELD_NUMBER: _ClassVar[int]
    DEDUPLICATED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    order_id: int
    status: _types_pb2.OrderStatus
    filled_quantity: str
    filled_quote: str
    fee: str
    deduplicated: bool
    error: OrderError
    def __init__(self, order_id: _Optional[int] = ..., status: _Optional[_Union[_types_pb2.OrderStatus, str]] = ..., filled_quantity: _Optional[str] = ..., filled_quote: _Optional[str] = ..., fee: _Optional[str] = ..., deduplicated: _Optional[bool] = ..., error: _Optional[_Union[OrderError, _Mapping]] = ...) -> None: ...

class CancelAllOrdersResult(_message.Message):
    __slots__ = ("order_ids",)
    ORDER_IDS_FIELD_NUMBER: _ClassVar[int]
    order_ids: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, order_ids: _Optional[_Iterable[int]] = ...) -> None: ...

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
