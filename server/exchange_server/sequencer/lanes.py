"""Priority lanes: within what waits, cancels go first, then what can only add liquidity, then the rest.

First come, first served inside a lane. The rule is published in docs/priority.md.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from exchange_server.engine.commands import (
    AmendOrder,
    BatchOrders,
    CancelAllOrders,
    CancelOrder,
    CancelSessionOrders,
    Command,
    ExpireOrders,
    PlaceOrder,
    RunCancelAllAfter,
    SetCancelAllAfter,
)
from exchange_server.engine.types import TYPE_PEGGED
from exchange_server.journal import Applied, UnitTimes

LANE_CANCEL: Final = 0
LANE_POST_ONLY: Final = 1
LANE_REST: Final = 2

_URGENT: Final = frozenset((CancelAllOrders, SetCancelAllAfter, ExpireOrders, RunCancelAllAfter, CancelSessionOrders))
"""Besides CancelOrder, what waits with the cancels."""


class Unit:
    """Commands that are executed in order with nothing in between.

    `deadline_ns` is of `time.monotonic_ns`, 0 for none; `size` is in commands, see `size_of`.
    """

    __slots__ = ("commands", "deadline_ns", "future", "lane", "size", "times")

    def __init__(self, commands: Sequence[Command], deadline_ns: int, future: "asyncio.Future[list[Applied]]") -> None:
        self.commands: Final = commands
        self.deadline_ns: Final = deadline_ns
        self.future: Final = future
        self.lane: Final = lane_of(commands)
        self.size: Final = size_of(commands)
        self.times: Final = UnitTimes(time.time_ns())


def lane_of(commands: Sequence[Command]) -> int:
    """Give a unit's lane: that of its least urgent command."""
    lane = LANE_CANCEL
    for command in commands:
        kind = type(command)
        if kind is PlaceOrder:
            terms = command.terms  # type: ignore[union-attr]
            if not terms.post_only and terms.type != TYPE_PEGGED:
                return LANE_REST
            lane = LANE_POST_ONLY
        elif kind is CancelOrder or kind in _URGENT:
            pass
        elif kind is AmendOrder and not command.price_ticks:  # type: ignore[union-attr]
            lane = LANE_POST_ONLY
        elif kind is BatchOrders:
            lane = max(lane, lane_of(command.items))  # type: ignore[union-attr]
        else:
            return LANE_REST
    return lane


def size_of(commands: Sequence[Command]) -> int:
    """Return how many commands a unit counts as: every item of an all-or-none batch, which is alone in its unit."""
    if len(commands) == 1 and type(commands[0]) is BatchOrders:
        return len(commands[0].items)
    return len(commands)


class Lanes:
    """The units that wait, bounded by the number of their commands.

    A quarter more than `limit` may wait when it is cancels: a flood of orders never keeps them out.
    """

    def __init__(self, limit: int) -> None:
        self._lanes: Final[tuple[deque[Unit], ...]] = (deque(), deque(), deque())
        self._limit: Final = limit
        self._cancel_limit: Final = limit + limit // 4
        self.waiting = 0

    def push(self, unit: Unit) -> bool:
        """Let a unit wait; tell whether there was room. A unit larger than the bound fits when nothing else waits."""
        lane = unit.lane
        waiting = self.waiting + unit.size
        if waiting > (self._limit if lane else self._cancel_limit) and self.waiting:
            return False
        self._lanes[lane].append(unit)
        self.waiting = waiting
        return True

    def pop_cancel(self) -> Unit | None:
        """Take the oldest cancel; None when none waits."""
        lane = self._lanes[LANE_CANCEL]
        if not lane:
            return None
        unit = lane.popleft()
        self.waiting -= unit.size
        return unit

    def pop(self) -> Unit | None:
        """Take the most urgent unit; None when nothing waits."""
        for lane in self._lanes:
            if lane:
                unit = lane.popleft()
                self.waiting -= unit.size
                return unit
        return None
