"""Decimal strings to integers and back, exactly. Nothing is rounded: what does not fit is refused by the caller."""

import re
from typing import Final

from exchange_server.engine.types import REJECT_INVALID_FIELD
from exchange_server.wire.errors import FieldError

MAX_SCALE: Final = 18
"""Most digits behind the point that a decimal may have; as many as 19 stand before it."""

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,18})(?:\.([0-9]{1,18}))?")
_POWERS: Final[tuple[int, ...]] = tuple(10**n for n in range(2 * MAX_SCALE + 1))


def parse_decimal(text: str, field: str) -> tuple[int, int]:
    """Return `(digits, scale)` with the value digits × 10^-scale, without trailing zeros behind the point.

    Raises FieldError for anything but digits with an optional point between digits ("65000.5").
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise FieldError(REJECT_INVALID_FIELD, field, 'is not a decimal such as "65000.5"')
    whole, fraction = match.groups()
    if not fraction or not (fraction := fraction.rstrip("0")):
        return int(whole), 0
    return int(whole + fraction), len(fraction)


def to_units(digits: int, scale: int, decimals: int) -> int | None:
    """Return digits × 10^-scale in units of 10^-decimals, or None when that is not a whole number of them.

    `scale` must be without trailing zeros, as `parse_decimal` returns it.
    """
    if scale > decimals:
        return None
    return digits * _POWERS[decimals - scale]


def format_units(units: int, decimals: int) -> str:
    """Write units of 10^-decimals canonically: no trailing zeros, no trailing point, "0" for zero, "-" if negative."""
    if not units:
        return "0"
    if decimals:
        whole, fraction = divmod(abs(units), _POWERS[decimals])
        if fraction:
            sign = "-" if units < 0 else ""
            return f"{sign}{whole}.{fraction:0{decimals}d}".rstrip("0")
        units = whole if units > 0 else -whole
    return str(units)
