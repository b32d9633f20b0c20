"""Sorted prices: which levels exist, in order.

A list of sorted chunks: an insertion moves at most one chunk, so its cost does not grow noticeably with the number of
levels, and both ends are found at once.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Final

CHUNK: Final = 512
"""Prices a chunk is split at twice of; some hundreds balance moving within a chunk against the number of chunks."""


class PriceLadder:
    """Distinct prices in ascending order."""

    __slots__ = ("_chunks", "_lasts")

    def __init__(self) -> None:
        self._chunks: list[list[int]] = []
        self._lasts: list[int] = []

    def lowest(self) -> int:
        """Return the lowest price, or 0 when there is none."""
        return self._chunks[0][0] if self._chunks else 0

    def highest(self) -> int:
        """Return the highest price, or 0 when there is none."""
        return self._lasts[-1] if self._lasts else 0

    def above(self, price: int) -> int:
        """Return the next price above one that is there, or 0 when there is none."""
        at = bisect_right(self._lasts, price)
        if at == len(self._chunks):
            return 0
        chunk = self._chunks[at]
        return chunk[bisect_right(chunk, price)]

    def below(self, price: int) -> int:
        """Return the next price below one that is there, or 0 when there is none."""
        at = bisect_left(self._lasts, price)
        within = bisect_left(self._chunks[at], price)
        if within > 0:
            return self._chunks[at][within - 1]
        return self._lasts[at - 1] if at > 0 else 0

    def add(self, price: int) -> None:
        """Add a price that is not there yet."""
        chunks = self._chunks
        lasts = self._lasts
        if not chunks:
            chunks.append([price])
            lasts.append(price)
            return
        at = bisect_left(lasts, price)
        if at == len(chunks):
            at -= 1
            lasts[at] = price
            chunks[at].append(price)
        else:
            insort(chunks[at], price)
        chunk = chunks[at]
        if len(chunk) > 2 * CHUNK:
            upper = chunk[CHUNK:]
            del chunk[CHUNK:]
            lasts[at] = chunk[-1]
            chunks.insert(at + 1, upper)
            lasts.insert(at + 1, upper[-1])

    def remove(self, price: int) -> None:
        """Remove a price that is there."""
        at = bisect_left(self._lasts, price)
        chunk = self._chunks[at]
        del chunk[bisect_left(chunk, price)]
        if not chunk:
            del self._chunks[at]
            del self._lasts[at]
        else:
            self._lasts[at] = chunk[-1]

    def move(self, price: int, to: int) -> None:
        """Remove a price that is there, and add one that is not: at once, if it is the only one."""
        if len(self._lasts) == 1 and len(self._chunks[0]) == 1:
            self._chunks[0][0] = self._lasts[0] = to
        else:
            self.remove(price)
            self.add(to)

    def ascending(self) -> Iterator[int]:
        """Iterate from the lowest price; the ladder must not change meanwhile."""
        for chunk in self._chunks:
            yield from chunk

    def descending(self) -> Iterator[int]:
        """Iterate from the highest price; the ladder must not change meanwhile."""
        for chunk in reversed(self._chunks):
            yield from reversed(chunk)

    @classmethod
    def of(cls, ascending: list[int]) -> "PriceLadder":
        """Build a ladder of distinct prices that are already sorted."""
        ladder = cls()
        ladder._chunks = [ascending[start : start + CHUNK] for start in range(0, len(ascending), CHUNK)]
        ladder._lasts = [chunk[-1] for chunk in ladder._chunks]
        return ladder
