"""Bulk work takes turns on the event loop, and stands back for cancels."""

import asyncio
import itertools

from exchange_server.sequencer.turnstile import Turnstile


async def turns(count: int) -> None:
    """Let the event loop turn so often."""
    for _ in range(count):
        await asyncio.sleep(0)


async def steps(turnstile: Turnstile, name: str, commands: int, made: list[str]) -> None:
    await turnstile.enter(commands)
    made.append(name)


async def test_a_step_enters_at_once_when_nobody_else_works() -> None:
    turnstile = Turnstile(step_commands=100)
    # Not one turn of the loop passes: the coroutine ends at its first step.
    coroutine = turnstile.enter(100)
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")


async def test_steps_that_fill_a_turn_have_one_each_in_the_order_of_their_arrival() -> None:
    turnstile = Turnstile(step_commands=100)
    made: list[str] = []
    tasks = [asyncio.create_task(steps(turnstile, name, 100, made)) for name in "abc"]
    seen = []
    while len(made) < 3:
        await turns(1)
        seen.append(len(made))
        assert len(seen) < 20
    assert made == ["a", "b", "c"]
    assert all(after - before <= 1 for before, after in itertools.pairwise(seen))
    await asyncio.gather(*tasks)


async def test_small_steps_share_a_turn() -> None:
    turnstile = Turnstile(step_commands=100)
    made: list[str] = []
    tasks = [asyncio.create_task(steps(turnstile, str(number), 1, made)) for number in range(100)]
    await turns(1)
    assert len(made) == 100
    await asyncio.gather(*tasks)


async def test_nothing_enters_while_a_cancel_is_under_way() -> None:
    turnstile = Turnstile(step_commands=100, hold_s=60)
    made: list[str] = []
    with turnstile.urgent():
        task = asyncio.create_task(steps(turnstile, "bulk", 1, made))
        await turns(10)
        assert made == []
    await asyncio.wait_for(task, 5)
    assert made == ["bulk"]


async def test_all_cancels_must_be_through_before_bulk_work_goes_on() -> None:
    turnstile = Turnstile(hold_s=60.0)
    made: list[str] = []
    turnstile.hold()
    turnstile.hold()
    task = asyncio.create_task(steps(turnstile, "bulk", 1, made))
    turnstile.release()
    await turns(10)
    assert made == []
    turnstile.release()
    await asyncio.wait_for(task, 5)


async def test_cancels_without_end_let_one_step_through_from_time_to_time() -> None:
    turnstile = Turnstile(step_commands=100, hold_s=0.01)
    made: list[str] = []
    turnstile.hold()
    tasks = [asyncio.create_task(steps(turnstile, name, 100, made)) for name in "abc"]
    started = asyncio.get_running_loop().time()
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert made == ["a", "b", "c"]
    assert asyncio.get_running_loop().time() - started >= 0.03


async def test_who_gives_up_leaves_the_line() -> None:
    turnstile = Turnstile(step_commands=100, hold_s=60)
    made: list[str] = []
    turnstile.hold()
    gone = asyncio.create_task(steps(turnstile, "gone", 100, made))
    stays = asyncio.create_task(steps(turnstile, "stays", 100, made))
    await turns(3)
    gone.cancel()
    turnstile.release()
    await asyncio.wait_for(stays, 5)
    assert made == ["stays"]


async def test_what_has_been_read_is_executed_before_more_is_read() -> None:
    turnstile = Turnstile(step_commands=100)
    made: list[str] = []
    tasks = [asyncio.create_task(steps(turnstile, f"read {number}", 1_000, made)) for number in range(3)]
    await turns(1)
    turnstile.call_soon(100, lambda: made.append("execute"))
    assert made == ["read 0"]
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert made == ["read 0", "execute", "read 1", "read 2"]


async def test_the_loop_turns_freely_after_a_step_where_somebody_cancels() -> None:
    turnstile = Turnstile(step_commands=100, pause_s=0.02)
    made: list[str] = []
    with turnstile.urgent():
        pass
    tasks = [asyncio.create_task(steps(turnstile, name, 100, made)) for name in "ab"]
    started = asyncio.get_running_loop().time()
    free = 0
    while len(made) < 2:
        await turns(1)
        free += 1
    assert asyncio.get_running_loop().time() - started >= 0.02
    assert free > 1
    await asyncio.gather(*tasks)


async def test_nobody_pauses_where_nobody_cancels() -> None:
    turnstile = Turnstile(step_commands=100, pause_s=60)
    made: list[str] = []
    tasks = [asyncio.create_task(steps(turnstile, name, 100, made)) for name in "abc"]
    await asyncio.wait_for(asyncio.gather(*tasks), 5)


async def test_bulk_work_waits_for_a_cancel_that_is_announced() -> None:
    turnstile = Turnstile(step_commands=100, hold_s=60)
    made: list[str] = []
    turnstile.announce()
    task = asyncio.create_task(steps(turnstile, "bulk", 1, made))
    await turns(10)
    assert made == []
    turnstile.arrived()
    await asyncio.wait_for(task, 5)


async def test_a_cancel_that_has_arrived_still_holds_bulk_work_back() -> None:
    turnstile = Turnstile(step_commands=100, hold_s=60)
    made: list[str] = []
    turnstile.announce()
    task = asyncio.create_task(steps(turnstile, "bulk", 1, made))
    await turns(1)
    turnstile.arrived()
    with turnstile.urgent():
        await turns(10)
        assert made == []
    await asyncio.wait_for(task, 5)


async def test_an_announced_cancel_that_never_comes_is_forgotten() -> None:
    turnstile = Turnstile(step_commands=100, hold_s=0.01, pause_s=0)
    made: list[str] = []
    turnstile.announce()
    await asyncio.wait_for(steps(turnstile, "after the hold", 1, made), 5)
    started = asyncio.get_running_loop().time()
    for _ in range(100):
        await asyncio.wait_for(steps(turnstile, "at once", 1, made), 5)
    assert asyncio.get_running_loop().time() - started < 0.5  # with a hold each: a second


async def test_what_was_not_announced_may_arrive() -> None:
    turnstile = Turnstile(step_commands=100, hold_s=60)
    made: list[str] = []
    turnstile.arrived()
    turnstile.announce()
    task = asyncio.create_task(steps(turnstile, "bulk", 1, made))
    await turns(10)
    assert made == []
    turnstile.arrived()
    await asyncio.wait_for(task, 5)


async def test_steps_are_small_where_somebody_cancels_and_large_elsewhere() -> None:
    turnstile = Turnstile(step_commands=100)
    assert turnstile.step_commands == 1_000
    with turnstile.urgent():
        pass
    assert turnstile.step_commands == 100


async def test_every_cancel_holds_bulk_work_back_for_a_time_of_its_own() -> None:
    turnstile = Turnstile(step_commands=100, hold_s=0.2, pause_s=0)
    made: list[str] = []
    clock = asyncio.get_running_loop().time
    with turnstile.urgent():
        first = asyncio.create_task(steps(turnstile, "first", 1, made))
        await asyncio.sleep(0.1)
    await first
    began = clock()
    with turnstile.urgent():
        await steps(turnstile, "second", 1, made)
        assert clock() - began >= 0.2  # and not what was left of the first one's


async def test_the_loop_turns_freely_while_calls_are_being_opened() -> None:
    turnstile = Turnstile(step_commands=100, pause_s=0.5, door_s=60)
    made: list[str] = []
    tasks = [asyncio.create_task(steps(turnstile, name, 1_000, made)) for name in "ab"]
    clock = asyncio.get_running_loop().time
    until = clock() + 0.2
    while clock() < until:
        turnstile.opened()
        await turns(1)
    assert made == ["a"]
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert clock() >= until + 0.5 - 0.01


async def test_calls_without_end_let_one_step_through_from_time_to_time() -> None:
    turnstile = Turnstile(step_commands=100, pause_s=60, door_s=0.02)
    made: list[str] = []
    tasks = [asyncio.create_task(steps(turnstile, name, 1_000, made)) for name in "abc"]
    started = asyncio.get_running_loop().time()
    while len(made) < 3:
        turnstile.opened()
        await turns(1)
    assert asyncio.get_running_loop().time() - started >= 2 * 0.02
    await asyncio.gather(*tasks)
