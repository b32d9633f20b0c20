"""What the contract has and the exchange has not: refused in so many words."""

from exchange_server.api.errors import INVALID_FIELD
from exchange_server.wire.errors import FieldError


def refuse_all_or_none(all_or_none: bool) -> None:
    """Raise FieldError for a batch that is to happen wholly or not at all."""
    if all_or_none:
        raise FieldError(INVALID_FIELD, "all_or_none", "all-or-none batches are not available yet")
