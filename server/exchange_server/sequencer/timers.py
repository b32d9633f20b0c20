"""Timers: time becomes commands.

The engine never looks at a clock. It knows when its next order expires and when the next dead-man's switch acts; at
that time a command is sequenced that lets it happen, in the first lane like a cancel.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from exchange_server.engine.commands import Command, ExpireOrders, RunCancelAllAfter
from exchange_server.engine.types import TimeNs
from exchange_server.journal import Applied
from exchange_server.sequencer.refusals import REJECT_OVERLOADED, REJECT_UNAVAILABLE, NotSequenced, OutcomeUnknown

log = logging.getLogger(__name__)

LONGEST_SLEEP_S: Final = 1.0
"""The system's clock may be set while a timer sleeps: it looks again after so long."""
SHORTEST_SLEEP_S: Final = 0.001
"""An event loop wakes by the millisecond, or a little early: then this keeps it from spinning."""
RETRY_S: Final = 0.02
"""After the exchange was too full even for a cancel."""
UNITS_A_TURN: Final = 64
"""Commands that are sent in one turn of the loop."""

_SECOND_NS: Final = 1_000_000_000


class DueTimes(Protocol):
    """What the engine says of the future."""

    def next_expiry_ns(self) -> TimeNs:
        """Return when the next order expires, in nanoseconds since 1970; 0 is never."""

    def next_switch(self) -> RunCancelAllAfter | None:
        """Return the command of the dead-man's switch that acts first; None when none is armed."""


Submit = Callable[[Sequence[Command]], "asyncio.Future[list[Applied]]"]


class Handle(Protocol):
    """A call that is to come."""

    def cancel(self) -> None: ...


CallLater = Callable[[float, Callable[[], None]], Handle]


class Timers:
    """Sends the commands of one shard's engine when their time has come.

    `now_ns` is the clock that stamps commands: what is due by it is due for the engine.
    """

    def __init__(self, engine: DueTimes, submit: Submit, now_ns: Callable[[], int], call_later: CallLater) -> None:
        self._engine: Final = engine
        self._submit: Final = submit
        self._now_ns: Final = now_ns
        self._call_later: Final = call_later
        self._handle: Handle | None = None
        self._armed_for = 0
        """The time that the handle waits for; 0 when there is none."""
        self._under_way: asyncio.Future[list[Applied]] | None = None
        """The last command that was sent, until it is durable or refused."""
        self._stopped = False

    def arm(self) -> None:
        """Sleep until the next time that the engine knows of; to be called whenever it may be another one."""
        if self._stopped or self._under_way is not None:
            return
        due_ns = self._due_ns()
        if due_ns == self._armed_for and (self._handle is not None or not due_ns):
            return
        self._disarm()
        if due_ns:
            self._sleep(due_ns)

    async def catch_up(self) -> None:
        """Send what is due already, and return when that is executed; then arm.

        Raises NotSequenced or OutcomeUnknown when the exchange stops meanwhile.
        """
        while (command := self._due_command()) is not None:
            await self._submit((command,))
        self.arm()

    def stop(self) -> None:
        """Send nothing any more."""
        self._stopped = True
        self._disarm()

    # ------------------------------------------------------------ what is due

    def _due_ns(self) -> int:
        """Return the next time, 0 for none."""
        return self._next()[0]

    def _due_command(self) -> Command | None:
        """Return the command whose time has come."""
        due_ns, command = self._next()
        return command if due_ns and due_ns <= self._now_ns() else None

    def _next_key(self) -> tuple[int, int]:
        """Return what tells the next command from others: its time and, of a switch, its account."""
        due_ns, command = self._next()
        return due_ns, command.account_id if isinstance(command, RunCancelAllAfter) else 0

    def _next(self) -> tuple[int, Command | None]:
        """Return the next command and its time; orders expire before a switch of the same time acts."""
        expiry_ns = self._engine.next_expiry_ns()
        switch = self._engine.next_switch()
        if switch is not None and not 0 < expiry_ns <= switch.cancel_time_ns:
            return switch.cancel_time_ns, switch
        return expiry_ns, ExpireOrders() if expiry_ns else None

    # ------------------------------------------------------------ sleeping

    def _sleep(self, due_ns: int) -> None:
        seconds = (due_ns - self._now_ns()) / _SECOND_NS
        self._armed_for = due_ns
        self._handle = self._call_later(min(max(seconds, SHORTEST_SLEEP_S), LONGEST_SLEEP_S), self._wake)

    def _disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = None
        self._armed_for = 0

    def _wake(self) -> None:
        self._handle = None
        self._armed_for = 0
        if not self._stopped:
            self._send()
            if self._under_way is None:
                self.arm()

    def _send(self) -> None:
        """Send what is due, one command after the other as long as each is executed at once."""
        for _ in range(UNITS_A_TURN):
            command = self._due_command()
            if command is None:
                return
            before = self._next_key()
            future = self._submit((command,))
            if future.done() or self._next_key() == before:
                # Refused, or it waits, or there is more of the same: go on when its outcome is known.
                self._under_way = future
                future.add_done_callback(self._sent)
                return
            future.add_done_callback(_retrieve)

    def _sent(self, future: "asyncio.Future[list[Applied]]") -> None:
        self._under_way = None
        error = _retrieve(future)
        if isinstance(error, NotSequenced) and error.reason == REJECT_OVERLOADED:
            self._armed_for = self._due_ns()
            self._handle = self._call_later(RETRY_S, self._wake)
            return
        if error is not None and not self._ends(error):
            log.error("a timer's command was refused", exc_info=error)
            self.stop()
            return
        if error is None:
            self.arm()

    @staticmethod
    def _ends(error: BaseException) -> bool:
        """Tell whether an error is the end of the shard, which has been told elsewhere."""
        return isinstance(error, OutcomeUnknown) or (
            isinstance(error, NotSequenced) and error.reason == REJECT_UNAVAILABLE
        )


def _retrieve(future: "asyncio.Future[list[Applied]]") -> BaseException | None:
    """Return how a command failed. Whoever does not ask is warned of it by asyncio."""
    return None if future.cancelled() else future.exception()
