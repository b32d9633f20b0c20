"""Nanoseconds to `google.protobuf.Timestamp` and back, and where the time of a command went."""

from typing import NamedTuple

from google.protobuf.timestamp_pb2 import Timestamp

from exchange.v1.types_pb2 import HopTimes
from exchange_server.engine.types import REJECT_INVALID_FIELD, TimeNs
from exchange_server.wire.errors import FieldError

_SECOND_NS = 1_000_000_000
_MAX_NS = (1 << 63) - 1


class Hops(NamedTuple):
    """When a command passed each station, nanoseconds since 1970 UTC; 0 when it is not known."""

    received_ns: int
    sequenced_ns: int
    durable_ns: int
    published_ns: int


def timestamp(time_ns: int) -> Timestamp:
    """Write nanoseconds since 1970 UTC."""
    return Timestamp(seconds=time_ns // _SECOND_NS, nanos=time_ns % _SECOND_NS)


def write_timestamp(message: Timestamp, time_ns: int) -> None:
    """Fill in an empty timestamp that is part of another message."""
    message.seconds, message.nanos = divmod(time_ns, _SECOND_NS)


def write_hops(message: HopTimes, hops: Hops) -> None:
    """Fill in empty hop times that are part of another message."""
    message.received_ns, message.sequenced_ns, message.durable_ns, message.published_ns = hops


def parse_timestamp(value: Timestamp, field: str) -> TimeNs:
    """Return nanoseconds since 1970 UTC. Raises FieldError before 1970, after 2262, and for nanos out of range."""
    time_ns = value.seconds * _SECOND_NS + value.nanos
    if value.seconds < 0 or not 0 <= value.nanos < _SECOND_NS or time_ns > _MAX_NS:
        raise FieldError(REJECT_INVALID_FIELD, field, "is not a time between 1970 and 2262")
    return TimeNs(time_ns)
