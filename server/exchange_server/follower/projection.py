"""What a follower needs of a projection."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from exchange_server.engine import Engine
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
    """Collects events; `add` and `take` are called before the engine goes on.

    Before the engine applies a command of `due_ns` or later, `look` is called with the command's time: for what is to
    be read of the engine as it stood at some time.
    """

    @property
    def rows(self) -> int: ...
    @property
    def due_ns(self) -> int: ...
    def look(self, time_ns: int) -> None: ...
    def add(self, sequence: int, time_ns: int, events: Iterable[Event]) -> None: ...
    def take(self, cursor: Cursor) -> BatchT_co: ...


class Projection(Protocol[BatchT]):
    """A database that rows are written to; blocking, used by one thread at a time.

    `cursor` and `write` raise ProjectionUnavailable, `write` ProjectionConflict, and `cursor` ProjectionTooNew. The
    engine that `builder` gets stands at the cursor, and is the one that makes the events.
    """

    @property
    def name(self) -> str: ...
    def cursor(self, genesis: Cursor, system_accounts: Sequence[tuple[int, str]]) -> Cursor: ...
    def builder(self, engine: Engine) -> Builder[BatchT]: ...
    def write(self, batch: BatchT) -> None: ...
    def close(self) -> None: ...
