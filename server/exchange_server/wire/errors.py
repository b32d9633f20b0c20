"""What is wrong with a request."""

from typing import Final

Violation = tuple[str, str]
"""Path of a field, and what is wrong with it."""


class FieldError(ValueError):
    """A request that cannot become a command: `reason` is an `exchange.v1.RejectReason`, `field` the path at fault.

    `others` are further violations of the same request.
    """

    def __init__(self, reason: int, field: str, message: str, others: tuple[Violation, ...] = ()) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.reason: Final = reason
        self.field: Final = field
        self.message: Final = message
        self.others: Final = others

    def within(self, part: str) -> "FieldError":
        """Return the same of a larger request that this one is a part of."""
        others = tuple((_join(part, field), message) for field, message in self.others)
        return FieldError(self.reason, _join(part, self.field), self.message, others)


def _join(part: str, field: str) -> str:
    return f"{part}.{field}" if field else part
