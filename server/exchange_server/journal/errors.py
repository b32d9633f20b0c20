"""What can be wrong with what is on disk."""

from pathlib import Path


class JournalError(Exception):
    """The journal cannot be used; the message says where and why."""


class DirectoryLocked(JournalError):
    """Another process writes this journal."""


class JournalDamaged(JournalError):
    """Bytes that were durable are not what was written. `offset` is where the damage begins in `path`."""

    def __init__(self, path: Path, offset: int, reason: str) -> None:
        super().__init__(f"{path}, offset {offset}: {reason}")
        self.path = path
        self.offset = offset
        self.reason = reason


class StateDiffers(JournalError):
    """The replayed engine is not in the state that the writing engine was in."""


class SnapshotInvalid(JournalError):
    """A snapshot file cannot be used."""


class SnapshotOutdated(SnapshotInvalid):
    """A snapshot has the layout of another version: nothing is wrong with it, and it is passed over."""
