"""How far a follower is behind, and what excuses it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.e2e.dev_process import wait_until
from tests.e2e.soak.followers import JournalTimes, Lag, Starved
from tests.integration.journal_flow import WrittenJournal
from tests.journal_support import many

SECOND_NS = 1_000_000_000
START_NS = 1_700_000_000 * SECOND_NS


def test_it_is_behind_by_the_age_of_the_oldest_command_that_is_not_written(tmp_path: Path) -> None:
    journal = WrittenJournal(tmp_path / "shard")
    commands = many(10)
    journal.append(commands[:-5], START_NS)
    times = JournalTimes(journal.directory)
    first = journal.sequence
    assert times.read() == first
    journal.append(commands[-5:], START_NS + 3 * SECOND_NS)
    last = journal.sequence
    assert times.read() == last == first + 5
    now_ns = START_NS + 10 * SECOND_NS
    for _ in range(2):
        assert times.behind(first - 1, now_ns) == (6, 10.0)
        assert times.behind(first, now_ns) == (5, 7.0)
        assert times.behind(last, now_ns) == (0, 0.0)
        times.forget(first - 1)
    # Written before we looked.
    assert times.behind(last + 3, now_ns) == (0, 0.0)
    assert times.behind(first, START_NS) == (5, 0.0)
    times.close()
    journal.close()


@pytest.mark.parametrize(("seconds", "starved", "late"), [(2.1, 0.0, True), (2.1, 0.2, False), (1.9, 0.0, False)])
def test_it_is_late_after_two_seconds_in_which_it_could_have_run(seconds: float, starved: float, late: bool) -> None:
    assert Lag(0.0, 1, seconds, starved).is_late is late


def test_who_is_stopped_or_asleep_is_not_starved() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", "input(1)"], stdin=pipe, stdout=pipe) as child:
        assert child.stdout is not None
        # It has started, and waits for us.
        assert child.stdout.read(1) == b"1"
        child.send_signal(signal.SIGSTOP)
        try:
            # Until then it may still wait for a processor, to take note of the signal.
            wait_until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_STOPPED, "it is stopped")
            starved = Starved([child.pid])
            starved.seconds(0)
            time.sleep(0.3)
            assert starved.seconds(0.2) == 0.0
        finally:
            child.send_signal(signal.SIGCONT)
            child.communicate(b"\n")


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the kernel does not count it")
def test_who_shares_a_processor_with_another_is_starved() -> None:
    # Both on one processor: each waits for half of the time.
    code = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"
    rivals = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    try:
        starved = Starved([rivals[0].pid])
        starved.seconds(0)
        deadline = time.monotonic() + 60
        while starved.seconds(50) < 0.3:
            assert time.monotonic() < deadline, "it never waited"
            time.sleep(0.05)
    finally:
        for rival in rivals:
            rival.kill()
            rival.wait()
