"""What is wrong with a request."""

from typing import Final


class FieldError(ValueError):
    """A request that cannot become a command: `reason` is an `exchange.v1.RejectReason`, `field` the path at fault."""

    def __init__(self, reason: int, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.reason: Final = reason
        self.field: Final = field
        self.message: Final = message
