"""A real process that writes a real journal, killed, starved of disk, or with a bug planted in its engine."""

import hashlib
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from exchange_server.engine import Engine
from exchange_server.journal import JournalReader, Layout, MarkReader, Recovered, engine_at, read_mark, recover, verify
from exchange_server.sequencer import NotSequenced, Shard
from exchange_server.sequencer.refusals import REJECT_QUARANTINED
from exchange_server.wire.journal_codec import decode_command, encode_command
from tests.journal_support import values_of
from tests.replay.flood import FAILED, highest, numbered

ROOT = Path(__file__).parents[2]


class Flood:
    """The flooding process and the numbers that it acknowledged."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "tests.replay.flood", str(directory), *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.acknowledged: list[int] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.acknowledged.append(int(line))

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < count:
            assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.002)

    def end(self) -> str:
        """Wait for the end and give what was written to stderr."""
        assert self.process.stderr is not None
        error = self.process.stderr.read().decode()
        self.process.wait(60)
        self._reader.join()
        self.process.stderr.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return error


def recover_and_release(directory: Path) -> Recovered:
    recovered = recover(directory)
    recovered.lock.release()
    return recovered


def assert_nothing_is_lost_or_repeated(directory: Path, acknowledged: list[int]) -> Engine:
    """The journal holds every acknowledged number, and all numbers once, in order, without a gap."""
    assert acknowledged == sorted(set(acknowledged))
    recovered = recover_and_release(directory)
    engine = recovered.engine
    last = highest(engine)
    assert last >= max(acknowledged, default=0)
    assert recovered.sequence == 7 + last
    commands = [decode_command(payload) for _, _, payload in JournalReader(directory, 7).read(recovered.sequence)]
    assert [values_of(command) for command in commands] == [values_of(numbered(n)) for n in range(1, last + 1)]
    assert verify(directory).sound
    return engine


def test_a_core_killed_in_a_flood_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    for _ in range(3):
        flood = Flood(tmp_path)
        flood.wait_for(1500)
        flood.process.kill()
        flood.end()
        acknowledged += flood.acknowledged
        assert_nothing_is_lost_or_repeated(tmp_path, acknowledged)
    assert len(Layout(tmp_path).segments()) > 3


def test_a_follower_up_to_the_mark_never_reads_what_is_not_in_the_journal_later(tmp_path: Path) -> None:
    flood = Flood(tmp_path)
    flood.wait_for(1)
    mark = MarkReader(Layout(tmp_path).mark)
    reader = JournalReader(tmp_path)
    read: list[tuple[int, int, bytes]] = []
    digests: dict[int, int] = {}
    while len(read) < 3000:
        durable = mark.read()
        assert durable is not None
        assert durable.event_digest is not None
        read += reader.read(durable.sequence)
        digests[durable.sequence] = durable.event_digest
    flood.process.kill()
    flood.end()
    recover_and_release(tmp_path)
    last = read_mark(Layout(tmp_path).mark)
    assert last is not None
    assert list(JournalReader(tmp_path).read(len(read))) == read
    # The digests beside the mark are those of an engine that follows.
    for sequence in list(digests)[:: max(1, len(digests) // 5)]:
        assert engine_at(tmp_path, sequence).event_digest == digests[sequence]


def test_after_a_failed_fsync_nothing_is_acknowledged_and_the_process_ends(tmp_path: Path) -> None:
    flood = Flood(tmp_path, "fsync", "500")
    assert "Input/output error" in flood.end()
    assert flood.process.returncode == FAILED
    mark = read_mark(Layout(tmp_path).mark)
    assert mark is not None
    # Nothing beyond the last successful sync was acknowledged, although it may be in the file.
    assert 0 < len(flood.acknowledged) == mark.sequence - 7
    assert_nothing_is_lost_or_repeated(tmp_path, flood.acknowledged)


def test_a_full_disk_stops_the_core_and_a_restart_goes_on(tmp_path: Path) -> None:
    flood = Flood(tmp_path, "full", "500")
    assert "No space left" in flood.end()
    assert flood.process.returncode == FAILED
    again = Flood(tmp_path)
    again.wait_for(300)
    again.process.kill()
    again.end()
    assert_nothing_is_lost_or_repeated(tmp_path, flood.acknowledged + again.acknowledged)


async def test_a_command_that_makes_the_engine_raise_is_quarantined_and_refused_when_it_comes_again(
    tmp_path: Path,
) -> None:
    flood = Flood(tmp_path, "raise", "500")
    assert "the bug that this test plants" in flood.end()
    assert flood.process.returncode == FAILED

    # 1. What came before it in its unit is journaled, it and what came after are not.
    poison = 502
    engine = assert_nothing_is_lost_or_repeated(tmp_path, flood.acknowledged)
    assert highest(engine) == poison - 1

    # 2. Its bytes and the story are kept.
    payload = encode_command(numbered(poison))
    name = hashlib.sha256(payload).hexdigest()
    quarantine = Layout(tmp_path).quarantine
    assert (quarantine / f"{name}.bin").read_bytes() == payload
    story = (quarantine / f"{name}.txt").read_text()
    assert "ZeroDivisionError: the bug that this test plants" in story
    assert f"sequence {7 + poison}" in story

    # 3. The next start refuses it, alone and within a unit, and takes everything else.
    shard = Shard(recover(tmp_path))
    await shard.start()
    for unit in ([numbered(poison)], [numbered(poison + 1), numbered(poison)]):
        with pytest.raises(NotSequenced) as caught:
            await shard.submit(unit)
        assert caught.value.reason == REJECT_QUARANTINED
    (applied,) = await shard.submit([numbered(poison + 1)])
    assert applied.sequence == 7 + poison
    await shard.stop()
