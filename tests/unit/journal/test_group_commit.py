"""Group commit on a real file, with the kernel's sync and with a thread's."""

import asyncio
import errno
import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from exchange_server.journal import GroupCommit, JournalReader, Layout, MarkWriter, SegmentWriter, commit, kernel_sync
from exchange_server.journal.kernel_sync import KernelSync
from exchange_server.journal.mark import read_mark
from exchange_server.journal.segments import WritePosition

SEGMENT_BYTES = 1 << 18
KERNEL, THREAD = "kernel", "thread"


class Journal:
    """A group commit, and what it has let out."""

    def __init__(self, directory: Path) -> None:
        self.layout = Layout(directory)
        self.layout.create()
        self.sequence = 0
        self.released: list[tuple[list[str], int]] = []
        self.failures: list[BaseException] = []
        self.something = asyncio.Event()
        self.writer = SegmentWriter(self.layout, 0, WritePosition.genesis(), SEGMENT_BYTES)
        self.mark = MarkWriter(self.layout.mark)
        self.commit: GroupCommit[str] = GroupCommit(
            self.writer, self.mark, lambda: 7, self._release, self._fail, spacing_s=0
        )

    def _release(self, outputs: list[str], last_sequence: int, durable_ns: int) -> None:
        mark = read_mark(self.layout.mark)
        assert mark is not None
        assert mark.sequence >= last_sequence, "what is released is marked as durable"
        self.released.append((outputs, last_sequence))
        self.something.set()

    def _fail(self, error: BaseException) -> None:
        self.failures.append(error)
        self.something.set()

    def append(self, *payloads: bytes) -> None:
        first = self.sequence + 1
        self.sequence += len(payloads)
        self.commit.append(first, first, payloads, f"unit at {first}")
        self.commit.flush()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self.something.clear()
                await self.something.wait()

    def payloads(self) -> list[bytes]:
        return [payload for _, _, payload in JournalReader(self.layout.directory).read(self.sequence)]


@pytest.fixture(params=[KERNEL, THREAD])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == THREAD:

        def refuse(_: object) -> None:
            raise OSError("not here")

        monkeypatch.setattr(commit, "KernelSync", refuse)
    return str(request.param)


@pytest.fixture
async def journal(tmp_path: Path, way: str) -> AsyncIterator[Journal]:
    if way == KERNEL:
        try:
            KernelSync(lambda _: None).close()
        except OSError as error:
            pytest.skip(f"this kernel does not sync by itself: {error}")
    journal = Journal(tmp_path)
    yield journal
    journal.commit.close()
    journal.writer.close()
    journal.mark.close()


async def test_units_are_released_in_order_when_they_are_durable(journal: Journal) -> None:
    payloads = [f"command {number}".encode() for number in range(300)]
    for payload in payloads:
        journal.append(payload)
        if int(payload.split()[1]) % 7 == 0:
            await asyncio.sleep(0)
    await journal.until(lambda: journal.commit.idle)
    assert [output for outputs, _ in journal.released for output in outputs] == [
        f"unit at {sequence}" for sequence in range(1, 301)
    ]
    assert journal.released[-1][1] == 300
    assert journal.payloads() == payloads


async def test_large_batches_and_new_segments_are_written_like_all(journal: Journal) -> None:
    payloads = [bytes([number]) * (20_000 if number % 5 else 100_000) for number in range(40)]
    for payload in payloads:
        journal.append(payload)
        await journal.until(lambda: journal.commit.idle)
    assert len(journal.layout.segments()) > 3
    assert journal.payloads() == payloads


async def test_small_batches_are_synced_without_the_thread_where_the_kernel_can(
    journal: Journal, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(b"the first one begins a segment")
    await journal.until(lambda: journal.commit.idle)
    by: list[str] = []
    fdatasync = os.fdatasync

    def noted(fd: int) -> None:
        by.append(threading.current_thread().name)
        fdatasync(fd)

    monkeypatch.setattr(os, "fdatasync", noted)
    journal.append(b"the second one does not")
    await journal.until(lambda: journal.commit.idle)
    assert by == ([] if way == KERNEL else ["journal"])


async def test_after_a_failed_sync_nothing_is_released_any_more(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(b"before")
    await journal.until(lambda: journal.commit.idle)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdatasync", refuse)
    monkeypatch.setattr(kernel_sync, "_outcome", lambda _: OSError(errno.EIO, os.strerror(errno.EIO)))
    journal.append(b"lost")
    await journal.until(lambda: bool(journal.failures))
    monkeypatch.undo()
    journal.append(b"after")
    await asyncio.sleep(0)
    assert [outputs for outputs, _ in journal.released] == [["unit at 1"]]
    assert len(journal.failures) == 1
    mark = read_mark(journal.layout.mark)
    assert mark is not None
    assert mark.sequence == 1


async def test_a_full_disk_is_a_failure_that_comes_after_the_append(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(b"before")
    await journal.until(lambda: journal.commit.idle)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", refuse)
    journal.append(b"lost")
    assert journal.failures == []
    await journal.until(lambda: bool(journal.failures))
    assert [outputs for outputs, _ in journal.released] == [["unit at 1"]]


async def test_the_kernel_tells_why_a_sync_failed() -> None:
    ended: asyncio.Future[OSError | None] = asyncio.get_running_loop().create_future()
    kernel = KernelSync(ended.set_result)
    read_end, write_end = os.pipe()  # a pipe cannot be synced
    try:
        error = await _sync(kernel, write_end, ended)
        assert error is not None
        assert "fdatasync" in str(error)
    finally:
        kernel.close()
        os.close(read_end)
        os.close(write_end)


class Interrupted:
    """A context of the kernel's whose first looks are interrupted, as by a debugger that attaches."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self.interruptions = 2

    def process_events(self) -> int:
        if self.interruptions:
            self.interruptions -= 1
            raise SystemError(errno.EINTR, os.strerror(errno.EINTR))
        return int(self._context.process_events())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


async def test_a_look_that_is_interrupted_is_taken_again(tmp_path: Path) -> None:
    ended: asyncio.Future[OSError | None] = asyncio.get_running_loop().create_future()
    kernel = KernelSync(ended.set_result)
    vars(kernel)["_context"] = interrupted = Interrupted(vars(kernel)["_context"])
    with (tmp_path / "file").open("wb") as file:
        kernel.sync(file.fileno())
        assert await asyncio.wait_for(ended, 20) is None
    assert interrupted.interruptions == 0
    kernel.close()


class Mute:
    """A context of the kernel's that can no longer be asked."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def process_events(self) -> int:
        raise SystemError(errno.EINVAL, os.strerror(errno.EINVAL))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


async def test_a_kernel_that_no_longer_tells_is_a_failed_sync(tmp_path: Path) -> None:
    ended: asyncio.Future[OSError | None] = asyncio.get_running_loop().create_future()
    kernel = KernelSync(ended.set_result)
    vars(kernel)["_context"] = Mute(vars(kernel)["_context"])
    with (tmp_path / "file").open("wb") as file:
        kernel.sync(file.fileno())
        assert "does not tell" in str(await asyncio.wait_for(ended, 20))
    kernel.close()


async def _sync(kernel: KernelSync, fd: int, ended: "asyncio.Future[OSError | None]") -> OSError | None:
    """Return how a sync went, whether the kernel says so at once or later."""
    try:
        kernel.sync(fd)
    except OSError as error:
        return error
    return await asyncio.wait_for(ended, 20)
