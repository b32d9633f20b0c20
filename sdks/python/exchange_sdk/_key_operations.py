"""The unary methods with which an account makes and revokes keys of its own, for both clients."""

from collections.abc import Iterable
from datetime import datetime

from exchange.v1 import account_service_pb2 as accounts_pb
from exchange_sdk._enums import Scope, wire_number
from exchange_sdk._operations import Operation, write
from exchange_sdk._times import to_timestamp
from exchange_sdk.models import CreatedApiKey


def create_own_api_key(
    scopes: Iterable[Scope | str], label: str, expire_time: datetime | None, validate_only: bool
) -> Operation[CreatedApiKey]:
    request = accounts_pb.CreateOwnApiKeyRequest(
        scopes=[wire_number(Scope, scope) for scope in scopes],
        label=label,
        expire_time=None if expire_time is None else to_timestamp(expire_time, "expire_time"),
        validate_only=validate_only,
    )
    # A second key would be made, and the first one's secret is lost: better to fail.
    return write(
        lambda stubs: stubs.accounts.CreateOwnApiKey,
        request,
        lambda answer: CreatedApiKey(answer.key_id, answer.api_key),
        repeatable=validate_only,
    )


def revoke_own_api_key(key_id: str, validate_only: bool) -> Operation[None]:
    return write(
        lambda stubs: stubs.accounts.RevokeOwnApiKey,
        accounts_pb.RevokeOwnApiKeyRequest(key_id=key_id, validate_only=validate_only),
        lambda _: None,
    )
