"""Where a shard keeps what, and who may write there.

<directory>/lock                        held by the core
<directory>/durable.mark                how far the journal is durable
<directory>/journal/<first sequence>.seg
<directory>/snapshots/<sequence>.snap
<directory>/followers/<name>.cursor     how far a follower has come
<directory>/followers/<name>.progress   what a follower last said of itself (follower/progress.py)
<directory>/quarantine/<sha256>.bin     commands that made the engine raise
"""

import fcntl
import os
from pathlib import Path
from typing import Final

from exchange_server.journal.errors import DirectoryLocked

SEGMENT_SUFFIX: Final = ".seg"
SNAPSHOT_SUFFIX: Final = ".snap"
CURSOR_SUFFIX: Final = ".cursor"


class Layout:
    """The paths of one shard's directory."""

    def __init__(self, directory: Path | str) -> None:
        self.directory: Final = Path(directory)
        self.lock: Final = self.directory / "lock"
        self.mark: Final = self.directory / "durable.mark"
        self.journal: Final = self.directory / "journal"
        self.snapshots: Final = self.directory / "snapshots"
        self.followers: Final = self.directory / "followers"
        self.quarantine: Final = self.directory / "quarantine"

    def create(self) -> None:
        """Create the folders that are missing, durably."""
        for folder in (self.directory, self.journal, self.snapshots, self.followers, self.quarantine):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                sync_directory(folder.parent)

    def segment(self, first_sequence: int) -> Path:
        return self.journal / f"{first_sequence:020}{SEGMENT_SUFFIX}"

    def snapshot(self, sequence: int) -> Path:
        return self.snapshots / f"{sequence:020}{SNAPSHOT_SUFFIX}"

    def segments(self) -> list[tuple[int, Path]]:
        """First sequences and paths, oldest first."""
        return _numbered(self.journal, SEGMENT_SUFFIX)

    def snapshot_files(self) -> list[tuple[int, Path]]:
        """Sequences and paths, oldest first."""
        return _numbered(self.snapshots, SNAPSHOT_SUFFIX)


class DirectoryLock:
    """The right to write a shard's directory, for as long as this process lives or until `release`."""

    def __init__(self, layout: Layout) -> None:
        """Take it; raises DirectoryLocked naming the directory and the owner."""
        self._fd = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(self._fd, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._fd)
            raise DirectoryLocked(f"{layout.directory} is in use by another process (pid {owner})") from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Give it back; a second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def is_locked(layout: Layout) -> bool:
    """Tell whether a core is running on this directory."""
    try:
        fd = os.open(layout.lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_durably(path: Path, data: bytes) -> None:
    """Replace a file atomically: after a crash it has the old content or the new."""
    temporary = path.with_name(path.name + ".tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        write_all(fd, data, 0)
        os.fsync(fd)
    finally:
        os.close(fd)
    temporary.rename(path)
    sync_directory(path.parent)


def write_all(fd: int, data: bytes | bytearray | memoryview, offset: int) -> None:
    """Write all of `data` at `offset`; a short write is continued."""
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view = view[written:]
        offset += written


def _numbered(folder: Path, suffix: str) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    found = [(path.name.removesuffix(suffix), path) for path in folder.iterdir() if path.name.endswith(suffix)]
    return sorted((int(stem), path) for stem, path in found if len(stem) == 20 and stem.isascii() and stem.isdigit())
