"""Read times from the command line."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from exchange_server.cli.session import UsageError

FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="At or after: 2030-01-31T12:00:00Z, or 15m, 2h, 7d ago."),
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="Before: 2030-01-31T12:00:00Z, or 15m, 2h, 7d ago.")
]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def length(text: str) -> timedelta | None:
    """Read a length such as 90s, 15m, 2h or 1d; None when it is none."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def past_time(text: str | None, name: str) -> datetime | None:
    """Read a time with its zone, or a length before now. Raises UsageError."""
    if text is None:
        return None
    return _time(text, name, ago=True)


def future_time(text: str, name: str) -> datetime:
    """Read a time with its zone, or a length from now. Raises UsageError."""
    return _time(text, name, ago=False)


def _time(text: str, name: str, *, ago: bool) -> datetime:
    try:
        if (found := length(text)) is not None:
            return datetime.now(UTC) - found if ago else datetime.now(UTC) + found
        time = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(f"{name}: {text!r} is no time; 2030-01-31T12:00:00Z, or 15m, is one") from None
    if time.tzinfo is None:
        raise UsageError(f"{name}: {text!r} has no time zone; end it with Z, or +01:00")
    return time
