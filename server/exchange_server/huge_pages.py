"""Memory in huge pages, for a book of a million orders: finding an order that no cache has costs less then.

A processor remembers where some thousand pages are. Orders that rest lie all over hundreds of megabytes, and with pages
of 4 KiB each is looked up in the tables of the guest and of the host first. Only Linux from 6.1 on does it when it is
asked (`MADV_COLLAPSE`), and this asks only if it may: /sys/kernel/mm/transparent_hugepage/enabled is `always` or
`madvise`. Memory that is half empty is left alone, so that nothing becomes larger.
"""

import asyncio
import ctypes
import logging
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

log: Final = logging.getLogger(__name__)

PAGE_BYTES: Final = 2 << 20
LEAST_BYTES: Final = 256 << 20
"""Of resident memory; less is mostly in the caches anyhow."""
GROWTH_BYTES: Final = 64 << 20
"""How much more there is before it is looked at again."""

_LOOK_SECONDS: Final = 5.0
_REST: Final = 20
"""A page is copied in some milliseconds, in which the kernel keeps others from changing the process's memory: this many
times as long nothing is copied afterwards."""
_FULL: Final = 7 / 8
"""Share of its small pages that must be in use."""
_SMALL_BYTES: Final = 4096
_ENTRY_BYTES: Final = 8
_MADV_COLLAPSE: Final = 25
_ENABLED: Final = Path("/sys/kernel/mm/transparent_hugepage/enabled")
# Anonymous memory of this process alone: no file, no stack.
_ANONYMOUS: Final = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p \S+ 00:00 0 *(\[heap\]|\[anon.*\])?$")


def supported() -> bool:
    """Tell whether the kernel may be asked."""
    try:
        return os.sysconf("SC_PAGESIZE") == _SMALL_BYTES and "[never]" not in _ENABLED.read_text()
    except (OSError, ValueError):
        return False


def collapse() -> int:
    """Put all of this process's memory that can be into huge pages, at once; return the bytes that are in one now."""
    return sum(PAGE_BYTES for address in _full_pages() if _collapse(address)) if supported() else 0


async def keep_collapsing(least_bytes: int = LEAST_BYTES, growth_bytes: int = GROWTH_BYTES) -> None:
    """Put memory into huge pages as it grows, in small steps beside other work, until it is cancelled."""
    seen = 0
    while supported():
        resident = resident_bytes()
        if resident >= max(least_bytes, seen + growth_bytes):
            try:
                addresses = await asyncio.to_thread(lambda: list(_full_pages()))
            except OSError as error:
                log.info("no huge pages: %s", error)
                return
            for address in addresses:
                started = time.perf_counter()
                await asyncio.to_thread(_collapse, address)
                await asyncio.sleep(_REST * (time.perf_counter() - started))
            seen = resident
        await asyncio.sleep(_LOOK_SECONDS)


def resident_bytes() -> int:
    """Return how much memory this process has. Raises OSError where there is no /proc."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _SMALL_BYTES


def _full_pages() -> Iterator[int]:
    """Give the addresses at which a huge page's worth of small pages is in use. Raises OSError where /proc hides it."""
    with Path("/proc/self/pagemap").open("rb", buffering=0) as pagemap:
        for line in Path("/proc/self/maps").read_text().splitlines():
            found = _ANONYMOUS.match(line)
            if found is None:
                continue
            start, end = (int(edge, 16) for edge in found.groups()[:2])
            for address in range(-(-start // PAGE_BYTES) * PAGE_BYTES, end - PAGE_BYTES + 1, PAGE_BYTES):
                if _used(pagemap.fileno(), address) >= _FULL:
                    yield address


def _used(pagemap: int, address: int) -> float:
    """Return the share of small pages that are in memory: bit 63 of each one's entry says it."""
    count = PAGE_BYTES // _SMALL_BYTES
    entries = os.pread(pagemap, count * _ENTRY_BYTES, address // _SMALL_BYTES * _ENTRY_BYTES)
    return sum(highest >> 7 for highest in entries[_ENTRY_BYTES - 1 :: _ENTRY_BYTES]) / count


def _collapse(address: int) -> bool:
    """Ask for one huge page; what cannot be one (it has just been freed, there is none to be had) stays as it is."""
    madvise = ctypes.CDLL(None).madvise
    return bool(madvise(ctypes.c_void_p(address), ctypes.c_size_t(PAGE_BYTES), _MADV_COLLAPSE) == 0)
