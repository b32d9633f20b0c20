"""Who may work on the event loop now: bulk work takes turns, and stands back for cancels.

One thread reads, sequences and answers everything. What a batch of a hundred orders takes to be read, executed or
answered is half a millisecond, and a cancel passes through the loop some eight times on its way: if a dozen streams
did their part in each turn, it would wait for a hundred of these.

So bulk work enters here, as many commands as a batch at a time. While a cancel is known to be under way nothing enters;
it is known from when its call is opened, two turns of the loop before its request has been read. And where somebody
cancels now and then, the loop turns freely for a moment after every step, so that a cancel that nobody knows of yet,
and the threads that it passes through, get on. So it does while calls are being opened, which gRPC does one at a time:
there may be a cancel behind them.
"""

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

STEP_COMMANDS: Final = 100
"""Commands that are read, executed or answered in one go; a larger step has a go to itself."""
CALM: Final = 10
"""How many times as much is one step while nobody cancels: fewer, larger commits."""
HOLD_S: Final = 0.005
"""How long cancels hold bulk work back at most; then one step enters, and they hold it back again."""
PAUSE_S: Final = 0.00008
"""How long the loop turns freely after a step, when there was a cancel within `ALERT_S`."""
ALERT_S: Final = 1.0
DOOR_S: Final = 0.002
"""How long calls that are being opened, one in each pause, keep the next step waiting."""

give_way: Final[Callable[[], object]] = getattr(os, "sched_yield", lambda: time.sleep(0))
"""Let threads that wait for this processor run, gRPC's above all. Returns at once when there are none; the shortest of
sleeps takes some 0.15 ms, twice a pause."""

Entry: TypeAlias = "tuple[int, asyncio.Future[None] | Callable[[], None]]"


class Turnstile:
    """Lets bulk work onto the event loop step by step: execution first, then first come first served."""

    def __init__(
        self,
        step_commands: int = STEP_COMMANDS,
        hold_s: float = HOLD_S,
        pause_s: float = PAUSE_S,
        door_s: float = DOOR_S,
    ) -> None:
        self._step_commands: Final = step_commands
        self._hold_s: Final = hold_s
        self._pause_s: Final = pause_s
        self._door_s: Final = door_s
        self._loop: Final = asyncio.get_running_loop()
        self._line: Final[deque[Entry]] = deque()
        self._entered = 0
        """Commands that have entered since the last pause."""
        self._turning = False
        """Whether `_turn` is scheduled."""
        self._stepped_at = 0.0
        """When the last step was made."""
        self._opened_at = 0.0
        """When the last call was opened."""
        self._alert_until = 0.0
        self._urgent = 0
        self._announced = 0
        """Cancels whose calls are opened and whose requests are still to come."""
        self._held: asyncio.TimerHandle | None = None

    @property
    def step_commands(self) -> int:
        """Commands that one step may be made of now."""
        if time.monotonic() >= self._alert_until:
            return self._step_commands * CALM
        return self._step_commands

    async def enter(self, commands: int) -> None:
        """Wait until a step of so many commands may be made; it is to be made before the next await."""
        if self._may_enter(commands):
            self._count(commands)
            return
        turn: asyncio.Future[None] = self._loop.create_future()
        self._line.append((commands, turn))
        self._turn_soon()
        await turn

    def call_soon(self, commands: int, step: Callable[[], None]) -> None:
        """Make a step of about so many commands in one of the next turns of the loop, before all who wait to enter.

        It executes what has been read. If a crowd of readers went first, what they read would fill the queue and be
        refused, and the time that it took to read be lost.
        """
        if self._may_enter(commands):
            self._count(commands)
            self._loop.call_soon(step)
        else:
            self._line.appendleft((commands, step))
            self._turn_soon()

    def announce(self) -> None:
        """Hold bulk work back for a cancel whose call is opened, until its request has `arrived`.

        If none comes, this is forgotten when bulk work has waited as long as it waits at most.
        """
        self._alert_until = time.monotonic() + ALERT_S
        self._announced += 1

    def opened(self) -> None:
        """Let the loop turn freely for a moment, because a call was opened and there may be more.

        gRPC lets in one call in a turn of the loop; where many are made, a cancel stands in line with them, and a step
        in each of these turns would be a step for each of them.
        """
        self._opened_at = time.monotonic()

    def arrived(self) -> None:
        """Take one `announce` back."""
        if self._announced:
            self._announced -= 1
            self._let_in()

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
        self._alert_until = time.monotonic() + ALERT_S
        self._urgent += 1

    def release(self) -> None:
        """Take one `hold` back."""
        self._urgent -= 1
        self._let_in()

    @property
    def holding(self) -> bool:
        """Whether a cancel is known to be under way."""
        return self._urgent > 0 or self._announced > 0

    def _let_in(self) -> None:
        if self.holding:
            return
        if self._held is not None:
            # The next cancel has a time of its own.
            self._held.cancel()
            self._held = None
        if self._line:
            self._turn_soon()

    def _may_enter(self, commands: int) -> bool:
        return not self._line and not self.holding and self._fits(commands)

    def _fits(self, commands: int) -> bool:
        return self._entered == 0 or self._entered + commands <= self.step_commands

    def _count(self, commands: int) -> None:
        self._entered += commands
        self._turn_soon()

    def _turn_soon(self) -> None:
        if not self._turning:
            self._turning = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """After a step, pause; after the pause, let in who comes next."""
        self._turning = False
        if self._entered:
            # 1. The step has just been made.
            self._entered = 0
            self._stepped_at = time.monotonic()
        if not self._line:
            return
        if self.holding:
            # 2. Cancels hold it back, but not for ever.
            if self._held is None:
                self._held = self._loop.call_later(self._hold_s, self._hold_is_over)
            return
        if self._pausing():
            # 3. Everybody else's turn.
            give_way()
        else:
            # 4. The next step.
            self._admit()
        if self._line:
            self._turn_soon()

    def _pausing(self) -> bool:
        """Tell whether the loop is to turn freely, after a step or because a call was opened."""
        now = time.monotonic()
        since = now - self._stepped_at
        if since < self._pause_s and now < self._alert_until:
            return True
        return now - self._opened_at < self._pause_s and since < self._door_s

    def _hold_is_over(self) -> None:
        self._held = None
        self._announced = 0
        self._admit()
        if self._line:
            self._turn_soon()

    def _admit(self) -> None:
        """Let in who fits into one step."""
        line = self._line
        while line:
            commands, entry = line[0]
            if isinstance(entry, asyncio.Future):
                if entry.done():  # its stream is gone
                    line.popleft()
                    continue
                if not self._fits(commands):
                    return
                entry.set_result(None)
            elif self._fits(commands):
                self._loop.call_soon(entry)
            else:
                return
            line.popleft()
            self._count(commands)
