"""Reading records: one segment (`SegmentCursor`), or the journal behind a live writer (`JournalReader`)."""

import hashlib
import os
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Final, TypeAlias
from zlib import crc32

from exchange_server.journal.errors import JournalDamaged, JournalError
from exchange_server.journal.layout import Layout
from exchange_server.journal.records import (
    LENGTH_MASK,
    MAX_PAYLOAD,
    RECORD_HEADER,
    SEGMENT_HEADER,
    JournalPosition,
    SegmentHeader,
    decode_header,
    next_chain,
)

Record: TypeAlias = tuple[int, int, bytes]
"""Sequence, time_ns, payload."""

EVERYTHING: Final = (1 << 63) - 1

_FIRST_CHUNK_BYTES: Final = 64 << 10
"""What a follower that asks often reads; it seldom finds more."""
_CHUNK_BYTES: Final = 4 << 20


class Stop(Enum):
    """Why a cursor gave no further record."""

    BOUND = "bound"
    END = "end"
    INVALID = "invalid"


class SegmentCursor:
    """Walks one segment's records, checking every CRC and the density of sequences.

    After `records` is exhausted, `stop` says why, `reason` what was wrong if it is INVALID, `offset` where it stands,
    and `chain` is the hash fed with everything that was walked.
    """

    def __init__(self, path: Path) -> None:
        """Open a segment at its first record; raises JournalDamaged for a bad header or name."""
        self.path: Final = path
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.header: Final[SegmentHeader] = decode_header(os.pread(self._fd, SEGMENT_HEADER.size, 0), path)
            if path.name != Layout("").segment(self.header.first_sequence).name:
                raise JournalDamaged(path, 16, f"the file begins with sequence {self.header.first_sequence}")
        except BaseException:
            self.close()
            raise
        self.offset = SEGMENT_HEADER.size
        self.next_sequence = self.header.first_sequence
        self.chain: hashlib.blake2b = next_chain(self.header.chain)
        self.stop = Stop.BOUND
        self.reason = ""

    def records(self, up_to: int = EVERYTHING) -> Iterator[Record]:
        """Give the records that follow, up to a sequence; what was given counts as walked."""
        unpack, header_bytes = RECORD_HEADER.unpack_from, RECORD_HEADER.size
        chunk_bytes = _FIRST_CHUNK_BYTES
        while self.next_sequence <= up_to:
            chunk = os.pread(self._fd, chunk_bytes, self.offset)
            size, at, expected = len(chunk), 0, self.next_sequence
            last_start = size - header_bytes
            try:
                # A tenth of a replay is spent here. A word of zero or a wild length fails the CRC, as damage does.
                while at <= last_start and expected <= up_to:
                    word, crc, sequence, time_ns = unpack(chunk, at)
                    end = at + header_bytes + (word & LENGTH_MASK)
                    body = chunk[at + 8 : end]
                    if crc32(body, word) != crc or sequence != expected or end > size:
                        break
                    at = end
                    expected += 1
                    yield sequence, time_ns, body[16:]
            finally:
                self.chain.update(memoryview(chunk)[:at])
                self.offset += at
                self.next_sequence = expected
            if at == 0 and (size < chunk_bytes or chunk_bytes == _CHUNK_BYTES):
                self._explain(chunk)
                return
            chunk_bytes = _CHUNK_BYTES
        self.stop = Stop.BOUND

    def position(self) -> JournalPosition:
        """Tell where the cursor stands, once what `records` gave is exhausted."""
        return JournalPosition(self.header.first_sequence, self.offset, self.chain.digest())

    def leap(self, position: JournalPosition, next_sequence: int) -> bool:
        """Go from the first record to a position of this segment at once, if the bytes before it are the same still.

        Tells whether they are; if not, the cursor stays, and `pass_over` finds what is wrong.
        """
        chain = self.chain.copy()
        at = self.offset
        while at < position.offset and (chunk := os.pread(self._fd, min(_CHUNK_BYTES, position.offset - at), at)):
            chain.update(chunk)
            at += len(chunk)
        if at != position.offset or chain.digest() != position.chain:
            return False
        self.offset, self.next_sequence, self.chain = at, next_sequence, chain
        return True

    def pass_over(self, up_to: int) -> None:
        """Walk the records that follow, up to a sequence, with the same checks and without giving them."""
        unpack, header_bytes = RECORD_HEADER.unpack_from, RECORD_HEADER.size
        while self.next_sequence <= up_to:
            chunk = os.pread(self._fd, _CHUNK_BYTES, self.offset)
            size, at, expected = len(chunk), 0, self.next_sequence
            last_start = size - header_bytes
            while at <= last_start and expected <= up_to:
                word, crc, sequence, _ = unpack(chunk, at)
                end = at + header_bytes + (word & LENGTH_MASK)
                if crc32(chunk[at + 8 : end], word) != crc or sequence != expected or end > size:
                    break
                at = end
                expected += 1
            self.chain.update(memoryview(chunk)[:at])
            self.offset += at
            self.next_sequence = expected
            if at == 0:
                self._explain(chunk)
                return
        self.stop = Stop.BOUND

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _explain(self, chunk: bytes) -> None:
        """Say why the bytes at `offset` are no record."""
        word = int.from_bytes(chunk[:4], "little")
        if word == 0:
            self.stop = Stop.END
            return
        self.stop = Stop.INVALID
        length = word & LENGTH_MASK
        if length > MAX_PAYLOAD:
            self.reason = f"a record's length is {length}"
        elif len(chunk) < RECORD_HEADER.size + length:
            self.reason = "a record reaches beyond the end of the file"
        elif crc32(chunk[8 : RECORD_HEADER.size + length], word) != RECORD_HEADER.unpack_from(chunk)[1]:
            self.reason = f"the record's CRC is wrong where sequence {self.next_sequence} belongs"
        else:
            found = RECORD_HEADER.unpack_from(chunk)[2]
            self.reason = f"sequence {found} stands where {self.next_sequence} belongs"


class JournalReader:
    """Reads the records behind a live writer, up to what is durable; for followers, dumps and audits.

    What lies beyond the durable mark may be half written or be cut after a crash, so never ask for it.
    """

    def __init__(self, directory: Path | str, after_sequence: int = 0) -> None:
        """Stand behind `after_sequence`; the files are opened by `read`."""
        self._layout: Final = Layout(directory)
        self._cursor: SegmentCursor | None = None
        self.sequence = after_sequence

    def read(self, up_to: int) -> Iterator[Record]:
        """Give the records from the next one to `up_to`, which must be durable.

        Raises JournalDamaged, or JournalError when the segment that held the next record has been deleted.
        """
        while self.sequence < up_to:
            cursor = self._cursor or self._open()
            for record in cursor.records(up_to):
                self.sequence = record[0]
                yield record
            if self.sequence >= up_to:
                return
            # A batch never spans segments: what follows stands in the file that bears its name.
            following = self._layout.segment(cursor.next_sequence)
            if cursor.stop is Stop.INVALID or not following.exists():
                raise JournalDamaged(cursor.path, cursor.offset, cursor.reason or "the segment ends too early")
            cursor.close()
            self._cursor = SegmentCursor(following)

    def position(self) -> JournalPosition | None:
        """Tell where the journal stands behind what `read` gave, once that is exhausted; None before anything was."""
        cursor = self._cursor
        return cursor.position() if cursor is not None and cursor.next_sequence == self.sequence + 1 else None

    def close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None

    def _open(self) -> SegmentCursor:
        holding = [path for first, path in self._layout.segments() if first <= self.sequence + 1]
        if not holding:
            raise JournalError(f"{self._layout.journal} does not hold sequence {self.sequence + 1} (any more)")
        self._cursor = SegmentCursor(holding[-1])
        self._cursor.pass_over(self.sequence)
        return self._cursor
