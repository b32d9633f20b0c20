import subprocess
import sys
import time
from pathlib import Path

from exchange_server.journal import DurableMark, MarkReader, MarkWriter, read_mark
from tests.journal_support import flip_bit


def test_a_mark_is_read_as_it_was_published(tmp_path: Path) -> None:
    writer = MarkWriter(tmp_path / "mark")
    assert read_mark(tmp_path / "mark") is None
    for mark in (DurableMark(0, 0, 0), DurableMark(2**63 - 1, 2**64 - 1, 2**63), DurableMark(7, None, 5)):
        writer.publish(mark)
        assert read_mark(tmp_path / "mark") == mark


def test_a_missing_mark_is_none(tmp_path: Path) -> None:
    assert read_mark(tmp_path / "mark") is None


def test_any_flipped_bit_makes_a_mark_invalid(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    writer = MarkWriter(path)
    writer.publish(DurableMark(77, 88, 99))
    writer.close(sync=True)
    for offset in range(44):
        flip_bit(path, offset, offset % 8)
        assert read_mark(path) is None, offset
        flip_bit(path, offset, offset % 8)
    assert read_mark(path) == DurableMark(77, 88, 99)


PUBLISH_MANY = """
import sys
from pathlib import Path
from exchange_server.journal import DurableMark, MarkWriter
writer = MarkWriter(Path(sys.argv[1]))
for number in range(1, int(sys.argv[2]) + 1):
    writer.publish(DurableMark(number, number * 0x9E3779B97F4A7C15 % 2**64, number * 3))
writer.close()
"""


def test_a_reader_in_another_process_never_sees_a_half_written_mark(tmp_path: Path) -> None:
    path = tmp_path / "mark"
    MarkWriter(path).publish(DurableMark(0, 0, 0))
    count = 100_000
    reader = MarkReader(path)
    last, seen = 0, 0
    with subprocess.Popen([sys.executable, "-c", PUBLISH_MANY, str(path), str(count)]) as process:
        deadline = time.monotonic() + 60
        while last < count and time.monotonic() < deadline:
            mark = reader.read()
            assert mark is not None
            assert mark[1:] == (mark.sequence * 0x9E3779B97F4A7C15 % 2**64, mark.sequence * 3)
            seen += mark.sequence != last
            last = mark.sequence
        assert process.wait(10) == 0
    assert last == count
    assert seen > 10
