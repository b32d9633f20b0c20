from pathlib import Path

import pytest

from exchange_server.engine import Engine
from exchange_server.journal import DurableMark, JournalDamaged, Layout, MarkWriter, Recovered, recover
from tests.journal_support import apply_all, flip_bit, many, record_ends, write_journal


def recover_and_release(directory: Path) -> Recovered:
    recovered = recover(directory)
    recovered.lock.release()
    return recovered


def publish(directory: Path, sequence: int) -> None:
    writer = MarkWriter(Layout(directory).mark)
    writer.publish(DurableMark(sequence, None, 0))
    writer.close()


def test_a_tail_torn_at_any_byte_of_the_last_record_is_cut_and_reported(tmp_path: Path) -> None:
    commands = many(6)
    write_journal(tmp_path, commands, batch=5)
    path = Layout(tmp_path).segment(1)
    whole = path.read_bytes()
    *_, start, end = record_ends(path)
    expected = Engine()
    apply_all(expected, commands[:-1])
    publish(tmp_path, len(commands) - 1)
    for cut in range(start + 1, end):
        # Either the file ends there, or zeros follow as in a preallocated segment.
        for torn in (whole[:cut], whole[:cut] + bytes(len(whole) - cut)):
            path.write_bytes(torn)
            recovered = recover_and_release(tmp_path)
            assert recovered.sequence == len(commands) - 1
            assert recovered.engine.state_hash() == expected.state_hash()
            if any(torn[start:]):
                assert recovered.torn is not None, cut
                assert (recovered.torn.path, recovered.torn.offset) == (path, start)
                assert str(path) in recovered.warnings[0]
                assert f"offset {start}" in recovered.warnings[0]
            assert not any(path.read_bytes()[start:]), "the torn bytes are still there"


def test_a_cut_journal_is_clean_at_the_next_start(tmp_path: Path) -> None:
    write_journal(tmp_path, many(6))
    path = Layout(tmp_path).segment(1)
    flip_bit(path, record_ends(path)[-1] - 1)
    assert recover_and_release(tmp_path).torn is not None
    again = recover_and_release(tmp_path)
    assert (again.torn, again.warnings, again.sequence) == (None, [], 12)


def test_garbage_behind_the_last_record_is_cut(tmp_path: Path) -> None:
    write_journal(tmp_path, many(6), mark=True)
    path = Layout(tmp_path).segment(1)
    with path.open("r+b") as file:
        file.seek(record_ends(path)[-1])
        file.write(bytes(range(1, 200)))
    recovered = recover_and_release(tmp_path)
    assert recovered.sequence == 13
    assert recovered.torn is not None
    assert recovered.torn.nbytes == 199


def test_a_hole_in_an_unfinished_batch_is_torn_although_valid_records_of_the_batch_follow(tmp_path: Path) -> None:
    # The disk may write the later pages of a batch first: nothing of that batch was acknowledged.
    write_journal(tmp_path, many(13), batch=10)
    publish(tmp_path, 10)
    path = Layout(tmp_path).segment(1)
    ends = record_ends(path)
    flip_bit(path, ends[12] + 25)
    recovered = recover_and_release(tmp_path)
    assert recovered.sequence == 12
    assert recovered.torn is not None
    assert (recovered.torn.offset, recovered.torn.later_records) == (ends[12], 7)
    assert not any(path.read_bytes()[ends[12] :])


@pytest.mark.parametrize("with_mark", [True, False])
def test_a_flipped_bit_in_what_was_durable_refuses_to_start_and_names_file_and_offset(
    tmp_path: Path, with_mark: bool
) -> None:
    write_journal(tmp_path, many(13), batch=4, mark=with_mark)
    path = Layout(tmp_path).segment(1)
    whole = path.read_bytes()
    ends = record_ends(path)
    # Without the mark, the last batch (17 to 20) cannot be told from a torn one.
    last_damaged = 20 if with_mark else 16
    for offset in range(ends[0], ends[last_damaged]):
        flip_bit(path, offset, offset % 8)
        with pytest.raises(JournalDamaged) as caught:
            recover(tmp_path)
        assert caught.value.path == path
        assert caught.value.offset == max(end for end in ends if end <= offset)
        assert str(path) in str(caught.value)
        path.write_bytes(whole)
    assert recover_and_release(tmp_path).sequence == 20


def test_a_journal_that_ends_before_the_durable_mark_refuses_to_start(tmp_path: Path) -> None:
    write_journal(tmp_path, many(13), mark=True)
    path = Layout(tmp_path).segment(1)
    ends = record_ends(path)
    path.write_bytes(path.read_bytes()[: ends[-2]])
    with pytest.raises(JournalDamaged, match="sequences 20 to 20 were durable and are missing") as caught:
        recover(tmp_path)
    assert caught.value.offset == ends[-2]


def test_zeros_over_a_record_are_damage_when_later_batches_follow(tmp_path: Path) -> None:
    write_journal(tmp_path, many(13), batch=4)
    path = Layout(tmp_path).segment(1)
    ends = record_ends(path)
    with path.open("r+b") as file:
        file.seek(ends[5])
        file.write(bytes(ends[6] - ends[5]))
    with pytest.raises(JournalDamaged) as caught:
        recover(tmp_path)
    assert caught.value.offset == ends[5]


def test_a_segment_that_another_follows_is_never_torn(tmp_path: Path) -> None:
    write_journal(tmp_path, many(100), segment_bytes=1024)
    (_, first), (second_sequence, _), *_ = Layout(tmp_path).segments()
    ends = record_ends(first)
    first.write_bytes(first.read_bytes()[: ends[-1] - 3])
    with pytest.raises(JournalDamaged) as caught:
        recover(tmp_path)
    assert (caught.value.path, caught.value.offset) == (first, ends[-2])
    first.write_bytes(first.read_bytes()[: ends[-2]])
    with pytest.raises(JournalDamaged, match=f"sequences {second_sequence - 1} to {second_sequence - 1} are missing"):
        recover(tmp_path)


def test_a_damaged_segment_header_refuses_to_start(tmp_path: Path) -> None:
    write_journal(tmp_path, many(5))
    path = Layout(tmp_path).segment(1)
    for offset in range(64):
        flip_bit(path, offset, offset % 8)
        with pytest.raises(JournalDamaged):
            recover(tmp_path)
        flip_bit(path, offset, offset % 8)
    assert recover_and_release(tmp_path).sequence == 12
