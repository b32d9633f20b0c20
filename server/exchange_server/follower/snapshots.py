"""A follower and the snapshots: it writes them, compares itself with those of others, and says what it still needs."""

import logging
import time
from typing import Final

from exchange_server.engine import Engine
from exchange_server.follower.errors import FollowerError
from exchange_server.journal import JournalPosition, Layout, prune, snapshot_hash, write_cursor, write_snapshot

logger = logging.getLogger(__name__)

NEVER: Final = (1 << 63) - 1
LOOK_SECONDS: Final = 1.0
SNAPSHOTS_KEPT: Final = 4
"""The newest may lie beyond a cursor that a crash of the database took back; state hashes are asked of all."""


class Snapshots:
    """The snapshots of one shard, as one engine that follows it sees them."""

    def __init__(self, layout: Layout, follower_name: str, engine: Engine) -> None:
        self._layout: Final = layout
        self._engine: Final = engine
        self._name: Final = follower_name
        self._registered = -1
        self._written_before = 0
        self._to_compare: list[int] = []
        self._looked = float("-inf")
        self.newest = 0
        """Sequence of the newest snapshot."""
        self._look()

    def next_to_compare(self) -> int:
        """Return the sequence of the next snapshot ahead that somebody else wrote: the engine must stop there."""
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._look()
        while self._to_compare and self._to_compare[0] <= self._engine.sequence:
            self._to_compare.pop(0)
        return self._to_compare[0] if self._to_compare else NEVER

    def compare(self) -> None:
        """Where a snapshot of somebody else stands, compare the state hashes. Raises FollowerError if they differ."""
        sequence = self._engine.sequence
        if not self._to_compare or self._to_compare[0] != sequence:
            return
        self._to_compare.pop(0)
        theirs = snapshot_hash(self._layout.directory, sequence)
        if theirs is None:
            logger.warning("cannot compare with the snapshot at sequence %d: it cannot be read", sequence)
            return
        if self._engine.state_hash() != theirs:
            raise FollowerError(f"the engines differ at sequence {sequence}: the snapshot's state hash is another")

    def write(self, position: JournalPosition | None) -> None:
        """Write a snapshot of the engine as it is, with where the journal stands; the oldest go."""
        started = time.monotonic()
        try:
            write_snapshot(self._layout.directory, self._engine, position)
        except FileNotFoundError:
            # A core that starts sweeps unfinished files away. The next one is due soon enough.
            logger.warning("the snapshot at sequence %d was swept away unfinished", self._engine.sequence)
            return
        prune(self._layout.directory, snapshots_kept=SNAPSHOTS_KEPT)
        self.newest = max(self.newest, int(self._engine.sequence))
        seconds = time.monotonic() - started
        logger.info("wrote a snapshot at sequence %d in %.1f s", self._engine.sequence, seconds)

    def register(self, written: int) -> None:
        """Say which records this follower may still need, so that they are kept: called now and then with its cursor.

        To start again at a cursor it needs the newest snapshot that is not beyond it, and every record since. And as
        the database may lose its last moment in a crash, what counts is the cursor of the call before.
        """
        sequences = [sequence for sequence, _ in self._layout.snapshot_files() if sequence <= self._written_before]
        needed_after = max(sequences, default=0)
        if needed_after != self._registered:
            write_cursor(self._layout.directory, self._name, needed_after)
            self._registered = needed_after
        self._written_before = written

    def _look(self) -> None:
        self._looked = time.monotonic()
        sequences = [sequence for sequence, _ in self._layout.snapshot_files()]
        prune(self._layout.directory, snapshots_kept=SNAPSHOTS_KEPT)
        self.newest = max(sequences, default=0)
        self._to_compare = [sequence for sequence in sequences if sequence > self._engine.sequence]
