"""Snapshots: the engine's whole state with its hash, written beside the journal and renamed into place.

A snapshot only saves time. It is checked frame by frame and as a whole when it is loaded; if it is not right, recovery
goes back to an older one, or to the journal alone.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final
from zlib import crc32

from exchange_server.engine import Engine
from exchange_server.engine.state import State
from exchange_server.journal.errors import SnapshotInvalid, SnapshotOutdated
from exchange_server.journal.layout import Layout, sync_directory
from exchange_server.journal.records import JournalPosition
from exchange_server.wire.snapshot_codec import (
    OtherVersion,
    SnapshotHeader,
    StateBuilder,
    decode_snapshot_header,
    encode_snapshot_chunks,
    encode_snapshot_header,
)
from exchange_server.wire.snapshot_columns import StateHasher

_MAGIC: Final = b"EXSNAP\r\n"
_FRAME: Final = struct.Struct("<II")
_END: Final = _FRAME.pack(0, 0)
_MAX_FRAME: Final = 1 << 28


def write_snapshot(directory: Path | str, engine: Engine, position: JournalPosition | None = None) -> Path:
    """Write a snapshot of the engine as it is, durably, and give its path; everything in it must be durable already.

    Who knows where the journal stood spares the next start from walking the records before.

    Takes seconds with a million orders and does not let anything else run meanwhile.
    """
    state = engine.view()
    tables = {name: len(rows) for name, rows in state.tables()}
    hasher = StateHasher(tables)
    header = SnapshotHeader(
        engine.shard_id, engine.sequence, engine.time_ns, bytes(32), engine.event_digest, tables, position
    )
    path = Layout(directory).snapshot(engine.sequence)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        file.write(_MAGIC)
        # The hash is known when all rows have been seen; until then another of the same length keeps its place.
        _write_frame(file, encode_snapshot_header(header))
        for chunk in encode_snapshot_chunks(state, hasher):
            _write_frame(file, chunk)
        file.write(_END)
        file.seek(len(_MAGIC))
        _write_frame(file, encode_snapshot_header(header._replace(state_hash=hasher.digest())))
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    sync_directory(path.parent)
    return path


def load_snapshot(path: Path, shard_id: int = 0) -> Engine:
    """Build the engine of a snapshot and check its state hash; raises SnapshotInvalid."""
    return load_snapshot_with_position(path, shard_id)[0]


def load_snapshot_with_position(path: Path, shard_id: int) -> tuple[Engine, JournalPosition | None]:
    """Build the engine of a snapshot, and tell where the journal stood; raises as `load_snapshot` does."""
    header, state, state_hash = read_snapshot(path)
    if header.shard_id != shard_id:
        raise SnapshotInvalid(f"{path}: belongs to shard {header.shard_id}, not {shard_id}")
    if state_hash != header.state_hash:
        raise SnapshotInvalid(f"{path}: the state's hash is wrong")
    engine = Engine.load(state, shard_id)
    if engine.sequence != header.sequence:
        raise SnapshotInvalid(f"{path}: contains sequence {engine.sequence}, not {header.sequence}")
    return engine, None if header.position is None else JournalPosition(*header.position)


def read_snapshot(path: Path) -> tuple[SnapshotHeader, State, bytes]:
    """Read a snapshot and check every frame; give the hash of the state that was read, which may not be the header's.

    Raises SnapshotInvalid.
    """
    try:
        with path.open("rb") as file:
            frames = _frames(file)
            header = decode_snapshot_header(next(frames))
            builder = StateBuilder(header.tables)
            for frame in frames:
                builder.add(frame)
            return (header, *builder.build())
    except OtherVersion as error:
        raise SnapshotOutdated(f"{path}: {error}") from error
    except (OSError, ValueError) as error:
        raise SnapshotInvalid(f"{path}: {error}") from error


def read_snapshot_header(path: Path) -> SnapshotHeader:
    """Read a snapshot's header only; raises SnapshotInvalid."""
    try:
        with path.open("rb") as file:
            return decode_snapshot_header(next(_frames(file)))
    except OtherVersion as error:
        raise SnapshotOutdated(f"{path}: {error}") from error
    except (OSError, ValueError) as error:
        raise SnapshotInvalid(f"{path}: {error}") from error


def snapshot_hash(directory: Path | str, sequence: int) -> bytes | None:
    """Give the state hash of the snapshot at exactly this sequence; None if there is none that can be read."""
    path = Layout(directory).snapshot(sequence)
    if not path.exists():
        return None
    try:
        return read_snapshot_header(path).state_hash
    except SnapshotInvalid:
        return None


def _write_frame(file: BinaryIO, data: bytes) -> None:
    file.write(_FRAME.pack(len(data), crc32(data)))
    file.write(data)


def _frames(file: BinaryIO) -> Iterator[bytes]:
    """Give each frame's bytes, at least one; raises ValueError where the file is not whole."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ValueError("not a snapshot")
    first = True
    while True:
        offset = file.tell()
        prefix = file.read(_FRAME.size)
        if len(prefix) < _FRAME.size:
            raise ValueError(f"offset {offset}: the file ends too early")
        length, crc = _FRAME.unpack(prefix)
        if length == 0:
            if first or crc != 0 or file.read(1):
                raise ValueError(f"offset {offset}: the file does not end where it should")
            return
        data = file.read(length) if length <= _MAX_FRAME else b""
        if len(data) < length or crc32(data) != crc:
            raise ValueError(f"offset {offset}: a frame is damaged")
        first = False
        yield data
