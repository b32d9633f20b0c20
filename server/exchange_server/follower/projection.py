"""What a follower needs of a projection."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from exchange_server.engine.events import Event
from exchange_server.projections.cursor import Cursor


class Batch(Protocol):
    """Rows of the commands after `after_sequence` up to the cursor."""

    @property
    def after_sequence(self) -> int: ...
    @property
    def cursor(self) -> Cursor: ...
    @property
    def rows(self) -> int: ...


BatchT = TypeVar("BatchT", bound=Batch)
BatchT_co = TypeVar("BatchT_co", bound=Batch, covariant=True)


class Builder(Protocol[BatchT_co]):
    """Collects events; `take` is called before the engine goes on."""

    @property
    def rows(self) -> int: ...
    def add(self, sequence: int, time_ns: int, events: Iterable[Event]) -> None: ...
    def take(self, cursor: Cursor) -> BatchT_co: ...


class Projection(Protocol[BatchT]):
    """A database that rows are written to; blocking, used by one thread at a time.

    `cursor` and `write` raise ProjectionUnavailable, and `write` ProjectionConflict.
    """

    @property
    def name(self) -> str: ...
    def cursor(self, genesis: Cursor, system_accounts: Sequence[tuple[int, str]]) -> Cursor: ...
    def builder(self, after_sequence: int) -> Builder[BatchT]: ...
    def write(self, batch: BatchT) -> None: ...
    def close(self) -> None: ...
