"""fdatasync by the kernel (Linux AIO): the event loop asks for it and hears of its end, and no thread of ours waits.

A thread that waits for the disk must win the interpreter back three times a commit from a loop that is busy; with many
clients that costs more CPU than the disk does.
"""

import asyncio
import errno
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

try:
    from caio import linux_aio
except ImportError:  # there is none but for Linux
    linux_aio = None  # type: ignore[assignment]

_REQUESTS: Final = 4
_PATIENCE_S: Final = 10.0


class KernelSync:
    """Makes one file at a time durable. Lives on the event loop that made it."""

    def __init__(self, on_done: Callable[[OSError | None], None]) -> None:
        """`on_done` is called on the loop at the end of each sync, with the error if it failed.

        Raises OSError where the kernel cannot do it (others than Linux, before 4.18, or forbidden to a container).
        """
        if linux_aio is None:
            raise OSError("there is no asynchronous fdatasync here")
        try:
            self._context: Final = linux_aio.Context(_REQUESTS)
        except (SystemError, ValueError, OverflowError) as error:
            raise OSError(f"there is no asynchronous fdatasync here: {error}") from error
        self._on_done: Final = on_done
        self._operation: linux_aio.Operation | None = None
        self._try_out()
        self._loop: Final = asyncio.get_running_loop()
        self._loop.add_reader(self._context.fileno, self._completed)

    def sync(self, fd: int) -> None:
        """Start to make what was written to a file durable. Raises OSError when the kernel does not take it."""
        self._operation = self._submit(fd)

    def close(self) -> None:
        """Hear of nothing any more."""
        self._loop.remove_reader(self._context.fileno)

    def _submit(self, fd: int) -> "linux_aio.Operation":
        operation = linux_aio.Operation.fdsync(fd)
        try:
            accepted = self._context.submit(operation)
        except (SystemError, ValueError, OverflowError) as error:
            raise OSError(f"the kernel did not take an fdatasync: {error}") from error
        if accepted != 1:
            raise OSError("the kernel did not take an fdatasync")
        return operation  # type: ignore[return-value]

    def _try_out(self) -> None:
        """Sync a file once and wait for it: a kernel may know the call and not this operation."""
        with tempfile.TemporaryFile() as file:
            operation = self._submit(file.fileno())
            deadline = time.monotonic() + _PATIENCE_S
            while not self._more():
                if time.monotonic() > deadline:
                    raise OSError(f"an fdatasync did not end within {_PATIENCE_S:g} s")
                time.sleep(0.001)
            error = _outcome(operation)
        if error is not None:
            raise error

    def _completed(self) -> None:
        """Run when the kernel says that something ended; it may say so once for several, or once too often."""
        with suppress(BlockingIOError):
            self._context.poll()
        failure: OSError | None = None
        while True:
            try:
                if not self._more():
                    return
            except OSError as error:
                # Whether the sync went well will never be known: the same as if it had not.
                failure = error
            operation, self._operation = self._operation, None
            if operation is not None:
                self._on_done(failure or _outcome(operation))
            if failure is not None:
                return

    def _more(self) -> bool:
        """Take over what ended; a signal or a debugger may interrupt that, and nobody would call again.

        Raises OSError when the kernel does not tell.
        """
        while True:
            try:
                return self._context.process_events() > 0
            except SystemError as error:
                if error.args[0] != errno.EINTR:
                    raise OSError(f"the kernel does not tell what is synced: {error}") from error


def _outcome(operation: "linux_aio.Operation") -> OSError | None:
    """Return why an operation failed, None when it did not."""
    try:
        operation.get_value()
    except SystemError as error:
        return OSError(f"fdatasync: {error}")
    return None
