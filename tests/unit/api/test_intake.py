"""What all order entry streams together may have under way."""

import asyncio

from exchange_server.api.intake import Intake


async def waits(task: asyncio.Task[None]) -> bool:
    """Tell whether a task still waits when everything else has had its turn."""
    for _ in range(5):
        await asyncio.sleep(0)
    return not task.done()


async def test_who_finds_no_room_waits_in_line_first_come_first_served() -> None:
    intake = Intake(limit=10)
    await intake.take(8)
    first = asyncio.create_task(intake.take(5))
    second = asyncio.create_task(intake.take(1))
    assert await waits(first)
    # There would be room for one, but it stands behind the five.
    assert await waits(second)
    intake.give(8)
    assert not await waits(first)
    assert not await waits(second)


async def test_what_needs_no_room_never_waits() -> None:
    intake = Intake(limit=1)
    await intake.take(1)
    line = asyncio.create_task(intake.take(1))
    assert await waits(line)
    await asyncio.wait_for(intake.take(0), 1)
    intake.give(1)
    await line


async def test_a_unit_larger_than_the_bound_has_room_alone() -> None:
    intake = Intake(limit=10)
    await intake.take(500)
    small = asyncio.create_task(intake.take(1))
    assert await waits(small)
    intake.give(500)
    await small
    large = asyncio.create_task(intake.take(500))
    assert await waits(large)
    intake.give(1)
    await large


async def test_who_gives_up_leaves_the_line_and_takes_nothing() -> None:
    intake = Intake(limit=10)
    await intake.take(10)
    gone = asyncio.create_task(intake.take(10))
    stays = asyncio.create_task(intake.take(4))
    assert await waits(stays)
    gone.cancel()
    assert not await waits(gone)
    intake.give(10)
    await stays
    # Six are left: nothing was taken for the one that is gone.
    await asyncio.wait_for(intake.take(6), 1)


async def test_who_gives_up_in_the_moment_of_its_turn_gives_the_room_back() -> None:
    intake = Intake(limit=10)
    await intake.take(10)
    gone = asyncio.create_task(intake.take(10))
    assert await waits(gone)
    intake.give(10)
    gone.cancel()
    assert not await waits(gone)
    await asyncio.wait_for(intake.take(10), 1)
