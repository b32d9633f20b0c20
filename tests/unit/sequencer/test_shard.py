"""The single writer on a real journal."""

import asyncio
import gc
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from exchange_server.engine.commands import CancelOrder, Command, CreateAccount
from exchange_server.engine.events import OrderRested, Rejected
from exchange_server.engine.types import SIDE_BUY, SIDE_SELL, AccountId, OrderId
from exchange_server.journal import DirectoryLocked, JournalReader, Layout, read_mark, recover
from exchange_server.sequencer import Applied, NotSequenced, Shard
from exchange_server.sequencer.refusals import (
    REJECT_DEADLINE_PASSED,
    REJECT_INVALID_FIELD,
    REJECT_OVERLOADED,
    REJECT_UNAVAILABLE,
)
from exchange_server.sequencer.shard import COLLECT_COMMANDS
from exchange_server.sequencer.turnstile import STEP_COMMANDS
from exchange_server.wire.journal_codec import decode_command
from tests.journal_support import BUYER, SELLER, opening, order, values_of

OpenShard = Callable[..., Awaitable[Shard]]


@pytest.fixture
async def open_shard(tmp_path: Path) -> AsyncIterator[OpenShard]:
    opened: list[Shard] = []

    async def open_one(**options: Any) -> Shard:
        shard = Shard(recover(tmp_path), **options)
        await shard.start()
        opened.append(shard)
        if shard.sequence == 0:
            await shard.submit(opening())
        return shard

    yield open_one
    for shard in opened:
        await shard.stop()


def buy(price: int = 500_000, **options: Any) -> Command:
    return order(BUYER, SIDE_BUY, price, 1, **options)


def journaled(directory: Path) -> list[tuple[object, ...]]:
    mark = read_mark(Layout(directory).mark)
    assert mark is not None
    return [values_of(decode_command(payload)) for _, _, payload in JournalReader(directory).read(mark.sequence)]


async def test_a_result_comes_when_its_command_is_in_the_journal(open_shard: OpenShard, tmp_path: Path) -> None:
    shard = await open_shard()
    (applied,) = await shard.submit([buy(client_order_id="mine")])
    assert isinstance(applied.events[0], OrderRested)
    assert applied.sequence == shard.sequence == shard.durable_sequence == 8
    assert journaled(tmp_path)[-1] == values_of(applied.command)
    mark = read_mark(Layout(tmp_path).mark)
    assert mark == (8, shard.engine.event_digest, applied.time_ns)


async def test_a_unit_is_executed_in_order_with_nothing_in_between(open_shard: OpenShard) -> None:
    shard = await open_shard()
    futures = [shard.submit([buy(client_order_id=f"{unit}-{item}") for item in range(7)]) for unit in range(20)]
    for results in await asyncio.gather(*futures):
        first = results[0].sequence
        assert [applied.sequence for applied in results] == list(range(first, first + 7))


async def test_an_empty_unit_gives_an_empty_result(open_shard: OpenShard) -> None:
    shard = await open_shard()
    assert await shard.submit([]) == []
    assert shard.sequence == 7


async def test_a_refused_command_is_journaled_too(open_shard: OpenShard, tmp_path: Path) -> None:
    shard = await open_shard()
    (applied,) = await shard.submit([CancelOrder(BUYER, OrderId(99), "")])
    assert isinstance(applied.events[0], Rejected)
    assert journaled(tmp_path)[-1] == values_of(applied.command)


async def test_within_what_waits_cancels_go_first_then_post_only_then_the_rest(open_shard: OpenShard) -> None:
    shard = await open_shard()
    rest = [shard.submit([buy()]), shard.submit([buy()])]
    post_only = [shard.submit([buy(post_only=True)]), shard.submit([buy(post_only=True)])]
    cancels = [shard.submit([CancelOrder(BUYER, OrderId(1), "")]), shard.submit([CancelOrder(BUYER, OrderId(2), "")])]
    done = [results[0].sequence for results in await asyncio.gather(*cancels, *post_only, *rest)]
    assert done == [8, 9, 10, 11, 12, 13]


async def test_of_what_becomes_durable_together_cancels_are_answered_first(open_shard: OpenShard) -> None:
    shard = await open_shard()
    together = 0
    answered: list[str] = []
    for number in range(200):
        answered.clear()
        units = [shard.submit([buy()])]  # on its way to the disk while the others come
        await asyncio.sleep(0)
        for name, command in (("order", buy()), ("cancel", CancelOrder(BUYER, OrderId(number + 1), ""))):
            units.append(shard.submit([command]))
            units[-1].add_done_callback(partial(lambda name, _: answered.append(name), name))
            await asyncio.sleep(0)
        _, order_results, cancel_results = await asyncio.gather(*units)
        assert order_results[0].sequence < cancel_results[0].sequence
        if order_results[0].times.durable_ns == cancel_results[0].times.durable_ns:
            together += 1
            assert answered == ["cancel", "order"]
    assert together


async def test_listeners_see_every_durable_batch_in_order_before_the_futures_resolve(open_shard: OpenShard) -> None:
    shard = await open_shard()
    seen: list[int] = []
    log: list[str] = []

    def listen(batch: list[Applied]) -> None:
        assert shard.durable_sequence >= batch[-1].sequence
        seen.extend(applied.sequence for applied in batch)
        log.append("listener")

    shard.subscribe(listen)
    futures = [shard.submit([buy(), buy()]) for _ in range(50)]
    futures[0].add_done_callback(lambda _: log.append("future"))
    await asyncio.gather(*futures)
    assert seen == list(range(8, 108))
    assert log.index("listener") < log.index("future")


async def test_a_unit_whose_deadline_passed_is_never_executed(open_shard: OpenShard, tmp_path: Path) -> None:
    shard = await open_shard()
    with pytest.raises(NotSequenced) as caught:
        await shard.submit([buy(client_order_id="late")], deadline_ns=time.monotonic_ns() - 1)
    assert caught.value.reason == REJECT_DEADLINE_PASSED
    (in_time,) = await shard.submit([buy(client_order_id="in time")], deadline_ns=time.monotonic_ns() + 10**10)
    assert in_time.sequence == 8
    assert "late" not in str(journaled(tmp_path))


async def test_a_future_cancelled_before_sequencing_is_never_executed(open_shard: OpenShard, tmp_path: Path) -> None:
    shard = await open_shard()
    given_up = shard.submit([buy(client_order_id="given up")])
    given_up.cancel()
    (applied,) = await shard.submit([buy(client_order_id="kept")])
    assert applied.sequence == 8
    assert "given up" not in str(journaled(tmp_path))


async def test_a_full_queue_refuses_at_once_and_what_it_refused_is_never_executed(
    open_shard: OpenShard, tmp_path: Path
) -> None:
    shard = await open_shard(queue_limit=100)
    futures = [shard.submit([buy(client_order_id=f"n-{number}")] * 1) for number in range(250)]
    refused = [index for index, future in enumerate(futures) if future.done()]
    assert refused == list(range(100, 250))
    for index in refused:
        error = futures[index].exception()
        assert isinstance(error, NotSequenced)
        assert error.reason == REJECT_OVERLOADED
        assert error.retry_after_ms > 0
    await asyncio.gather(*futures[:100])
    assert (await shard.submit([buy()]))[0].sequence == 108
    text = str(journaled(tmp_path))
    assert all((f"'n-{number}'" in text) == (number < 100) for number in range(250))


async def test_the_sequencer_waits_for_the_disk_and_goes_on(open_shard: OpenShard) -> None:
    shard = await open_shard(unacknowledged_limit=10)
    ahead: list[int] = []
    futures = [shard.submit([buy()]) for _ in range(200)]
    while not futures[-1].done():
        ahead.append(shard.sequence - shard.durable_sequence)
        await asyncio.sleep(0)
    assert max(ahead) == 10
    assert (await futures[-1])[0].sequence == 207


async def test_a_slice_lets_other_tasks_run(open_shard: OpenShard) -> None:
    shard = await open_shard(slice_ns=100_000)
    futures = [shard.submit([buy() for _ in range(10)]) for _ in range(400)]
    turns = 0
    while shard.sequence < 7 + 4000:
        await asyncio.sleep(0)
        turns += 1
    assert turns > 10
    await asyncio.gather(*futures)


async def test_where_somebody_cancels_a_slice_is_one_step(open_shard: OpenShard) -> None:
    shard = await open_shard(slice_ns=60_000_000_000)
    with shard.turnstile.urgent():
        pass
    futures = [shard.submit([buy() for _ in range(50)]) for _ in range(20)]
    reached = [shard.sequence]
    while shard.sequence < 7 + 1000:
        await asyncio.sleep(0)
        reached.append(shard.sequence)
    assert max(after - before for before, after in itertools.pairwise(reached)) == STEP_COMMANDS
    await asyncio.gather(*futures)


async def test_a_command_that_cannot_be_journaled_is_refused_before_it_is_applied(open_shard: OpenShard) -> None:
    shard = await open_shard()
    before = shard.engine.state_hash()
    bad = order(AccountId(-1), SIDE_BUY, 1, 1)
    with pytest.raises(NotSequenced) as caught:
        await shard.submit([buy(), bad])
    assert caught.value.reason == REJECT_INVALID_FIELD
    assert shard.engine.state_hash() == before
    assert (await shard.submit([buy()]))[0].sequence == 8


async def test_durable_waits_for_what_was_applied(open_shard: OpenShard) -> None:
    shard = await open_shard()
    future = shard.submit([buy()])
    while shard.sequence == 7:
        await asyncio.sleep(0)
    await shard.durable()
    assert shard.durable_sequence == 8
    await future


async def test_time_never_goes_back_across_a_restart(open_shard: OpenShard, monkeypatch: pytest.MonkeyPatch) -> None:
    shard = await open_shard()
    (before,) = await shard.submit([buy()])
    await shard.stop()
    monkeypatch.setattr(time, "time_ns", lambda: before.time_ns - 10**12)
    shard = await open_shard()
    (after,) = await shard.submit([buy()])
    assert after.time_ns == before.time_ns
    assert after.sequence == before.sequence + 1


async def test_a_restart_goes_on_where_the_shard_stopped(open_shard: OpenShard, tmp_path: Path) -> None:
    for round_number in range(3):
        shard = await open_shard(segment_bytes=1024)
        assert shard.sequence == 7 + 20 * round_number
        trades = [order(SELLER, SIDE_SELL, 500_000, 1), buy()] * 10
        await shard.submit(trades)
        expected = shard.engine.state_hash()
        await shard.stop()
        recovered = recover(tmp_path)
        recovered.lock.release()
        assert recovered.engine.state_hash() == expected
        assert recovered.warnings == []
    assert len(Layout(tmp_path).segments()) > 1


async def test_a_stopping_shard_finishes_what_waits_and_refuses_what_comes(open_shard: OpenShard) -> None:
    shard = await open_shard()
    futures = [shard.submit([buy()]) for _ in range(50)]
    stopping = asyncio.create_task(shard.stop())
    await asyncio.sleep(0)
    with pytest.raises(NotSequenced) as caught:
        await shard.submit([buy()])
    assert caught.value.reason == REJECT_UNAVAILABLE
    await stopping
    assert [results[0].sequence for results in await asyncio.gather(*futures)] == list(range(8, 58))


async def test_a_clean_stop_writes_a_snapshot_only_when_the_tail_is_long(open_shard: OpenShard, tmp_path: Path) -> None:
    shard = await open_shard(snapshot_tail=20)
    await shard.submit([buy()] * 13)
    await shard.stop()
    assert Layout(tmp_path).snapshot_files() == []
    shard = await open_shard(snapshot_tail=20)
    await shard.submit([buy()])
    state_hash = shard.engine.state_hash()
    await shard.stop()
    assert [sequence for sequence, _ in Layout(tmp_path).snapshot_files()] == [21]
    shard = await open_shard()
    assert shard.state_hash(21) == (21, state_hash)
    await shard.submit([CreateAccount("more")])
    assert shard.state_hash(21) == (21, state_hash)
    assert shard.state_hash(0) == shard.state_hash(22) == (22, shard.engine.state_hash())
    assert shard.state_hash(20) is None


async def test_a_second_shard_on_the_same_directory_is_refused_by_name(open_shard: OpenShard, tmp_path: Path) -> None:
    await open_shard()
    with pytest.raises(DirectoryLocked, match=str(tmp_path)):
        recover(tmp_path)


async def test_a_lone_client_is_committed_at_once_and_a_crowd_shares_its_commits(open_shard: OpenShard) -> None:
    shard = await open_shard()
    commits_before = shard.commits
    for _ in range(50):
        await shard.submit([buy()])
    assert shard.commits == commits_before + 50

    async def client() -> None:
        for _ in range(20):
            await shard.submit([buy()])

    commits_before = shard.commits
    await asyncio.gather(*(client() for _ in range(32)))
    assert shard.commits - commits_before < 100


async def test_units_that_arrive_one_by_one_share_commits_when_clients_do_not_wait_for_each_other(
    open_shard: OpenShard,
) -> None:
    # An fsync is done before the next unit comes, so only the pacing makes them share one.
    shard = await open_shard()
    futures = []
    commits_before = shard.commits
    for _ in range(300):
        futures.append(shard.submit([buy()]))
        until = time.perf_counter() + 0.0004
        while time.perf_counter() < until:
            await asyncio.sleep(0)
    await asyncio.gather(*futures)
    assert shard.commits - commits_before < 120


async def test_a_failing_listener_stops_the_shard_but_not_the_replies(open_shard: OpenShard) -> None:
    shard = await open_shard()

    def broken(batch: list[Applied]) -> None:
        raise RuntimeError("a feed is broken")

    shard.subscribe(broken)
    (applied,) = await shard.submit([buy()])
    assert applied.sequence == 8
    await asyncio.wait_for(shard.failed.wait(), 10)
    assert "a feed is broken" in str(shard.failure)
    with pytest.raises(NotSequenced):
        await shard.submit([buy()])


async def test_garbage_is_looked_for_after_so_many_commands_and_not_while_a_cancel_is_under_way(
    open_shard: OpenShard,
) -> None:
    shard = await open_shard()
    found: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            found.append(info["generation"])

    async def execute(commands: int) -> int:
        """Return how often it was looked for meanwhile."""
        gc.collect(1)
        found.clear()
        for number in range(0, commands, STEP_COMMANDS):
            await shard.submit([buy() for _ in range(number, min(number + STEP_COMMANDS, commands))])
        return found.count(1)

    gc.callbacks.append(note)
    gc.disable()
    try:
        assert await execute(4 * COLLECT_COMMANDS) == 4
        assert await execute(COLLECT_COMMANDS - 1) == 0
        with shard.turnstile.urgent():
            assert await execute(STEP_COMMANDS) == 0
        assert await execute(STEP_COMMANDS) == 1
    finally:
        gc.enable()
        gc.callbacks.remove(note)
