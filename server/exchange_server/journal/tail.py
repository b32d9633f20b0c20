"""The end of the last segment: whole, torn or damaged.

Behind the last valid record there may be bytes that are none. They are *torn*, an unfinished write that was never
acknowledged, if nothing proves the contrary. They are *damaged*, bytes that had been durable, if

1. the durable mark stands at or behind the sequence that is missing there, or
2. a valid record that begins a batch follows: a batch is only written when the one before it is durable.

Valid records of the same batch may follow a torn one, because the disk orders the pages of one write as it likes.
What is torn is cut, and reported; what is damaged is for people to decide: the core refuses to start.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from exchange_server.journal.errors import JournalDamaged
from exchange_server.journal.mark import DurableMark
from exchange_server.journal.reader import SegmentCursor, Stop
from exchange_server.journal.records import BATCH_START, LENGTH_MASK, MAX_PAYLOAD, RECORD_HEADER

_BLOCK: Final = 1 << 20


class TornTail(NamedTuple):
    """What was cut: `nbytes` from `offset` on; `later_records` valid ones of the same unfinished batch among them."""

    path: Path
    offset: int
    nbytes: int
    reason: str
    later_records: int

    def __str__(self) -> str:
        later = f", {self.later_records} later records of the same batch" if self.later_records else ""
        return (
            f"{self.path}, offset {self.offset}: cut {self.nbytes} bytes of an unfinished write ({self.reason}{later})"
        )


def examine_tail(cursor: SegmentCursor, mark: DurableMark | None) -> TornTail | None:
    """Judge what follows an exhausted cursor of the last segment.

    Gives None for a clean end, and raises JournalDamaged for bytes that had been durable.
    """
    rest = _written_bytes(cursor.path, cursor.offset)
    reason = cursor.reason if cursor.stop is Stop.INVALID else "a record's length is missing"
    if mark is not None and mark.sequence >= cursor.next_sequence:
        missing = f"sequences {cursor.next_sequence} to {mark.sequence} were durable and are missing"
        raise JournalDamaged(cursor.path, cursor.offset, f"{reason}; {missing}" if rest else missing)
    if not rest:
        return None
    later = 0
    for offset, sequence, batch_start in _records_in(rest, cursor.next_sequence):
        if batch_start:
            found = f"valid sequence {sequence} follows at offset {cursor.offset + offset}"
            raise JournalDamaged(cursor.path, cursor.offset, f"{reason}; {found}")
        later += 1
    return TornTail(cursor.path, cursor.offset, len(rest), reason, later)


def cut_tail(torn: TornTail) -> None:
    """Zero a torn tail durably; the segment keeps its size."""
    fd = os.open(torn.path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(fd).st_size
        os.ftruncate(fd, torn.offset)
        os.posix_fallocate(fd, 0, max(size, torn.offset + 1))
        os.fsync(fd)
    finally:
        os.close(fd)


def _written_bytes(path: Path, offset: int) -> bytes:
    """Read from `offset` to the last byte that is not zero."""
    blocks: list[bytes] = []
    with path.open("rb") as file:
        file.seek(offset)
        while block := file.read(_BLOCK):
            blocks.append(block)
    # A preallocated segment is mostly zeros: drop whole blocks first.
    zeros = bytes(_BLOCK)
    while blocks and blocks[-1] == zeros[: len(blocks[-1])]:
        blocks.pop()
    return b"".join(blocks).rstrip(b"\0")


def _records_in(data: bytes, first_missing: int) -> Iterator[tuple[int, int, bool]]:
    """Find valid records at any offset: offset, sequence, whether it begins a batch.

    Only sequences that can follow are looked for, by the upper six bytes that they share.
    """
    last = first_missing + len(data) // RECORD_HEADER.size + 1
    data += bytes(64)  # a last payload may itself have ended in zeros
    for upper in range(first_missing >> 16, (last >> 16) + 1):
        needle = upper.to_bytes(6, "little")
        at = data.find(needle)
        while at >= 0:
            record = _record_at(data, at - 10)
            if record is not None and first_missing <= record[1] <= last:
                yield record
            at = data.find(needle, at + 1)


def _record_at(data: bytes, offset: int) -> tuple[int, int, bool] | None:
    if offset < 0 or offset + RECORD_HEADER.size > len(data):
        return None
    word, crc, sequence, _ = RECORD_HEADER.unpack_from(data, offset)
    end = offset + RECORD_HEADER.size + (word & LENGTH_MASK)
    if word == 0 or word & LENGTH_MASK > MAX_PAYLOAD or end > len(data):
        return None
    if crc32(memoryview(data)[offset + 8 : end], word) != crc:
        return None
    return offset, sequence, bool(word & BATCH_START)
