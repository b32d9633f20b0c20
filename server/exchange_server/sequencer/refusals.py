"""Why a unit has no result."""

from typing import Final

REJECT_INVALID_FIELD: Final = 1
REJECT_OVERLOADED: Final = 25
REJECT_DEADLINE_PASSED: Final = 26
REJECT_UNAVAILABLE: Final = 32
REJECT_QUARANTINED: Final = 34


class NotSequenced(Exception):
    """The unit was not executed and never will be. `reason` is an `exchange.v1.RejectReason`.

    `retry_after_ms` is when trying again makes sense; 0 if it does not.
    """

    def __init__(self, reason: int, message: str, retry_after_ms: int = 0) -> None:
        super().__init__(message)
        self.reason: Final = reason
        self.retry_after_ms: Final = retry_after_ms


class OutcomeUnknown(Exception):
    """The core failed after the unit was sequenced and before all of it was known to be durable.

    After the restart none, some first part or all of it stands in the journal; ask by client order id.
    """
