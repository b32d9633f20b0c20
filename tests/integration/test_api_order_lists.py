"""OCO and bracket orders through the contract: the examples of docs/orders.md, keys, dry runs, the stream."""

from collections.abc import Iterable
from typing import Any

import grpc
import pytest

from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1 import types_pb2
from tests.integration.exchange_fixture import BUY, LIMIT, MARKET, SELL, Exchange, Trader

OPEN, FILLED = types_pb2.ORDER_STATUS_OPEN, types_pb2.ORDER_STATUS_FILLED
CANCELED, PENDING = types_pb2.ORDER_STATUS_CANCELED, types_pb2.ORDER_STATUS_PENDING_TRIGGER
STOP_MARKET = types_pb2.ORDER_TYPE_STOP_MARKET
BY_LIST = types_pb2.CLOSE_REASON_ORDER_LIST


@pytest.fixture(autouse=True)
def cleared(exchange: Exchange, alice: Trader, bob: Trader) -> Any:
    yield
    for trader in (alice, bob):
        exchange.orders.CancelAllOrders(order_pb.CancelAllOrdersRequest(), metadata=trader.metadata)


@pytest.fixture
def at_100(exchange: Exchange) -> None:
    """The last trade is at 100, whatever was traded before."""
    maker, taker = exchange.trader(), exchange.trader()
    exchange.place(maker, SELL, "100", "0.1")
    exchange.place(taker, BUY, "100", "0.1")


def part(**fields: Any) -> order_pb.PlaceOrderRequest:
    values: dict[str, Any] = {"market": MARKET, "side": SELL, "quantity": "5"} | fields
    return order_pb.PlaceOrderRequest(**values)


def oco(above_key: str = "", below_key: str = "", **fields: Any) -> order_pb.PlaceOcoOrderRequest:
    """The pair of E14: to sell 5, LIMIT at 110 and STOP_MARKET at 90."""
    return order_pb.PlaceOcoOrderRequest(
        above=part(type=LIMIT, price="110", client_order_id=above_key),
        below=part(type=STOP_MARKET, trigger_price="90", client_order_id=below_key),
        **fields,
    )


def bracket(*keys: str, **fields: Any) -> order_pb.PlaceBracketOrderRequest:
    """The bracket of E16: buy 5 @ 100, take-profit 110, stop-loss 95."""
    entry, profit, loss = keys or ("", "", "")
    return order_pb.PlaceBracketOrderRequest(
        entry=part(side=BUY, type=LIMIT, price="100", client_order_id=entry),
        take_profit=order_pb.BracketExit(trigger_price="110", client_order_id=profit),
        stop_loss=order_pb.BracketExit(trigger_price="95", client_order_id=loss),
        **fields,
    )


def place_oco(
    exchange: Exchange, trader: Trader, request: order_pb.PlaceOcoOrderRequest
) -> order_pb.PlaceOcoOrderResponse:
    return exchange.orders.PlaceOcoOrder(request, metadata=trader.metadata)


def place_bracket(
    exchange: Exchange, trader: Trader, request: order_pb.PlaceBracketOrderRequest
) -> order_pb.PlaceBracketOrderResponse:
    return exchange.orders.PlaceBracketOrder(request, metadata=trader.metadata)


def read(exchange: Exchange, trader: Trader, order: types_pb2.Order) -> types_pb2.Order:
    request = order_pb.GetOrderRequest(order_id=order.order_id)
    return exchange.orders.GetOrder(request, metadata=trader.metadata).order


def told(error: pytest.ExceptionInfo[grpc.RpcError]) -> grpc.StatusCode:
    return error.value.code()


# ---------------------------------------------------------------- OCO


@pytest.mark.usefixtures("at_100")
def test_a_partly_filled_leg_cancels_the_other_and_stays_open(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    """E14."""
    answer = place_oco(exchange, alice, oco())
    above, below = answer.above, answer.below
    assert answer.order_list_id == above.order_id == above.order_list_id == below.order_list_id
    assert below.order_id == above.order_id + 1
    assert (above.status, below.status, below.trigger_price) == (OPEN, PENDING, "90")
    assert (list(answer.fills), answer.deduplicated) == ([], False)
    assert (read(exchange, alice, above), read(exchange, alice, below)) == (above, below)
    assert exchange.balance(alice, "BTC") == ("995", "5")

    assert exchange.place(bob, BUY, "110", "2").status == FILLED
    above, below = read(exchange, alice, above), read(exchange, alice, below)
    assert (above.status, above.filled_quantity, above.open_quantity) == (OPEN, "2", "3")
    assert (below.status, below.close_reason) == (CANCELED, BY_LIST)
    assert below.order_list_id == answer.order_list_id


@pytest.mark.usefixtures("at_100")
def test_what_the_limit_leg_reserved_pays_for_the_stop_that_fires(exchange: Exchange, bob: Trader) -> None:
    """E15."""
    ann = exchange.trader(btc="5")
    answer = place_oco(exchange, ann, oco())
    assert exchange.balance(ann, "BTC") == ("0", "5")
    exchange.place(bob, BUY, "90", "6")
    exchange.place(exchange.trader(), SELL, "90", "1")
    above, below = read(exchange, ann, answer.above), read(exchange, ann, answer.below)
    assert (above.status, above.close_reason) == (CANCELED, BY_LIST)
    assert (below.status, below.filled_quantity, below.filled_quote) == (FILLED, "5", "450")
    assert exchange.balance(ann, "BTC") == ("0", "0")


@pytest.mark.usefixtures("at_100")
def test_a_leg_that_fills_on_arrival_is_answered_with_its_fill_and_the_other_as_canceled(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.place(bob, BUY, "111", "2")
    answer = place_oco(exchange, alice, oco())
    (fill,) = answer.fills
    assert (fill.order_id, fill.price, fill.quantity) == (answer.above.order_id, "111", "2")
    assert (answer.above.status, answer.above.open_quantity) == (OPEN, "3")
    assert (answer.below.status, answer.below.close_reason) == (CANCELED, BY_LIST)


@pytest.mark.usefixtures("at_100")
@pytest.mark.parametrize("keys", [("above", "below"), ("above", ""), ("", "below")])
def test_a_pair_placed_again_is_the_same_pair_as_it_is_now(
    exchange: Exchange, alice: Trader, bob: Trader, keys: tuple[str, str]
) -> None:
    first = place_oco(exchange, alice, oco(*keys))
    exchange.place(bob, BUY, "110", "2")
    again = place_oco(exchange, alice, oco(*keys))
    assert again.deduplicated
    assert (again.order_list_id, list(again.fills)) == (first.order_list_id, [])
    assert again.above == read(exchange, alice, first.above)
    assert again.below == read(exchange, alice, first.below)
    assert (again.above.filled_quantity, again.below.status) == ("2", CANCELED)


@pytest.mark.usefixtures("at_100")
def test_a_key_of_another_order_or_payload_is_refused_with_its_part(exchange: Exchange, alice: Trader) -> None:
    place_oco(exchange, alice, oco("above", "below"))
    other = oco("above", "below")
    other.below.trigger_price = "89"
    before = exchange.balance(alice, "BTC")
    for request, field in ((other, "below.client_order_id"), (oco("above", "new"), "above.client_order_id")):
        with pytest.raises(grpc.RpcError, match=field) as refused:
            place_oco(exchange, alice, request)
        assert told(refused) is grpc.StatusCode.ALREADY_EXISTS
    assert exchange.balance(alice, "BTC") == before


@pytest.mark.usefixtures("at_100")
def test_a_refused_leg_is_named_and_nothing_is_placed(exchange: Exchange, alice: Trader) -> None:
    request = oco()
    request.below.trigger_price = "105"
    before = exchange.balance(alice, "BTC")
    with pytest.raises(grpc.RpcError, match=r"below\.trigger_price") as refused:
        place_oco(exchange, alice, request)
    assert told(refused) is grpc.StatusCode.FAILED_PRECONDITION
    poor = exchange.trader(btc="4")
    with pytest.raises(grpc.RpcError, match="above") as refused:
        place_oco(exchange, poor, oco())
    assert told(refused) is grpc.StatusCode.FAILED_PRECONDITION
    assert exchange.balance(alice, "BTC") == before


# ---------------------------------------------------------------- bracket


@pytest.mark.usefixtures("at_100")
def test_the_exits_follow_the_fills_of_the_entry_and_end_it_when_one_fires(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    """E16."""
    cid = exchange.trader()
    answer = place_bracket(exchange, cid, bracket())
    orders = answer.entry, answer.take_profit, answer.stop_loss
    assert [order.order_id - answer.order_list_id for order in orders] == [0, 1, 2]
    assert {order.order_list_id for order in orders} == {answer.order_list_id}
    assert [order.status for order in orders] == [OPEN, PENDING, PENDING]
    assert [order.quantity for order in orders] == ["5", "0", "0"]
    assert [order.time_in_force for order in orders] == [1, 2, 2]

    for quantity, expected in (("2", "2"), ("1", "3")):
        exchange.place(alice, SELL, "100", quantity)
        exits = [read(exchange, cid, order) for order in orders[1:]]
        assert [order.quantity for order in exits] == [expected, expected]
        assert [order.status for order in exits] == [PENDING, PENDING]

    exchange.place(bob, BUY, "108", "4")
    maker = exchange.trader()
    exchange.place(maker, BUY, "110", "0.5")
    exchange.place(alice, SELL, "110", "0.5")
    entry, profit, loss = (read(exchange, cid, order) for order in orders)
    assert (entry.status, entry.filled_quantity, entry.close_reason) == (CANCELED, "3", BY_LIST)
    assert (loss.status, loss.close_reason) == (CANCELED, BY_LIST)
    assert (profit.status, profit.filled_quantity, profit.filled_quote) == (FILLED, "3", "324")
    assert profit.HasField("trigger_time")


@pytest.mark.usefixtures("at_100")
def test_an_entry_that_fills_on_arrival_is_answered_with_its_fill_and_grown_exits(
    exchange: Exchange, alice: Trader, bob: Trader
) -> None:
    exchange.place(bob, SELL, "99", "2")
    answer = place_bracket(exchange, alice, bracket())
    (fill,) = answer.fills
    assert (fill.order_id, fill.price, fill.quantity) == (answer.entry.order_id, "99", "2")
    assert (answer.entry.filled_quantity, answer.take_profit.quantity, answer.stop_loss.quantity) == ("2", "2", "2")
    assert answer.stop_loss.status == PENDING


@pytest.mark.usefixtures("at_100")
def test_a_bracket_placed_again_is_the_same_bracket(exchange: Exchange, alice: Trader, bob: Trader) -> None:
    first = place_bracket(exchange, alice, bracket("in", "", "out"))
    exchange.place(bob, SELL, "100", "2")
    again = place_bracket(exchange, alice, bracket("in", "", "out"))
    assert (again.deduplicated, again.order_list_id) == (True, first.order_list_id)
    assert again.take_profit == read(exchange, alice, first.take_profit)
    assert (again.entry.filled_quantity, again.stop_loss.quantity) == ("2", "2")


@pytest.mark.usefixtures("at_100")
def test_canceling_the_entry_before_any_fill_ends_the_exits(exchange: Exchange, alice: Trader) -> None:
    answer = place_bracket(exchange, alice, bracket())
    request = order_pb.CancelOrderRequest(order_id=answer.entry.order_id)
    exchange.orders.CancelOrder(request, metadata=alice.metadata)
    for order in (answer.take_profit, answer.stop_loss):
        ended = read(exchange, alice, order)
        assert (ended.status, ended.close_reason, ended.quantity) == (CANCELED, BY_LIST, "0")


# ---------------------------------------------------------------- dry runs, the stream


@pytest.mark.usefixtures("at_100")
def test_a_dry_list_is_checked_and_changes_nothing(exchange: Exchange, alice: Trader) -> None:
    poor = exchange.trader(btc="4", usdc="100")
    before = exchange.state()
    pair = place_oco(exchange, alice, oco(validate_only=True))
    assert [(order.order_id, order.status) for order in (pair.above, pair.below)] == [(0, OPEN), (0, PENDING)]
    assert (pair.order_list_id, pair.preview.sequence, pair.preview.reserved_asset) == (0, before[0], "BTC")
    legs = place_bracket(exchange, alice, bracket(validate_only=True))
    assert [order.status for order in (legs.entry, legs.take_profit, legs.stop_loss)] == [OPEN, PENDING, PENDING]
    assert (legs.order_list_id, legs.preview.reserved_asset) == (0, "USDC")
    with pytest.raises(grpc.RpcError, match="above"):
        place_oco(exchange, poor, oco(validate_only=True))
    with pytest.raises(grpc.RpcError, match="entry"):
        place_bracket(exchange, poor, bracket(validate_only=True))
    assert exchange.state() == before


@pytest.mark.usefixtures("at_100")
def test_a_dry_pair_that_is_known_already_is_answered_with_the_original(exchange: Exchange, alice: Trader) -> None:
    first = place_oco(exchange, alice, oco("above"))
    again = place_oco(exchange, alice, oco("above", validate_only=True))
    assert (again.order_list_id, again.deduplicated) == (first.order_list_id, True)
    assert again.below == first.below
    assert not again.HasField("preview")
    request = order_pb.OrderEntryRequest(place_oco_order=oco("above", validate_only=True))
    (answer,) = stream(exchange, alice, [request])
    assert answer.order_list.order_list_id == first.order_list_id
    assert [result.deduplicated for result in answer.order_list.results] == [True, True]


def stream(
    exchange: Exchange, trader: Trader, requests: Iterable[order_pb.OrderEntryRequest]
) -> list[order_pb.OrderEntryResponse]:
    return list(exchange.orders.OrderEntry(iter(requests), metadata=trader.metadata, timeout=20))


@pytest.mark.usefixtures("at_100")
def test_lists_on_the_stream_are_answered_with_one_result_an_order(exchange: Exchange, alice: Trader) -> None:
    Request = order_pb.OrderEntryRequest
    wrong = oco()
    wrong.above.price = "80"
    poor = bracket()
    poor.entry.quantity = "10000000"
    pair, legs, again, dry, refused, unpaid = stream(
        exchange,
        alice,
        [
            Request(request_id=1, place_oco_order=oco("above")),
            Request(request_id=2, place_bracket_order=bracket()),
            Request(request_id=3, place_oco_order=oco("above")),
            Request(request_id=4, place_bracket_order=bracket(validate_only=True)),
            Request(request_id=5, place_oco_order=wrong),
            Request(request_id=6, place_bracket_order=poor),
        ],
    )
    results = pair.order_list.results
    assert [result.order_id - pair.order_list.order_list_id for result in results] == [0, 1]
    assert [result.status for result in results] == [OPEN, PENDING]
    assert [result.status for result in legs.order_list.results] == [OPEN, PENDING, PENDING]
    assert again.order_list.order_list_id == pair.order_list.order_list_id
    assert [result.deduplicated for result in again.order_list.results] == [True, True]
    assert dry.order_list.order_list_id == 0
    assert [(result.order_id, result.status) for result in dry.order_list.results] == [
        (0, OPEN),
        (0, PENDING),
        (0, PENDING),
    ]
    assert (refused.error.reason, refused.error.field) == (types_pb2.REJECT_REASON_INVALID_FIELD, "above")
    assert (unpaid.error.reason, unpaid.error.field) == (types_pb2.REJECT_REASON_INSUFFICIENT_FUNDS, "entry")


@pytest.mark.usefixtures("at_100")
def test_lists_of_a_stream_are_canceled_when_it_ends(exchange: Exchange, alice: Trader) -> None:
    first = place_oco(exchange, alice, oco())
    request = order_pb.OrderEntryRequest(place_bracket_order=bracket(), cancel_on_disconnect=True)
    (answer,) = stream(exchange, alice, [request])
    for result in answer.order_list.results:
        ended = read(exchange, alice, types_pb2.Order(order_id=result.order_id))
        assert ended.status == CANCELED
    assert read(exchange, alice, first.above).status == OPEN


def test_a_list_cannot_be_amended_in_quantity_but_in_price(exchange: Exchange, alice: Trader) -> None:
    answer = place_bracket(exchange, alice, bracket())
    with pytest.raises(grpc.RpcError, match="list"):
        exchange.orders.AmendOrder(
            order_pb.AmendOrderRequest(order_id=answer.entry.order_id, quantity="4"), metadata=alice.metadata
        )
    request = order_pb.AmendOrderRequest(order_id=answer.entry.order_id, price="99.5")
    amended = exchange.orders.AmendOrder(request, metadata=alice.metadata).order
    assert (amended.price, amended.order_list_id) == ("99.5", answer.order_list_id)
