"""The levels of a published book, and their order when somebody wants it."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from sortedcontainers import SortedList


class BookLevels:
    """Lots by key: the price for an ask and the negated price for a bid, so that the best level has the least key.

    The keys are sorted when first asked for, and then kept sorted.
    """

    __slots__ = ("_sorted", "lots")

    def __init__(self, lots: dict[int, int]) -> None:
        self.lots: Final = lots
        self._sorted: SortedList | None = None

    def set(self, key: int, lots: int) -> bool:
        """Give a level a new total, 0 to remove it; return whether it had another."""
        before = self.lots.get(key, 0)
        if lots == before:
            return False
        if lots == 0:
            del self.lots[key]
            if self._sorted is not None:
                self._sorted.remove(key)
            return True
        self.lots[key] = lots
        if before == 0 and self._sorted is not None:
            self._sorted.add(key)
        return True

    def set_all(self, totals: Mapping[int, int]) -> None:
        """Give many levels new totals and sort anew when next asked: cheap for a book that nobody looks at."""
        self._sorted = None
        self.lots.update(totals)
        for key in [key for key, lots in totals.items() if lots == 0]:
            del self.lots[key]

    def bids(self, depth: int | None) -> list[tuple[int, int]]:
        """Return the best bids as keys with their lots, all by default, best first."""
        return self._best(self._order().irange(None, -1), depth)

    def asks(self, depth: int | None) -> list[tuple[int, int]]:
        """Return the best asks as keys with their lots, all by default, best first."""
        return self._best(self._order().irange(1, None), depth)

    def _best(self, keys: Iterator[int], depth: int | None) -> list[tuple[int, int]]:
        return [(key, self.lots[key]) for key in islice(keys, depth)]

    def _order(self) -> SortedList:
        if self._sorted is None:
            self._sorted = SortedList(self.lots)
        return self._sorted
