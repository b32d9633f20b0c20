"""When something is due: orders that expire, and dead-man's switches. Time itself comes in commands.

Both are heaps whose entries are never taken out early: what no longer holds is passed over when it comes up.
"""

from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

from exchange_server.engine.orders import Recorder
from exchange_server.engine.types import AccountId, OrderId, TimeNs

Expiry: TypeAlias = tuple[TimeNs, OrderId, AccountId]


class Expiries:
    """Orders with an expire time, by it, then by age. Who asks says which of them are still open."""

    __slots__ = ("_heap", "_undo")

    def __init__(self, undo: Recorder) -> None:
        self._heap: Final[list[Expiry]] = []
        self._undo: Final = undo

    def add(self, expire_time_ns: TimeNs, order_id: OrderId, account_id: AccountId) -> None:
        """Remember an order that has come to rest or to wait."""
        expiry: Expiry = (expire_time_ns, order_id, account_id)
        heappush(self._heap, expiry)
        if self._undo.recording:
            self._undo.expires(expire_time_ns, order_id, account_id)

    def take_back(self, expiry: Expiry) -> None:
        """Undo the latest `add`: it moved what lay on its way up by one place, and here that is moved down again."""
        heap = self._heap
        at = len(heap) - 1
        moved = heap.pop()
        while moved != expiry:
            at = (at - 1) // 2
            moved, heap[at] = heap[at], moved

    def first(self) -> Expiry | None:
        """Return the order that expires first."""
        return self._heap[0] if self._heap else None

    def pop(self) -> None:
        """Forget the first order."""
        heappop(self._heap)


class Switches:
    """Armed dead-man's switches. `times`: when each account's acts."""

    __slots__ = ("_heap", "times")

    def __init__(self) -> None:
        self.times: Final[dict[AccountId, TimeNs]] = {}
        self._heap: Final[list[tuple[TimeNs, AccountId]]] = []

    def set(self, account_id: AccountId, cancel_time_ns: TimeNs) -> None:
        """Arm an account's switch anew; 0 disarms it."""
        if not cancel_time_ns:
            self.times.pop(account_id, None)
            return
        self.times[account_id] = cancel_time_ns
        heappush(self._heap, (cancel_time_ns, account_id))
        if len(self._heap) > 2 * len(self.times) + 64:
            self._heap[:] = [(time_ns, account_id) for account_id, time_ns in self.times.items()]
            heapify(self._heap)

    def first(self) -> tuple[TimeNs, AccountId] | None:
        """Return the switch that acts first, with its time."""
        while self._heap and self.times.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0] if self._heap else None
