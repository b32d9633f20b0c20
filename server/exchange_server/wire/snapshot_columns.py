"""Columns of whole numbers as arrays of bytes, and the state's hash taken from columns as they are read.

Made for a million orders: most columns of an order are the same in every row of a chunk, and neither reading nor
hashing touches single numbers where it can be helped.
"""

import sys
from array import array
from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b
from typing import Final

from exchange_server.engine.state import ROWS_HASHED_AT_ONCE

_CODES: Final = {1: "B", 2: "H", 4: "I", 8: "q"}
_SWAPPED: Final = sys.byteorder == "big"


def pack(numbers: Sequence[int]) -> tuple[bytes, int]:
    """Return a column's bytes and the width of a number: one number if all are the same. Not for an empty column."""
    lowest, highest = min(numbers), max(numbers)
    width = 8 if lowest < 0 or highest >> 32 else 4 if highest >> 16 else 2 if highest >> 8 else 1
    packed = array(_CODES[width], numbers if lowest != highest else numbers[:1])
    if _SWAPPED:
        packed.byteswap()
    return packed.tobytes(), width


def unpack(packed: bytes, width: int, rows: int) -> list[int]:
    """Return the column of so many rows. Raises ValueError for bytes that are none."""
    if width not in _CODES or len(packed) % width:
        raise ValueError(f"{len(packed)} bytes are no numbers of {width}")
    numbers = array(_CODES[width], packed)
    if _SWAPPED:
        numbers.byteswap()
    return numbers.tolist() * (rows if len(numbers) == 1 else 1)


class Column:
    """A column that was read: its values, and the bytes that the state's hash is fed with for a block of them."""

    __slots__ = ("_wide", "packed", "values", "width")

    def __init__(self, values: Sequence[int | str | bytes], packed: bytes = b"", width: int = 0) -> None:
        """Take the values; of whole numbers also what they were unpacked from, if they were."""
        self.values: Final = values
        self.packed: Final = packed
        self.width: Final = width
        self._wide: Final = _widened(packed, width) if packed else b""

    def hashed(self, start: int) -> bytes:
        """Return the bytes of the block of rows that begins at `start`, as `State.hash` defines them."""
        if self._wide:
            if len(self._wide) == 8:
                return self._wide * min(ROWS_HASHED_AT_ONCE, len(self.values) - start)
            return self._wide[8 * start : 8 * (start + ROWS_HASHED_AT_ONCE)]
        block = self.values[start : start + ROWS_HASHED_AT_ONCE]
        if isinstance(block[0], int):
            return _numbers(block)  # type: ignore[arg-type]
        if isinstance(block[0], str):
            joined = "".join(block)  # type: ignore[arg-type]
            if joined.isascii():
                return _numbers(list(map(len, block))) + joined.encode()  # type: ignore[arg-type]
            block = [value.encode() for value in block]  # type: ignore[union-attr]
        return _numbers(list(map(len, block))) + b"".join(block)  # type: ignore[arg-type]


class Rows(Collection[tuple[int | str | bytes, ...]]):
    """A table's rows, made of its columns whenever they are read: a million tuples take a while, and much memory."""

    def __init__(self) -> None:
        """Begin without rows."""
        self._chunks: Final[list[list[Sequence[int | str | bytes]]]] = []
        self._count = 0

    def add(self, columns: Sequence[Column], rows: int) -> None:
        """Add so many rows; every column has as many values, and there is one at least."""
        self._chunks.append([column.values for column in columns])
        self._count += rows

    def __len__(self) -> int:
        """Count the rows."""
        return self._count

    def __iter__(self) -> Iterator[tuple[int | str | bytes, ...]]:
        """Make each row in turn."""
        for columns in self._chunks:
            yield from zip(*columns, strict=True)

    def __contains__(self, row: object) -> bool:
        """Look through all rows."""
        return any(row == here for here in self)


class StateHasher:
    """Takes the hash of a state from its columns, chunk by chunk in the order of a snapshot."""

    def __init__(self, tables: dict[str, int]) -> None:
        """Begin, with the number of rows of each table, in canonical order."""
        self._digest: Final = blake2b(digest_size=32)
        self._waiting: Final = list(tables.items())
        self._table = ""
        self._rows = 0
        self.possible = True
        """Whether every chunk so far began with a table's first row or at the border of two blocks."""

    def add(self, table: str, columns: Sequence[Column], rows: int) -> None:
        """Add a chunk of `rows` rows, at least one."""
        if table != self._table:
            self._begin(table)
        if self._rows % ROWS_HASHED_AT_ONCE:
            self.possible = False
        if not self.possible:
            return
        for start in range(0, rows, ROWS_HASHED_AT_ONCE):
            for column in columns:
                self._digest.update(column.hashed(start))
        self._rows += rows

    def digest(self) -> bytes:
        """Return the hash, 32 bytes, of a snapshot that was possible to hash."""
        self._begin("")
        return self._digest.digest()

    def _begin(self, table: str) -> None:
        """Go on to a table, past those without rows; to the end if there is none of this name."""
        self._table, self._rows = table, 0
        while self._waiting:
            name, rows = self._waiting.pop(0)
            self._digest.update(f"{name} {rows}\n".encode())
            if name == table:
                return
        self.possible = self.possible and not table


def _widened(packed: bytes, width: int) -> bytes:
    """Return the same numbers as little-endian signed 64 bits."""
    if width == 8:
        return packed
    wide = bytearray(len(packed) // width * 8)
    for at in range(width):
        wide[at::8] = packed[at::width]
    return bytes(wide)


def _numbers(numbers: Sequence[int]) -> bytes:
    packed = array("q", numbers)
    if _SWAPPED:
        packed.byteswap()
    return packed.tobytes()
