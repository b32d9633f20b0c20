"""The durable mark: one small mapped file that tells other processes how far the journal is durable.

It is written after every commit and never synced: after a crash of the machine it may be old, but it never promises
more than the disk has. A CRC keeps a reader from taking a half-written one.
"""

import mmap
import os
import struct
import time
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

_MAGIC: Final = b"EXMARK\r\n"
_LAYOUT: Final = struct.Struct("<8sIIQQQI")
_VERSION: Final = 1
_HAS_DIGEST: Final = 1
_FILE_BYTES: Final = 4096
_PATIENCE_NS: Final = 200_000_000


class DurableMark(NamedTuple):
    """Everything up to `sequence` is durable; `event_digest` is the engine's there, None if it is not known."""

    sequence: int
    event_digest: int | None
    time_ns: int


class MarkWriter:
    """The core's side of the mark."""

    def __init__(self, path: Path) -> None:
        """Open the file, which is created if it is missing; what it says stays until `publish`."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            if os.fstat(fd).st_size < _FILE_BYTES:
                os.ftruncate(fd, _FILE_BYTES)
            self._map: Final = mmap.mmap(fd, _FILE_BYTES)
        finally:
            os.close(fd)

    def publish(self, mark: DurableMark) -> None:
        """Tell every reader."""
        has_digest = 0 if mark.event_digest is None else _HAS_DIGEST
        plain = _LAYOUT.pack(_MAGIC, _VERSION, has_digest, mark.sequence, mark.event_digest or 0, mark.time_ns, 0)
        self._map[: _LAYOUT.size] = plain[:-4] + struct.pack("<I", crc32(plain[:-4]))

    def close(self, *, sync: bool = False) -> None:
        """Unmap the file, with `sync` after making it durable."""
        if sync:
            self._map.flush()
        self._map.close()


class MarkReader:
    """Another process's side of the mark."""

    def __init__(self, path: Path) -> None:
        """Map the file; raises FileNotFoundError before the core has made it."""
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if os.fstat(fd).st_size < _FILE_BYTES:
                raise FileNotFoundError(f"{path} is not written yet")
            self._map: Final = mmap.mmap(fd, _FILE_BYTES, prot=mmap.PROT_READ)
        finally:
            os.close(fd)

    def read(self) -> DurableMark | None:
        """Read the mark; None if nothing valid stands there, also after waiting out a write in progress."""
        deadline = time.monotonic_ns() + _PATIENCE_NS
        while True:
            mark = _decode(self._map[: _LAYOUT.size])
            if mark is not None:
                return mark
            if self._map[: len(_MAGIC)] != _MAGIC or time.monotonic_ns() > deadline:
                return None

    def close(self) -> None:
        self._map.close()


def read_mark(path: Path) -> DurableMark | None:
    """Read a mark once; None if there is none or it is invalid."""
    try:
        reader = MarkReader(path)
    except FileNotFoundError:
        return None
    try:
        return reader.read()
    finally:
        reader.close()


def _decode(data: bytes) -> DurableMark | None:
    magic, version, flags, sequence, digest, time_ns, crc = _LAYOUT.unpack(data)
    if magic != _MAGIC or version != _VERSION or crc != crc32(data[:-4]):
        return None
    return DurableMark(sequence, digest if flags & _HAS_DIGEST else None, time_ns)
