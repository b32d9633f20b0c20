"""The journal of commands: the only truth. Everything else is derived from it by replay."""

from exchange_server.journal.applied import Applied
from exchange_server.journal.commit import GroupCommit
from exchange_server.journal.errors import (
    DirectoryLocked,
    JournalDamaged,
    JournalError,
    SnapshotInvalid,
    StateDiffers,
)
from exchange_server.journal.layout import Layout
from exchange_server.journal.mark import DurableMark, MarkReader, MarkWriter, read_mark
from exchange_server.journal.reader import JournalReader, Record
from exchange_server.journal.recovery import Recovered, engine_at, recover
from exchange_server.journal.segments import SegmentWriter
from exchange_server.journal.snapshot import load_snapshot, snapshot_hash, write_snapshot

__all__ = [
    "Applied",
    "DirectoryLocked",
    "DurableMark",
    "GroupCommit",
    "JournalDamaged",
    "JournalError",
    "JournalReader",
    "Layout",
    "MarkReader",
    "MarkWriter",
    "Record",
    "Recovered",
    "SegmentWriter",
    "SnapshotInvalid",
    "StateDiffers",
    "engine_at",
    "load_snapshot",
    "read_mark",
    "recover",
    "snapshot_hash",
    "write_snapshot",
]
