"""What the logs of `exchange dev` hold that is not as it should be, whoever wrote it and in whatever format."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

ERRORS: Final = {"error", "critical", "fatal", "panic", "emergency"}
WARNINGS: Final = {"warning", "warn"}

_LEVELS: Final = (
    # The core and the followers, in text: date, time, level, logger.
    re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ (?P<level>[A-Z]+) "),
    # Envoy: [date time][process][level][logger]
    re.compile(r"^\[\d{4}-[^\]]+\]\[\d+\]\[(?P<level>[a-z]+)\]"),
    # PostgreSQL: date time zone [process] LEVEL:
    re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] (?P<level>[A-Z]+): "),
)
_ALARMS: Final = (
    "Traceback (most recent call last)",
    "DB::Exception",
    "Fatal Python error",
    # The supervisor's own words.
    " ended with ",
    "PostgreSQL has ended",
)
_SUPERVISOR_WARNING: Final = "and was killed"


class Findings(NamedTuple):
    """Lines, each with the name of its file before it."""

    errors: list[str]
    warnings: list[str]
    lines: int


def judge(lines: Iterable[str], origin: str) -> Findings:
    """Sort out what is an error or a warning. A line in an unknown format is one if it sounds the alarm."""
    errors: list[str] = []
    warnings: list[str] = []
    count = 0
    for line in lines:
        count += 1
        level = _level(line)
        if level in ERRORS or any(alarm in line for alarm in _ALARMS):
            errors.append(f"{origin}: {line.rstrip()}")
        elif level in WARNINGS or _SUPERVISOR_WARNING in line:
            warnings.append(f"{origin}: {line.rstrip()}")
    return Findings(errors, warnings, count)


def judge_logs(data_dir: Path, output: str) -> Findings:
    """Judge every log file of an exchange, and what its supervisor said. Raises FileNotFoundError if there are none."""
    files = sorted([*(data_dir / "logs").glob("*.log*"), *(data_dir / "postgres").glob("*.log")])
    if not files:
        raise FileNotFoundError(f"{data_dir}: no logs")
    found = [judge(output.splitlines(), "supervisor")]
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as file:
            found.append(judge(file, path.name))
    return Findings(
        [line for each in found for line in each.errors],
        [line for each in found for line in each.warnings],
        sum(each.lines for each in found),
    )


def _level(line: str) -> str:
    if line.startswith("{"):
        try:
            return str(json.loads(line).get("level", "")).lower()
        except (ValueError, AttributeError):
            return ""
    for pattern in _LEVELS:
        if found := pattern.match(line):
            return found["level"].lower()
    return ""
