"""Where a command calls and as whom: options over environment over the credentials file over defaults."""

import json
from pathlib import Path

import pytest

from exchange_server.cli.session import CommandError, Output, Session, private_file


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    document = {
        "address": "127.0.0.1:7",
        "profiles": {
            "alice": {"account_id": 1001, "api_key": "key-alice"},
            "bob": {"account_id": 1002, "api_key": "key-bob"},
            "admin": {"account_id": 1003, "api_key": "key-admin"},
        },
    }
    (tmp_path / "credentials.json").write_text(json.dumps(document))
    return tmp_path


def test_with_a_running_dev_a_command_is_alice_at_its_address(data_dir: Path) -> None:
    session = Session(data_dir=data_dir)
    assert session.resolve_address() == "127.0.0.1:7"
    assert session.resolve_api_key() == "key-alice"


def test_an_admin_command_is_admin_unless_somebody_is_named(data_dir: Path) -> None:
    session = Session(data_dir=data_dir, default_profile="admin")
    assert session.resolve_api_key() == "key-admin"
    assert session.override(profile="bob").resolve_api_key() == "key-bob"


def test_a_given_address_and_key_win_over_the_credentials_file(data_dir: Path) -> None:
    session = Session(data_dir=data_dir, address="other:1", api_key="mine")
    assert (session.resolve_address(), session.resolve_api_key()) == ("other:1", "mine")


def test_a_profile_named_after_a_key_replaces_it_and_the_other_way_round(data_dir: Path) -> None:
    keyed, named = Session(data_dir=data_dir, api_key="mine"), Session(data_dir=data_dir, profile="bob")
    assert keyed.override(profile="bob").resolve_api_key() == "key-bob"
    assert named.override(api_key="mine").resolve_api_key() == "mine"


def test_options_that_are_not_given_leave_earlier_ones(data_dir: Path) -> None:
    session = Session(data_dir=data_dir, address="a:1", output=Output.TABLE).override(profile="bob")
    assert (session.address, session.output, session.data_dir) == ("a:1", Output.TABLE, data_dir)


def test_an_unknown_profile_names_the_known_ones(data_dir: Path) -> None:
    with pytest.raises(CommandError, match=r"--as carol: no such profile in .*; it has admin, alice, bob"):
        Session(data_dir=data_dir, profile="carol").resolve_api_key()


def test_without_a_credentials_file_there_is_a_default_address_and_no_key(tmp_path: Path) -> None:
    session = Session(data_dir=tmp_path)
    assert (session.resolve_address(), session.resolve_api_key()) == ("127.0.0.1:50051", None)
    with pytest.raises(CommandError, match=f"no API key: .*elsewhere than in {tmp_path} .*--data-dir"):
        session.require_api_key()
    with pytest.raises(CommandError, match="is exchange dev running"):
        Session(data_dir=tmp_path, profile="bob").resolve_api_key()


@pytest.mark.parametrize("text", ["", "[]", '{"address": "a:1"}', '{"address": "a:1", "profiles": {"alice": {}}}'])
def test_a_file_that_is_no_credentials_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "credentials.json").write_text(text)
    with pytest.raises(CommandError, match=r"credentials\.json: not a credentials file"):
        Session(data_dir=tmp_path).resolve_address()


def test_a_private_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    private_file(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
