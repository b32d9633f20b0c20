"""A core without its servers, to be killed: `python -m tests.replay.flood DIRECTORY [FAULT [NUMBER]]`.

Places orders numbered by their client order ids, as fast as it can, and prints the number of each acknowledged one.
Goes on behind the highest number that its journal holds. Faults, after NUMBER orders: `fsync` (the disk refuses to
sync), `full` (no space to write), `raise` (the engine has a bug that an order meets). Exits 3 when the shard failed.
"""

import asyncio
import errno
import os
import sys
from typing import NoReturn

from exchange_server.engine import Engine
from exchange_server.engine.commands import Command, PlaceOrder
from exchange_server.engine.events import Event
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL, Sequence, TimeNs
from exchange_server.journal import kernel_sync, recover
from exchange_server.sequencer import NotSequenced, OutcomeUnknown, Shard
from tests.journal_support import BUYER, SELLER, opening, order

FAILED = 3
IN_FLIGHT = 40
UNIT = 5


def numbered(number: int) -> PlaceOrder:
    """The order with this number: always the same."""
    side = SIDE_BUY if number % 3 else SIDE_SELL
    return order(
        BUYER if number % 3 else SELLER, side, 600_000 + number % 7, 1 + number % 4, client_order_id=str(number)
    )


def highest(engine: Engine) -> int:
    """The highest number that the engine has seen."""
    state = engine.dump()
    return max((int(row[9]) for row in (*state.open_orders, *state.closed_orders)), default=0)


async def flood(directory: str, fault: str, at: int) -> int:
    """Place orders until killed or failed."""
    shard = Shard(recover(directory), segment_bytes=1 << 14)
    await shard.start()
    if shard.sequence == 0:
        await shard.submit(opening())
    number = highest(shard.engine)
    room = asyncio.Semaphore(IN_FLIGHT)

    def done(numbers: range, future: "asyncio.Future[object]") -> None:
        room.release()
        error = future.exception()
        if error is None:
            os.write(1, "".join(f"{each}\n" for each in numbers).encode())
        elif not isinstance(error, NotSequenced | OutcomeUnknown):
            raise error

    while not shard.failed.is_set():
        await room.acquire()
        if fault and number >= at:
            _inject(shard, fault, at + 2)
            fault = ""
        numbers = range(number + 1, number + 1 + UNIT)
        number += UNIT
        future = shard.submit([numbered(each) for each in numbers])
        future.add_done_callback(lambda future, numbers=numbers: done(numbers, future))  # type: ignore[misc]
    os.write(2, f"failed: {shard.failure}\n".encode())
    await shard.stop()
    return FAILED


class BuggyEngine:
    """An engine that raises, after it has changed its state, when it meets the order with one number."""

    def __init__(self, engine: Engine, number: int) -> None:
        self._engine = engine
        self._number = number

    def __getattr__(self, name: str) -> object:
        return getattr(self._engine, name)

    def apply(self, sequence: Sequence, time_ns: TimeNs, command: Command) -> list[Event]:
        events = self._engine.apply(sequence, time_ns, command)
        if isinstance(command, PlaceOrder) and command.client_order_id == str(self._number):
            raise ZeroDivisionError("the bug that this test plants")
        return events


def _inject(shard: Shard, fault: str, number: int) -> None:
    name, code = {"fsync": ("fdatasync", errno.EIO), "full": ("pwrite", errno.ENOSPC), "raise": ("", 0)}[fault]

    def refuse(*_: object) -> NoReturn:
        # Once: after it the kernel claims success again, and has dropped the pages.
        vars(os)[name] = works
        raise OSError(code, os.strerror(code))

    def drop(_: object) -> OSError:
        vars(kernel_sync)["_outcome"] = outcome
        return OSError(code, os.strerror(code))

    outcome = vars(kernel_sync)["_outcome"]
    if fault == "fsync":
        vars(kernel_sync)["_outcome"] = drop  # where it is the kernel that syncs
    if fault == "raise":
        vars(shard)["engine"] = BuggyEngine(shard.engine, number)
    else:
        works = vars(os)[name]
        vars(os)[name] = refuse


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "", "0"]
    sys.exit(asyncio.run(flood(arguments[0], arguments[1], int(arguments[2] or 0))))
