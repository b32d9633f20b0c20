"""One process under the supervisor: bound to its life, in a session of its own, its output in a log file."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import exchange_server.cli.dev.die_with_parent as die_with_parent
from exchange_server.cli.dev import time_slices

LARGEST_LOG = 10_000_000

BACKGROUND_NICENESS = 10
"""Of what may wait while orders may not."""
SESSION_ATTEMPTS = 3
SESSION_PAUSE_SECONDS = 0.1


class ChildProcess:
    """A running process. Start it with `spawn`, from the main thread: on Linux its life is bound to the thread's."""

    def __init__(self, process: asyncio.subprocess.Process, log_file: Path, log_start: int) -> None:
        self._process = process
        self._log_file = log_file
        self._log_start = log_start

    @classmethod
    async def spawn(
        cls, command: Sequence[str], log_file: Path, environment: Mapping[str, str], *, background: bool = False
    ) -> "ChildProcess":
        """Start a program (its first word is an absolute path); in the background it gets the processor last."""
        with _open_log(log_file) as log:
            log_start = log.tell()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-S",
                die_with_parent.__file__,
                str(os.getpid()),
                *command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                # Ctrl-C reaches the supervisor only, which stops the others in their order.
                start_new_session=True,
            )
        if background:
            to_background(process.pid)
        return cls(process, log_file, log_start)

    @property
    def pid(self) -> int:
        """The process id; on systems without a death signal, that of the process that watches over it."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.returncode is None

    async def wait(self) -> int:
        """Return its exit status when it ends, negative for a signal."""
        return await self._process.wait()

    async def stop(self, seconds: float) -> bool:
        """Ask it to end, kill it after `seconds`; return whether it ended by itself."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
            return False
        return True

    def kill(self) -> None:
        """End it at once."""
        if self.running:
            self._process.kill()

    def last_words(self) -> str:
        """Return the last line that it wrote in this life, for the message that it has ended."""
        with self._log_file.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, log.tell() - 4096))
            lines = log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def to_background(pid: int) -> None:
    """Lower the priority of a process, of what it has started, and of what it will start in its own session.

    It may be interrupted at any time, too. What starts sessions later, as PostgreSQL does for each connection, is to be
    given here again.
    """
    niceness = min(os.getpriority(os.PRIO_PROCESS, 0) + BACKGROUND_NICENESS, 19)
    for one in (pid, *_children(pid)):
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, one, niceness)
            _lower_session(one, niceness)
            time_slices.lengthen(one)


def _children(pid: int) -> list[int]:
    """Return what a process has started and what has not ended; nothing where the system is not Linux."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _lower_session(pid: int, niceness: int) -> None:
    """Lower the priority of a session by its leader.

    Where Linux shares the processors among sessions first (`kernel.sched_autogroup_enabled`), a process that is alone
    in its session takes as much at the lowest priority as at the highest: what counts is that of the session.
    """
    if os.getsid(pid) != pid:
        return
    path = Path(f"/proc/{pid}/autogroup")
    for _ in range(SESSION_ATTEMPTS):
        try:
            if path.read_text().endswith(f"nice {niceness}\n"):
                return
            path.write_text(str(niceness))
        except BlockingIOError:
            time.sleep(SESSION_PAUSE_SECONDS)  # the kernel lets users do that ten times a second
        except OSError:
            return  # there are no such groups here


def _open_log(log_file: Path) -> BinaryIO:
    if log_file.exists() and log_file.stat().st_size > LARGEST_LOG:
        log_file.replace(log_file.with_suffix(".log.1"))
    return log_file.open("ab")


def describe_exit(status: int) -> str:
    """Say how a process ended."""
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
