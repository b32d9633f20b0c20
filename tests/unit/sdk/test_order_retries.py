"""Amends, replaces, batches and the dead-man's switch when calls and streams fail: nothing is done twice."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

import exchange_sdk as sdk
from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2 as types
from exchange_sdk import AmendOrder, BracketExit, CancelOrder, NewOrder
from tests.integration.sdk_fixture import AnyClient, AnyStream
from tests.unit.sdk.faulty_server import Fault, FaultyServer

UNAVAILABLE = Fault(grpc.StatusCode.UNAVAILABLE)
CLOSED = Fault(grpc.StatusCode.FAILED_PRECONDITION, "ORDER_CLOSED")
NO_ORDER = Fault(grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND")

KEYED = NewOrder(market="BTC-USDC", side="buy", quantity=1, price=1)
KEYLESS = NewOrder(market="BTC-USDC", side="buy", quantity=1, price=1, client_order_id="")
OLD = CancelOrder(order_id=7)


def order(**fields: Any) -> types.Order:
    plain: dict[str, Any] = {
        "order_id": 7, "side": types.SIDE_BUY, "type": types.ORDER_TYPE_LIMIT, "price": "9", "quantity": "3",
        "time_in_force": types.TIME_IN_FORCE_GTC, "status": types.ORDER_STATUS_OPEN,
    }  # fmt: skip
    return types.Order(**(plain | fields))


REPLACED = pb.CancelReplaceOrderResponse(order=order())


async def test_an_amend_is_sent_again_as_it_was(server: FaultyServer, client: AnyClient) -> None:
    server.play("AmendOrder", UNAVAILABLE, UNAVAILABLE, pb.AmendOrderResponse(order=order()))
    amended = await client("amend_order", order_id=7, price=9)
    assert amended.order_id == 7
    first, *rest = server.seen["AmendOrder"]
    assert rest == [first, first]


async def test_an_amend_that_is_never_answered_names_its_order(server: FaultyServer, client: AnyClient) -> None:
    server.play("AmendOrder", UNAVAILABLE)
    with pytest.raises(sdk.OutcomeUnknown) as unknown:
        await client("amend_order", order_id=7, price=9, timeout=0.5)
    assert unknown.value.order_id == 7


async def test_an_amend_whose_answer_was_lost_is_found_to_have_worked(server: FaultyServer, client: AnyClient) -> None:
    filled = types.ORDER_STATUS_FILLED
    server.play("AmendOrder", UNAVAILABLE, CLOSED)
    server.play("GetOrder", pb.GetOrderResponse(order=order(status=filled)))
    amended = await client("amend_order", order_id=7, price="9.0", quantity=3)
    assert (amended.order.status, amended.fills) == (sdk.OrderStatus.FILLED, ())
    # The order ended with other terms than were asked for: too late.
    for other in ({"price": 9, "quantity": 4}, {"price": 8, "quantity": 3}):
        server.play("AmendOrder", UNAVAILABLE, CLOSED)
        with pytest.raises(sdk.OrderClosed):
            await client("amend_order", order_id=7, **other)
    # A first answer is never doubted.
    server.play("AmendOrder", CLOSED)
    with pytest.raises(sdk.OrderClosed):
        await client("amend_order", order_id=7, quantity=3)
    assert server.calls("GetOrder") == 3


async def test_a_cancel_replace_is_sent_again_only_with_a_key(server: FaultyServer, client: AnyClient) -> None:
    server.play("CancelReplaceOrder", UNAVAILABLE, REPLACED)
    assert (await client("cancel_replace_order", OLD, KEYED)).order.order_id == 7
    first, again = server.seen["CancelReplaceOrder"]
    assert first == again
    assert first.place_order.client_order_id.startswith("py-")
    server.play("CancelReplaceOrder", UNAVAILABLE, REPLACED)
    with pytest.raises(sdk.OutcomeUnknown):
        await client("cancel_replace_order", OLD, KEYLESS)
    assert server.calls("CancelReplaceOrder") == 3
    server.play("CancelReplaceOrder", UNAVAILABLE, REPLACED)
    await client("cancel_replace_order", OLD, KEYLESS, validate_only=True)


async def test_a_cancel_replace_raises_its_refusals_only_when_asked(server: FaultyServer, client: AnyClient) -> None:
    error = pb.OrderError(reason=types.REJECT_REASON_INSUFFICIENT_FUNDS, message="not enough", code=9)
    server.play("CancelReplaceOrder", pb.CancelReplaceOrderResponse(canceled_order=order(), place_error=error))
    refused = await client("cancel_replace_order", OLD, KEYED)
    with pytest.raises(sdk.InsufficientFunds):
        refused.raise_for_error()
    server.play("CancelReplaceOrder", REPLACED)
    replaced = await client("cancel_replace_order", OLD, KEYED)
    assert replaced.raise_for_error() is replaced


async def test_a_batch_is_sent_again_only_when_every_order_in_it_has_a_key(
    server: FaultyServer, client: AnyClient
) -> None:
    answer = pb.BatchOrdersResponse(results=[pb.OrderResult(order_id=n) for n in (7, 8, 9)])
    server.play("BatchOrders", UNAVAILABLE, answer)
    results = await client("batch_orders", [OLD, KEYED, AmendOrder(order_id=8, price=2)])
    assert [result.order_id for result in results] == [7, 8, 9]
    first, again = server.seen["BatchOrders"]
    assert first == again
    server.play("BatchOrders", UNAVAILABLE, answer)
    with pytest.raises(sdk.OutcomeUnknown):
        await client("batch_orders", [OLD, KEYED, KEYLESS])
    assert server.calls("BatchOrders") == 3


async def test_an_all_or_none_batch_is_sent_again_only_when_it_is_nothing_but_orders_with_keys(
    server: FaultyServer, client: AnyClient
) -> None:
    answer = pb.BatchOrdersResponse(results=[pb.OrderResult(order_id=n) for n in (7, 8)])
    server.play("BatchOrders", UNAVAILABLE, answer)
    await client("batch_orders", [KEYED, KEYED], all_or_none=True)
    first, again = server.seen["BatchOrders"]
    assert first == again
    assert first.all_or_none
    # The first attempt may have canceled: a second one would be refused for that, and seem not to have happened.
    server.play("BatchOrders", UNAVAILABLE, answer)
    with pytest.raises(sdk.OutcomeUnknown):
        await client("batch_orders", [OLD, KEYED], all_or_none=True)
    assert server.calls("BatchOrders") == 3


async def test_a_refused_batch_is_one_error(server: FaultyServer, client: AnyClient) -> None:
    server.play("BatchOrders", Fault(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD"))
    with pytest.raises(sdk.InvalidRequest):
        await client("batch_orders", [])


async def test_the_dead_man_s_switch_is_set_again_until_it_is_answered(server: FaultyServer, client: AnyClient) -> None:
    server.play("SetCancelAllAfter", UNAVAILABLE, UNAVAILABLE, pb.SetCancelAllAfterResponse())
    assert await client("set_cancel_all_after", 0) is None
    assert server.calls("SetCancelAllAfter") == 3


# ---------------------------------------------------------------- sessions


async def dies(requests: Any, context: Any) -> AsyncIterator[Any]:
    """Take one request, and break before the answer."""
    async for _ in requests:
        yield UNAVAILABLE


@pytest.fixture
def breaking(server: FaultyServer) -> FaultyServer:
    """A server whose stream of order entry breaks at every request."""
    server.play("CancelOrder", NO_ORDER)
    server.play("OrderEntry", dies)
    return server


async def test_an_unanswered_amend_is_looked_up(breaking: FaultyServer, client: AnyClient) -> None:
    closed = order(status=types.ORDER_STATUS_FILLED)
    waiting = order(status=types.ORDER_STATUS_PENDING_TRIGGER)
    breaking.play("GetOrder", *(pb.GetOrderResponse(order=it) for it in (order(), order(), waiting, closed)), NO_ORDER)
    session = AnyStream(await client("order_entry"))
    async with session:
        call = AnyClient(session.stream)
        amended = await call("amend", order_id=7, price=9, quantity=3)
        assert (amended.order_id, amended.deduplicated) == (7, True)
        for name, terms in (("amend", {"quantity": 4}), ("cancel", {})):
            with pytest.raises(sdk.OutcomeUnknown, match=name) as unknown:
                await call(name, order_id=7, **terms)
            assert unknown.value.order_id == 7
        with pytest.raises(sdk.OrderClosed):
            await call("amend", order_id=7, quantity=4)
        with pytest.raises(sdk.OutcomeUnknown):
            await call("amend", order_id=7, quantity=4)


async def test_an_unanswered_cancel_replace_is_looked_up_by_the_new_order_s_key(
    breaking: FaultyServer, client: AnyClient
) -> None:
    canceled = order(status=types.ORDER_STATUS_CANCELED, close_reason=types.CLOSE_REASON_CANCELED_BY_OWNER)
    new = order(order_id=8, client_order_id="new")
    breaking.play(
        "GetOrder", pb.GetOrderResponse(order=canceled), pb.GetOrderResponse(order=new),
        pb.GetOrderResponse(order=canceled), NO_ORDER,
    )  # fmt: skip
    place = NewOrder(market="BTC-USDC", side="buy", quantity=3, price=9, client_order_id="new")
    session = AnyStream(await client("order_entry"))
    async with session:
        call = AnyClient(session.stream)
        replaced = await call("cancel_replace", OLD, place)
        assert (replaced.cancel.status, replaced.place.order_id) == (sdk.OrderStatus.CANCELED, 8)
        assert replaced.raise_for_error() is replaced
        with pytest.raises(sdk.OutcomeUnknown) as unknown:
            await call("cancel_replace", OLD, place)
        assert unknown.value.client_order_id == "new"


async def test_an_unanswered_list_is_looked_up_order_by_order(breaking: FaultyServer, client: AnyClient) -> None:
    found = [order(order_id=7 + number, client_order_id=f"k{number}") for number in range(3)]
    breaking.play("GetOrder", *(pb.GetOrderResponse(order=it) for it in found), NO_ORDER, NO_ORDER)
    entry = NewOrder(market="BTC-USDC", side="buy", quantity=3, price=9, client_order_id="k0")
    profit = BracketExit(trigger_price=10, client_order_id="k1")
    loss = BracketExit(trigger_price=8, client_order_id="k2")
    session = AnyStream(await client("order_entry"))
    async with session:
        call = AnyClient(session.stream)
        told = await call("place_bracket", entry, take_profit=profit, stop_loss=loss)
        assert (told.order_list_id, [result.order_id for result in told.results]) == (7, [7, 8, 9])
        stop = NewOrder(market="BTC-USDC", side="sell", quantity=3, type="stop_market", trigger_price=8)
        with pytest.raises(sdk.OutcomeUnknown):
            await call("place_oco", NewOrder(market="BTC-USDC", side="sell", quantity=3, price=10), stop)
        asked = len(breaking.seen["GetOrder"])
        with pytest.raises(sdk.OutcomeUnknown):
            await call("place_bracket", entry, take_profit=profit, stop_loss=loss, validate_only=True)
        assert len(breaking.seen["GetOrder"]) == asked


async def test_a_list_is_sent_again_when_one_of_its_orders_has_a_key(server: FaultyServer, client: AnyClient) -> None:
    above = NewOrder(market="BTC-USDC", side="sell", quantity=3, price=10, client_order_id="")
    for key in ("k", ""):
        below = NewOrder(
            market="BTC-USDC", side="sell", quantity=3, type="stop_market", trigger_price=8, client_order_id=key
        )
        server.play("PlaceOcoOrder", UNAVAILABLE, pb.PlaceOcoOrderResponse(order_list_id=7, deduplicated=True))
        if key:
            assert (await client("place_oco_order", above, below)).deduplicated
        else:
            with pytest.raises(sdk.OutcomeUnknown):
                await client("place_oco_order", above, below)


async def test_an_unanswered_dead_man_s_switch_is_unknown(breaking: FaultyServer, client: AnyClient) -> None:
    session = AnyStream(await client("order_entry"))
    async with session:
        with pytest.raises(sdk.OutcomeUnknown):
            await AnyClient(session.stream)("set_cancel_all_after", 60)
    assert "GetOrder" not in breaking.seen


@pytest.mark.parametrize("wanted", [True, False])
async def test_cancel_on_disconnect_is_asked_for_by_the_first_request_of_every_stream(
    server: FaultyServer, client: AnyClient, wanted: bool
) -> None:
    first: list[bool] = []

    async def breaks(requests: Any, context: Any) -> AsyncIterator[Any]:
        async for request in requests:
            first.append(request.cancel_on_disconnect)
            yield UNAVAILABLE

    server.play("CancelOrder", NO_ORDER)
    server.play("OrderEntry", breaks)
    server.play("GetOrder", pb.GetOrderResponse(order=order()))
    session = AnyStream(await client("order_entry", cancel_on_disconnect=wanted))
    async with session:
        for _ in range(3):
            await AnyClient(session.stream)("place", market="BTC-USDC", side="buy", quantity=1, price=1)
    assert first == [wanted] * 3
