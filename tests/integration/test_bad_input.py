"""Whatever is sent to a call, the answer is the right status with reason and field, and nothing has changed."""

import grpc
import pytest
from google.protobuf.descriptor import Descriptor

from exchange.v1 import order_service_pb2 as order_pb
from tests.integration.bad_input.calls import (
    METHODS,
    REASON_NAME,
    SOUND,
    STATUS,
    build,
    call,
    caller,
    expected,
    metadata_for,
    nothing_changes,
    requests,
    told,
)
from tests.integration.bad_input.table import COMBINATIONS, TABLE
from tests.integration.exchange_fixture import Exchange, Trader

__all__ = ["caller"]

UNARY_REQUESTS = {path: method for path, method in METHODS.items() if not method.client_streaming}


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


def test_a_method_that_there_is_not_is_unimplemented(exchange: Exchange, caller: Trader) -> None:
    for path in ("/exchange.v1.OrderService/Nothing", "/exchange.v1.NoService/PlaceOrder", "/x/y", "/"):
        with pytest.raises(grpc.RpcError) as refused:
            exchange.channel.unary_unary(path, bytes, bytes)(b"", metadata=caller.metadata, timeout=20)
        assert told(refused.value) == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_NOT_FOUND", "")
        with pytest.raises(grpc.RpcError) as refused:
            list(exchange.channel.stream_stream(path, bytes, bytes)(iter([b"x"]), timeout=20))
        assert told(refused.value) == (grpc.StatusCode.UNIMPLEMENTED, "METHOD_NOT_FOUND", "")
