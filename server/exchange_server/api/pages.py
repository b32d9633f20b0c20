"""Page tokens: opaque to clients, bound to the query and the account that they continue."""

import base64
import binascii
import hashlib
import hmac
import struct
from typing import Final, Protocol, TypeAlias

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from exchange_server.api.errors import INVALID_FIELD, PAGE_TOKEN_INVALID, CallError
from exchange_server.engine.types import TimeNs
from exchange_server.wire.errors import FieldError
from exchange_server.wire.times import parse_timestamp

DEFAULT_PAGE_SIZE: Final = 100
KEY_BYTES: Final = 32

_MAC_BYTES = 16

Query: TypeAlias = tuple[str | int, ...]
"""Method, account and filters."""


class PageTokens:
    """Writes and reads page tokens under a secret key, so that a client cannot make one up."""

    def __init__(self, key: bytes) -> None:
        self._key: Final = key

    def write(self, query: Query, cursor: tuple[int, ...]) -> str:
        """Return the token for what follows `cursor` in a query; the query names method, account and filters."""
        place = struct.pack(f">{len(cursor)}Q", *cursor)
        return base64.urlsafe_b64encode(place + self._mac(query, place)).decode().rstrip("=")

    def read(self, token: str, query: Query, length: int) -> tuple[int, ...] | None:
        """Return the cursor of `length` numbers; None for the first page. Raises CallError naming `page_token`."""
        if not token:
            return None
        try:
            content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise CallError(PAGE_TOKEN_INVALID, "page_token") from None
        place, mac = content[:-_MAC_BYTES], content[-_MAC_BYTES:]
        if len(place) != 8 * length or not hmac.compare_digest(mac, self._mac(query, place)):
            raise CallError(PAGE_TOKEN_INVALID, "page_token")
        return struct.unpack(f">{length}Q", place)

    def read_pair(self, token: str, query: Query) -> tuple[int, int] | None:
        """Return a cursor of two numbers; None for the first page. Raises CallError naming `page_token`."""
        cursor = self.read(token, query, 2)
        return None if cursor is None else (cursor[0], cursor[1])

    def _mac(self, query: Query, place: bytes) -> bytes:
        return hashlib.blake2b(repr(query).encode() + place, digest_size=_MAC_BYTES, key=self._key).digest()


class _TimeRange(Protocol):
    @property
    def start_time(self) -> Timestamp: ...
    @property
    def end_time(self) -> Timestamp: ...


def time_range(request: _TimeRange) -> tuple[TimeNs | None, TimeNs | None]:
    """Return `start_time` and `end_time` of a request, none where it is unset.

    Raises FieldError naming the field, `end_time` when it is not later.
    """
    assert isinstance(request, Message)
    start_ns = parse_timestamp(request.start_time, "start_time") if request.HasField("start_time") else None
    end_ns = parse_timestamp(request.end_time, "end_time") if request.HasField("end_time") else None
    if start_ns is not None and end_ns is not None and start_ns >= end_ns:
        raise FieldError(INVALID_FIELD, "end_time", "must be later than start_time")
    return start_ns, end_ns


def bounds(start_ns: int | None, end_ns: int | None) -> tuple[int, int]:
    """Return a time range as a part of a query that a page token is bound to; -1 is unset."""
    return -1 if start_ns is None else start_ns, -1 if end_ns is None else end_ns


def page_size(requested: int) -> int:
    """Return the rows of a page; 0 is the default."""
    return requested or DEFAULT_PAGE_SIZE
