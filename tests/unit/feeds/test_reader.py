import asyncio

import pytest

from exchange_server.feeds.errors import REJECT_STREAM_TOO_SLOW, StreamRefused
from exchange_server.feeds.reader import QueueReader


class Numbers(QueueReader[int]):
    def fell_behind(self) -> StreamRefused:
        return StreamRefused(REJECT_STREAM_TOO_SLOW, "too slow")


async def test_what_comes_just_after_the_time_has_passed_is_not_taken_for_quiet() -> None:
    reader = Numbers((), 10)
    waiting = asyncio.ensure_future(reader.next(0.0))
    deadline = asyncio.get_running_loop().time() + 10
    # The timer has run, the task that waited has not yet.
    while reader._sleep is None or not reader._sleep.done():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0)
    assert not waiting.done()
    reader.push([(7, 1)])
    assert await waiting == 7


def test_a_reader_that_ended_takes_nothing_more_and_keeps_its_first_reason() -> None:
    reader = Numbers((), 1)
    reader.end(StreamRefused(REJECT_STREAM_TOO_SLOW, "too slow"))
    reader.close()
    reader.push([(1, 1)])
    assert reader.waiting == 0
    with pytest.raises(StreamRefused) as refused:
        reader.take()
    assert refused.value.reason == REJECT_STREAM_TOO_SLOW
