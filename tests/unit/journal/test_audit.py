import hashlib
import json
from pathlib import Path

import pytest

from exchange_server.engine import Engine
from exchange_server.engine.commands import CreateAccount
from exchange_server.journal import Layout, dump, recover, stat, verify, write_snapshot
from exchange_server.sequencer import Shard
from tests.journal_support import apply_all, flip_bit, many, one_of_each, record_ends, write_journal


def test_a_sound_journal_is_proven_with_its_chain(tmp_path: Path) -> None:
    write_journal(tmp_path, many(200), segment_bytes=2048, mark=True)
    verified = verify(tmp_path)
    assert verified.sound
    assert verified.from_genesis
    assert (verified.first_sequence, verified.last_sequence) == (1, 207)
    # The definition, by hand: each header hashes the header's chain before it and the records in between.
    chain = bytes(32)
    for _, path in Layout(tmp_path).segments():
        data, ends = path.read_bytes(), record_ends(path)
        assert data[24:56] == chain
        chain = hashlib.blake2b(chain + data[64 : ends[-1]], digest_size=32).digest()
    assert verified.chain == chain


def test_a_flipped_bit_anywhere_is_a_problem_that_names_file_and_offset(tmp_path: Path) -> None:
    write_journal(tmp_path, many(100), segment_bytes=1024, mark=True)
    for _, path in Layout(tmp_path).segments():
        ends = record_ends(path)
        offset = ends[2] + 3
        flip_bit(path, offset)
        verified = verify(tmp_path)
        assert not verified.sound
        assert f"{path}, offset {ends[2]}" in verified.problems[0]
        flip_bit(path, offset)
    assert verify(tmp_path).sound


def test_a_rewritten_history_is_noticed_by_the_chain(tmp_path: Path) -> None:
    commands = many(100)
    write_journal(tmp_path, commands, segment_bytes=1024)
    forged = tmp_path / "forged"
    write_journal(forged, [*commands[:3], CreateAccount("mallory"), *commands[4:]], segment_bytes=1024)
    Layout(tmp_path).segment(1).write_bytes(Layout(forged).segment(1).read_bytes())
    assert "chain" in verify(tmp_path).problems[0]


def test_a_missing_segment_and_a_damaged_snapshot_are_problems(tmp_path: Path) -> None:
    commands = many(100)
    write_journal(tmp_path, commands, segment_bytes=1024)
    engine = Engine()
    apply_all(engine, commands)
    snapshot = write_snapshot(tmp_path, engine)
    assert verify(tmp_path).sound
    flip_bit(snapshot, snapshot.stat().st_size - 20)
    assert str(snapshot) in verify(tmp_path).problems[0]
    Layout(tmp_path).segments()[2][1].unlink()
    assert any("missing" in problem for problem in verify(tmp_path).problems)


def test_a_torn_tail_is_a_warning_and_left_as_it_is(tmp_path: Path) -> None:
    write_journal(tmp_path, many(10))
    path = Layout(tmp_path).segment(1)
    flip_bit(path, record_ends(path)[-1] - 1)
    before = path.read_bytes()
    verified = verify(tmp_path)
    assert verified.sound
    assert str(path) in verified.warnings[0]
    assert path.read_bytes() == before


async def test_a_live_core_can_be_audited(tmp_path: Path) -> None:
    shard = Shard(recover(tmp_path), segment_bytes=4096)
    await shard.start()
    for command in many(100):
        await shard.submit([command])
        assert verify(tmp_path).sound
    verified = verify(tmp_path)
    assert verified.last_sequence == 107
    await shard.stop()
    assert verify(tmp_path).chain == verified.chain


def test_stat_tells_what_is_there(tmp_path: Path) -> None:
    commands = many(100)
    engine = write_journal(tmp_path, commands, segment_bytes=1024, mark=True)
    write_snapshot(tmp_path, engine)
    found = stat(tmp_path)
    assert [(each.first_sequence, each.last_sequence) for each in found.segments] == [
        (each.first_sequence, each.last_sequence) for each in verify(tmp_path).segments
    ]
    assert [(each.sequence, each.state_hash) for each in found.snapshots] == [(107, engine.state_hash())]
    assert found.mark is not None
    assert found.mark.sequence == 107


def test_a_dump_has_every_durable_command_as_plain_values(tmp_path: Path) -> None:
    write_journal(tmp_path, one_of_each(), mark=True)
    records = list(dump(tmp_path))
    assert json.loads(json.dumps(records)) == records
    assert [record["sequence"] for record in records] == list(range(1, len(one_of_each()) + 1))
    assert records[0]["command"] == "CreateAsset"
    assert records[0]["name"] == "BTC"
    assert records[7]["secret_hash"] == bytes(range(32)).hex()
    assert [record["sequence"] for record in dump(tmp_path, 3, 5)] == [3, 4, 5]


def test_an_empty_directory_is_sound_and_empty(tmp_path: Path) -> None:
    assert verify(tmp_path).sound
    assert stat(tmp_path).segments == []
    with pytest.raises(StopIteration):
        next(dump(tmp_path))
