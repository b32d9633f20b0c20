from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SnapshotHeader(_message.Message):
    __slots__ = ("version", "shard_id", "sequence", "time_ns", "state_hash", "event_digest", "tables", "position")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SHARD_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_NS_FIELD_NUMBER: _ClassVar[int]
    STATE_HASH_FIELD_NUMBER: _ClassVar[int]
    EVENT_DIGEST_FIELD_NUMBER: _ClassVar[int]
    TABLES_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    version: int
    shard_id: int
    sequence: int
    time_ns: int
    state_hash: bytes
    event_digest: int
    tables: _containers.RepeatedCompositeFieldContainer[SnapshotTable]
    position: JournalPosition
    def __init__(self, version: _Optional[int] = ..., shard_id: _Optional[int] = ..., sequence: _Optional[int] = ..., time_ns: _Optional[int] = ..., state_hash: _Optional[bytes] = ..., event_digest: _Optional[int] = ..., tables: _Optional[_Iterable[_Union[SnapshotTable, _Mapping]]] = ..., position: _Optional[_Union[JournalPosition, _Mapping]] = ...) -> None: ...

class JournalPosition(_message.Message):
    __slots__ = ("segment", "offset", "chain")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    segment: int
    offset: int
    chain: bytes
    def __init__(self, segment: _Optional[int] = ..., offset: _Optional[int] = ..., chain: _Optional[bytes] = ...) -> None: ...

class SnapshotTable(_message.Message):
    __slots__ = ("name", "rows")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    name: str
    rows: int
    def __init__(self, name: _Optional[str] = ..., rows: _Optional[int] = ...) -> None: ...

class SnapshotChunk(_message.Message):
    __slots__ = ("table", "rows", "columns")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    table: str
    rows: int
    columns: _containers.RepeatedCompositeFieldContainer[SnapshotColumn]
    def __init__(self, table: _Optional[str] = ..., rows: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[SnapshotColumn, _Mapping]]] = ...) -> None: ...

class SnapshotColumn(_message.Message):
    __slots__ = ("numbers", "strings", "blobs", "packed", "width")
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    STRINGS_FIELD_NUMBER: _ClassVar[int]
    BLOBS_FIELD_NUMBER: _ClassVar[int]
    PACKED_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    numbers: _containers.RepeatedScalarFieldContainer[int]
    strings: _containers.RepeatedScalarFieldContainer[str]
    blobs: _containers.RepeatedScalarFieldContainer[bytes]
    packed: bytes
    width: int
    def __init__(self, numbers: _Optional[_Iterable[int]] = ..., strings: _Optional[_Iterable[str]] = ..., blobs: _Optional[_Iterable[bytes]] = ..., packed: _Optional[bytes] = ..., width: _Optional[int] = ...) -> None: ...
