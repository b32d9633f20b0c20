"""Read numbers from the command line."""

from decimal import Decimal, InvalidOperation

from exchange_server.cli.session import UsageError


def decimal_option(text: str, name: str) -> Decimal:
    """Read a plain decimal ("65000.5"). Raises UsageError that names the argument."""
    try:
        if not text.isascii() or "_" in text:
            raise InvalidOperation
        value = Decimal(text)
    except InvalidOperation:
        raise UsageError(f"{name}: {text!r} is not a number") from None
    if not value.is_finite():
        raise UsageError(f"{name}: {text!r} is not a number")
    return value
