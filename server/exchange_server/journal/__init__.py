"""The journal of commands: the only truth. Everything else is derived from it by replay."""

from exchange_server.journal.applied import UNKNOWN_TIMES, Applied, UnitTimes
from exchange_server.journal.audit import Stat, Verified, dump, stat, verify
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
from exchange_server.journal.records import JournalPosition
from exchange_server.journal.recovery import Recovered, engine_at, recover
from exchange_server.journal.retention import Cursor, prune, read_cursors, remove_cursor, write_cursor
from exchange_server.journal.segments import SegmentWriter
from exchange_server.journal.snapshot import load_snapshot, snapshot_hash, write_snapshot

__all__ = [
    "UNKNOWN_TIMES",
    "Applied",
    "Cursor",
    "DirectoryLocked",
    "DurableMark",
    "GroupCommit",
    "JournalDamaged",
    "JournalError",
    "JournalPosition",
    "JournalReader",
    "Layout",
    "MarkReader",
    "MarkWriter",
    "Record",
    "Recovered",
    "SegmentWriter",
    "SnapshotInvalid",
    "Stat",
    "StateDiffers",
    "UnitTimes",
    "Verified",
    "dump",
    "engine_at",
    "load_snapshot",
    "prune",
    "read_cursors",
    "read_mark",
    "recover",
    "remove_cursor",
    "snapshot_hash",
    "stat",
    "verify",
    "write_cursor",
    "write_snapshot",
]
