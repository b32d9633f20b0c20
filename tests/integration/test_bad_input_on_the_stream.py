"""On the order entry stream bad input is answered as the calls answer it, and the stream goes on."""

from collections.abc import Callable
from typing import Any

import pytest

from exchange.v1 import order_service_pb2 as order_pb
from tests.integration.bad_input.calls import REASON_NAME, SOUND, build, caller, expected, nothing_changes, requests
from tests.integration.bad_input.cases import Case
from tests.integration.bad_input.table import COMBINATIONS, TABLE
from tests.integration.exchange_fixture import Exchange, Trader

__all__ = ["caller"]

ORDER_ENTRY = "/exchange.v1.OrderService/OrderEntry"
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
