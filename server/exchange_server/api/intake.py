"""How much the order entry streams together may have under way."""

import asyncio
from collections import deque
from typing import Final

MAX_INTAKE: Final = 600
"""Commands of all streams together that may wait for being durable, cancels apart.

What is sequenced is not overtaken: a cancel waits for what is before it to be durable, some milliseconds for so many.
"""


class Intake:
    """Room for commands; who finds none waits in line, first come first served."""

    def __init__(self, limit: int = MAX_INTAKE) -> None:
        self._limit: Final = limit
        self._taken = 0
        self._line: Final[deque[tuple[int, asyncio.Future[None]]]] = deque()

    async def take(self, count: int) -> None:
        """Wait for room, and take it. A unit larger than the bound has room when nothing else is under way."""
        if count == 0 or (not self._line and self._fits(count)):
            self._taken += count
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append((count, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give(count)
            raise

    def give(self, count: int) -> None:
        """Give room back, and let in who waits."""
        self._taken -= count
        while self._line:
            wanted, turn = self._line[0]
            if not turn.cancelled():
                if not self._fits(wanted):
                    return
                self._taken += wanted
                turn.set_result(None)
            self._line.popleft()

    def _fits(self, count: int) -> bool:
        return self._taken + count <= self._limit or self._taken == 0
