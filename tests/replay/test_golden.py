"""Journals written by released versions: they decode for ever, and replay to the state that was.

Made by `python -m tests.replay.make_golden`; the files are never made anew. `expected.json` beside each holds what
the writing version saw. Of it only `state_hash` may follow a change, and only one of the state's layout (a table, a
column), or of what no event tells, that leaves what happened as it was.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import get_args

import pytest

from exchange_server.engine.commands import Command
from exchange_server.journal import SnapshotInvalid, engine_at, load_snapshot, recover, verify
from exchange_server.journal.audit import dump
from exchange_server.journal.layout import Layout
from tests.journal_support import one_of_each, order_features

GOLDEN = Path(__file__).parent / "golden"
OF_AN_OLDER_LAYOUT = ("v1", "v2", "v2-flow")
"""Journals whose snapshots this version passes over: it replays instead."""
NAMES = sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


@pytest.fixture(params=NAMES)
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy, because a start writes into the directory."""
    return Path(shutil.copytree(GOLDEN / request.param, tmp_path / request.param))


def expected_of(golden: Path) -> dict[str, str | int]:
    expected: dict[str, str | int] = json.loads((golden / "expected.json").read_text())
    return expected


def test_there_is_a_golden_journal() -> None:
    assert "v1" in NAMES


def test_a_golden_journal_replays_to_the_state_that_was(golden: Path) -> None:
    expected = expected_of(golden)
    shutil.rmtree(golden / "snapshots", ignore_errors=True)
    recovered = recover(golden)
    recovered.lock.release()
    assert recovered.warnings == []
    assert recovered.replayed == expected["sequence"]
    assert recovered.engine.state_hash().hex() == expected["state_hash"]
    assert f"{recovered.engine.event_digest:016x}" == expected["event_digest"]


def test_a_golden_snapshot_is_the_state_at_its_sequence(golden: Path) -> None:
    for sequence, path in Layout(golden).snapshot_files():
        if golden.name in OF_AN_OLDER_LAYOUT:
            with pytest.raises(SnapshotInvalid, match="snapshot version"):
                load_snapshot(path)
            continue
        loaded = load_snapshot(path)
        path.unlink()
        assert loaded.state_hash() == engine_at(golden, sequence).state_hash()


def test_a_golden_journals_chain_is_proven(golden: Path) -> None:
    verified = verify(golden)
    assert verified.sound, verified.problems
    assert verified.chain.hex() == expected_of(golden)["chain"]


def test_a_golden_journals_commands_mean_what_they_meant(golden: Path) -> None:
    text = "\n".join(json.dumps(record) for record in dump(golden))
    assert hashlib.sha256(text.encode()).hexdigest() == expected_of(golden)["dump_sha256"]


def test_the_first_golden_journal_holds_every_kind_of_command_that_its_version_had() -> None:
    kinds = {record["command"] for record in dump(GOLDEN / "v1")}
    assert kinds == {type(command).__name__ for command in one_of_each()}


def test_the_sample_commands_are_of_every_kind_there_is() -> None:
    assert {type(command) for command in (*one_of_each(), *order_features())} == set(get_args(Command))
