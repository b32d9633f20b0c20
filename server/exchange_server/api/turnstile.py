"""Who may work on the event loop now: the bulk of order entry takes turns, and stands back for cancels.

One thread reads, sequences and answers everything. What a batch of a hundred orders takes to be read, or answered, is
half a millisecond, and a dozen streams at once keep a cancel waiting for a dozen of these, several times on its way.
So bulk work enters here, as many commands as a batch in one turn of the loop, and none while a cancel is under way.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

TURN_COMMANDS: Final = 100
"""Commands that are read or answered in one turn of the event loop; a larger step has a turn to itself."""
HOLD_S: Final = 0.005
"""How long cancels hold bulk work back at most; then one step enters, and they hold it back again."""


class Turnstile:
    """Lets bulk work onto the event loop step by step, first come first served."""

    def __init__(self, turn_commands: int = TURN_COMMANDS, hold_s: float = HOLD_S) -> None:
        self._turn_commands: Final = turn_commands
        self._hold_s: Final = hold_s
        self._line: Final[deque[tuple[int, asyncio.Future[None]]]] = deque()
        self._entered = 0
        """Commands that have entered in this turn."""
        self._turning = False
        self._urgent = 0
        self._held_until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def enter(self, commands: int) -> None:
        """Wait until a step of so many commands may be made; it is to be made before the next await."""
        if not self._urgent and not self._line and self._fits(commands):
            self._count(commands)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append((commands, turn))
        self._go_on()
        await turn

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Hold bulk work back while the block runs, which is a cancel on its way from its arrival to its answer."""
        self.hold()
        try:
            yield
        finally:
            self.release()

    def hold(self) -> None:
        """Hold bulk work back until `release` was called as often."""
        if self._urgent == 0:
            self._held_until = asyncio.get_running_loop().time() + self._hold_s
        self._urgent += 1

    def release(self) -> None:
        """Take one `hold` back."""
        self._urgent -= 1
        if self._urgent == 0 and self._line:
            self._go_on()

    def _fits(self, commands: int) -> bool:
        return self._entered == 0 or self._entered + commands <= self._turn_commands

    def _count(self, commands: int) -> None:
        self._entered += commands
        if not self._turning:
            self._turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _go_on(self) -> None:
        """See to it that the line moves when it may."""
        if self._turning:
            return
        loop = asyncio.get_running_loop()
        if not self._urgent:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            self._turning = True
            loop.call_soon(self._turn)
        elif self._timer is None:
            self._timer = loop.call_at(self._held_until, self._hold_is_over)

    def _hold_is_over(self) -> None:
        self._timer = None
        if self._urgent:
            self._held_until = asyncio.get_running_loop().time() + self._hold_s
            self._entered = 0
            self._admit()
        self._go_on()

    def _turn(self) -> None:
        """Begin a new turn: who was let in with the last one has made its step."""
        self._turning = False
        self._entered = 0
        if not self._urgent:
            self._admit()
        if self._line:
            self._go_on()

    def _admit(self) -> None:
        """Let in who fits into this turn."""
        line = self._line
        while line:
            commands, turn = line[0]
            if turn.done():  # its stream is gone
                line.popleft()
            elif self._fits(commands):
                line.popleft()
                turn.set_result(None)
                self._count(commands)
            else:
                return
