import asyncio

import pytest

from exchange_server.engine.types import TimeNs
from exchange_server.feeds.errors import REJECT_STREAM_TOO_SLOW, StreamRefused
from exchange_server.feeds.published import Published
from exchange_server.feeds.reader import Budget, PacedReader, QueueReader

HEARTBEAT = b"heartbeat"


class Numbers(QueueReader[int]):
    def __init__(self, heartbeat_s: float, limit: int, history: tuple[int, ...] = ()) -> None:
        super().__init__(Published(0, TimeNs(0), heartbeat_s), history, Budget(limit))

    def poll(self) -> bytes | None:
        number = self.take()
        return None if number is None else str(number).encode()

    def heartbeat(self) -> bytes:
        return HEARTBEAT

    def fell_behind(self) -> StreamRefused:
        return StreamRefused(REJECT_STREAM_TOO_SLOW, "too slow")


class Counter(PacedReader):
    """Tells a count whenever it has changed."""

    count = 0
    told = -1

    def poll(self) -> bytes | None:
        if self.count == self.told or self.held_back():
            return None
        self.told = self.count
        return str(self.count).encode()

    def heartbeat(self) -> bytes:
        return HEARTBEAT


async def test_what_comes_just_after_the_time_has_passed_is_not_taken_for_quiet() -> None:
    reader = Numbers(0.0, 10)
    waiting = asyncio.ensure_future(reader.next())
    deadline = asyncio.get_running_loop().time() + 10
    # The timer has run, the task that waited has not yet.
    while reader._sleep is None or not reader._sleep.done():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0)
    assert not waiting.done()
    reader.push([(7, 1)])
    assert await waiting == b"7"


async def test_a_heartbeat_comes_only_after_the_whole_time_without_a_message() -> None:
    reader = Numbers(0.2, 10)
    loop = asyncio.get_running_loop()
    for number in range(3):
        waiting = asyncio.ensure_future(reader.next())
        await asyncio.sleep(0.1)
        reader.push([(number, 1)])
        assert await waiting == str(number).encode()
    started = loop.time()
    assert await reader.next() == HEARTBEAT
    assert 0.19 < loop.time() - started < 5
    assert await reader.next() == HEARTBEAT


def test_a_reader_that_ended_takes_nothing_more_and_keeps_its_first_reason() -> None:
    reader = Numbers(1.0, 1)
    reader.end(StreamRefused(REJECT_STREAM_TOO_SLOW, "too slow"))
    reader.close()
    reader.push([(1, 1)])
    assert reader.waiting == 0
    with pytest.raises(StreamRefused) as refused:
        reader.take()
    assert refused.value.reason == REJECT_STREAM_TOO_SLOW


def test_readers_that_share_a_budget_leave_it_as_they_found_it() -> None:
    budget = Budget(10)
    first, second = Numbers(1.0, 1), Numbers(1.0, 1)
    first._budget = second._budget = budget  # type: ignore[misc]
    first.push([(1, 8)])
    second.push([(2, 8)])
    assert budget.waiting == 16
    # Past the limit the one that has something waiting ends; what waits for the other stays.
    first.push([(3, 1)])
    assert budget.waiting == 8
    with pytest.raises(StreamRefused):
        first.poll()
    assert second.poll() == b"2"
    assert budget.waiting == 0
    second.push([(4, 5)])
    second.leave()
    assert budget.waiting == 0


async def test_a_paced_reader_gets_what_came_meanwhile_in_one_message_at_the_end_of_the_interval() -> None:
    reader = Counter(Published(0, TimeNs(0), 30.0), interval_ms=100)
    loop = asyncio.get_running_loop()
    assert await reader.next() == b"0"
    started = loop.time()
    for _ in range(5):
        reader.count += 1
        reader.wake()
    assert reader.poll() is None
    assert await asyncio.wait_for(reader.next(), 10) == b"5"
    assert loop.time() - started >= 0.09
    reader.leave()


async def test_a_paced_reader_that_was_quiet_gets_the_next_change_at_once() -> None:
    reader = Counter(Published(0, TimeNs(0), 30.0), interval_ms=50)
    assert reader.poll() == b"0"
    await asyncio.sleep(0.06)
    reader.count += 1
    assert reader.poll() == b"1"
