"""Recovery is the normal start: newest valid snapshot, then the journal's tail, then compare with the durable mark."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from exchange_server.engine import Engine
from exchange_server.journal.applied import Applied
from exchange_server.journal.errors import JournalDamaged, JournalError, SnapshotInvalid, StateDiffers
from exchange_server.journal.layout import DirectoryLock, Layout
from exchange_server.journal.mark import DurableMark, read_mark
from exchange_server.journal.quarantine import Quarantine
from exchange_server.journal.reader import EVERYTHING, JournalReader, Record, SegmentCursor, Stop
from exchange_server.journal.records import GENESIS_CHAIN, JournalPosition
from exchange_server.journal.segments import WritePosition, remove_temporaries
from exchange_server.journal.snapshot import load_snapshot_with_position
from exchange_server.journal.tail import TornTail, cut_tail, examine_tail
from exchange_server.wire.journal_codec import decode_command

Listen: TypeAlias = Callable[[Engine], Callable[[list[Applied]], None]]
"""Given the engine as the snapshot has it, returns what wants the replayed batches."""

_LISTENER_BATCH: Final = 1000


class Recovered:
    """A recovered shard: its engine, the right to write its directory, and where to go on.

    `warnings` tells people what was cut or passed over.
    """

    def __init__(self, engine: Engine, layout: Layout, lock: DirectoryLock, shard_id: int) -> None:
        self.engine: Final = engine
        self.layout: Final = layout
        self.lock: Final = lock
        self.shard_id: Final = shard_id
        self.quarantine: Final = Quarantine(layout)
        self.sequence = 0
        self.snapshot_sequence = 0
        self.position = WritePosition.genesis()
        self.torn: TornTail | None = None
        self.warnings: list[str] = []
        self.seconds = 0.0

    @property
    def replayed(self) -> int:
        """Commands replayed on top of the snapshot."""
        return self.sequence - self.snapshot_sequence


def recover(directory: Path | str, shard_id: int = 0, listen: Listen | None = None) -> Recovered:
    """Bring a shard's directory, which may be empty, to where writing can go on.

    Raises DirectoryLocked, JournalDamaged, StateDiffers or another JournalError; then nothing on disk was changed.
    """
    started = time.monotonic()
    layout = Layout(directory)
    layout.create()
    lock = DirectoryLock(layout)
    collecting = gc.isenabled()
    gc.disable()  # nothing dies during a replay, and looking for it takes longer than the replay
    try:
        mark = read_mark(layout.mark)
        warnings: list[str] = []
        engine, position = _newest_snapshot(layout, shard_id, warnings)
        gc.freeze()
        recovered = Recovered(engine, layout, lock, shard_id)
        recovered.warnings += warnings
        recovered.snapshot_sequence = engine.sequence
        _replay_tail(recovered, position, mark, listen)
        _compare(engine, mark)
        if recovered.torn is not None:
            cut_tail(recovered.torn)
        _settle(recovered)
        # A replay leaves no cycles behind, so nothing is collected: looking at a million orders takes seconds.
        gc.freeze()
    except BaseException:
        lock.release()
        raise
    finally:
        if collecting:
            gc.enable()
    recovered.seconds = time.monotonic() - started
    return recovered


def engine_at(directory: Path | str, sequence: int, shard_id: int = 0) -> Engine:
    """Rebuild the engine as it was after `sequence`, which must be durable; changes nothing on disk.

    For followers and audits. Raises JournalError when the journal does not go back that far.
    """
    layout = Layout(directory)
    engine, _ = _newest_snapshot(layout, shard_id, [], sequence)
    reader = JournalReader(directory, engine.sequence)
    try:
        _apply(engine, reader.read(sequence), None)
    finally:
        reader.close()
    return engine


def _newest_snapshot(
    layout: Layout, shard_id: int, warnings: list[str], up_to: int = EVERYTHING
) -> tuple[Engine, JournalPosition | None]:
    """Load the newest snapshot that is right, else begin at genesis; with where the journal stood, if that is known."""
    for sequence, path in reversed(layout.snapshot_files()):
        if sequence > up_to:
            continue
        try:
            return load_snapshot_with_position(path, shard_id)
        except SnapshotInvalid as error:
            warnings.append(f"passed over a snapshot: {error}")
    return Engine(shard_id), None


def _replay_tail(
    recovered: Recovered, position: JournalPosition | None, mark: DurableMark | None, listen: Listen | None
) -> None:
    """Apply every record behind the snapshot, checking the chain of what is read."""
    engine, layout = recovered.engine, recovered.layout
    listener = None if listen is None else listen(engine)
    segments = layout.segments()
    while len(segments) > 1 and segments[1][0] <= engine.sequence + 1:
        segments.pop(0)
    if segments and segments[0][0] > engine.sequence + 1:
        raise JournalError(f"{segments[0][1]} does not follow sequence {engine.sequence}: an older segment is missing")

    chain: bytes | None = GENESIS_CHAIN if segments and segments[0][0] == 1 else None
    for index, (_, path) in enumerate(segments):
        cursor = SegmentCursor(path)
        try:
            _check_header(cursor, recovered.shard_id, chain)
            # What the snapshot contains is checked and fed to the chain, and otherwise passed over.
            _pass_over(cursor, engine.sequence, position)
            _apply(engine, cursor.records(), listener)
            if index + 1 < len(segments):
                _check_end(cursor, segments[index + 1][0])
            else:
                recovered.torn = examine_tail(cursor, mark)
            chain = cursor.chain.digest()
            recovered.position = WritePosition(path, cursor.offset, cursor.chain)
            last = cursor.next_sequence - 1
        finally:
            cursor.close()
        if last < engine.sequence and index + 1 == len(segments):
            raise JournalDamaged(path, cursor.offset, f"the journal ends at {last}, a snapshot at {engine.sequence}")
    if not segments and (engine.sequence or (mark is not None and mark.sequence)):
        raise JournalError(f"{layout.journal} is empty, but commands have been journaled there")
    recovered.sequence = engine.sequence
    if recovered.torn is not None:
        recovered.warnings.append(str(recovered.torn))


def _pass_over(cursor: SegmentCursor, up_to: int, position: JournalPosition | None) -> None:
    """Leave the records up to a snapshot behind, whose position spares walking them one by one."""
    if position is None or position.segment != cursor.header.first_sequence:
        cursor.pass_over(up_to)
        return
    if cursor.leap(position, up_to + 1):
        return
    cursor.pass_over(up_to)
    if cursor.next_sequence > up_to:
        raise JournalDamaged(
            cursor.path, cursor.offset, f"the records up to {up_to} are not those of the snapshot at {up_to}"
        )


def _apply(engine: Engine, records: Iterator[Record], listener: Callable[[list[Applied]], None] | None) -> None:
    apply, decode = engine.apply, decode_command
    sequence: int = engine.sequence
    try:
        if listener is None:
            for sequence, time_ns, payload in records:
                apply(sequence, time_ns, decode(payload))  # type: ignore[arg-type]
            return
        batch: list[Applied] = []
        for sequence, time_ns, payload in records:
            command = decode(payload)
            batch.append(Applied(sequence, time_ns, command, apply(sequence, time_ns, command)))  # type: ignore[arg-type]
            if len(batch) == _LISTENER_BATCH:
                listener(batch)
                batch = []
        if batch:
            listener(batch)
    except JournalError:
        raise
    except Exception as error:
        raise JournalError(f"replaying sequence {sequence} raised {type(error).__name__}: {error}") from error


def _check_header(cursor: SegmentCursor, shard_id: int, chain: bytes | None) -> None:
    header = cursor.header
    if header.shard_id != shard_id:
        raise JournalDamaged(cursor.path, 12, f"belongs to shard {header.shard_id}, not {shard_id}")
    if chain is not None and header.chain != chain:
        raise JournalDamaged(cursor.path, 24, "the chain hash does not match the segments before")


def _check_end(cursor: SegmentCursor, following: int) -> None:
    """A segment that another one follows was durable to its end."""
    if cursor.stop is Stop.INVALID:
        raise JournalDamaged(cursor.path, cursor.offset, cursor.reason)
    if cursor.next_sequence != following:
        missing = f"sequences {cursor.next_sequence} to {following - 1} are missing"
        raise JournalDamaged(cursor.path, cursor.offset, missing)


def _compare(engine: Engine, mark: DurableMark | None) -> None:
    if mark is None or mark.event_digest is None or mark.sequence != engine.sequence:
        return
    if mark.event_digest != engine.event_digest:
        raise StateDiffers(
            f"at sequence {engine.sequence} the replayed engine's event digest is {engine.event_digest:016x}, the "
            f"writing engine's was {mark.event_digest:016x}: it is another version, or not deterministic"
        )


def _settle(recovered: Recovered) -> None:
    """Make durable what is about to be called durable: a killed process may have left pages unsynced."""
    remove_temporaries(recovered.layout)
    if recovered.position.path is not None:
        fd = os.open(recovered.position.path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
