"""Timers with a clock and an engine of the test's own."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from exchange_server.engine.commands import Command, ExpireOrders, RunCancelAllAfter
from exchange_server.engine.types import AccountId, TimeNs
from exchange_server.sequencer.refusals import REJECT_OVERLOADED, REJECT_UNAVAILABLE, NotSequenced
from exchange_server.sequencer.timers import LONGEST_SLEEP_S, RETRY_S, Timers

SECOND = 10**9
START = 1_000 * SECOND
BATCH = 3


class World:
    """A clock that the test moves, an engine that knows due times only, and a sequencer that can be slow or full."""

    def __init__(self) -> None:
        self.now_ns = START
        self.expiries: list[int] = []
        self.switches: dict[int, int] = {}
        self.sent: list[Command] = []
        self.waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self.slow = False
        self.refusal: NotSequenced | None = None
        self.sleeps: list[Sleep] = []
        self.timers = Timers(self, self.submit, lambda: self.now_ns, self.call_later)

    # the engine
    def next_expiry_ns(self) -> TimeNs:
        return TimeNs(min(self.expiries, default=0))

    def next_switch(self) -> RunCancelAllAfter | None:
        if not self.switches:
            return None
        time_ns, account_id = min((time_ns, account_id) for account_id, time_ns in self.switches.items())
        return RunCancelAllAfter(AccountId(account_id), TimeNs(time_ns))

    def execute(self, command: Command) -> None:
        if isinstance(command, ExpireOrders):
            due = sorted(time_ns for time_ns in self.expiries if time_ns <= self.now_ns)[:BATCH]
            for time_ns in due:
                self.expiries.remove(time_ns)
        else:
            assert isinstance(command, RunCancelAllAfter)
            del self.switches[command.account_id]

    # the sequencer
    def submit(self, commands: Sequence[Command]) -> "asyncio.Future[Any]":
        (command,) = commands
        self.sent.append(command)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.refusal is not None:
            future.set_exception(self.refusal)
        elif self.slow:
            self.waiting.append((command, future))
        else:
            self.execute(command)
            self.waiting.append((command, future))
        return future

    async def durable(self) -> None:
        """Let everything that was sent be executed and durable."""
        for command, future in self.waiting:
            if self.slow:
                self.execute(command)
            if not future.done():
                future.set_result([])
        self.waiting.clear()
        await asyncio.sleep(0)

    # the loop
    def call_later(self, seconds: float, call: Callable[[], None]) -> "Sleep":
        sleep = Sleep(self.now_ns + int(seconds * SECOND), call)
        self.sleeps.append(sleep)
        return sleep

    async def pass_to(self, time_ns: int) -> None:
        """Let time pass, with every wake-up on the way."""
        while due := [sleep for sleep in self.sleeps if not sleep.over and sleep.until_ns <= time_ns]:
            first = min(due, key=lambda sleep: sleep.until_ns)
            self.now_ns = max(self.now_ns, first.until_ns)
            first.over = True
            first.call()
            await asyncio.sleep(0)
        self.now_ns = time_ns

    @property
    def asleep(self) -> list["Sleep"]:
        return [sleep for sleep in self.sleeps if not sleep.over]


class Sleep:
    def __init__(self, until_ns: int, call: Callable[[], None]) -> None:
        self.until_ns = until_ns
        self.call = call
        self.over = False

    def cancel(self) -> None:
        self.over = True


def kinds(world: World) -> list[type]:
    return [type(command) for command in world.sent]


async def test_nothing_due_ever_means_no_timer() -> None:
    world = World()
    world.timers.arm()
    assert not world.asleep


async def test_an_order_expires_at_its_time_and_not_before() -> None:
    world = World()
    world.expiries = [START + 5 * SECOND]
    world.timers.arm()
    await world.pass_to(START + 5 * SECOND - 1)
    assert not world.sent
    await world.pass_to(START + 5 * SECOND)
    assert kinds(world) == [ExpireOrders]
    assert not world.expiries


async def test_a_time_that_comes_nearer_wakes_earlier_and_arming_twice_is_one_timer() -> None:
    world = World()
    world.expiries = [START + SECOND // 2]
    world.timers.arm()
    world.timers.arm()
    assert len(world.asleep) == 1
    world.expiries.append(START + SECOND // 4)
    world.timers.arm()
    assert [sleep.until_ns for sleep in world.asleep] == [START + SECOND // 4]
    world.expiries.clear()
    world.timers.arm()
    assert not world.asleep


async def test_a_long_sleep_looks_at_the_clock_again_so_a_clock_that_is_set_forward_is_noticed() -> None:
    world = World()
    world.expiries = [START + 3600 * SECOND]
    world.timers.arm()
    world.now_ns += 3600 * SECOND
    (sleep,) = world.asleep
    assert sleep.until_ns <= START + LONGEST_SLEEP_S * SECOND
    await world.pass_to(world.now_ns)
    assert kinds(world) == [ExpireOrders]


async def test_more_orders_than_one_command_ends_are_ended_by_commands_that_follow() -> None:
    world = World()
    world.expiries = [START + SECOND] * (2 * BATCH + 1)
    world.timers.arm()
    await world.pass_to(START + SECOND)
    for turn in range(1, 4):
        await world.durable()
        await world.pass_to(START + SECOND + turn * SECOND // 100)
    assert not world.expiries
    assert len(world.sent) == 3


async def test_many_switches_act_at_once_without_waiting_for_the_disk_between_them() -> None:
    world = World()
    world.switches = dict.fromkeys(range(1, 21), START + SECOND)
    world.timers.arm()
    await world.pass_to(START + SECOND)
    assert kinds(world) == [RunCancelAllAfter] * 20
    assert not world.switches


async def test_the_earlier_of_expiry_and_switch_comes_first_with_the_time_that_it_was_set_for() -> None:
    world = World()
    world.expiries = [START + 2 * SECOND]
    world.switches = {7: START + SECOND}
    world.timers.arm()
    await world.pass_to(START + 3 * SECOND)
    assert kinds(world) == [RunCancelAllAfter, ExpireOrders]
    run = world.sent[0]
    assert isinstance(run, RunCancelAllAfter)
    assert (run.account_id, run.cancel_time_ns) == (7, START + SECOND)


async def test_a_command_that_waits_is_not_sent_again() -> None:
    world = World()
    world.slow = True
    world.expiries = [START + SECOND]
    world.timers.arm()
    await world.pass_to(START + SECOND)
    world.timers.arm()
    await world.pass_to(START + 5 * SECOND)
    assert len(world.sent) == 1
    await world.durable()
    assert not world.asleep
    assert not world.expiries


async def test_a_full_exchange_is_asked_again() -> None:
    world = World()
    world.expiries = [START + SECOND]
    world.refusal = NotSequenced(REJECT_OVERLOADED, "full", 10)
    world.timers.arm()
    await world.pass_to(START + SECOND)
    assert len(world.sent) == 1
    world.refusal = None
    await world.pass_to(START + SECOND + int(RETRY_S * SECOND))
    assert len(world.sent) == 2
    assert not world.expiries


@pytest.mark.parametrize("stop", [True, False])
async def test_after_a_stop_or_when_the_exchange_is_stopping_nothing_is_sent(stop: bool) -> None:
    world = World()
    world.expiries = [START + SECOND]
    world.timers.arm()
    if stop:
        world.timers.stop()
    else:
        world.refusal = NotSequenced(REJECT_UNAVAILABLE, "stopping")
    await world.pass_to(START + 5 * SECOND)
    assert len(world.sent) == (0 if stop else 1)
    assert not world.asleep


async def test_catching_up_sends_what_is_due_and_waits_for_it() -> None:
    world = World()
    world.expiries = [START - 2 * SECOND] * (BATCH + 1) + [START + SECOND]
    world.switches = {7: START - SECOND}
    task = asyncio.create_task(world.timers.catch_up())
    for _ in range(10):
        await asyncio.sleep(0)
        await world.durable()
    await task
    assert kinds(world) == [ExpireOrders, ExpireOrders, RunCancelAllAfter]
    assert [sleep.until_ns for sleep in world.asleep] == [START + SECOND]
