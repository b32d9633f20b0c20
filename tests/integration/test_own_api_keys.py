"""Whoever has a key makes keys that may no more and live no longer, sees those of the account, and revokes them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from exchange.v1 import account_service_pb2 as pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import types_pb2
from exchange_server.api.own_keys import MAX_KEYS
from tests.integration.bad_input.calls import told
from tests.integration.exchange_fixture import ADMIN, READ, TRADE, Exchange, Metadata, Trader, bearer

Refusal = tuple[grpc.StatusCode, str, str]
UNAUTHENTICATED = (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED", "")
NOT_FOUND = (grpc.StatusCode.NOT_FOUND, "API_KEY_NOT_FOUND", "key_id")


def create(
    exchange: Exchange, metadata: Metadata, scopes: Sequence[types_pb2.Scope], **fields: object
) -> pb.CreateOwnApiKeyResponse:
    request = pb.CreateOwnApiKeyRequest(scopes=scopes, **fields)  # type: ignore[arg-type]
    return exchange.accounts.CreateOwnApiKey(request, metadata=metadata)


def revoke(exchange: Exchange, metadata: Metadata, key_id: str, validate_only: bool = False) -> Refusal | None:
    request = pb.RevokeOwnApiKeyRequest(key_id=key_id, validate_only=validate_only)
    try:
        exchange.accounts.RevokeOwnApiKey(request, metadata=metadata)
    except grpc.RpcError as error:
        return told(error)
    return None


def keys_of(exchange: Exchange, metadata: Metadata, account_id: int = 0) -> list[pb.ApiKey]:
    request = pb.ListApiKeysRequest(account_id=account_id)
    return list(exchange.accounts.ListApiKeys(request, metadata=metadata).api_keys)


def works(exchange: Exchange, api_key: str) -> bool:
    try:
        exchange.accounts.GetAccount(pb.GetAccountRequest(), metadata=bearer(api_key))
    except grpc.RpcError as error:
        return told(error) != UNAUTHENTICATED
    return True


def test_a_key_that_was_created_works_is_listed_and_no_longer_works_when_revoked(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    first = create(exchange, alice.metadata, [READ], label="dashboard")
    second = create(exchange, alice.metadata, [TRADE, READ], label="bot")
    assert works(exchange, first.api_key)
    listed = keys_of(exchange, bearer(second.api_key))
    assert [(key.key_id, key.label, list(key.scopes), key.current) for key in listed[:2]] == [
        (second.key_id, "bot", [READ, TRADE], True),
        (first.key_id, "dashboard", [READ], False),
    ]
    assert len(listed) == 3
    assert {key.account_id for key in listed} == {alice.account_id}
    assert not any(key.HasField("expire_time") for key in listed)
    # An operator sees them, too; another account does not, and cannot revoke them.
    assert [key.key_id for key in keys_of(exchange, exchange.operator, alice.account_id)] == [
        key.key_id for key in listed
    ]
    assert first.key_id not in {key.key_id for key in keys_of(exchange, bob.metadata)}
    assert revoke(exchange, bob.metadata, first.key_id) == NOT_FOUND
    assert revoke(exchange, exchange.operator, first.key_id) == NOT_FOUND
    assert works(exchange, first.api_key)
    assert revoke(exchange, alice.metadata, first.key_id, validate_only=True) is None
    assert works(exchange, first.api_key)
    assert revoke(exchange, alice.metadata, first.key_id) is None
    assert not works(exchange, first.api_key)
    # Once more is no error, and it is not listed any longer.
    assert revoke(exchange, alice.metadata, first.key_id) is None
    assert [key.key_id for key in keys_of(exchange, alice.metadata)] == [
        key.key_id for key in listed if key is not listed[1]
    ]


def test_what_is_only_validated_leaves_no_key(exchange: Exchange, alice: Trader) -> None:
    before = exchange.state()
    answer = create(exchange, alice.metadata, [READ], validate_only=True)
    assert (answer.key_id, answer.api_key) == ("", "")
    assert exchange.state() == before


@pytest.mark.parametrize(
    ("calling", "wanted", "field"),
    [
        ([READ], [READ], None),
        ([READ], [TRADE], "scopes[0]"),
        ([READ], [READ, TRADE], "scopes[1]"),
        ([TRADE], [TRADE], None),
        ([TRADE], [READ], "scopes[0]"),
        ([READ, TRADE], [TRADE, READ], None),
        ([READ, TRADE], [ADMIN], "scopes[0]"),
        # ADMIN implies the others.
        ([ADMIN], [READ, TRADE, ADMIN], None),
    ],
)
def test_a_new_key_may_at_most_what_the_calling_key_may(
    exchange: Exchange,
    alice: Trader,
    calling: list[types_pb2.Scope],
    wanted: list[types_pb2.Scope],
    field: str | None,
) -> None:
    metadata = bearer(exchange.api_key(alice.account_id, *calling).api_key)
    if field is None:
        made = create(exchange, metadata, wanted)
        scopes = {key.key_id: list(key.scopes) for key in keys_of(exchange, exchange.operator, alice.account_id)}
        assert scopes[made.key_id] == sorted(wanted)
        return
    with pytest.raises(grpc.RpcError) as refused:
        create(exchange, metadata, wanted)
    assert told(refused.value) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING", field)


def test_a_new_key_lives_no_longer_than_the_calling_key(exchange: Exchange, alice: Trader) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    request = admin_pb.CreateApiKeyRequest(account_id=alice.account_id, scopes=[READ], expire_time=ends)
    calling = bearer(exchange.admin.CreateApiKey(request, metadata=exchange.operator).api_key)
    for expire_time, told_time in ((None, ends), (ends, ends), (ends - timedelta(minutes=1),) * 2):
        made = create(exchange, calling, [READ], expire_time=expire_time)
        (key,) = [key for key in keys_of(exchange, calling) if key.key_id == made.key_id]
        assert key.expire_time.ToDatetime(UTC) == told_time
    with pytest.raises(grpc.RpcError) as refused:
        create(exchange, calling, [READ], expire_time=ends + timedelta(microseconds=1))
    assert told(refused.value) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", "expire_time")


def test_a_key_that_has_expired_is_not_listed(exchange: Exchange, alice: Trader) -> None:
    made = create(exchange, alice.metadata, [READ], expire_time=datetime.now(UTC) + timedelta(seconds=0.5))
    assert made.key_id in {key.key_id for key in keys_of(exchange, alice.metadata)}
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while made.key_id in {key.key_id for key in keys_of(exchange, alice.metadata)}:
        assert datetime.now(UTC) < deadline
    assert not works(exchange, made.api_key)


def test_without_the_scope_trade_a_key_revokes_nothing_but_itself(exchange: Exchange, alice: Trader) -> None:
    reader = exchange.api_key(alice.account_id, READ)
    another = exchange.api_key(alice.account_id, READ)
    for key_id in (another.key_id, "0" * 16):
        # Nor does it learn which keys there are.
        refusal = revoke(exchange, bearer(reader.api_key), key_id)
        assert refusal == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING", "")
    assert works(exchange, another.api_key)
    assert revoke(exchange, bearer(reader.api_key), reader.key_id) is None
    assert not works(exchange, reader.api_key)
    assert revoke(exchange, bearer(reader.api_key), reader.key_id) == UNAUTHENTICATED


def test_an_account_makes_a_thousand_keys_by_itself_and_an_operator_more(exchange: Exchange, bob: Trader) -> None:
    made: list[str] = []
    request = pb.CreateOwnApiKeyRequest(scopes=[READ])
    while len(made) < MAX_KEYS - 1:
        some = min(100, MAX_KEYS - 1 - len(made))
        under_way = [exchange.accounts.CreateOwnApiKey.future(request, metadata=bob.metadata) for _ in range(some)]
        made += [call.result(20).key_id for call in under_way]
    # Revoked ones count: the exchange keeps them.
    assert revoke(exchange, bob.metadata, made[0]) is None
    with pytest.raises(grpc.RpcError) as refused:
        create(exchange, bob.metadata, [READ], validate_only=True)
    assert told(refused.value) == (grpc.StatusCode.FAILED_PRECONDITION, "TOO_MANY_API_KEYS", "")
    more = exchange.api_key(bob.account_id, READ)
    assert len(keys_of(exchange, bearer(more.api_key))) == MAX_KEYS
