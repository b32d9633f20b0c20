"""Decimals at the edge: what a caller may pass, and what goes over the wire."""

from decimal import Decimal
from typing import TypeAlias

DecimalInput: TypeAlias = Decimal | int | str
"""What every price, quantity and amount may be given as. A float is refused: 0.1 has no exact value."""

ZERO = Decimal(0)


def to_wire(value: DecimalInput, field: str) -> str:
    """Write a decimal as the contract wants it: digits, an optional point, digits; no exponent.

    Nothing is rounded. A string of digits goes out as it is. Raises TypeError for a float or bool, ValueError for what
    is no finite number, both naming the field. Signs and ranges are the exchange's to judge.
    """
    if isinstance(value, str):
        return value if is_plain(value) else to_wire(_from_text(value, field), field)
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{field}: {value} is not a finite number")
        return format(value, "f")
    if type(value) is int:
        return str(value)
    kind = type(value).__name__
    raise TypeError(f"{field}: a {kind} is not exact; pass a Decimal, a str or an int, such as Decimal({str(value)!r})")


def from_wire(text: str) -> Decimal:
    """Read a decimal of the contract; empty is zero."""
    return Decimal(text) if text else ZERO


def is_plain(text: str) -> bool:
    """Whether a string is already in the contract's form, apart from superfluous zeros."""
    whole, point, fraction = text.partition(".")
    return _are_digits(whole) and (_are_digits(fraction) if point else True)


def scaled(value: Decimal, decimals: int) -> int:
    """Return value × 10^decimals, exact. Raises ValueError when the value has more decimals than that."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{value} is not a finite number")
    shift = exponent + decimals
    magnitude = int("".join(map(str, digits)) or "0")
    if shift >= 0:
        magnitude *= int(10**shift)
    else:
        magnitude, rest = divmod(magnitude, int(10**-shift))
        if rest:
            raise ValueError(f"{value} has more than {decimals} decimals")
    return -magnitude if sign else magnitude


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _from_text(text: str, field: str) -> Decimal:
    try:
        # Decimal() would also take "1_000", surrounding blanks and the digits of other scripts.
        if "_" in text or not text.isascii() or text != text.strip():
            raise ValueError
        return Decimal(text)
    except (ArithmeticError, ValueError):
        raise ValueError(f"{field}: {text!r} is not a number") from None
