"""Small HTML tables for notebooks, of any models. Everything that comes from the exchange is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from html import escape
from typing import Any

SHOWN_ROWS = 60
"""Of a longer list the first and last halves of so many are shown."""

_CELL = 'style="text-align:right"'


def columns(kind: type) -> list[str]:
    """Return what a table shows of a model: its fields, times without `_ns`; not the hop times."""
    return [field.name.removesuffix("_ns") for field in fields(kind) if field.name != "hops"]


def html_table(rows: Sequence[Any]) -> str:
    """Show models of one kind as a table."""
    if not rows or not is_dataclass(rows[0]):
        return f"<p>{len(rows)} rows</p>"
    names = columns(type(rows[0]))
    half = SHOWN_ROWS // 2
    shown = list(rows) if len(rows) <= SHOWN_ROWS else [*rows[:half], None, *rows[-half:]]
    body = "".join(
        f'<tr><td colspan="{len(names)}">… {len(rows) - 2 * half} more</td></tr>'
        if row is None
        else _row(_text(getattr(row, name)) for name in names)
        for row in shown
    )
    return f"<table><thead>{_row(names, 'th')}</thead><tbody>{body}</tbody></table>"


def html_ladder(title: str, bids: Iterable[Any], asks: Iterable[Any], depth: int = 10) -> str:
    """Show levels (price, quantity), best first, as a ladder: asks above, the best in the middle."""
    bids, asks = list(bids)[:depth], list(asks)[:depth]
    levels = [("ask", level) for level in reversed(asks)] + [("bid", level) for level in bids]
    body = "".join(_row((side, _text(level.price), _text(level.quantity))) for side, level in levels)
    head = _row(("", "price", "quantity"), "th")
    return f"<table><caption>{escape(title)}</caption><thead>{head}</thead><tbody>{body}</tbody></table>"


def html_pairs(title: str, pairs: Iterable[tuple[str, Any]]) -> str:
    """Show names and values, one pair a row."""
    body = "".join(_row((name, _text(value))) for name, value in pairs)
    return f"<table><caption>{escape(title)}</caption><tbody>{body}</tbody></table>"


def _row(cells: Iterable[str], tag: str = "td") -> str:
    return f"<tr>{''.join(f'<{tag} {_CELL}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" ", timespec="milliseconds")).removesuffix("+00:00")
    return str(value)
