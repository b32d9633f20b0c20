import datetime

from exchange.v1 import types_pb2 as _types_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StreamFillsRequest(_message.Message):
    __slots__ = ("after_sequence",)
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    def __init__(self, after_sequence: _Optional[int] = ...) -> None: ...

class FillBatch(_message.Message):
    __slots__ = ("fills", "hops")
    FILLS_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    fills: _containers.RepeatedCompositeFieldContainer[_types_pb2.Fill]
    hops: _types_pb2.HopTimes
    def __init__(self, fills: _Optional[_Iterable[_Union[_types_pb2.Fill, _Mapping]]] = ..., hops: _Optional[_Union[_types_pb2.HopTimes, _Mapping]] = ...) -> None: ...

class StreamFillsResponse(_message.Message):
    __slots__ = ("sequence", "fills", "heartbeat", "prev_sequence")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    PREV_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    fills: FillBatch
    heartbeat: _types_pb2.Heartbeat
    prev_sequence: int
    def __init__(self, sequence: _Optional[int] = ..., fills: _Optional[_Union[FillBatch, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ..., prev_sequence: _Optional[int] = ...) -> None: ...

class StreamAccountRequest(_message.Message):
    __slots__ = ("after_sequence",)
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    after_sequence: int
    def __init__(self, after_sequence: _Optional[int] = ...) -> None: ...

class AccountSnapshot(_message.Message):
    __slots__ = ("open_orders", "balances")
    OPEN_ORDERS_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    open_orders: _containers.RepeatedCompositeFieldContainer[_types_pb2.Order]
    balances: _containers.RepeatedCompositeFieldContainer[_types_pb2.Balance]
    def __init__(self, open_orders: _Optional[_Iterable[_Union[_types_pb2.Order, _Mapping]]] = ..., balances: _Optional[_Iterable[_Union[_types_pb2.Balance, _Mapping]]] = ...) -> None: ...

class AccountUpdate(_message.Message):
    __slots__ = ("orders", "fills", "balances", "event_time", "hops")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    FILLS_FIELD_NUMBER: _ClassVar[int]
    BALANCES_FIELD_NUMBER: _ClassVar[int]
    EVENT_TIME_FIELD_NUMBER: _ClassVar[int]
    HOPS_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_types_pb2.Order]
    fills: _containers.RepeatedCompositeFieldContainer[_types_pb2.Fill]
    balances: _containers.RepeatedCompositeFieldContainer[_types_pb2.Balance]
    event_time: _timestamp_pb2.Timestamp
    hops: _types_pb2.HopTimes
    def __init__(self, orders: _Optional[_Iterable[_Union[_types_pb2.Order, _Mapping]]] = ..., fills: _Optional[_Iterable[_Union[_types_pb2.Fill, _Mapping]]] = ..., balances: _Optional[_Iterable[_Union[_types_pb2.Balance, _Mapping]]] = ..., event_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., hops: _Optional[_Union[_types_pb2.HopTimes, _Mapping]] = ...) -> None: ...

class StreamAccountResponse(_message.Message):
    __slots__ = ("sequence", "prev_sequence", "snapshot", "update", "heartbeat")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PREV_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    prev_sequence: int
    snapshot: AccountSnapshot
    update: AccountUpdate
    heartbeat: _types_pb2.Heartbeat
    def __init__(self, sequence: _Optional[int] = ..., prev_sequence: _Optional[int] = ..., snapshot: _Optional[_Union[AccountSnapshot, _Mapping]] = ..., update: _Optional[_Union[AccountUpdate, _Mapping]] = ..., heartbeat: _Optional[_Union[_types_pb2.Heartbeat, _Mapping]] = ...) -> None: ...
