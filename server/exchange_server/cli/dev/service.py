"""Keep one process running: start it again, each time a little later, until it is stopped; and say so."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from exchange_server.cli.dev.child_process import ChildProcess, describe_exit

FIRST_DELAY = 0.25
LONGEST_DELAY = 8.0
LONG_LIFE = 20.0

Say = Callable[[str], None]


class Service:
    """A named process that is restarted when it ends. The delay doubles with each short life."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log_file: Path,
        environment: Mapping[str, str],
        say: Say,
        *,
        background: bool = False,
    ) -> None:
        self.name = name
        self._command = command
        self._log_file = log_file
        self._environment = environment
        self._say = say
        self._background = background
        self._process: ChildProcess | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """Return the process id; None while nothing runs."""
        return self._process.pid if self._process is not None and self._process.running else None

    async def start(self) -> None:
        """Start the process once, without keeping it: `keep` does, when its first start has gone well."""
        self._process = await ChildProcess.spawn(
            self._command, self._log_file, self._environment, background=self._background
        )

    def keep(self) -> None:
        """Restart the process from now on whenever it ends."""
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def ended(self) -> str:
        """Wait for the end of the present process and describe it."""
        assert self._process is not None
        status = await self._process.wait()
        words = self._process.last_words()
        return f"{describe_exit(status)}{': ' + words if words else ''} (log: {self._log_file})"

    async def stop(self, seconds: float) -> None:
        """Stop the process for good; kill it after `seconds`."""
        self._stopping = True
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._process is not None and not await self._process.stop(seconds):
            self._say(f"{self.name} did not stop within {seconds:g} s and was killed")

    def kill(self) -> None:
        """End the process at once and for good."""
        self._stopping = True
        if self._process is not None:
            self._process.kill()

    async def _keep(self) -> None:
        delay = FIRST_DELAY
        while True:
            started = time.monotonic()
            how = await self.ended()
            if self._stopping:
                return
            delay = FIRST_DELAY if time.monotonic() - started > LONG_LIFE else delay
            self._say(f"{self.name} ended with {how}; restarting in {delay:g} s")
            await asyncio.sleep(delay)
            await self.start()
            self._say(f"{self.name} started again (process {self.pid})")
            delay = min(delay * 2, LONGEST_DELAY)
