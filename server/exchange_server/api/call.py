"""What a handler sees of a call: our own type, so that handlers do not depend on the transport."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from exchange_server.api.auth import Principal


class Call:
    """Who calls, until when (`time.monotonic_ns`; None is for ever), from where, with which headers."""

    __slots__ = ("_peer", "deadline_ns", "metadata", "principal")

    def __init__(
        self,
        principal: Principal,
        deadline_ns: int | None,
        metadata: tuple[tuple[str, str | bytes], ...],
        peer: Callable[[], str],
    ) -> None:
        self.principal: Final = principal
        self.deadline_ns: Final = deadline_ns
        self.metadata: Final = metadata
        self._peer: Final = peer

    @property
    def peer(self) -> str:
        """Return the address of the caller."""
        return self._peer()


class Undecodable:
    """Stands in a stream for a message whose bytes could not be decoded."""


UNDECODABLE: Final = Undecodable()


@dataclass(frozen=True, slots=True)
class Method:
    """One method of a service: its handler, the scope that it needs, whether it answers a stream.

    Of `scope`, None is public, and ANY_SCOPE takes any key.
    `reads`: the handler returns the stream's reader instead of yielding its messages; `takes_key`: a public method that
    looks at the caller if there is a key.

    Whether the handler takes one message or an iterator of them stands in the contract. `checks_itself`: its reading of
    the request includes the contract's rules. `announced` is called when somebody who may has opened a call whose
    request is still to come.
    """

    handler: Callable[[Any, Call], Awaitable[Any] | AsyncIterator[Any]]
    scope: int | None
    streams: bool = False
    checks_itself: bool = False
    reads: bool = False
    takes_key: bool = False
    announced: Callable[[], None] | None = None
