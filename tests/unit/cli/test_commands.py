"""What every command shares: where options may stand, how errors end, and that help tells of everything."""

import json
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from exchange_sdk import InsufficientFunds, InvalidOrder, PermissionDenied, RejectReason
from exchange_server.cli.commands import client_command, describe, with_errors
from exchange_server.cli.main import app
from exchange_server.cli.play import parse_speed
from exchange_server.cli.session import CommandError, Session, UsageError

runner = CliRunner()


@pytest.fixture
def seen() -> list[tuple[Session, str]]:
    return []


@pytest.fixture
def small(seen: list[tuple[Session, str]]) -> typer.Typer:
    """An application with the options of `exchange` and one command that notes what it was called with."""
    small_app = typer.Typer()

    @small_app.callback()
    def root(ctx: typer.Context, profile: Annotated[str | None, typer.Option("--as")] = None) -> None:
        ctx.obj = Session(profile=profile)

    @client_command(small_app, "look", profile="admin")
    def look(session: Session, what: str, depth: Annotated[int, typer.Option()] = 3) -> None:
        """Look at something."""
        seen.append((session, f"{what} {depth}"))

    return small_app


def test_common_options_may_stand_before_or_after_the_command_and_the_latter_win(
    small: typer.Typer, seen: list[tuple[Session, str]]
) -> None:
    for arguments in (
        ["--as", "bob", "look", "x"],
        ["look", "x", "--as", "bob"],
        ["--as", "eve", "look", "x", "--as", "bob"],
    ):
        assert runner.invoke(small, arguments).exit_code == 0
    assert [session.profile for session, _ in seen] == ["bob", "bob", "bob"]
    assert {session.default_profile for session, _ in seen} == {"admin"}


def test_a_command_s_own_arguments_arrive(small: typer.Typer, seen: list[tuple[Session, str]]) -> None:
    runner.invoke(small, ["look", "x", "--depth", "7"])
    assert seen[0][1] == "x 7"


def test_the_key_of_a_profile_can_be_printed_for_other_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXCHANGE_API_KEY", raising=False)
    profiles = {"alice": {"api_key": "ex_a"}, "bob": {"api_key": "ex_b"}}
    (tmp_path / "credentials.json").write_text(json.dumps({"address": "127.0.0.1:1", "profiles": profiles}))
    at = ["--data-dir", str(tmp_path)]
    assert runner.invoke(app, ["key", *at]).output == "ex_a\n"
    assert runner.invoke(app, ["--as", "bob", "key", *at]).output == "ex_b\n"
    assert runner.invoke(app, ["--as", "eve", "key", *at]).exit_code == 1


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (CommandError("no key"), 1, "error: no key\n"),
        (UsageError("PRICE: 'x' is not a number"), 2, "error: PRICE: 'x' is not a number\n"),
        (
            InsufficientFunds("available 3 USDC, needed 4", reason=RejectReason.INSUFFICIENT_FUNDS),
            1,
            "error: INSUFFICIENT_FUNDS: available 3 USDC, needed 4\n",
        ),
    ],
)
def test_an_error_is_one_line_and_an_exit_status(
    error: Exception, status: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        with_errors(fail)
    assert ended.value.exit_code == status
    assert capsys.readouterr().err == line


def test_a_bug_keeps_its_traceback() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        with_errors(fail)


def test_a_refusal_names_its_field() -> None:
    error = InvalidOrder("no multiple of 0.1", reason=RejectReason.PRICE_OFF_TICK, field="price")
    assert describe(error) == "PRICE_OFF_TICK: no multiple of 0.1 (price)"
    assert describe(ValueError("x")) is None


def test_a_key_that_may_not_is_traced_to_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    error = PermissionDenied("lacks the scope ADMIN", reason=RejectReason.SCOPE_MISSING)
    monkeypatch.delenv("EXCHANGE_API_KEY", raising=False)
    assert describe(error) == "SCOPE_MISSING: lacks the scope ADMIN"
    monkeypatch.setenv("EXCHANGE_API_KEY", "alice's")
    assert "the key is that of EXCHANGE_API_KEY unless --api-key or --as names another" in (describe(error) or "")


def test_a_reader_that_has_seen_enough_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise BrokenPipeError

    with pytest.raises(typer.Exit) as ended:
        with_errors(fail)
    assert ended.value.exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        "dev", "serve", "follow", "book", "balances", "fills", "portfolio", "equity", "play",
        "key", "key ls", "key create", "key revoke",
        "market ls", "market show",
        "order place", "order amend", "order replace", "order batch", "order cancel", "order cancel-all",
        "order oco", "order bracket",
        "order cancel-after", "order show", "order ls",
        "admin asset create", "admin asset ls", "admin market create", "admin market status", "admin account create",
        "admin protection", "admin trade-group",
        "admin performance",
        "admin account ls", "admin key create", "admin key revoke", "admin credit", "admin status", "admin state-hash",
        "journal verify", "journal stat", "journal dump",
    ],
)  # fmt: skip
def test_every_command_explains_itself_and_its_options(command: str) -> None:
    shown = runner.invoke(app, [*command.split(), "--help"])
    assert shown.exit_code == 0
    text = shown.output.split("Options:")
    assert len(text[0].strip().splitlines()) >= 3
    options = [line for line in text[1].splitlines() if line.startswith("  -")]
    assert all(len(line.split("  ")) >= 2 for line in options)


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("1", 1.0), ("0.5", 0.5), ("10x", 10.0)])
def test_a_speed_is_a_factor_or_max(text: str, speed: float | None) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "fast", "nan", ""])
def test_a_speed_that_is_no_positive_number_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="--speed"):
        parse_speed(text)


@pytest.mark.parametrize("name", ["EXCHANGE_GRPC_PORT", "EXCHANGE_QUEUE_LIMIT"])
def test_a_setting_that_cannot_be_is_named_by_its_variable(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "many")
    done = runner.invoke(app, ["serve"])
    assert done.exit_code == 1
    assert f"error: {name}: " in done.output


def test_follow_needs_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXCHANGE_POSTGRES_URL", raising=False)
    done = runner.invoke(app, ["follow"])
    assert (done.exit_code, "EXCHANGE_POSTGRES_URL is not set" in done.output) == (1, True)
