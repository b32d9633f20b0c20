"""How far a projection has come, and what can go wrong with that. Every projection speaks in these terms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last command whose rows are written; `event_digest` is the engine's at it, 64 bits unsigned."""

    sequence: int
    time_ns: int
    event_digest: int


class ProjectionUnavailable(Exception):
    """The database cannot be written to now; nothing of the batch is, or all of it. Ask for the cursor and go on."""


class ProjectionTooNew(Exception):
    """The database has a schema that this version does not know; only a newer version may write it."""


class ProjectionConflict(Exception):
    """The cursor is not where the writer left it, so this batch must not be written."""
