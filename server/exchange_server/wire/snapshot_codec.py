"""Snapshot frames: the engine's rows as protobuf columns, which are small and quick to read."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from google.protobuf.message import DecodeError

from exchange.journal.v1 import snapshot_pb2
from exchange_server.engine.state import TABLES, State

SNAPSHOT_VERSION: Final = 1
"""Raised when a table gets other columns; older snapshots are passed over then."""

ROWS_PER_CHUNK: Final = 10_000

Value: TypeAlias = int | str | bytes
Rows: TypeAlias = list[tuple[Value, ...]]


class SnapshotHeader(NamedTuple):
    """What a snapshot says about itself. `tables`: rows by table."""

    shard_id: int
    sequence: int
    time_ns: int
    state_hash: bytes
    event_digest: int
    tables: dict[str, int]


def encode_snapshot_header(header: SnapshotHeader) -> bytes:
    """Encode a header in this version's layout."""
    return snapshot_pb2.SnapshotHeader(
        version=SNAPSHOT_VERSION,
        shard_id=header.shard_id,
        sequence=header.sequence,
        time_ns=header.time_ns,
        state_hash=header.state_hash,
        event_digest=header.event_digest,
        tables=[snapshot_pb2.SnapshotTable(name=name, rows=rows) for name, rows in header.tables.items()],
    ).SerializeToString()


def decode_snapshot_header(data: bytes) -> SnapshotHeader:
    """Decode a header; raises ValueError for bytes that are none, or of another version."""
    try:
        message = snapshot_pb2.SnapshotHeader.FromString(data)
    except DecodeError:
        raise ValueError("not a snapshot's header") from None
    if message.version != SNAPSHOT_VERSION:
        raise ValueError(f"snapshot version {message.version}, this program reads {SNAPSHOT_VERSION}")
    return SnapshotHeader(
        message.shard_id,
        message.sequence,
        message.time_ns,
        message.state_hash,
        message.event_digest,
        {table.name: table.rows for table in message.tables},
    )


def encode_snapshot_chunks(state: State) -> Iterator[bytes]:
    """Encode every table in canonical order, `ROWS_PER_CHUNK` rows a chunk."""
    for name, rows in state.tables():
        for start in range(0, len(rows), ROWS_PER_CHUNK):
            yield _encode_chunk(name, rows[start : start + ROWS_PER_CHUNK])


class StateBuilder:
    """Collects decoded chunks and makes the state of them."""

    def __init__(self) -> None:
        self._tables: Final[dict[str, Rows]] = {name: [] for name in TABLES}

    def add(self, data: bytes) -> None:
        """Add a chunk; raises ValueError."""
        try:
            chunk = snapshot_pb2.SnapshotChunk.FromString(data)
        except DecodeError:
            raise ValueError("not a snapshot's chunk") from None
        if chunk.table not in self._tables:
            raise ValueError(f"table {chunk.table!r} is unknown")
        columns: list[Sequence[Value]] = [
            column.numbers[:] or column.strings[:] or column.blobs[:] for column in chunk.columns
        ]
        if any(len(column) != chunk.rows for column in columns):
            raise ValueError(f"a column of table {chunk.table!r} does not have {chunk.rows} rows")
        self._tables[chunk.table].extend(zip(*columns, strict=True))

    def build(self, expected: dict[str, int]) -> State:
        """Make the state; raises ValueError if a table does not have its expected number of rows."""
        found = {name: len(rows) for name, rows in self._tables.items()}
        if found != expected:
            raise ValueError(f"rows {found} where {expected} belong")
        return State(**self._tables)  # type: ignore[arg-type]


def _encode_chunk(name: str, rows: Sequence[tuple[Value, ...]]) -> bytes:
    chunk = snapshot_pb2.SnapshotChunk(table=name, rows=len(rows))
    for values in zip(*rows, strict=True):
        first = values[0]
        if isinstance(first, int):
            chunk.columns.add(numbers=values)
        elif isinstance(first, str):
            chunk.columns.add(strings=values)
        else:
            chunk.columns.add(blobs=values)
    return chunk.SerializeToString()
