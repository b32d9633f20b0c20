"""A follower on a real journal with a projection in memory, which fails exactly when it is told to."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from exchange_server.engine import Engine
from exchange_server.engine.events import Event
from exchange_server.follower import Follower, FollowerError, FollowerSettings
from exchange_server.follower import follower as follower_module
from exchange_server.follower.snapshots import SNAPSHOTS_KEPT
from exchange_server.journal import DurableMark, Layout, engine_at, read_cursors, snapshot_hash, write_snapshot
from exchange_server.projections.cursor import Cursor, ProjectionConflict, ProjectionUnavailable
from tests.follower_thread import FollowerThread, wait_until
from tests.integration.journal_flow import WrittenJournal, flow

SMALL = FollowerSettings(batch_commands=50, batch_seconds=0.005)


@dataclass(frozen=True)
class SequenceBatch:
    """The sequences of the commands between two cursors."""

    after_sequence: int
    cursor: Cursor
    sequences: tuple[int, ...]

    @property
    def rows(self) -> int:
        return len(self.sequences)


class SequenceBuilder:
    due_ns = 1 << 63

    def __init__(self, after_sequence: int) -> None:
        self._after = after_sequence
        self._sequences: list[int] = []

    def look(self, time_ns: int) -> None:
        raise AssertionError("nothing was due")

    @property
    def rows(self) -> int:
        return len(self._sequences)

    def add(self, sequence: int, time_ns: int, events: object) -> None:
        self._sequences.append(sequence)

    def take(self, cursor: Cursor) -> SequenceBatch:
        batch = SequenceBatch(self._after, cursor, tuple(self._sequences))
        self.__init__(cursor.sequence)  # type: ignore[misc]
        return batch


class SequenceProjection:
    """Keeps which sequences were written, as a database keeps rows; `fail` is asked before and after each commit."""

    name = "memory"

    def __init__(self) -> None:
        self.batches: list[SequenceBatch] = []
        self.genesis: Cursor | None = None
        self.fail: Callable[[str], None] = lambda when: None

    @property
    def sequences(self) -> list[int]:
        return [sequence for batch in self.batches for sequence in batch.sequences]

    def cursor(self, genesis: Cursor, system_accounts: Sequence[tuple[int, str]]) -> Cursor:
        self.fail("cursor")
        self.genesis = genesis
        return self.batches[-1].cursor if self.batches else genesis

    def builder(self, engine: Engine) -> SequenceBuilder:
        return SequenceBuilder(engine.sequence)

    def write(self, batch: SequenceBatch) -> None:
        self.fail("before")
        if batch.after_sequence != (self.batches[-1].cursor.sequence if self.batches else 0):
            raise ProjectionConflict("the cursor is elsewhere")
        self.batches.append(batch)
        self.fail("after")

    def close(self) -> None:
        pass


class Following(FollowerThread[SequenceBatch]):
    """A follower that writes sequences."""

    def __init__(self, directory: Path, projection: SequenceProjection, settings: FollowerSettings = SMALL) -> None:
        super().__init__(Follower(directory, projection, settings=settings))

    def reach(self, sequence: int) -> None:
        wait_until(lambda: self.error is not None or self.follower.progress.written_sequence == sequence, "not reached")
        assert self.error is None, self.error

    def refusal(self) -> str:
        """Wait until the follower gives up; return what it says."""
        error = self.failure()
        assert isinstance(error, FollowerError)
        return str(error)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[WrittenJournal]:
    written = WrittenJournal(tmp_path / "shard", segment_bytes=1 << 13)
    yield written
    written.close()


def append(journal: WrittenJournal, count: int, seed: int = 1) -> None:
    """Append commands, several records a commit."""
    commands = flow(seed)
    for start in range(0, count, 37):
        journal.append(list(itertools.islice(commands, min(37, count - start))))


def test_every_command_is_projected_once_in_order_in_batches_of_bounded_size(journal: WrittenJournal) -> None:
    projection = SequenceProjection()
    append(journal, 1_000)
    with Following(journal.directory, projection) as following:
        following.reach(1_000)
        append(journal, 333, seed=2)
        following.reach(1_333)
    assert projection.sequences == list(range(1, 1_334))
    assert max(len(batch.sequences) for batch in projection.batches) <= SMALL.batch_commands
    assert projection.batches[-1].cursor.event_digest == journal.engine.event_digest


def test_many_rows_end_a_batch_before_many_commands_do(journal: WrittenJournal) -> None:
    append(journal, 300)
    projection = SequenceProjection()
    settings = FollowerSettings(batch_commands=1_000_000, batch_rows=100, batch_seconds=3_600)
    with Following(journal.directory, projection, settings) as following:
        following.reach(300)
    assert projection.sequences == list(range(1, 301))


def test_nothing_beyond_the_durable_mark_is_read(journal: WrittenJournal) -> None:
    append(journal, 100)
    digest = journal.engine.event_digest
    append(journal, 50, seed=2)
    journal.mark.publish(DurableMark(100, digest, 0))  # as if the last commit were still on its way
    projection = SequenceProjection()
    with Following(journal.directory, projection) as following:
        following.reach(100)
        time.sleep(0.1)
        assert following.follower.progress.sequence == 100
        journal.mark.publish(DurableMark(150, journal.engine.event_digest, 0))
        following.reach(150)
    assert projection.sequences == list(range(1, 151))


@pytest.mark.parametrize("when", ["before", "after", "cursor"])
def test_a_connection_that_breaks_before_or_after_the_commit_neither_loses_nor_repeats(
    when: str, journal: WrittenJournal
) -> None:
    append(journal, 400)
    projection = SequenceProjection()
    calls = itertools.count(1)

    def fail(now: str) -> None:
        if now == when and next(calls) % 3 == 0:
            raise ProjectionUnavailable("the connection broke")

    projection.fail = fail
    with Following(journal.directory, projection) as following:
        following.reach(400)
    assert projection.sequences == list(range(1, 401))


def test_a_database_that_lost_its_last_transactions_gets_them_again(journal: WrittenJournal) -> None:
    append(journal, 300)
    projection = SequenceProjection()
    with Following(journal.directory, projection) as following:
        following.reach(300)

        def crash(now: str) -> None:
            projection.fail = lambda when: None
            del projection.batches[2:]
            raise ProjectionUnavailable("the server crashed")

        projection.fail = crash
        append(journal, 200, seed=2)
        following.reach(500)
    assert projection.sequences == list(range(1, 501))


def test_another_writer_of_the_same_history_stops_the_follower(journal: WrittenJournal) -> None:
    append(journal, 100)
    projection = SequenceProjection()
    with Following(journal.directory, projection) as following:
        following.reach(100)
        projection.batches.append(SequenceBatch(100, Cursor(120, 0, 0), tuple(range(101, 121))))
        append(journal, 100, seed=2)
        assert "another follower" in following.refusal()


def test_a_digest_that_differs_from_the_cores_stops_the_follower_and_names_the_sequence(
    journal: WrittenJournal,
) -> None:
    append(journal, 100)
    projection = SequenceProjection()
    with Following(journal.directory, projection) as following:
        following.reach(100)
        append(journal, 10, seed=2)
        journal.mark.publish(DurableMark(110, journal.engine.event_digest ^ 1, 0))
        assert "differ at sequence 110" in following.refusal()


def test_a_history_of_another_journal_stops_the_follower(journal: WrittenJournal, tmp_path: Path) -> None:
    append(journal, 100)
    projection = SequenceProjection()
    projection.batches.append(SequenceBatch(0, Cursor(60, 0, 12345), tuple(range(1, 61))))
    with Following(journal.directory, projection) as following:
        assert "another journal" in following.refusal()
    assert len(projection.batches) == 1


def test_a_journal_that_is_shorter_than_the_history_is_waited_for_with_a_word(
    journal: WrittenJournal, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "BEHIND_SECONDS", 0.05)
    append(journal, 100)
    projection = SequenceProjection()
    with Following(journal.directory, projection) as following:
        following.reach(100)
    journal.mark.publish(DurableMark(60, None, 0))
    with Following(journal.directory, projection) as following:
        wait_until(lambda: "is it another journal's?" in caplog.text, "nothing is said")
        append(journal, 50, seed=2)
        following.reach(150)
    assert projection.sequences == list(range(1, 151))


def test_a_snapshot_of_the_core_with_another_state_stops_the_follower(journal: WrittenJournal) -> None:
    append(journal, 200)
    write_snapshot(journal.directory, journal.engine)
    append(journal, 50, seed=2)
    projection = SequenceProjection()
    with Following(journal.directory, projection) as following:
        following.reach(250)  # the same state: it goes on
    foreign = WrittenJournal(journal.directory.parent / "foreign")
    append(foreign, 300, seed=3)
    append(journal, 100, seed=2)
    path = write_snapshot(foreign.directory, foreign.engine)
    path.rename(Layout(journal.directory).snapshot(300))
    foreign.close()
    with Following(journal.directory, projection) as following:
        assert "differ at sequence 300" in following.refusal()


def test_snapshots_are_written_on_the_way_and_are_those_of_the_core(journal: WrittenJournal) -> None:
    projection = SequenceProjection()
    settings = FollowerSettings(batch_commands=50, batch_seconds=0.005, snapshot_commands=100)
    hashes = {}
    with Following(journal.directory, projection, settings) as following:
        for _ in range(SNAPSHOTS_KEPT + 3):
            append(journal, 100, seed=journal.sequence)
            hashes[journal.sequence] = journal.engine.state_hash()
            following.reach(journal.sequence)
            wait_until(lambda: snapshot_hash(journal.directory, journal.sequence) is not None, "no snapshot")
    kept = [sequence for sequence, _ in Layout(journal.directory).snapshot_files()]
    assert len(kept) == SNAPSHOTS_KEPT
    assert kept[-1] == journal.sequence
    assert {sequence: snapshot_hash(journal.directory, sequence) for sequence in kept} == {
        sequence: hashes[sequence] for sequence in kept
    }
    # The next follower begins from the newest: the records before it are not needed any more.
    first_segment = Layout(journal.directory).segments()[0][1]
    append(journal, 20, seed=5)
    first_segment.unlink()
    assert engine_at(journal.directory, kept[-1]).state_hash() == hashes[kept[-1]]
    with Following(journal.directory, projection, settings) as following:
        following.reach(journal.sequence)
    assert projection.sequences == list(range(1, journal.sequence + 1))


def test_an_idle_follower_writes_a_snapshot_of_less(journal: WrittenJournal) -> None:
    settings = FollowerSettings(snapshot_commands=1_000_000, idle_snapshot_commands=100, idle_seconds=0.05)
    append(journal, 120)
    with Following(journal.directory, SequenceProjection(), settings):
        wait_until(lambda: snapshot_hash(journal.directory, 120) is not None, "no snapshot")
        append(journal, 99, seed=2)
        time.sleep(0.3)
    assert [sequence for sequence, _ in Layout(journal.directory).snapshot_files()] == [120]


def test_a_follower_registers_what_it_may_still_need(journal: WrittenJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower_module, "REPORT_SECONDS", 0.02)
    settings = FollowerSettings(batch_commands=50, batch_seconds=0.005, snapshot_commands=100)
    layout = Layout(journal.directory)
    append(journal, 150)
    with Following(journal.directory, SequenceProjection(), settings):
        wait_until(lambda: [cursor.sequence for cursor in read_cursors(layout)] == [150], "not registered")
        append(journal, 60, seed=2)  # no snapshot there: it may have to start at the one before
        time.sleep(0.2)
        assert [tuple(cursor) for cursor in read_cursors(layout)] == [("memory", 150)]


def test_a_stop_while_the_database_is_down_is_prompt(journal: WrittenJournal) -> None:
    append(journal, 100)
    projection = SequenceProjection()

    def down(now: str) -> None:
        raise ProjectionUnavailable("down")

    projection.fail = down
    with Following(journal.directory, projection) as following:
        time.sleep(0.2)
        started = time.monotonic()
        following.follower.stop()
        following.__exit__()
        assert time.monotonic() - started < 4
    assert following.error is None
    assert projection.batches == []


def test_the_events_a_batch_is_made_of_are_the_cores(journal: WrittenJournal) -> None:
    collected: list[tuple[int, list[str]]] = []

    class Collecting(SequenceBuilder):
        def add(self, sequence: int, time_ns: int, events: object) -> None:
            assert isinstance(events, list)
            collected.append((sequence, [type(event).__name__ for event in events]))
            super().add(sequence, time_ns, events)

    class Projection(SequenceProjection):
        def builder(self, engine: Engine) -> SequenceBuilder:
            return Collecting(engine.sequence)

    append(journal, 500)
    with Following(journal.directory, Projection()) as following:
        following.reach(500)
    mine: list[tuple[int, list[Event]]] = [(sequence, events) for sequence, _, events in journal.events]
    assert collected == [(sequence, [type(event).__name__ for event in events]) for sequence, events in mine]
