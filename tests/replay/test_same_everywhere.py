"""A journal of every kind of order replays to one state in every process: whatever its hash seed and its time zone."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from exchange_server.engine.events import (
    Event,
    OrderAmended,
    OrderDecremented,
    OrderListAccepted,
    OrderTriggered,
    Trade,
)
from exchange_server.journal import write_snapshot
from tests.journal_support import Appender
from tests.property.order_flow import Flow

ROOT = Path(__file__).parents[2]
SEEDS = (1, 2, 3)
STEPS = 1_000
PLACES = {
    "UTC": ("0", "UTC"),
    # Named as POSIX does, which needs no database of time zones.
    "Kathmandu": ("1", "NPT-5:45"),
    "St. John's": ("4242", "NST3:30NDT,M3.2.0,M11.1.0"),
}


@dataclass(frozen=True)
class Written:
    """What the writing process has on disk, and what a process that recovers it should say."""

    journal_alone: Path
    with_snapshot: Path
    said: list[str]


def write(directory: Path, seed: int) -> Written:
    """Let a flow pass, with a snapshot in its middle, and journal it."""
    alone, snapped = directory / "alone", directory / "snapped"
    flow = Flow(seed)
    for _ in range(STEPS // 2):
        flow.step()
    write_snapshot(snapped, flow.engine)
    middle = flow.engine.sequence
    for _ in range(STEPS // 2):
        flow.step()
    appender = Appender(alone, segment_bytes=1 << 14, start_ns=0)
    for start in range(0, len(flow.commands), 10):
        appender.append(flow.commands[start : start + 10])
    appender.close()
    shutil.copytree(alone / "journal", snapped / "journal")
    end = f"{flow.engine.sequence} {flow.engine.state_hash().hex()} {flow.engine.event_digest:016x}"
    return Written(alone, snapped, [f"0 {end}", f"{middle} {end}"])


@pytest.fixture(scope="module")
def flows(tmp_path_factory: pytest.TempPathFactory) -> list[Written]:
    return [write(tmp_path_factory.mktemp(f"flow-{seed}"), seed) for seed in SEEDS]


def recovered_at(place: str, flows: list[Written]) -> tuple[str, list[str]]:
    """What a process with a hash seed and a time zone of its own is like, and what it recovers."""
    seed, zone = PLACES[place]
    command = [sys.executable, "-m", "tests.replay.told"]
    command += [str(path) for written in flows for path in (written.journal_alone, written.with_snapshot)]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    process, *said = done.stdout.splitlines()
    return process, said


@pytest.mark.parametrize("place", PLACES)
def test_the_journal_alone_and_a_snapshot_with_its_tail_give_the_state_of_the_writer(
    place: str, flows: list[Written]
) -> None:
    _, said = recovered_at(place, flows)
    assert said == [line for written in flows for line in written.said]


def test_the_processes_really_have_other_hashes_and_time_zones() -> None:
    hashes, zones = zip(*(recovered_at(place, [])[0].split() for place in PLACES), strict=True)
    assert len(set(hashes)) == len(PLACES)
    assert zones == ("+0000", "+0545", "-0330")


def test_the_flows_hold_what_the_engine_can_do() -> None:
    happened: Counter[type[Event]] = Counter()
    for seed in SEEDS:
        flow = Flow(seed)
        for _ in range(STEPS):
            happened.update(type(event) for event in flow.step()[0])
    assert happened[Trade] > 100
    assert all(happened[kind] > 10 for kind in (OrderListAccepted, OrderTriggered, OrderDecremented, OrderAmended))
