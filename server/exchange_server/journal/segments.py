"""Segment files: preallocated, written by one thread, each named after its first sequence."""

import hashlib
import os
from pathlib import Path
from typing import Final

from exchange_server.journal.layout import Layout, sync_directory, write_all
from exchange_server.journal.records import (
    GENESIS_CHAIN,
    SEGMENT_HEADER,
    JournalPosition,
    SegmentHeader,
    encode_header,
    next_chain,
)

DEFAULT_SEGMENT_BYTES: Final = 64 << 20

TEMPORARY_SUFFIX: Final = ".tmp"


class WritePosition:
    """Where the next batch goes: behind the last record of the last segment, or nowhere yet (`path` None).

    `chain` has been fed with the records that the segment holds.
    """

    def __init__(self, path: Path | None, offset: int, chain: "hashlib.blake2b") -> None:
        self.path: Final = path
        self.offset: Final = offset
        self.chain: Final = chain

    @classmethod
    def genesis(cls) -> "WritePosition":
        return cls(None, 0, hashlib.blake2b(digest_size=32))


class SegmentWriter:
    """Appends batches durably; a batch never spans two segments. Used by one thread at a time."""

    def __init__(self, layout: Layout, shard_id: int, position: WritePosition, segment_bytes: int) -> None:
        self._layout: Final = layout
        self._shard_id: Final = shard_id
        self._segment_bytes: Final = segment_bytes
        self._offset = position.offset
        self._chain = position.chain
        self._fd = -1
        self._capacity = 0
        self._segment = 0
        if position.path is not None:
            self._segment = int(position.path.stem)
            self._fd = os.open(position.path, os.O_WRONLY | os.O_CLOEXEC)
            self._capacity = os.fstat(self._fd).st_size

    def write(self, batch: bytes | bytearray, first_sequence: int) -> None:
        """Write records and return when they are durable.

        Raises OSError; the writer must not be used after that, because a second fsync may claim success for pages
        that the kernel has dropped.
        """
        if not self.fits(len(batch)):
            self._begin_segment(first_sequence, len(batch))
        os.fdatasync(self.put(batch))

    def fits(self, size: int) -> bool:
        """Tell whether there is a segment with room for so many bytes."""
        return self._fd >= 0 and self._offset + size <= self._capacity

    def put(self, batch: bytes | bytearray) -> int:
        """Write records that fit without making them durable; return the descriptor that is to be synced.

        Raises OSError as `write` does. Takes some microseconds: it only fills pages of a file that is allocated.
        """
        write_all(self._fd, batch, self._offset)
        self._offset += len(batch)
        self._chain.update(batch)
        return self._fd

    def position(self) -> JournalPosition | None:
        """Tell where the next batch goes; None before the first one."""
        return JournalPosition(self._segment, self._offset, self._chain.digest()) if self._segment else None

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _begin_segment(self, first_sequence: int, batch_bytes: int) -> None:
        chain = GENESIS_CHAIN if self._fd < 0 else self._chain.digest()
        self.close()
        self._capacity = max(self._segment_bytes, SEGMENT_HEADER.size + batch_bytes)
        self._fd = create_segment(
            self._layout.segment(first_sequence), SegmentHeader(self._shard_id, first_sequence, chain), self._capacity
        )
        self._segment = first_sequence
        self._offset = SEGMENT_HEADER.size
        self._chain = next_chain(chain)


def create_segment(path: Path, header: SegmentHeader, size: int) -> int:
    """Create a preallocated segment and return its descriptor.

    It gets its name only when the header is durable, so a segment's header is never torn.
    """
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        os.posix_fallocate(fd, 0, size)
        write_all(fd, encode_header(header), 0)
        os.fsync(fd)
        temporary.rename(path)
        sync_directory(path.parent)
    except BaseException:
        os.close(fd)
        raise
    return fd


def remove_temporaries(layout: Layout) -> None:
    """Remove what a crash left of files that never got their name."""
    for path in layout.journal.glob("*" + TEMPORARY_SUFFIX):
        path.unlink()
