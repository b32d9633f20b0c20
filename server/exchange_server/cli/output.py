"""Print results: tables for people, JSON for programs."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from exchange_server.cli.session import Session


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One column: its title, and the attribute of a row that it shows."""

    title: str
    attribute: str
    right: bool = False


def plain(value: Any) -> Any:
    """Turn a model into what JSON knows: decimals and times as strings, enum members by name, bytes as hex."""
    if isinstance(value, Enum):
        return value.name
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Exception):
        return _refusal(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dict(_member(field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(item) for name, item in value._asdict().items()}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


def _member(name: str, value: Any) -> tuple[str, Any]:
    # The contract's name and form: `create_time`, to the nanosecond.
    if name.endswith("time_ns"):
        return name.removesuffix("_ns"), None if value is None else timestamp(value)
    return name, plain(value)


def _refusal(error: Exception) -> dict[str, str]:
    """Write an error of the SDK's in a result: what a program asks of it."""
    names = {"reason": "reason_name", "field": "field", "message": "message"}
    return {name: str(getattr(error, attribute, "")) for name, attribute in names.items()}


def timestamp(time_ns: int) -> str:
    """Write nanoseconds since 1970 as RFC 3339 in UTC, exactly."""
    seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def number(value: Decimal) -> str:
    """Write a decimal without an exponent and without trailing zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def cell(value: Any) -> str:
    """Write one cell of a table."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, Exception):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return " ".join(cell(item) for item in value)
    return str(plain(value))


def print_json(value: Any) -> None:
    """Print one JSON document."""
    print(json.dumps(plain(value), indent=2), flush=True)


def print_json_line(value: Any) -> None:
    """Print one JSON document on one line, at once: for what never ends."""
    print(json.dumps(plain(value), separators=(",", ":")), flush=True)


def table(rows: Iterable[Any], columns: Sequence[Column], title: str | None = None) -> "Table":
    """Build an aligned table, one row a model."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    result = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        result.add_column(column.title, justify="right" if column.right else "left", no_wrap=True)
    for row in rows:
        # Text: what a client named is shown, never read as markup.
        result.add_row(*(Text(cell(getattr(row, column.attribute))) for column in columns))
    return result


def console(*, stderr: bool = False) -> "Console":
    """Return a console that does not cut lines when nobody looks."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 200, highlight=False, soft_wrap=False)


def show(session: "Session", rows: Sequence[Any], columns: Sequence[Column], empty: str) -> None:
    """Print a list: a table, a word when it is empty, or a JSON array."""
    if session.json:
        print_json(list(rows))
    elif not rows:
        print(empty)
    else:
        console().print(table(rows, columns))


def show_one(session: "Session", row: Any, attributes: Sequence[str] = ()) -> None:
    """Print one model: a name and a value a line, or a JSON object.

    An attribute may be a path, `protection.max_quantity`.
    """
    if session.json:
        print_json(row)
        return
    from rich.table import Table
    from rich.text import Text

    names = attributes or [field.name.removesuffix("_ns") for field in dataclasses.fields(row)]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    for name in names:
        label = name.removeprefix("protection.").replace(".", " ").replace("_", " ")
        grid.add_row(label, Text(cell(attrgetter(name)(row))))
    console().print(grid)


def note(message: str) -> None:
    """Print one line that is not part of the result."""
    print(f"note: {' '.join(message.split())}", file=sys.stderr, flush=True)


def fail(message: str) -> None:
    """Print one line that names what went wrong, red where colours are seen."""
    line = " ".join(message.split())
    if sys.stderr.isatty():
        from rich.text import Text

        console(stderr=True).print(Text(f"error: {line}", style="red"), soft_wrap=True)
    else:
        print(f"error: {line}", file=sys.stderr, flush=True)
