"""Looking at a journal without changing it: prove it, measure it, print it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from exchange_server.journal.errors import JournalDamaged, JournalError, SnapshotInvalid, SnapshotOutdated
from exchange_server.journal.layout import Layout, is_locked
from exchange_server.journal.mark import DurableMark, read_mark
from exchange_server.journal.reader import EVERYTHING, JournalReader, SegmentCursor, Stop
from exchange_server.journal.records import GENESIS_CHAIN
from exchange_server.journal.retention import Cursor, read_cursors
from exchange_server.journal.snapshot import read_snapshot, read_snapshot_header
from exchange_server.journal.tail import examine_tail
from exchange_server.wire.journal_codec import LATER_FIELDS, command_values, decode_command


class SegmentStat(NamedTuple):
    """A segment: its first and last sequence, the bytes of its records and of its file, and the chain before it."""

    path: Path
    first_sequence: int
    last_sequence: int
    record_bytes: int
    file_bytes: int
    chain: bytes


class SnapshotStat(NamedTuple):
    """A snapshot and what its header says; `problem` is why it cannot be used, or empty."""

    path: Path
    sequence: int
    state_hash: bytes
    file_bytes: int
    problem: str
    outdated: bool = False
    """Whether it only has another version's layout."""


class Verified(NamedTuple):
    """What `verify` found: `problems` is empty for a sound journal.

    `chain` is the BLAKE2b-256 chain over all records from `first_sequence` to `last_sequence`.
    """

    segments: list[SegmentStat]
    snapshots: list[SnapshotStat]
    first_sequence: int
    last_sequence: int
    chain: bytes
    from_genesis: bool
    mark: DurableMark | None
    problems: list[str]
    warnings: list[str]
    seconds: float

    @property
    def sound(self) -> bool:
        return not self.problems


class Stat(NamedTuple):
    """What a shard's directory holds, by headers alone."""

    segments: list[SegmentStat]
    snapshots: list[SnapshotStat]
    followers: list[Cursor]
    mark: DurableMark | None
    quarantined: list[str]


def verify(directory: Path | str) -> Verified:
    """Walk the whole journal: every CRC, the density of sequences, the chain in every header, every snapshot's hash.

    Beside a live core it goes up to the durable mark.
    """
    started: Final = time.monotonic()
    layout = Layout(directory)
    # The mark first: what it promises must be found, and the journal only grows.
    live = is_locked(layout)
    mark = read_mark(layout.mark)
    problems: list[str] = []
    warnings: list[str] = []
    segments: list[SegmentStat] = []
    files = layout.segments()
    chain = GENESIS_CHAIN
    for index, (_, path) in enumerate(files):
        following = files[index + 1][0] if index + 1 < len(files) else None
        try:
            up_to = mark.sequence if live and mark is not None and following is None else EVERYTHING
            stat, cursor = _walk(path, up_to)
            if segments and stat.chain != chain:
                raise JournalDamaged(path, 24, "the chain hash does not match the segments before")
            if up_to == EVERYTHING or cursor.next_sequence <= up_to:
                _judge_end(cursor, following, mark, warnings)
        except (JournalError, OSError) as error:
            # What follows cannot be proven any more.
            problems.append(str(error))
            break
        segments.append(stat)
        chain = cursor.chain.digest()
    if files and files[0][0] == 1 and segments and segments[0].chain != GENESIS_CHAIN:
        problems.append(f"{files[0][1]}, offset 24: the first segment's chain hash is not that of nothing")
    if not files and mark is not None and mark.sequence:
        problems.append(f"{layout.journal} is empty, but the durable mark stands at {mark.sequence}")
    snapshots = [_verify_snapshot(path) for _, path in layout.snapshot_files()]
    for snapshot in snapshots:
        if snapshot.problem:
            (warnings if snapshot.outdated else problems).append(snapshot.problem)
    return Verified(
        segments,
        snapshots,
        segments[0].first_sequence if segments else 0,
        segments[-1].last_sequence if segments else 0,
        chain,
        bool(segments) and segments[0].first_sequence == 1,
        mark,
        problems,
        warnings,
        time.monotonic() - started,
    )


def stat(directory: Path | str) -> Stat:
    """Tell what is there from names and headers; the last segment is walked to find its end."""
    layout = Layout(directory)
    files = layout.segments()
    segments: list[SegmentStat] = []
    for index, (first, path) in enumerate(files):
        if index + 1 < len(files):
            cursor = SegmentCursor(path)
            cursor.close()
            size = path.stat().st_size
            segments.append(SegmentStat(path, first, files[index + 1][0] - 1, size, size, cursor.header.chain))
        else:
            segments.append(_walk(path)[0])
    return Stat(
        segments,
        [_snapshot_stat(path) for _, path in layout.snapshot_files()],
        read_cursors(layout),
        read_mark(layout.mark),
        sorted(path.name for path in layout.quarantine.glob("*.bin")),
    )


def dump(directory: Path | str, first_sequence: int = 1, last_sequence: int = EVERYTHING) -> Iterator[dict[str, Any]]:
    """Give durable records as plain values: sequence, time_ns, command, and the command's fields; bytes in hex."""
    mark = read_mark(Layout(directory).mark)
    durable = 0 if mark is None else mark.sequence
    reader = JournalReader(directory, first_sequence - 1)
    try:
        for sequence, time_ns, payload in reader.read(min(last_sequence, durable)):
            command = decode_command(payload)
            # What an old journal says is told in the same words for ever.
            later = LATER_FIELDS.get(type(command), ())
            values = {name: value for name, value in command_values(command).items() if value or name not in later}
            plain = {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}
            yield {"sequence": sequence, "time_ns": time_ns, "command": type(command).__name__, **plain}
    finally:
        reader.close()


def _walk(path: Path, up_to: int = EVERYTHING) -> tuple[SegmentStat, SegmentCursor]:
    cursor = SegmentCursor(path)
    try:
        begin = cursor.offset
        for _ in cursor.records(up_to):
            pass
    finally:
        cursor.close()
    record_bytes = cursor.offset - begin
    last = cursor.next_sequence - 1
    header = cursor.header
    return SegmentStat(path, header.first_sequence, last, record_bytes, path.stat().st_size, header.chain), cursor


def _judge_end(cursor: SegmentCursor, following: int | None, mark: DurableMark | None, warnings: list[str]) -> None:
    if following is None:
        torn = examine_tail(cursor, mark)
        if torn is not None:
            warnings.append(f"{torn.path}, offset {torn.offset}: {torn.nbytes} bytes of an unfinished write")
    elif cursor.stop is Stop.INVALID:
        raise JournalDamaged(cursor.path, cursor.offset, cursor.reason)
    elif cursor.next_sequence != following:
        missing = f"sequences {cursor.next_sequence} to {following - 1} are missing"
        raise JournalDamaged(cursor.path, cursor.offset, missing)


def _verify_snapshot(path: Path) -> SnapshotStat:
    stat = _snapshot_stat(path)
    if stat.problem:
        return stat
    try:
        header, _, state_hash = read_snapshot(path)
    except SnapshotInvalid as error:
        return stat._replace(problem=str(error))
    return stat if state_hash == header.state_hash else stat._replace(problem=f"{path}: the state's hash is wrong")


def _snapshot_stat(path: Path) -> SnapshotStat:
    sequence, size = int(path.stem), path.stat().st_size
    try:
        return SnapshotStat(path, sequence, read_snapshot_header(path).state_hash, size, "")
    except SnapshotInvalid as error:
        return SnapshotStat(path, sequence, b"", size, str(error), isinstance(error, SnapshotOutdated))
