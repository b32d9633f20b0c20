"""A line of any log is an error, a warning, or neither."""

from pathlib import Path

import pytest

from tests.e2e.soak.logs import judge, judge_logs

CORE = "2026-11-29 01:44:12,673 {} exchange_server.app: something"
ENVOY = "[2026-11-29 01:46:33.725][18056][{}][main] [source/server/server.cc:1028] something"
POSTGRES = "2026-11-29 01:44:05.401 UTC [17837] {}:  something"
BOTS = '{{"time": "2026-11-29T01:44:20.375+00:00", "level": "{}", "event": "something"}}'


@pytest.mark.parametrize(
    "line",
    [
        CORE.format("ERROR  "),
        CORE.format("CRITICAL"),
        ENVOY.format("error"),
        ENVOY.format("critical"),
        POSTGRES.format("ERROR"),
        POSTGRES.format("FATAL"),
        POSTGRES.format("PANIC"),
        BOTS.format("error"),
        "Traceback (most recent call last):",
        "Code: 60. DB::Exception: Unknown table",
        "01:46:37  bots ended with SIGKILL; restarting in 0.25 s",
        "01:46:37  PostgreSQL has ended (log: postgres.log); starting it again",
    ],
)
def test_it_is_an_error(line: str) -> None:
    assert judge([line + "\n"], "some.log") == ([f"some.log: {line}"], [], 1)


@pytest.mark.parametrize(
    "line",
    [
        CORE.format("WARNING"),
        ENVOY.format("warning"),
        POSTGRES.format("WARNING"),
        BOTS.format("warning"),
        "01:46:37  follower did not stop within 2 s and was killed",
    ],
)
def test_it_is_a_warning(line: str) -> None:
    assert judge([line], "some.log") == ([], [f"some.log: {line}"], 1)


@pytest.mark.parametrize(
    "line",
    [
        CORE.format("INFO   ") + " error=none",
        ENVOY.format("info"),
        POSTGRES.format("LOG"),
        BOTS.format("info"),
        '{"level": 7}',
        "{not json",
        "[1, 2]",
        "serving on 127.0.0.1:37917",
        "",
    ],
)
def test_it_is_neither(line: str) -> None:
    assert judge([line], "some.log") == ([], [], 1)


def test_every_log_of_an_exchange_is_judged_and_none_is_not_taken_for_quiet(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        judge_logs(tmp_path, "")
    for folder, name in (("logs", "core.log"), ("logs", "core.log.1"), ("postgres", "postgres.log")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(CORE.format("ERROR") + "\n")
    found = judge_logs(tmp_path, "01:00:00  ready\n01:00:01  core ended with exit status 1; restarting in 1 s\n")
    assert [line.partition(":")[0] for line in found.errors] == ["supervisor", "core.log", "core.log.1", "postgres.log"]
    assert found.lines == 5
