"""Where the words of a venue come from: what every source yields."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection stands; what is heard from now on is one unbroken stream."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection broke, or the source has ended; whatever was heard may be old from now on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """One message; `time_ns` is when it came, by the receiver's clock, which never jumps."""

    time_ns: int
    text: str | bytes


SourceEvent = Connected | Disconnected | Received


class Source(Protocol):
    """A way to hear a venue."""

    def events(self) -> AsyncGenerator[SourceEvent, None]:
        """Yield what happens, until the source has ended; a live one never does."""
        ...
