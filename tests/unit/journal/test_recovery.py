import struct
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import pytest

from exchange_server.engine import Engine
from exchange_server.engine.commands import CreateAccount
from exchange_server.journal import (
    Applied,
    DirectoryLocked,
    DurableMark,
    JournalDamaged,
    JournalError,
    JournalReader,
    Layout,
    MarkWriter,
    Recovered,
    StateDiffers,
    engine_at,
    recover,
    write_snapshot,
)
from exchange_server.journal.reader import SegmentCursor
from exchange_server.journal.records import encode_header
from tests.journal_support import apply_all, flip_bit, many, values_of, write_journal


def recover_and_release(directory: Path) -> Recovered:
    recovered = recover(directory)
    recovered.lock.release()
    return recovered


def test_an_empty_directory_is_genesis(tmp_path: Path) -> None:
    recovered = recover_and_release(tmp_path / "new" / "shard")
    assert (recovered.sequence, recovered.snapshot_sequence, recovered.warnings) == (0, 0, [])
    assert recovered.engine.state_hash() == Engine().state_hash()


def test_the_journal_alone_gives_the_state_that_was(tmp_path: Path) -> None:
    engine = write_journal(tmp_path, many(300), segment_bytes=4096, mark=True)
    recovered = recover_and_release(tmp_path)
    assert recovered.replayed == 307
    assert recovered.engine.state_hash() == engine.state_hash()
    assert recovered.engine.event_digest == engine.event_digest


@pytest.mark.parametrize("snapshot_at", [1, 9, 10, 11, 150, 306, 307])
def test_a_snapshot_and_the_tail_equal_the_journal_alone(tmp_path: Path, snapshot_at: int) -> None:
    commands = many(300)
    engine = write_journal(tmp_path, commands, segment_bytes=4096, mark=True)
    earlier = Engine()
    apply_all(earlier, commands[:snapshot_at])
    write_snapshot(tmp_path, earlier)
    recovered = recover_and_release(tmp_path)
    assert recovered.snapshot_sequence == snapshot_at
    assert recovered.replayed == 307 - snapshot_at
    assert recovered.engine.state_hash() == engine.state_hash()
    assert recovered.engine.event_digest == engine.event_digest


def test_a_damaged_snapshot_is_passed_over_for_an_older_one_and_that_is_said(tmp_path: Path) -> None:
    commands = many(300)
    engine = write_journal(tmp_path, commands, mark=True)
    earlier = Engine()
    apply_all(earlier, commands[:100])
    write_snapshot(tmp_path, earlier)
    apply_all(earlier, commands[100:200])
    newest = write_snapshot(tmp_path, earlier)
    flip_bit(newest, newest.stat().st_size // 2)
    recovered = recover_and_release(tmp_path)
    assert recovered.snapshot_sequence == 100
    assert str(newest) in recovered.warnings[0]
    assert recovered.engine.state_hash() == engine.state_hash()


def with_position(directory: Path, engine: Engine) -> Path:
    """Write a snapshot as a follower does, which knows where the journal stood."""
    reader = JournalReader(directory)
    deque(reader.read(engine.sequence), maxlen=0)
    position = reader.position()
    reader.close()
    assert position is not None
    return write_snapshot(directory, engine, position)


@pytest.mark.parametrize("snapshot_at", [1, 9, 10, 11, 150, 306, 307])
def test_a_snapshot_that_knows_its_place_and_the_tail_equal_the_journal_alone(tmp_path: Path, snapshot_at: int) -> None:
    commands = many(300)
    engine = write_journal(tmp_path, commands, segment_bytes=4096, mark=True)
    earlier = Engine()
    apply_all(earlier, commands[:snapshot_at])
    with_position(tmp_path, earlier)
    recovered = recover_and_release(tmp_path)
    alone = tmp_path / "alone"
    write_journal(alone, commands, segment_bytes=4096, mark=True)
    replayed = recover_and_release(alone)
    assert recovered.replayed == 307 - snapshot_at
    assert recovered.engine.state_hash() == engine.state_hash()
    assert recovered.position.offset == replayed.position.offset
    assert recovered.position.chain.digest() == replayed.position.chain.digest()


def test_with_a_place_the_records_before_the_snapshot_are_not_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = many(300)
    write_journal(tmp_path, commands, mark=True)
    earlier = Engine()
    apply_all(earlier, commands[:200])
    with_position(tmp_path, earlier)
    monkeypatch.setattr(SegmentCursor, "pass_over", None)
    assert recover_and_release(tmp_path).replayed == 107


def test_damage_before_the_snapshot_is_named_although_its_place_is_known(tmp_path: Path) -> None:
    commands = many(300)
    write_journal(tmp_path, commands, mark=True)
    earlier = Engine()
    apply_all(earlier, commands[:200])
    with_position(tmp_path, earlier)
    segment = Layout(tmp_path).segment(1)
    flip_bit(segment, 2015)
    with pytest.raises(JournalDamaged, match="CRC is wrong where sequence") as damaged:
        recover(tmp_path)
    assert str(segment) in str(damaged.value)


def test_sound_records_that_are_not_those_of_the_snapshot_refuse_to_start(tmp_path: Path) -> None:
    commands = many(100)
    forged = [*commands[:3], CreateAccount("mallory"), *commands[4:]]
    write_journal(tmp_path / "other", commands)
    write_journal(tmp_path, forged)
    earlier = Engine()
    apply_all(earlier, commands[:50])
    with_position(tmp_path / "other", earlier).rename(Layout(tmp_path).snapshot(50))
    with pytest.raises(JournalDamaged, match="the records up to 50 are not those of the snapshot"):
        recover(tmp_path)


def test_segments_before_the_snapshot_are_not_needed(tmp_path: Path) -> None:
    commands = many(300)
    engine = write_journal(tmp_path, commands, segment_bytes=4096)
    earlier = Engine()
    apply_all(earlier, commands[:250])
    write_snapshot(tmp_path, earlier)
    segments = Layout(tmp_path).segments()
    for (_, path), (following, _) in pairwise(segments):
        if following <= 250:
            path.unlink()
    assert recover_and_release(tmp_path).engine.state_hash() == engine.state_hash()


def test_a_missing_segment_refuses_to_start(tmp_path: Path) -> None:
    write_journal(tmp_path, many(300), segment_bytes=4096)
    segments = Layout(tmp_path).segments()
    segments[1][1].rename(tmp_path / "elsewhere")
    with pytest.raises(JournalDamaged, match=f"sequences {segments[1][0]} to {segments[2][0] - 1} are missing"):
        recover(tmp_path)
    (tmp_path / "elsewhere").rename(segments[1][1])
    segments[0][1].unlink()
    with pytest.raises(JournalError, match="an older segment is missing"):
        recover(tmp_path)


def test_a_journal_that_ends_before_a_snapshot_refuses_to_start(tmp_path: Path) -> None:
    commands = many(20)
    write_journal(tmp_path, commands[:20])
    later = Engine()
    apply_all(later, commands)
    write_snapshot(tmp_path, later)
    with pytest.raises(JournalDamaged, match="the journal ends at 20, a snapshot at 27"):
        recover(tmp_path)


def test_an_emptied_journal_refuses_to_start(tmp_path: Path) -> None:
    write_journal(tmp_path, many(20), mark=True)
    Layout(tmp_path).segment(1).unlink()
    with pytest.raises(JournalError, match="is empty"):
        recover(tmp_path)


def test_a_replaced_segment_breaks_the_chain(tmp_path: Path) -> None:
    # Every CRC of the forged segment is right; only the hash in the following header tells.
    commands = many(100)
    write_journal(tmp_path, commands, segment_bytes=1024)
    forged = tmp_path / "forged"
    write_journal(forged, [*commands[:3], CreateAccount("mallory"), *commands[4:]], segment_bytes=1024)
    second, third = Layout(tmp_path).segments()[1:3]
    original = Layout(tmp_path).segment(1)
    original.write_bytes(Layout(forged).segment(1).read_bytes())
    assert SegmentCursor(original).header == SegmentCursor(Layout(forged).segment(1)).header
    with pytest.raises(JournalDamaged, match="chain hash") as caught:
        recover(tmp_path)
    assert caught.value.path == second[1]
    assert third[1].exists()


def test_another_shards_journal_is_refused(tmp_path: Path) -> None:
    write_journal(tmp_path, many(5), shard_id=3)
    with pytest.raises(JournalDamaged, match="belongs to shard 3, not 0"):
        recover(tmp_path)
    recover(tmp_path, shard_id=3).lock.release()


def test_a_segment_of_a_later_version_is_refused_by_name(tmp_path: Path) -> None:
    write_journal(tmp_path, many(5))
    path = Layout(tmp_path).segment(1)
    data = bytearray(encode_header(SegmentCursor(path).header))
    data[8] = 99
    data[60:64] = struct.pack("<I", crc32(data[:60]))
    with path.open("r+b") as file:
        file.write(data)
    with pytest.raises(JournalDamaged, match="version 99"):
        recover(tmp_path)


def test_an_engine_that_says_other_things_than_the_writing_one_is_noticed(tmp_path: Path) -> None:
    engine = write_journal(tmp_path, many(50))
    writer = MarkWriter(Layout(tmp_path).mark)
    writer.publish(DurableMark(engine.sequence, engine.event_digest ^ 1, 0))
    with pytest.raises(StateDiffers, match=f"at sequence {engine.sequence}"):
        recover(tmp_path)
    writer.publish(DurableMark(engine.sequence, None, 0))
    assert recover_and_release(tmp_path).sequence == engine.sequence


def test_replayed_batches_reach_a_listener_that_saw_the_snapshots_engine(tmp_path: Path) -> None:
    commands = many(2500)
    write_journal(tmp_path, commands)
    earlier = Engine()
    apply_all(earlier, commands[:100])
    write_snapshot(tmp_path, earlier)
    seen: list[Applied] = []
    began: list[int] = []

    def listen(engine: Engine) -> Callable[[list[Applied]], None]:
        began.append(engine.sequence)
        return seen.extend

    recover(tmp_path, listen=listen).lock.release()
    assert began == [100]
    assert [applied.sequence for applied in seen] == list(range(101, 2508))
    assert [values_of(applied.command) for applied in seen] == [values_of(command) for command in commands[100:]]
    assert all(applied.events for applied in seen)


def test_the_engine_can_be_rebuilt_as_it_was_at_any_sequence(tmp_path: Path) -> None:
    commands = many(200)
    write_journal(tmp_path, commands, segment_bytes=4096)
    early = Engine()
    apply_all(early, commands[:150])
    write_snapshot(tmp_path, early)
    for sequence in (0, 1, 149, 150, 151, 207):
        expected = Engine()
        apply_all(expected, commands[:sequence])
        assert engine_at(tmp_path, sequence).state_hash() == expected.state_hash()


HOLD = """
import sys
from collections.abc import Callable
from itertools import pairwise
from exchange_server.journal import recover
held = recover(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_two_processes_never_write_the_same_journal(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(DirectoryLocked) as caught:
            recover(tmp_path)
        assert str(tmp_path) in str(caught.value)
        assert str(process.pid) in str(caught.value)
        process.kill()
    recover(tmp_path).lock.release()


def test_what_a_crash_left_of_an_unborn_segment_is_removed(tmp_path: Path) -> None:
    write_journal(tmp_path, many(5))
    leftover = Layout(tmp_path).journal / "00000000000000000013.seg.tmp"
    leftover.write_bytes(b"half a header")
    assert recover_and_release(tmp_path).sequence == 12
    assert not leftover.exists()
