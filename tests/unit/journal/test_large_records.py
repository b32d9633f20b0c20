"""Records larger than what a reader takes at first."""

from pathlib import Path

from exchange_server.journal import JournalReader, Layout, SegmentWriter
from exchange_server.journal.records import MAX_PAYLOAD, append_records
from exchange_server.journal.segments import WritePosition


def test_records_of_every_size_up_to_the_largest_are_read(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.create()
    payloads = [b"a" * 10, b"b" * 70_000, b"c" * MAX_PAYLOAD, b"d", b"e" * 66_000] * 3
    records = bytearray()
    append_records(records, True, 1, 5, payloads)
    writer = SegmentWriter(layout, 0, WritePosition.genesis(), 1 << 23)
    writer.write(records, 1)
    writer.close()
    reader = JournalReader(tmp_path)
    for up_to in (1, 2, 6, len(payloads)):
        first = reader.sequence
        assert [payload for _, _, payload in reader.read(up_to)] == payloads[first:up_to]
    reader.close()
