"""Snapshot frames: the engine's rows as protobuf columns, which are small and quick to read."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from google.protobuf.message import DecodeError

from exchange.journal.v1 import snapshot_pb2
from exchange_server.engine.state import ROWS_HASHED_AT_ONCE, TABLES, State
from exchange_server.wire.snapshot_columns import Column, Rows, StateHasher, pack, unpack

SNAPSHOT_VERSION: Final = 3
"""Raised when a table gets other columns; older snapshots are passed over then."""

ROWS_PER_CHUNK: Final = ROWS_HASHED_AT_ONCE
"""Whole blocks, so that the hash can be taken from the columns; few rows, since all of them are made at once."""

Value: TypeAlias = int | str | bytes
_MANY: Final = ("special_orders", "open_orders", "pending_orders", "closed_orders")
"""Tables whose rows are made when they are read."""


class OtherVersion(ValueError):
    """A snapshot has another version's layout."""


class SnapshotHeader(NamedTuple):
    """What a snapshot says about itself.

    `tables`: rows by table; `position`: segment, offset and chain of the journal.
    """

    shard_id: int
    sequence: int
    time_ns: int
    state_hash: bytes
    event_digest: int
    tables: dict[str, int]
    position: tuple[int, int, bytes] | None = None


def encode_snapshot_header(header: SnapshotHeader) -> bytes:
    """Encode a header in this version's layout."""
    message = snapshot_pb2.SnapshotHeader(
        version=SNAPSHOT_VERSION,
        shard_id=header.shard_id,
        sequence=header.sequence,
        time_ns=header.time_ns,
        state_hash=header.state_hash,
        event_digest=header.event_digest,
        tables=[snapshot_pb2.SnapshotTable(name=name, rows=rows) for name, rows in header.tables.items()],
    )
    if header.position is not None:
        message.position.segment, message.position.offset, message.position.chain = header.position
    return message.SerializeToString()


def decode_snapshot_header(data: bytes) -> SnapshotHeader:
    """Decode a header; raises ValueError for bytes that are none, OtherVersion for another layout."""
    try:
        message = snapshot_pb2.SnapshotHeader.FromString(data)
    except DecodeError:
        raise ValueError("not a snapshot's header") from None
    if message.version != SNAPSHOT_VERSION:
        raise OtherVersion(f"snapshot version {message.version}, this program reads {SNAPSHOT_VERSION}")
    position = message.position
    return SnapshotHeader(
        message.shard_id,
        message.sequence,
        message.time_ns,
        message.state_hash,
        message.event_digest,
        {table.name: table.rows for table in message.tables},
        (position.segment, position.offset, position.chain) if message.HasField("position") else None,
    )


def encode_snapshot_chunks(state: State, hasher: StateHasher) -> Iterator[bytes]:
    """Encode every table in canonical order, `ROWS_PER_CHUNK` rows a chunk, and feed the state's hash with them.

    No more than one chunk's rows exist at a time. Raises ValueError for a table that has not as many rows as it says.
    """
    for name, rows in state.tables():
        remaining = iter(rows)
        count = 0
        while block := list(islice(remaining, ROWS_PER_CHUNK)):
            columns = [_column(values) for values in zip(*block, strict=True)]
            hasher.add(name, columns, len(block))
            count += len(block)
            yield _encode_chunk(name, columns, len(block))
        if count != len(rows):
            raise ValueError(f"table {name} has {count} rows where it says {len(rows)}")


class StateBuilder:
    """Collects decoded chunks and makes the state of them."""

    def __init__(self, expected: dict[str, int]) -> None:
        """Begin, with the number of rows that each table must get."""
        self._expected: Final = expected
        self._tables: Final[dict[str, Rows]] = {name: Rows() for name in TABLES}
        self._hasher: Final = StateHasher(expected)

    def add(self, data: bytes) -> None:
        """Add a chunk; raises ValueError."""
        try:
            chunk = snapshot_pb2.SnapshotChunk.FromString(data)
        except DecodeError:
            raise ValueError("not a snapshot's chunk") from None
        if chunk.table not in self._tables:
            raise ValueError(f"table {chunk.table!r} is unknown")
        columns: list[Column] = []
        for column in chunk.columns:
            columns.append(_decode_column(column, chunk.rows, columns))
        if not chunk.rows or not columns or any(len(column.values) != chunk.rows for column in columns):
            raise ValueError(f"a column of table {chunk.table!r} does not have {chunk.rows} rows")
        self._hasher.add(chunk.table, columns, chunk.rows)
        self._tables[chunk.table].add(columns, chunk.rows)

    def build(self) -> tuple[State, bytes]:
        """Make the state and its hash; raises ValueError if a table does not have its expected number of rows."""
        found = {name: len(rows) for name, rows in self._tables.items()}
        if found != self._expected:
            raise ValueError(f"rows {found} where {self._expected} belong")
        tables = {name: rows if name in _MANY else list(rows) for name, rows in self._tables.items()}
        state = State(**tables)  # type: ignore[arg-type]
        return state, self._hasher.digest() if self._hasher.possible else state.hash()


def _decode_column(column: snapshot_pb2.SnapshotColumn, rows: int, others: Sequence[Column]) -> Column:
    """Decode a column, or take an equal one of the same chunk: orders share their numbers as when they came."""
    packed, width = column.packed, column.width
    if packed:
        for other in others:
            if other.packed == packed and other.width == width:
                return other
        return Column(unpack(packed, width, rows), packed, width)
    return Column(column.numbers[:] or column.strings[:] or column.blobs[:])


def _column(values: Sequence[Value]) -> Column:
    return Column(values, *pack(values)) if isinstance(values[0], int) else Column(values)  # type: ignore[arg-type]


def _encode_chunk(name: str, columns: Sequence[Column], rows: int) -> bytes:
    chunk = snapshot_pb2.SnapshotChunk(table=name, rows=rows)
    for column in columns:
        first = column.values[0]
        if isinstance(first, int):
            chunk.columns.add(packed=column.packed, width=column.width)
        elif isinstance(first, str):
            chunk.columns.add(strings=column.values)
        else:
            chunk.columns.add(blobs=column.values)
    return chunk.SerializeToString()
