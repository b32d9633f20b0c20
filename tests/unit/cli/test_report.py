"""What `exchange dev` tells of itself."""

import json
from pathlib import Path

import pytest

from exchange_server.cli.dev.report import Running, announce, hide_password, write_ready_file

RUNNING = Running(
    {"grpc": "127.0.0.1:1", "postgres": "postgresql://exchange:s3cret@127.0.0.1:2/exchange"},
    {"core": 42},
    Path("/data"),
    Path("/data/credentials.json"),
    Path("/data/logs"),
)


def test_the_ready_file_is_one_json_object_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "ready"
    write_ready_file(path, RUNNING)
    assert json.loads(path.read_text())["pids"] == {"core": 42}
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_password_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    announce(RUNNING, headless=True)
    said = capsys.readouterr().out
    assert "postgresql://exchange@127.0.0.1:2/exchange" in said
    assert "s3cret" not in said


@pytest.mark.parametrize("address", ["127.0.0.1:50051", "http://127.0.0.1:8080"])
def test_an_address_without_a_password_is_left_as_it_is(address: str) -> None:
    assert hide_password(address) == address
