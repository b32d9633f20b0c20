from pathlib import Path

from exchange_server.engine import Engine
from exchange_server.journal import Layout, prune, read_cursors, recover, remove_cursor, write_cursor, write_snapshot
from tests.journal_support import apply_all, flip_bit, many, write_journal


def snapshots_at(directory: Path, *sequences: int) -> None:
    commands = many(300)
    engine = Engine()
    for sequence in sequences:
        apply_all(engine, commands[engine.sequence : sequence])
        write_snapshot(directory, engine)


def kept_segments(directory: Path) -> list[int]:
    return [first for first, _ in Layout(directory).segments()]


def kept_snapshots(directory: Path) -> list[int]:
    return [sequence for sequence, _ in Layout(directory).snapshot_files()]


def test_by_default_every_segment_and_the_newest_two_snapshots_are_kept(tmp_path: Path) -> None:
    write_journal(tmp_path, many(300), segment_bytes=2048)
    before = kept_segments(tmp_path)
    snapshots_at(tmp_path, 100, 200, 300)
    assert prune(tmp_path) == [Layout(tmp_path).snapshot(100)]
    assert kept_snapshots(tmp_path) == [200, 300]
    assert kept_segments(tmp_path) == before


def test_segments_go_when_the_kept_snapshots_and_every_follower_have_passed_them(tmp_path: Path) -> None:
    engine = write_journal(tmp_path, many(300), segment_bytes=2048)
    before = kept_segments(tmp_path)
    snapshots_at(tmp_path, 150, 300)
    write_cursor(tmp_path, "slow", 60)
    write_cursor(tmp_path, "quick", 300)

    prune(tmp_path, retain_all=False)
    after_slow = kept_segments(tmp_path)
    assert 1 < after_slow[0] <= 61 < after_slow[1], "what the slow follower needs must stay, and no more"
    assert after_slow == before[-len(after_slow) :]

    write_cursor(tmp_path, "slow", 290)
    prune(tmp_path, retain_all=False)
    kept = kept_segments(tmp_path)
    assert kept[0] <= 151 < kept[1], "the older snapshot's tail must stay"
    assert recover_hash(tmp_path) == engine.state_hash()
    Layout(tmp_path).snapshot(300).unlink()
    assert recover_hash(tmp_path) == engine.state_hash()


def recover_hash(directory: Path) -> bytes:
    recovered = recover(directory)
    recovered.lock.release()
    return recovered.engine.state_hash()


def test_no_segment_goes_while_there_is_only_one_good_snapshot(tmp_path: Path) -> None:
    write_journal(tmp_path, many(300), segment_bytes=2048)
    before = kept_segments(tmp_path)
    snapshots_at(tmp_path, 250, 300)
    flip_bit(Layout(tmp_path).snapshot(250), 20)
    assert prune(tmp_path, retain_all=False) == []
    assert kept_segments(tmp_path) == before


def test_a_damaged_snapshot_does_not_count_as_kept(tmp_path: Path) -> None:
    write_journal(tmp_path, many(300))
    snapshots_at(tmp_path, 100, 200, 250, 300)
    flip_bit(Layout(tmp_path).snapshot(300), 20)
    prune(tmp_path)
    assert kept_snapshots(tmp_path) == [200, 250, 300]


def test_the_last_segment_always_stays(tmp_path: Path) -> None:
    write_journal(tmp_path, many(300), segment_bytes=2048)
    snapshots_at(tmp_path, 306, 307)
    prune(tmp_path, retain_all=False)
    assert len(kept_segments(tmp_path)) == 1
    assert recover_hash(tmp_path)


def test_a_follower_whose_cursor_cannot_be_read_keeps_everything(tmp_path: Path) -> None:
    write_journal(tmp_path, many(300), segment_bytes=2048)
    before = kept_segments(tmp_path)
    snapshots_at(tmp_path, 200, 300)
    write_cursor(tmp_path, "broken", 300)
    (Layout(tmp_path).followers / "broken.cursor").write_text("{")
    prune(tmp_path, retain_all=False)
    assert kept_segments(tmp_path) == before
    remove_cursor(tmp_path, "broken")
    prune(tmp_path, retain_all=False)
    assert len(kept_segments(tmp_path)) < len(before)


def test_cursors_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_cursor(tmp_path, "b", 5)
    write_cursor(tmp_path, "a", 7)
    write_cursor(tmp_path, "b", 6)
    assert read_cursors(Layout(tmp_path)) == [("a", 7), ("b", 6)]
    remove_cursor(tmp_path, "a")
    assert read_cursors(Layout(tmp_path)) == [("b", 6)]
