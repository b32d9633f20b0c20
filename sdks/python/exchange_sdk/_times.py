"""Times at the edge: what a caller may pass, and what goes over the wire."""

from datetime import datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp


def to_timestamp(value: datetime, field: str) -> Timestamp:
    """Write an aware datetime, exactly. Raises TypeError for what is none, ValueError when it has no time zone."""
    if not isinstance(value, datetime):
        raise TypeError(f"{field}: a {type(value).__name__} is no datetime")
    if value.tzinfo is None:
        raise ValueError(f"{field}: a datetime without a time zone; pass an aware one")
    timestamp = Timestamp()
    timestamp.FromDatetime(value)
    return timestamp


def time_ns(timestamp: Timestamp) -> int:
    """Nanoseconds since 1970."""
    return timestamp.seconds * 1_000_000_000 + timestamp.nanos


def milliseconds(value: timedelta | float | None, field: str) -> int:
    """Write a duration, given as timedelta or seconds, in whole milliseconds; None is 0. Raises ValueError.

    What is not whole is rounded up: an interval never becomes shorter than asked for.
    """
    if value is None:
        return 0
    try:
        length = value if isinstance(value, timedelta) else timedelta(seconds=value)
    except (OverflowError, ValueError):
        raise ValueError(f"{field}: {value} seconds are out of range") from None
    count = -(-length // timedelta(milliseconds=1))
    if not 0 <= count < 2**32:
        raise ValueError(f"{field}: {value} is out of range")
    return count
