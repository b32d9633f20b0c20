"""The data directory of one `exchange dev`: marked as ours, and used by one supervisor at a time."""

import fcntl
import os
import shutil
from pathlib import Path
from typing import IO

from exchange_server.cli.session import CREDENTIALS_FILE, CommandError

MARKER = ".exchange-dev"
MARKER_TEXT = "This folder belongs to exchange dev, which may erase it (exchange dev --fresh).\n"
LOCK = "dev.lock"


class DataDirInUse(CommandError):
    """Another supervisor works with the folder."""


class DataDir:
    """Where everything of one `exchange dev` lies. Take it with `acquire` before touching what is inside."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.was_abandoned = False
        self._lock: IO[bytes] | None = None

    @property
    def credentials_file(self) -> Path:
        """Address and API keys, for the command line."""
        return self.path / CREDENTIALS_FILE

    @property
    def admin_key_file(self) -> Path:
        """The first administrator's key, which the server writes when its journal is empty."""
        return self.path / "admin.key"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.path / "logs"

    @property
    def gateway(self) -> Path:
        """The gateway's settings as they were last made."""
        return self.path / "gateway"

    def acquire(self) -> None:
        """Make the folder if it is absent, and lock it until `release` or the end of this process.

        `was_abandoned` then tells whether the one before ended without releasing it. Raises DataDirInUse, and
        CommandError for a folder that has other things in it.
        """
        try:
            self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
            names = {entry.name for entry in self.path.iterdir()}
        except OSError as error:
            raise CommandError(f"--data-dir {self.path}: {error.strerror}") from error
        if names and MARKER not in names:
            raise CommandError(
                f"--data-dir {self.path}: the folder is not empty and was not made by exchange dev; nothing was touched"
            )
        lock = open(self.path / LOCK, "a+b")  # noqa: SIM115  held until release
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read(32).decode("ascii", "replace").strip()
            lock.close()
            raise DataDirInUse(
                f"--data-dir {self.path}: in use by another exchange dev" + (f" (process {owner})" if owner else "")
            ) from None
        lock.seek(0)
        self.was_abandoned = bool(lock.read(1))
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n".encode())
        lock.flush()
        self._lock = lock
        (self.path / MARKER).write_text(MARKER_TEXT)

    def erase(self) -> None:
        """Delete everything in the folder but the marker and the lock. It must be acquired: then it is ours."""
        assert self._lock is not None
        for entry in self.path.iterdir():
            if entry.name in (MARKER, LOCK):
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def release(self) -> None:
        """Let others use the folder."""
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None
