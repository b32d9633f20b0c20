"""A key that does not work, or may not, is refused by every method that needs one."""

import time
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor

from exchange.v1 import account_service_pb2 as account_pb
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange_server.api.server import method_path
from tests.integration.bad_input.calls import (
    ANY_KEY,
    METHODS,
    PUBLIC,
    SCOPES,
    SOUND,
    build,
    call,
    caller,
    nothing_changes,
    told,
)
from tests.integration.exchange_fixture import READ, TRADE, Exchange, Metadata, Trader, bearer

__all__ = ["caller"]

UNAUTHENTICATED, RESOURCE_EXHAUSTED = grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_method_that_needs_a_key_refuses_every_key_that_does_not_work(exchange: Exchange, caller: Trader) -> None:
    revoked = exchange.api_key(caller.account_id, READ, TRADE)
    request = admin_pb.RevokeApiKeyRequest(key_id=revoked.key_id)
    exchange.admin.RevokeApiKey(request, metadata=exchange.operator)
    keys: dict[str, Metadata] = {
        "none": (),
        "empty": (("authorization", ""),),
        "no scheme": (("authorization", caller.api_key),),
        "another scheme": (("authorization", f"Basic {caller.api_key}"),),
        "no key": (("authorization", "Bearer "),),
        "unknown": bearer("ex_0000000000000000_" + "A" * 43),
        "wrong secret": bearer(caller.api_key[:-1] + ("A" if caller.api_key[-1] != "A" else "B")),
        "cut": bearer(caller.api_key[:-1]),
        "longer": bearer(caller.api_key + "x"),
        "only its id": bearer(caller.api_key[:19]),
        "very long": bearer("x" * 4000),
        "revoked": bearer(revoked.api_key),
        "expired": bearer(_expired_key(exchange, caller)),
    }
    with nothing_changes(exchange):
        for path in SCOPES:
            for what, metadata in keys.items():
                answer = _default_call(exchange, METHODS[path], metadata)
                assert answer == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED", ""), (path, what)


def test_a_key_does_only_what_its_scopes_say(exchange: Exchange, caller: Trader) -> None:
    keys = {
        scopes: exchange.api_key(caller.account_id, *scopes).api_key for scopes in ((READ,), (TRADE,), (READ, TRADE))
    }
    with nothing_changes(exchange):
        for path, scope in SCOPES.items():
            if path in ANY_KEY:
                continue
            for scopes, api_key in keys.items():
                if scope not in scopes:
                    answer = _default_call(exchange, METHODS[path], bearer(api_key))
                    assert answer == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING", ""), (path, scopes)


def test_public_methods_need_no_key_and_look_at_none(exchange: Exchange, caller: Trader) -> None:
    # Those of channels look at a key if there is one.
    not_here = ("Subscribe", "UpdateSubscription")
    for path in sorted(path for path in PUBLIC if not path.endswith(not_here)):
        method = METHODS[path]
        request = build(method.input_type.name, SOUND.get(method.input_type.name, {}))
        for metadata in ((), bearer("nonsense")):
            assert call(exchange, method, request.SerializeToString(), metadata)[0] is grpc.StatusCode.OK


def _default_call(exchange: Exchange, method: MethodDescriptor, metadata: Metadata) -> tuple[grpc.StatusCode, str, str]:
    if not method.client_streaming:
        return call(exchange, method, b"", metadata)
    try:
        list(
            exchange.channel.stream_stream(method_path(method), bytes, bytes)(
                iter([b""]), metadata=metadata, timeout=20
            )
        )
    except grpc.RpcError as error:
        return told(error)
    return grpc.StatusCode.OK, "", ""


def _expired_key(exchange: Exchange, caller: Trader) -> str:
    expire_time = datetime.now(UTC) + timedelta(seconds=1)
    request = admin_pb.CreateApiKeyRequest(account_id=caller.account_id, scopes=[READ, TRADE], expire_time=expire_time)
    api_key = exchange.admin.CreateApiKey(request, metadata=exchange.operator).api_key
    while datetime.now(UTC) <= expire_time:
        time.sleep(0.02)
    return api_key


def test_headers_are_read_up_to_a_limit_and_never_refused_by_chance(exchange: Exchange) -> None:
    """Whatever the gateway lets through, 32 KiB, gets the answer of the exchange."""

    def code(length: int) -> grpc.StatusCode:
        with pytest.raises(grpc.RpcError) as refused:
            exchange.accounts.GetAccount(account_pb.GetAccountRequest(), metadata=bearer("x" * length))
        return refused.value.code()

    assert {code(length) for length in (8_000, 12_000, 16_000, 33_000) for _ in range(20)} == {UNAUTHENTICATED}
    assert {code(70_000) for _ in range(20)} == {RESOURCE_EXHAUSTED}
