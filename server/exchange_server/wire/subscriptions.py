"""Messages of a Subscribe stream: those of its channels, which are put into an envelope without being made again."""

from collections.abc import Iterable

from exchange.v1.market_streams_pb2 import SubscribeResponse, UpdateSubscriptionResponse
from exchange_server.wire.times import write_timestamp

_LENGTH_DELIMITED = 2
_FIELDS = SubscribeResponse.DESCRIPTOR.fields_by_name


def channel_prefix(channel_id: int, kind: str) -> bytes:
    """Return what stands before the length of every message of a channel; `kind` names its field of the response."""
    tag = _FIELDS[kind].number << 3 | _LENGTH_DELIMITED
    return SubscribeResponse(channel_id=channel_id).SerializeToString() + _varint(tag)


def enveloped(prefix: bytes, message: bytes) -> bytes:
    """Return a serialised message of a channel as a serialised SubscribeResponse."""
    return b"%b%b%b" % (prefix, _varint(len(message)), message)


def opened_message(stream_id: str) -> bytes:
    """Return the first message of a stream."""
    response = SubscribeResponse()
    response.opened.stream_id = stream_id
    return response.SerializeToString()


def closed_message(channel_id: int, code: int, message: str, status_details: bytes) -> bytes:
    """Return the last message of a channel."""
    response = SubscribeResponse(channel_id=channel_id)
    closed = response.closed
    closed.SetInParent()
    closed.code, closed.message, closed.status_details = code, message, status_details
    return response.SerializeToString()


def subscription_heartbeat(server_time_ns: int, sequence: int) -> bytes:
    """Return the sign of life of a stream whose channels are all quiet."""
    response = SubscribeResponse()
    write_timestamp(response.heartbeat.server_time, server_time_ns)
    response.heartbeat.sequence = sequence
    return response.SerializeToString()


def updated_response(channel_ids: Iterable[int]) -> UpdateSubscriptionResponse:
    """Return what a stream follows now."""
    return UpdateSubscriptionResponse(channel_ids=sorted(channel_ids))


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
