"""Why a stream is refused or ends."""

from collections.abc import Mapping
from typing import Final

# Numbers of `exchange.v1.RejectReason`; a test keeps them equal.
REJECT_MARKET_NOT_FOUND: Final = 10
REJECT_OVERLOADED: Final = 25
REJECT_STREAM_TOO_SLOW: Final = 27
REJECT_SEQUENCE_TOO_OLD: Final = 28
REJECT_SEQUENCE_IN_FUTURE: Final = 29
REJECT_UNAVAILABLE: Final = 32


class StreamRefused(Exception):
    """A stream cannot start or cannot go on. `metadata` says what a client needs to do next."""

    def __init__(self, reason: int, message: str, metadata: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.reason: Final = reason
        self.message: Final = message
        self.metadata: Final = dict(metadata or {})
