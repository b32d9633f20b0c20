"""What may be deleted: old snapshots, and segments that a newer snapshot and every follower have passed.

By default every segment is kept: feeds, audits and a rebuild of the projections read the whole history.
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

from exchange_server.journal.errors import SnapshotInvalid
from exchange_server.journal.layout import CURSOR_SUFFIX, Layout, sync_directory, write_durably
from exchange_server.journal.snapshot import read_snapshot_header

SNAPSHOTS_KEPT: Final = 2
"""At least: recovery falls back to the older one when the newest is damaged."""


class Cursor(NamedTuple):
    """How far a follower has come: it needs no record up to `sequence` any more."""

    name: str
    sequence: int


def write_cursor(directory: Path | str, name: str, sequence: int) -> None:
    """Register a follower, or tell that it has come further, durably."""
    layout = Layout(directory)
    layout.followers.mkdir(parents=True, exist_ok=True)
    path = layout.followers / (name + CURSOR_SUFFIX)
    write_durably(path, json.dumps({"sequence": sequence}).encode())


def read_cursors(layout: Layout) -> list[Cursor]:
    """Read every registered follower's cursor, by name.

    One that cannot be read stands at 0, so that nothing it may need goes.
    """
    cursors: list[Cursor] = []
    for path in sorted(layout.followers.glob("*" + CURSOR_SUFFIX)):
        try:
            sequence = int(json.loads(path.read_bytes())["sequence"])
        except (OSError, ValueError, KeyError, TypeError):
            sequence = 0
        cursors.append(Cursor(path.name.removesuffix(CURSOR_SUFFIX), sequence))
    return cursors


def remove_cursor(directory: Path | str, name: str) -> None:
    """Forget a follower that is gone for good."""
    (Layout(directory).followers / (name + CURSOR_SUFFIX)).unlink(missing_ok=True)


def prune(directory: Path | str, *, retain_all: bool = True, snapshots_kept: int = SNAPSHOTS_KEPT) -> list[Path]:
    """Delete what is not needed any more and give the deleted paths.

    Readable snapshots beyond the newest `snapshots_kept` (2 or more) go, and unreadable ones older than those. With
    `retain_all` no segment goes; otherwise those do that lie wholly before the oldest kept snapshot and every cursor.
    The last segment always stays.
    """
    layout = Layout(directory)
    deleted = _prune_snapshots(layout, max(snapshots_kept, SNAPSHOTS_KEPT))
    if not retain_all:
        deleted += _prune_segments(layout, snapshots_kept)
    return deleted


def _prune_snapshots(layout: Layout, kept: int) -> list[Path]:
    readable = 0
    deleted: list[Path] = []
    for _, path in reversed(layout.snapshot_files()):
        if readable >= kept:
            deleted.append(path)
        elif _readable(path):
            readable += 1
    for path in deleted:
        path.unlink(missing_ok=True)  # of several followers, another may have been faster
    if deleted:
        sync_directory(layout.snapshots)
    return deleted


def _prune_segments(layout: Layout, kept: int) -> list[Path]:
    snapshots = [sequence for sequence, path in layout.snapshot_files() if _readable(path)]
    if len(snapshots) < max(kept, SNAPSHOTS_KEPT):
        return []
    passed = min([snapshots[0], *(cursor.sequence for cursor in read_cursors(layout))])
    segments = layout.segments()
    deleted: list[Path] = []
    # Oldest first, so that a crash in between leaves a journal without a hole.
    for (_, path), (following, _) in pairwise(segments):
        if following - 1 > passed:
            break
        path.unlink()
        sync_directory(layout.journal)
        deleted.append(path)
    return deleted


def _readable(path: Path) -> bool:
    try:
        read_snapshot_header(path)
    except SnapshotInvalid:
        return False
    return True
