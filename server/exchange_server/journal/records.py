"""The bytes of a segment: a header, then records. Everything is little-endian.

Header (64 bytes): magic, version u32, shard id u32, first sequence u64, chain (32 bytes), zeros, CRC-32 of what is
before it.

Record: word u32, CRC-32 u32, sequence u64, time_ns u64, payload. The word's low 31 bits are the payload's length; its
top bit says that the record begins a batch of the group commit. A batch is only written when the one before is
durable, so the bit tells an unfinished write (torn) from damage: see `tail`. The CRC starts from the word and covers
everything behind itself. A word of zero ends the segment.

Chain: `chain(n+1) = BLAKE2b-256(chain(n) ‖ records of segment n)`, 32 zero bytes before the first; so each header
proves all records before it.
"""

import hashlib
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from exchange_server.journal.errors import JournalDamaged

SEGMENT_MAGIC: Final = b"EXJRNL\r\n"
SEGMENT_VERSION: Final = 1
GENESIS_CHAIN: Final = bytes(32)

SEGMENT_HEADER: Final = struct.Struct("<8sIIQ32s4xI")
RECORD_HEADER: Final = struct.Struct("<IIQQ")

BATCH_START: Final = 1 << 31
LENGTH_MASK: Final = BATCH_START - 1
MAX_PAYLOAD: Final = 1 << 20
"""No command is larger; a longer length is damage."""

_pack_prefix = struct.Struct("<II").pack
_pack_stamp = struct.Struct("<QQ").pack


class SegmentHeader(NamedTuple):
    """What a segment says about itself and about everything before it."""

    shard_id: int
    first_sequence: int
    chain: bytes


class JournalPosition(NamedTuple):
    """A place in the journal: the first sequence of the segment, the offset, the segment's running chain there."""

    segment: int
    offset: int
    chain: bytes


def append_records(
    buffer: bytearray, batch_start: bool, first_sequence: int, time_ns: int, payloads: Sequence[bytes]
) -> None:
    """Append one record a payload with consecutive sequences; the first begins a batch if `batch_start`."""
    sequence = first_sequence
    flag = BATCH_START if batch_start else 0
    for payload in payloads:
        body = _pack_stamp(sequence, time_ns) + payload
        word = len(payload) | flag
        buffer += _pack_prefix(word, crc32(body, word))
        buffer += body
        sequence += 1
        flag = 0


def encode_header(header: SegmentHeader) -> bytes:
    """Encode a segment's header."""
    plain = SEGMENT_HEADER.pack(SEGMENT_MAGIC, SEGMENT_VERSION, header.shard_id, header.first_sequence, header.chain, 0)
    return plain[:-4] + struct.pack("<I", crc32(plain[:-4]))


def decode_header(data: bytes, path: Path) -> SegmentHeader:
    """Decode a segment's header; raises JournalDamaged."""
    if len(data) < SEGMENT_HEADER.size:
        raise JournalDamaged(path, 0, "the file is shorter than a segment's header")
    magic, version, shard_id, first_sequence, chain, crc = SEGMENT_HEADER.unpack_from(data)
    if magic != SEGMENT_MAGIC:
        raise JournalDamaged(path, 0, "not a journal segment")
    if crc != crc32(data[: SEGMENT_HEADER.size - 4]):
        raise JournalDamaged(path, 0, "the segment's header is damaged")
    if version != SEGMENT_VERSION:
        raise JournalDamaged(path, 8, f"segment version {version} is unknown to this program")
    return SegmentHeader(shard_id, first_sequence, chain)


def next_chain(chain: bytes) -> "hashlib.blake2b":
    """Start the hash that, fed with a segment's records, is the next segment's chain."""
    return hashlib.blake2b(chain, digest_size=32)
