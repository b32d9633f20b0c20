from pathlib import Path

import pytest

from exchange_server.journal import JournalDamaged, JournalError, JournalReader, Layout
from exchange_server.wire.journal_codec import encode_command
from tests.journal_support import START_NS, STEP_NS, Appender, flip_bit, many, record_ends, write_journal


def test_what_was_written_is_read_in_order_across_segments(tmp_path: Path) -> None:
    commands = many(500)
    write_journal(tmp_path, commands, segment_bytes=4096)
    assert len(Layout(tmp_path).segments()) > 5
    expected = [
        (sequence, START_NS + sequence * STEP_NS, encode_command(command))
        for sequence, command in enumerate(commands, start=1)
    ]
    assert list(JournalReader(tmp_path).read(len(commands))) == expected


@pytest.mark.parametrize("after", [0, 1, 9, 10, 11, 57, 106])
def test_a_reader_begins_behind_any_sequence_and_stops_at_its_bound(tmp_path: Path, after: int) -> None:
    write_journal(tmp_path, many(100), segment_bytes=1024)
    reader = JournalReader(tmp_path, after)
    read = [record[0] for bound in (after, after + 1, 60, 107) for record in reader.read(bound)]
    assert read == list(range(after + 1, 108))
    assert reader.sequence == 107


def test_a_reader_follows_a_journal_that_grows_into_new_segments(tmp_path: Path) -> None:
    commands = many(200)
    appender = Appender(tmp_path, segment_bytes=2048)
    reader = JournalReader(tmp_path)
    read: list[int] = []
    for start, end in ((0, 20), (20, 21), (21, 130), (130, 207)):
        appender.append(commands[start:end])
        read += [record[0] for record in reader.read(end)]
    appender.close()
    assert len(Layout(tmp_path).segments()) > 2
    assert read == list(range(1, 208))


def test_a_batch_never_spans_two_segments_and_one_larger_than_a_segment_gets_its_own(tmp_path: Path) -> None:
    write_journal(tmp_path, many(300), batch=100, segment_bytes=1024)
    assert [first for first, _ in Layout(tmp_path).segments()] == [1, 101, 201, 301]


def test_reading_beyond_the_end_is_an_error_that_names_file_and_offset(tmp_path: Path) -> None:
    write_journal(tmp_path, many(10))
    path = Layout(tmp_path).segment(1)
    with pytest.raises(JournalDamaged) as caught:
        list(JournalReader(tmp_path).read(18))
    assert (caught.value.path, caught.value.offset) == (path, record_ends(path)[-1])


def test_a_flipped_bit_stops_the_reader_at_its_record(tmp_path: Path) -> None:
    write_journal(tmp_path, many(10))
    path = Layout(tmp_path).segment(1)
    ends = record_ends(path)
    flip_bit(path, ends[4] + 30)
    reader = JournalReader(tmp_path)
    with pytest.raises(JournalDamaged, match="CRC") as caught:
        list(reader.read(17))
    assert caught.value.offset == ends[4]
    assert reader.sequence == 4


def test_a_deleted_segment_is_told(tmp_path: Path) -> None:
    write_journal(tmp_path, many(100), segment_bytes=1024)
    Layout(tmp_path).segments()[0][1].unlink()
    with pytest.raises(JournalError, match="does not hold sequence 1"):
        list(JournalReader(tmp_path).read(50))
