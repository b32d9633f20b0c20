"""How far the followers are behind the core, by what stands in the databases and in the journal."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil
import psycopg

from exchange_server.journal import JournalReader, Layout, MarkReader
from tests.integration.clickhouse_fixture import clickhouse_client

LATE_SECONDS: Final = 2.0
CAUGHT_UP_SECONDS: Final = 1.0

Waits = dict[tuple[int, int], int]
"""Nanoseconds that threads have waited for a processor, by process and thread."""


class Lag(NamedTuple):
    """At one moment: commands that are durable and not written, and the age of the oldest of them.

    `at_seconds`: when, from the first look on. `starved_seconds`: how long the processes that write them waited for a
    processor that others had, since then.
    """

    at_seconds: float
    commands: int
    seconds: float
    starved_seconds: float

    @property
    def is_late(self) -> bool:
        """Whether it is behind for more than what the machine's other work explains."""
        return self.seconds - self.starved_seconds > LATE_SECONDS


class JournalTimes:
    """When the commands that somebody still waits for became durable: a window that moves with the journal."""

    def __init__(self, directory: Path) -> None:
        self._marks = MarkReader(Layout(directory).mark)
        self._reader = JournalReader(directory, 0)
        self._times_ns: deque[int] = deque()
        self._first = 1

    def read(self) -> int:
        """Take what has become durable; return how far that is."""
        mark = self._marks.read()
        assert mark is not None
        self._times_ns.extend(time_ns for _, time_ns, _ in self._reader.read(mark.sequence))
        return mark.sequence

    def behind(self, written: int, now_ns: int) -> tuple[int, float]:
        """Return how many of the commands that were read are not written, and the age of the oldest in seconds."""
        commands = max(self._first + len(self._times_ns) - 1 - written, 0)
        if not commands:
            return 0, 0.0
        return commands, max(now_ns - self._times_ns[written + 1 - self._first], 0) / 1e9

    def forget(self, up_to: int) -> None:
        """Forget what everybody has written."""
        while self._first <= up_to:
            self._times_ns.popleft()
            self._first += 1

    def close(self) -> None:
        self._reader.close()
        self._marks.close()


class FollowerWatch:
    """Both followers of a running `exchange dev`. Close it before that ends."""

    def __init__(self, ready: dict[str, Any]) -> None:
        addresses, pids = ready["addresses"], ready["pids"]
        self._times = JournalTimes(Path(ready["data_dir"]))
        self._postgres = psycopg.connect(addresses["postgres"], autocommit=True)
        self._clickhouse = clickhouse_client(addresses["clickhouse"])
        self._cursors: dict[str, Callable[[], int]] = {"postgres": self._in_postgres, "clickhouse": self._in_clickhouse}
        self._starved = {
            "postgres": Starved([pids["follower"], pids["postgres"]]),
            "clickhouse": Starved([pids["market-follower"], pids["clickhouse"]]),
        }
        self.durable = self._times.read()
        self.samples: dict[str, list[Lag]] = {name: [] for name in self._cursors}
        self._started_ns = time.time_ns()

    def have_caught_up(self) -> bool:
        """Tell whether both are up to date: at first they make their tables and write what there was before them."""
        # Asked before: a query of what is not there is an error in the database's log.
        is_there = self._postgres.execute("SELECT to_regclass('cursor') IS NOT NULL").fetchone() == (True,)
        is_there = is_there and self._clickhouse.command("EXISTS TABLE cursors") == 1
        if not is_there:
            return False
        self.durable = self._times.read()
        now_ns = time.time_ns()
        return all(self._times.behind(cursor(), now_ns)[1] < CAUGHT_UP_SECONDS for cursor in self._cursors.values())

    def sample(self) -> None:
        """Look once; both must have made their tables."""
        written: dict[str, int] = {}
        for name, cursor in self._cursors.items():
            # The journal first: what is durable from here on is not the follower's yet.
            now_ns = time.time_ns()
            self.durable = self._times.read()
            written[name] = cursor()
            commands, seconds = self._times.behind(written[name], now_ns)
            at_seconds = (now_ns - self._started_ns) / 1e9
            self.samples[name].append(Lag(at_seconds, commands, seconds, self._starved[name].seconds(seconds)))
        self._times.forget(min(*written.values(), self.durable))

    def worst(self, name: str) -> Lag:
        """Return the longest lag that was seen."""
        return max(self.samples[name], key=lambda lag: lag.seconds)

    def late(self, name: str) -> list[Lag]:
        """Return what was behind for too long."""
        return [lag for lag in self.samples[name] if lag.is_late]

    def close(self) -> None:
        self._times.close()
        self._postgres.close()
        self._clickhouse.close()

    def _in_postgres(self) -> int:
        row = self._postgres.execute("SELECT coalesce(max(sequence), 0) FROM cursor").fetchone()
        assert row is not None
        return int(row[0])

    def _in_clickhouse(self) -> int:
        return int(self._clickhouse.command("SELECT max(sequence) FROM cursors"))


class Starved:
    """How long some processes, with all that descend from them, were ready to run and had no processor.

    Of each process its thread that waited longest counts, since what they do for a command is done in turn. The kernel
    tells it; where it does not, it is 0.
    """

    KEPT_SECONDS: Final = 60.0

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids: Final = pids
        self._looks: deque[tuple[float, Waits]] = deque()

    def seconds(self, last_seconds: float) -> float:
        """Return how long it was within the last seconds, or since the look before if that is longer ago."""
        now, waits = time.monotonic(), self._waits()
        while self._looks and now - self._looks[0][0] > self.KEPT_SECONDS:
            self._looks.popleft()
        earlier = [look for at, look in self._looks if now - at >= last_seconds]
        then = earlier[-1] if earlier else self._looks[0][1] if self._looks else waits
        self._looks.append((now, waits))
        longest: dict[int, int] = {}
        for (pid, thread), waited_ns in waits.items():
            longest[pid] = max(longest.get(pid, 0), waited_ns - then.get((pid, thread), 0))
        return sum(longest.values()) / 1e9

    def _waits(self) -> Waits:
        waits: Waits = {}
        for pid in self._pids:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                for member in (process, *process.children(recursive=True)):
                    for path in Path(f"/proc/{member.pid}/task").glob("*/schedstat"):
                        with suppress(OSError, IndexError):
                            waits[member.pid, int(path.parent.name)] = int(path.read_text().split()[1])
        return waits
