"""API keys of one's own account: requests to commands, keys as protobuf."""

from typing import cast

from exchange.v1 import account_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.engine.commands import CreateApiKey
from exchange_server.engine.entities import ApiKey
from exchange_server.engine.types import REJECT_INVALID_FIELD, SCOPE_ADMIN, SCOPE_READ, SCOPE_TRADE
from exchange_server.wire.errors import FieldError
from exchange_server.wire.times import parse_timestamp, timestamp


def create_own_api_key(
    request: pb.CreateOwnApiKeyRequest, calling: ApiKey, key_id: str, secret_hash: bytes, now_ns: int
) -> CreateApiKey:
    """Return the command for a key that the caller made; what it may do was checked before.

    Raises FieldError when it would have expired already, or outlive the calling key.
    """
    expire_time_ns = calling.expire_time_ns
    if request.HasField("expire_time"):
        expire_time_ns = parse_timestamp(request.expire_time, "expire_time")
        if expire_time_ns <= now_ns:
            raise FieldError(REJECT_INVALID_FIELD, "expire_time", "is not in the future")
        if 0 < calling.expire_time_ns < expire_time_ns:
            raise FieldError(REJECT_INVALID_FIELD, "expire_time", "is later than that of the calling key")
    scopes = sum(1 << scope for scope in set(request.scopes))
    return CreateApiKey(key_id, calling.account_id, secret_hash, scopes, request.label, expire_time_ns)


def api_key_message(key: ApiKey, create_time_ns: int, *, current: bool) -> pb.ApiKey:
    """Return a key without its hash; a time of 0 is left out: it never expires, or it is not known when it was made."""
    scopes = [scope for scope in (SCOPE_READ, SCOPE_TRADE, SCOPE_ADMIN) if key.scopes & 1 << scope]
    return pb.ApiKey(
        key_id=key.key_id,
        account_id=key.account_id,
        scopes=cast(list[types_pb2.Scope], scopes),
        label=key.label,
        create_time=timestamp(create_time_ns) if create_time_ns else None,
        expire_time=timestamp(key.expire_time_ns) if key.expire_time_ns else None,
        current=current,
    )
