"""Memory that is in use comes to lie in huge pages, and memory that is not stays what it was: none."""

import asyncio
import mmap
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange_server import huge_pages

MAPPED = 16 * huge_pages.PAGE_BYTES

pytestmark = pytest.mark.skipif(not huge_pages.supported(), reason="this kernel gives no huge pages")


@pytest.fixture
def mapping() -> Iterator[mmap.mmap]:
    """Give memory of small pages that nobody has used yet."""
    with mmap.mmap(-1, MAPPED, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as mapping:
        mapping.madvise(mmap.MADV_NOHUGEPAGE)
        yield mapping


def use(mapping: mmap.mmap) -> None:
    for page in range(0, MAPPED, mmap.PAGESIZE):
        mapping[page] = 1
    # From here on it may be in huge pages, which it would be without being asked where all memory is.
    mapping.madvise(mmap.MADV_HUGEPAGE)


def in_huge_pages() -> int:
    found = re.search(r"AnonHugePages: +(\d+) kB", Path("/proc/self/smaps_rollup").read_text())
    assert found is not None
    return int(found[1]) << 10


def test_what_is_in_use_is_put_into_huge_pages_and_stays_the_same(mapping: mmap.mmap) -> None:
    use(mapping)
    before = in_huge_pages()
    assert huge_pages.collapse() >= MAPPED - huge_pages.PAGE_BYTES
    assert in_huge_pages() >= before + MAPPED - 2 * huge_pages.PAGE_BYTES
    assert all(mapping[page] == 1 for page in range(0, MAPPED, mmap.PAGESIZE))


def test_memory_that_is_hardly_used_does_not_become_larger(mapping: mmap.mmap) -> None:
    for page in range(0, MAPPED, huge_pages.PAGE_BYTES // 2):
        mapping[page] = 1
    mapping.madvise(mmap.MADV_HUGEPAGE)
    before = huge_pages.resident_bytes()
    huge_pages.collapse()
    assert huge_pages.resident_bytes() < before + MAPPED // 2


async def test_a_process_that_has_grown_is_looked_at_beside_its_work(mapping: mmap.mmap) -> None:
    before = in_huge_pages()
    use(mapping)
    task = asyncio.create_task(huge_pages.keep_collapsing(least_bytes=1, growth_bytes=1))
    async with asyncio.timeout(60):
        while in_huge_pages() < before + MAPPED - 2 * huge_pages.PAGE_BYTES:
            await asyncio.sleep(0.05)
    await end(task)


async def test_a_small_process_is_left_alone(mapping: mmap.mmap, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def small() -> int:
        looks.append(huge_pages.LEAST_BYTES - 1)
        return looks[-1]

    monkeypatch.setattr(huge_pages, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(huge_pages, "resident_bytes", small)
    use(mapping)
    before = in_huge_pages()
    task = asyncio.create_task(huge_pages.keep_collapsing())
    async with asyncio.timeout(60):
        while len(looks) < 5:
            await asyncio.sleep(0.01)
    assert in_huge_pages() == before
    await end(task)


async def test_where_the_memory_may_not_be_looked_at_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden() -> Iterator[int]:
        raise PermissionError("hidden")

    monkeypatch.setattr(huge_pages, "_full_pages", hidden)
    await huge_pages.keep_collapsing(least_bytes=1, growth_bytes=1)


async def end(task: asyncio.Task[None]) -> None:
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
