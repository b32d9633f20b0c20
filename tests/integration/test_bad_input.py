"""Whatever is sent, the answer is the right status with reason and field, and nothing has changed.

The cases stand in `bad_input_table`; what each reason's status is stands in the contract's comments.
"""

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange_server.api.server import contract_methods, method_path
from exchange_server.engine.events import Rejected
from exchange_server.journal import JournalReader, engine_at
from exchange_server.wire.journal_codec import decode_command
from tests.integration.bad_input_table import COMBINATIONS, TABLE, Case, sound_above, sound_below, sound_place
from tests.integration.exchange_fixture import ADMIN, BUY, READ, TRADE, Exchange, Metadata, Trader, bearer
from tools.generate_errors_doc import contract_reasons

STATUS = {reason.name: grpc.StatusCode[reason.status] for reason in contract_reasons()}
REASON_NAME = {reason.number: reason.name for reason in contract_reasons()}
METHODS = {method_path(method): method for method in contract_methods()}
UNARY_REQUESTS = {path: method for path, method in METHODS.items() if not method.client_streaming}
ORDER_ENTRY = "/exchange.v1.OrderService/OrderEntry"
PUBLIC = {path for path in METHODS if path.startswith("/exchange.v1.MarketDataService/")}
SCOPES = {
    path: (
        ADMIN
        if "AdminService" in path
        else TRADE
        if path.startswith("/exchange.v1.OrderService/") and path.rpartition("/")[2] not in {"GetOrder", "ListOrders"}
        else READ
    )
    for path in METHODS
    if path not in PUBLIC
}

SOUND: dict[str, dict[str, Any]] = {
    "GetMarketRequest": {"market": "BTC-USDC"},
    "GetOrderBookRequest": {"market": "BTC-USDC"},
    "StreamOrderBookRequest": {"market": "BTC-USDC"},
    "StreamTradesRequest": {"market": "BTC-USDC"},
    "PlaceOrderRequest": {"market": "BTC-USDC", "side": 1, "type": 1, "price": "100", "quantity": "1"},
    "AmendOrderRequest": {"client_order_id": "resting", "price": "101"},
    "CancelOrderRequest": {"client_order_id": "resting"},
    "CancelReplaceOrderRequest": {
        "cancel_order": {"client_order_id": "resting"},
        "place_order": {"market": "BTC-USDC", "side": 1, "type": 1, "price": "100", "quantity": "1"},
    },
    "PlaceOcoOrderRequest": {"above": sound_above, "below": sound_below},
    "PlaceBracketOrderRequest": {
        "entry": sound_place,
        "take_profit": {"trigger_price": "110"},
        "stop_loss": {"trigger_price": "95"},
    },
    "SetCancelAllAfterRequest": {"timeout_ms": 1000},
    "SetMarketProtectionRequest": {"market": "BTC-USDC", "protection": {"price_band_bps": 100}},
    "SetTradeGroupRequest": {"account_id": 1001, "trade_group_id": 5},
    "GetOrderRequest": {"client_order_id": "resting"},
    "ListOrdersRequest": {"open_only": True},
    "CreateAssetRequest": {"name": "NEW", "decimals": 6},
    "CreateMarketRequest": {
        "base_asset": "ETH",
        "quote_asset": "USDC",
        "tick_size": "0.01",
        "lot_size": "0.01",
        "taker_fee_ppm": 100_000,
    },
    "SetMarketStatusRequest": {"market": "BTC-USDC", "status": 2},
    "CreateAccountRequest": {"name": "new"},
    "CreateApiKeyRequest": {"account_id": 1001, "scopes": [1]},
    "RevokeApiKeyRequest": {},
    "CreditRequest": {"account_id": 1001, "asset": "USDC", "amount": "1"},
}
"""Of each request, fields with which it works; the key to revoke is made by the test."""


@pytest.fixture(scope="module")
def caller(exchange: Exchange) -> Trader:
    """Trade under test: one order rests; the key has no scope ADMIN."""
    exchange.admin.CreateAsset(admin_pb.CreateAssetRequest(name="ETH", decimals=8), metadata=exchange.operator)
    trader = exchange.trader(READ, TRADE)
    exchange.place(trader, BUY, "50", "1", client_order_id="resting")
    key = exchange.api_key(trader.account_id, READ)
    SOUND["RevokeApiKeyRequest"] = {"key_id": key.key_id}
    return trader


# ---------------------------------------------------------------- calling


def call(
    exchange: Exchange, method: MethodDescriptor, payload: bytes, metadata: Metadata
) -> tuple[grpc.StatusCode, str, str]:
    """Send bytes; return status, reason and field of the answer."""
    path = method_path(method)
    try:
        if method.server_streaming:
            stream = exchange.channel.unary_stream(path, bytes, bytes)(payload, metadata=metadata, timeout=20)
            next(iter(stream))
            stream.cancel()
        else:
            exchange.channel.unary_unary(path, bytes, bytes)(payload, metadata=metadata, timeout=20)
    except grpc.RpcError as error:
        return told(error)
    return grpc.StatusCode.OK, "", ""


def told(error: grpc.RpcError) -> tuple[grpc.StatusCode, str, str]:
    """Return status, reason and field of a refusal; fail when it is not as the contract promises."""
    assert isinstance(error, grpc.Call)
    status = rpc_status.from_call(error)
    assert status is not None, error
    info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    (first, *others) = status.details
    assert first.Unpack(info)
    assert info.domain == "exchange"
    for detail in others:
        detail.Unpack(bad_request)
    violations = bad_request.field_violations
    assert all(violation.field and violation.description for violation in violations)
    assert not any(word in status.message for word in ("Error", "Exception", "Traceback", "exchange_server"))
    return error.code(), info.reason, violations[0].field if violations else ""


def build(message: str, fields: dict[str, Any]) -> Message:
    found = (method.input_type.file.message_types_by_name.get(message) for method in METHODS.values())
    descriptor = next(descriptor for descriptor in found if descriptor is not None)
    present = {name: value for name, value in fields.items() if value is not None}
    return GetMessageClass(descriptor)(**copy.deepcopy(present))


def requests(message: str, field: str, case: Case) -> list[Message]:
    """Return a case's requests: with `validate_only`, where there is that, and without it only if it is refused."""
    fields = SOUND.get(message, {}) | {field: case.value}
    if "validate_only" not in TABLE[message]:
        return [build(message, fields)]
    dry = build(message, fields | {"validate_only": True})
    return [dry] if case.reason is None else [dry, build(message, fields)]


def expected(field: str, case: Case) -> tuple[grpc.StatusCode, str, str]:
    if case.reason is None:
        return grpc.StatusCode.OK, "", ""
    return STATUS[case.reason], case.reason, field if case.field is None else case.field


def metadata_for(exchange: Exchange, path: str, caller: Trader) -> Metadata:
    if path in PUBLIC:
        return ()
    return exchange.operator if SCOPES[path] == ADMIN else caller.metadata


@contextmanager
def nothing_changes(exchange: Exchange) -> Iterator[None]:
    """Fail when the state differs afterwards.

    What the engine itself refused was journaled, so the state's hash, which counts commands, differs: then the journal
    is replayed, and each command must have been refused and have left everything but the counters as it was.
    """
    before = exchange.state()
    yield
    after = exchange.state()
    if before[0] == after[0]:
        assert before == after
        return
    engine = engine_at(exchange.process.data_dir, before[0])
    reader = JournalReader(exchange.process.data_dir, before[0])
    kept = engine.dump().tables()
    try:
        for sequence, time_ns, payload in reader.read(after[0]):
            command = decode_command(payload)
            (outcome,) = engine.apply(sequence, time_ns, command)  # type: ignore[arg-type]
            assert isinstance(outcome, Rejected), command
    finally:
        reader.close()
    assert [rows for rows in engine.dump().tables() if rows[0] != "counters"] == [
        rows for rows in kept if rows[0] != "counters"
    ]
    assert engine.state_hash() == after[1]


# ---------------------------------------------------------------- every field


def test_the_table_has_every_field_of_every_request() -> None:
    missing: set[str] = set()
    known: set[str] = set()

    def walk(descriptor: Descriptor) -> None:
        if descriptor.name in known or not descriptor.full_name.startswith("exchange.v1."):
            return
        known.add(descriptor.name)
        for field in descriptor.fields:
            if field.name not in TABLE.get(descriptor.name, {}):
                missing.add(f"{descriptor.name}.{field.name}")
            if field.message_type is not None:
                walk(field.message_type)

    for method in METHODS.values():
        walk(method.input_type)
    assert not missing
    assert known == set(TABLE)


@pytest.mark.parametrize("path", sorted(UNARY_REQUESTS))
def test_each_field_of_a_call_is_answered_with_its_reason_and_changes_nothing(
    exchange: Exchange, caller: Trader, path: str
) -> None:
    method = METHODS[path]
    message = method.input_type.name
    metadata = metadata_for(exchange, path, caller)
    wrong: list[str] = []
    with nothing_changes(exchange):
        for field, cases in TABLE[message].items():
            for case in cases:
                for request in requests(message, field, case):
                    answer = call(exchange, method, request.SerializeToString(), metadata)
                    if answer != expected(field, case):
                        wrong.append(f"{field}={str(case.value)[:60]!r}: {answer}, not {expected(field, case)}")
        for combined, fields, reason, at in COMBINATIONS:
            if combined == message:
                request = build(message, SOUND.get(message, {}) | fields)
                answer = call(exchange, method, request.SerializeToString(), metadata)
                if answer != (STATUS[reason], reason, at):
                    wrong.append(f"{fields}: {answer}, not {(reason, at)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", sorted(METHODS))
def test_bytes_that_are_no_message_are_undecodable(exchange: Exchange, caller: Trader, path: str) -> None:
    method = METHODS[path]
    metadata = metadata_for(exchange, path, caller)
    # A truncated tag, a length that runs past the end, a group that never ends, a string that is not UTF-8.
    payloads = [b"\xff", b"\x0a\x7fx", b"\x0b", b"\xff" * 1000]
    if any(field.number == 1 and field.type == field.TYPE_STRING for field in method.input_type.fields):
        payloads.append(b"\x0a\x02\xc3\x28")
    with nothing_changes(exchange):
        for payload in payloads:
            if method.client_streaming:
                stream = exchange.channel.stream_stream(path, bytes, bytes)(
                    iter([payload]), metadata=metadata, timeout=20
                )
                (answer,) = [order_pb.OrderEntryResponse.FromString(answer) for answer in stream]
                assert REASON_NAME[answer.error.reason] == "UNDECODABLE"
            else:
                refusal = call(exchange, method, payload, metadata)
                assert refusal == (grpc.StatusCode.INVALID_ARGUMENT, "UNDECODABLE", "")


# ---------------------------------------------------------------- keys


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
            for scopes, api_key in keys.items():
                if scope not in scopes:
                    answer = _default_call(exchange, METHODS[path], bearer(api_key))
                    assert answer == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING", ""), (path, scopes)


def test_public_methods_need_no_key_and_look_at_none(exchange: Exchange, caller: Trader) -> None:
    for path in PUBLIC:
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


# ---------------------------------------------------------------- methods


def test_a_method_that_there_is_not_is_unimplemented(exchange: Exchange, caller: Trader) -> None:
    for path in ("/exchange.v1.OrderService/Nothing", "/exchange.v1.NoService/PlaceOrder", "/x/y", "/"):
        with pytest.raises(grpc.RpcError) as refused:
            exchange.channel.unary_unary(path, bytes, bytes)(b"", metadata=caller.metadata, timeout=20)
        assert told(refused.value) == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_NOT_FOUND", "")
        with pytest.raises(grpc.RpcError) as refused:
            list(exchange.channel.stream_stream(path, bytes, bytes)(iter([b"x"]), timeout=20))
        assert told(refused.value) == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_NOT_FOUND", "")


# ---------------------------------------------------------------- order entry


Wrap = Callable[[Any], order_pb.OrderEntryRequest]
Unwrap = Callable[[order_pb.OrderEntryResponse], order_pb.OrderError]

WAYS: dict[str, tuple[str, Wrap, Unwrap]] = {
    "place_order": (
        "PlaceOrderRequest",
        lambda request: order_pb.OrderEntryRequest(request_id=7, place_order=request),
        lambda response: response.result.error,
    ),
    "cancel_order": (
        "CancelOrderRequest",
        lambda request: order_pb.OrderEntryRequest(request_id=7, cancel_order=request),
        lambda response: response.result.error,
    ),
    "cancel_all_orders": (
        "CancelAllOrdersRequest",
        lambda request: order_pb.OrderEntryRequest(request_id=7, cancel_all_orders=request),
        lambda response: response.error,
    ),
    "amend_order": (
        "AmendOrderRequest",
        lambda request: order_pb.OrderEntryRequest(request_id=7, amend_order=request),
        lambda response: response.result.error,
    ),
    "cancel_replace_order": (
        "CancelReplaceOrderRequest",
        lambda request: order_pb.OrderEntryRequest(request_id=7, cancel_replace_order=request),
        lambda response: response.error,
    ),
    "set_cancel_all_after": (
        "SetCancelAllAfterRequest",
        lambda request: order_pb.OrderEntryRequest(request_id=7, set_cancel_all_after=request),
        lambda response: response.error,
    ),
    "batch of amend_order": (
        "AmendOrderRequest",
        lambda request: order_pb.OrderEntryRequest(
            request_id=7, batch=order_pb.OrderBatch(items=[order_pb.OrderBatchItem(amend_order=request)])
        ),
        lambda response: response.batch.results[0].error,
    ),
    "batch of place_order": (
        "PlaceOrderRequest",
        lambda request: order_pb.OrderEntryRequest(
            request_id=7, batch=order_pb.OrderBatch(items=[order_pb.OrderBatchItem(place_order=request)])
        ),
        lambda response: response.batch.results[0].error,
    ),
    "batch of cancel_order": (
        "CancelOrderRequest",
        lambda request: order_pb.OrderEntryRequest(
            request_id=7, batch=order_pb.OrderBatch(items=[order_pb.OrderBatchItem(cancel_order=request)])
        ),
        lambda response: response.batch.results[0].error,
    ),
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_on_the_stream_each_field_is_answered_as_the_call_answers_it(
    exchange: Exchange, caller: Trader, way: str
) -> None:
    message, wrap, unwrap = WAYS[way]
    cases = [
        (field, case, request)
        for field, field_cases in TABLE[message].items()
        for case in field_cases
        for request in requests(message, field, case)
    ]
    cases += [
        (at, Case(fields, reason), build(message, SOUND.get(message, {}) | fields))
        for combined, fields, reason, at in COMBINATIONS
        if combined == message
    ]
    wrong: list[str] = []
    with nothing_changes(exchange):
        stream = exchange.orders.OrderEntry(
            iter([wrap(request) for _, _, request in cases]), metadata=caller.metadata, timeout=60
        )
        answers = list(stream)
    assert len(answers) == len(cases)
    for (field, case, _), answer in zip(cases, answers, strict=True):
        assert answer.request_id == 7
        error = unwrap(answer)
        code, reason, at = expected(field, case)
        if (error.code, REASON_NAME.get(error.reason, ""), error.field) != (code.value[0], reason, at):
            wrong.append(f"{field}={str(case.value)[:60]!r}: {error}, not {(reason, at)}")
    assert not wrong, "\n".join(wrong)


def test_on_the_stream_a_request_that_asks_nothing_or_too_much_is_refused_as_a_whole(
    exchange: Exchange, caller: Trader
) -> None:
    place = order_pb.PlaceOrderRequest(**SOUND["PlaceOrderRequest"])
    item = order_pb.OrderBatchItem(place_order=place)
    keyed = order_pb.PlaceOrderRequest(**SOUND["PlaceOrderRequest"], client_order_id="twice")
    twice = order_pb.OrderBatchItem(place_order=keyed)
    dry = order_pb.OrderBatchItem(cancel_order=order_pb.CancelOrderRequest(order_id=5, validate_only=True))
    cancel = order_pb.OrderBatchItem(cancel_order=order_pb.CancelOrderRequest(order_id=5))
    amend = order_pb.OrderBatchItem(amend_order=order_pb.AmendOrderRequest(order_id=5, quantity="1"))
    whole = [
        (order_pb.OrderEntryRequest(request_id=1), "request"),
        (order_pb.OrderEntryRequest(request_id=2, batch=order_pb.OrderBatch()), "batch.items"),
        (order_pb.OrderEntryRequest(request_id=3, batch=order_pb.OrderBatch(items=[item] * 501)), "batch.items"),
        (order_pb.OrderEntryRequest(request_id=4, batch=order_pb.OrderBatch(items=[twice] * 2)), "batch.items"),
        (order_pb.OrderEntryRequest(request_id=5, batch=order_pb.OrderBatch(items=[cancel, amend])), "batch.items"),
        (
            order_pb.OrderEntryRequest(request_id=6, batch=order_pb.OrderBatch(items=[dry], all_or_none=True)),
            "batch.items",
        ),
    ]
    with nothing_changes(exchange):
        stream = exchange.orders.OrderEntry(
            iter([request for request, _ in whole]), metadata=caller.metadata, timeout=20
        )
        answers = list(stream)
    for (request, field), answer in zip(whole, answers, strict=True):
        assert answer.request_id == request.request_id
        assert answer.WhichOneof("outcome") == "error"
        assert (REASON_NAME[answer.error.reason], answer.error.field) == ("INVALID_FIELD", field)


def test_on_the_stream_an_item_that_asks_nothing_is_refused_and_its_neighbours_are_not(
    exchange: Exchange, caller: Trader
) -> None:
    dry = order_pb.PlaceOrderRequest(**SOUND["PlaceOrderRequest"], validate_only=True)
    items = [
        order_pb.OrderBatchItem(place_order=dry),
        order_pb.OrderBatchItem(),
        order_pb.OrderBatchItem(place_order=dry),
    ]
    with nothing_changes(exchange):
        request = order_pb.OrderEntryRequest(batch=order_pb.OrderBatch(items=items))
        (answer,) = exchange.orders.OrderEntry(iter([request]), metadata=caller.metadata, timeout=20)
    first, second, third = answer.batch.results
    assert (first.status, third.status) == (1, 1)
    assert (REASON_NAME[second.error.reason], second.error.field) == ("INVALID_FIELD", "request")


def test_on_the_stream_undecodable_bytes_are_answered_and_the_stream_goes_on(
    exchange: Exchange, caller: Trader
) -> None:
    sound = order_pb.OrderEntryRequest(
        request_id=9, place_order=order_pb.PlaceOrderRequest(**SOUND["PlaceOrderRequest"], validate_only=True)
    ).SerializeToString()
    with nothing_changes(exchange):
        stream = exchange.channel.stream_stream(ORDER_ENTRY, bytes, bytes)(
            iter([b"\xff", sound, b"\x0a"]), metadata=caller.metadata, timeout=20
        )
        answers = [order_pb.OrderEntryResponse.FromString(answer) for answer in stream]
    assert [answer.WhichOneof("outcome") for answer in answers] == ["error", "result", "error"]
    assert answers[1].request_id == 9
