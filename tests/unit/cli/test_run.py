"""How `exchange serve` and `exchange follow` end."""

import gc
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from exchange_server import app
from exchange_server.cli import run
from exchange_server.cli.main import app as cli
from exchange_server.telemetry import logs


@pytest.fixture(autouse=True)
def thawed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("EXCHANGE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EXCHANGE_POSTGRES_URL", "postgresql://nobody@127.0.0.1:1/none")
    # It would write to what the runner closes, from every test that follows in this process.
    monkeypatch.setattr(logs, "configure_logging", lambda *_: None)
    gc.unfreeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("failure", [None, app.ShardFailed("its disk is gone")])
def test_a_server_ends_without_a_look_for_garbage(failure: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def serve(*_: object) -> None:
        if failure is not None:
            raise failure

    monkeypatch.setattr(app, "run", serve)
    result = CliRunner().invoke(cli, ["serve"])
    assert result.exit_code == (0 if failure is None else 1)
    assert gc.get_freeze_count() > 10_000


def test_a_follower_ends_without_a_look_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    def follow(work: Coroutine[Any, Any, None]) -> None:
        work.close()

    monkeypatch.setattr(run, "run_until_signal", follow)
    assert CliRunner().invoke(cli, ["follow"]).exit_code == 0
    assert gc.get_freeze_count() > 10_000
