"""For how long a thread may keep a processor: what works in the background is interrupted by all that wakes.

Linux lets a thread that runs finish its slice (one to three milliseconds) before others get its processor, however much
more weight they have; only one whose own slice is shorter interrupts it (EEVDF, from 6.12 on). What may wait therefore
gets long slices: it runs as much as before, and nobody waits for it to be done. Elsewhere nothing changes.
"""

import ctypes
import os
import platform
import sys
from pathlib import Path
from typing import Final, NamedTuple

LONG_NS: Final = 10_000_000
"""More than anybody's usual slice. On a busy machine a thread waits for its turn as many times as long as its slice as
others have weight beside it: with 100 ms, the most that Linux gives, a follower took seconds to stop."""


class _Calls(NamedTuple):
    """Numbers of system calls, by processor; the C library has no functions for them."""

    sched_setattr: int
    sched_getattr: int


_CALLS: Final = (
    {"x86_64": _Calls(314, 315), "aarch64": _Calls(274, 275)}.get(platform.machine())
    if sys.platform == "linux"
    else None
)


class _Attributes(ctypes.Structure):
    """The kernel's `struct sched_attr` in its first version (sched_setattr(2)); the runtime is the slice."""

    _fields_ = (
        ("size", ctypes.c_uint32),
        ("policy", ctypes.c_uint32),
        ("flags", ctypes.c_uint64),
        ("nice", ctypes.c_int32),
        ("priority", ctypes.c_uint32),
        ("runtime_ns", ctypes.c_uint64),
        ("deadline_ns", ctypes.c_uint64),
        ("period_ns", ctypes.c_uint64),
    )


def lengthen(pid: int) -> None:
    """Give long slices to all threads of a process, and to what they will start."""
    for thread in _threads(pid):
        attributes = _read(thread)
        # An older kernel says 0 and has no such slices, nor has another policy.
        if _CALLS is not None and attributes.runtime_ns and attributes.policy == os.SCHED_OTHER:
            attributes.flags, attributes.runtime_ns = 0, LONG_NS
            _system_call(_CALLS.sched_setattr, thread, ctypes.byref(attributes), 0)


def slice_ns(thread: int) -> int:
    """Return how long a thread's slices are; 0 where there are none, or no such thread."""
    return int(_read(thread).runtime_ns)


def _threads(pid: int) -> list[int]:
    try:
        return [int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []


def _read(thread: int) -> _Attributes:
    """Return what a thread has; all of it is 0 where the kernel does not tell."""
    attributes = _Attributes()
    if _CALLS is not None:
        _system_call(_CALLS.sched_getattr, thread, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    return attributes


def _system_call(number: int, *arguments: object) -> None:
    ctypes.CDLL(None).syscall(number, *arguments)
