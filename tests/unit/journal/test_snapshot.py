import random
import tracemalloc
from pathlib import Path

import pytest

from exchange_server.engine import Engine
from exchange_server.engine.commands import CancelAllOrders, PlaceOrder
from exchange_server.engine.state import ROWS_HASHED_AT_ONCE
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    SIDE_BUY,
    TIF_GTC,
    TIF_GTT,
    TYPE_LIMIT,
    AccountId,
    Lots,
    MarketId,
    Sequence,
    Ticks,
    TimeNs,
)
from exchange_server.journal import Layout, SnapshotInvalid, load_snapshot, snapshot_hash, write_snapshot
from exchange_server.journal.snapshot import read_snapshot_header
from exchange_server.wire import snapshot_codec
from exchange_server.wire.snapshot_columns import StateHasher
from tests.journal_support import START_NS, apply_all, flip_bit, many, one_of_each, opening, order


def engine_of_everything() -> Engine:
    engine = Engine()
    apply_all(engine, [*one_of_each(), *many(400)[7:]])
    return engine


def test_a_snapshot_loads_to_an_engine_that_goes_on_the_same_way(tmp_path: Path) -> None:
    engine = engine_of_everything()
    loaded = load_snapshot(write_snapshot(tmp_path, engine))
    assert loaded.state_hash() == engine.state_hash()
    command = order(AccountId(1001), SIDE_BUY, 600_005, 50, time_in_force=TIF_GTC)
    for each in (engine, loaded):
        each.apply(Sequence(each.sequence + 1), TimeNs(START_NS * 2), command)
    assert loaded.state_hash() == engine.state_hash()
    assert loaded.event_digest == engine.event_digest


@pytest.mark.parametrize("blocks", [1, 2])
def test_tables_longer_than_a_chunk_survive(blocks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk has one block of the hash, and several in older snapshots."""
    monkeypatch.setattr(snapshot_codec, "ROWS_PER_CHUNK", blocks * ROWS_HASHED_AT_ONCE)
    engine = Engine()
    apply_all(engine, many(2 * blocks * ROWS_HASHED_AT_ONCE))
    assert max(len(rows) for _, rows in engine.view().tables()) > blocks * ROWS_HASHED_AT_ONCE
    assert load_snapshot(write_snapshot(tmp_path, engine)).state_hash() == engine.state_hash()


def test_writing_takes_memory_for_a_chunk_and_not_for_all_orders(tmp_path: Path) -> None:
    """Open and closed ones, with what was asked for specially: what a follower had for a moment it keeps for long."""
    resting = SpecialTerms(TYPE_LIMIT, TIF_GTT, post_only=True, expire_time_ns=TimeNs(2**62))
    count = 4 * ROWS_HASHED_AT_ONCE

    def placed(number: int) -> PlaceOrder:
        return PlaceOrder(AccountId(1001), MarketId(1), SIDE_BUY, resting, Ticks(9), Lots(1), f"k-{number}")

    engine = Engine()
    apply_all(engine, [*opening(), *(placed(number) for number in range(count))])
    apply_all(engine, [CancelAllOrders(AccountId(1001), MarketId(0))])
    apply_all(engine, [placed(count + number) for number in range(count)])
    rows = {name: len(rows) for name, rows in engine.view().tables()}
    assert (rows["special_orders"], rows["open_orders"], rows["closed_orders"]) == (2 * count, count, count)
    tracemalloc.start()
    try:
        write_snapshot(tmp_path, engine)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 450 * count


def test_the_engine_at_genesis_can_be_written_and_loaded(tmp_path: Path) -> None:
    assert load_snapshot(write_snapshot(tmp_path, Engine())).state_hash() == Engine().state_hash()


def test_the_header_tells_sequence_and_hash_without_reading_the_rest(tmp_path: Path) -> None:
    engine = engine_of_everything()
    path = write_snapshot(tmp_path, engine)
    assert path == Layout(tmp_path).snapshot(engine.sequence)
    header = read_snapshot_header(path)
    assert (header.sequence, header.time_ns) == (engine.sequence, engine.time_ns)
    assert (header.state_hash, header.event_digest) == (engine.state_hash(), engine.event_digest)
    assert snapshot_hash(tmp_path, engine.sequence) == engine.state_hash()
    assert snapshot_hash(tmp_path, engine.sequence + 1) is None


def test_no_flipped_bit_in_a_snapshot_goes_unnoticed(tmp_path: Path) -> None:
    path = write_snapshot(tmp_path, engine_of_everything())
    size = path.stat().st_size
    chosen = random.Random(5).sample(range(size), 150)
    for offset in [*range(40), *range(size - 10, size), *chosen]:
        flip_bit(path, offset, offset % 8)
        with pytest.raises(SnapshotInvalid, match=str(path)):
            load_snapshot(path)
        flip_bit(path, offset, offset % 8)
    load_snapshot(path)


def test_a_snapshot_that_ends_too_early_is_invalid_wherever_it_was_cut(tmp_path: Path) -> None:
    path = write_snapshot(tmp_path, engine_of_everything())
    whole = path.read_bytes()
    for length in (0, 7, 8, 12, 100, len(whole) // 2, len(whole) - 8, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(SnapshotInvalid):
            load_snapshot(path)
    path.write_bytes(whole + b"x")
    with pytest.raises(SnapshotInvalid):
        load_snapshot(path)


def test_a_snapshot_whose_rows_are_not_those_of_its_hash_is_invalid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_of_everything()
    other = Engine()
    apply_all(other, many(3))
    # Every CRC is right, the state is another one.
    monkeypatch.setattr(StateHasher, "digest", lambda hasher: other.state_hash())
    path = write_snapshot(tmp_path, engine)
    monkeypatch.undo()
    with pytest.raises(SnapshotInvalid, match="hash"):
        load_snapshot(path)


def test_another_version_of_the_tables_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_codec, "SNAPSHOT_VERSION", 99)
    path = write_snapshot(tmp_path, engine_of_everything())
    monkeypatch.undo()
    with pytest.raises(SnapshotInvalid, match="version 99"):
        load_snapshot(path)


def test_a_snapshot_of_another_shard_is_invalid(tmp_path: Path) -> None:
    path = write_snapshot(tmp_path, Engine(3))
    with pytest.raises(SnapshotInvalid, match="shard 3"):
        load_snapshot(path, shard_id=0)
    assert load_snapshot(path, shard_id=3).shard_id == 3
