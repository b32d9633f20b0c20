"""What an order, an amend or a batch becomes on the wire, and what is refused before it gets there."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2 as types
from exchange_sdk import AmendOrder, CancelOrder, CancelReplaceMode, NewOrder, OrderType, SelfTradePrevention
from exchange_sdk import _order_requests as requests

MONEY = ("quantity", "price", "display_quantity", "trigger_price", "trailing_offset", "activation_price")


def place(**terms: Any) -> pb.PlaceOrderRequest:
    fields: dict[str, Any] = {"market": "BTC-USDC", "side": "buy", "quantity": 1, "client_order_id": "k"}
    return requests.place_order(NewOrder(**(fields | terms)))


def test_every_term_goes_out_under_its_name() -> None:
    time = datetime(2030, 1, 2, 3, 4, 5, 600_007, tzinfo=timezone(timedelta(hours=1)))
    request = place(
        type=OrderType.STOP_LIMIT, price="10.5", time_in_force="gtt", post_only=True, slide=True,
        display_quantity="0.5", self_trade_prevention=SelfTradePrevention.DECREMENT, expire_time=time,
        trigger_price=Decimal("1E+1"), trailing_offset="0.5", trailing_offset_bps=25, activation_price=12,
        validate_only=True,
    )  # fmt: skip
    expected = pb.PlaceOrderRequest(
        market="BTC-USDC", side=types.SIDE_BUY, type=types.ORDER_TYPE_STOP_LIMIT, price="10.5", quantity="1",
        time_in_force=types.TIME_IN_FORCE_GTT, post_only=True, slide=True, display_quantity="0.5",
        self_trade_prevention=types.SELF_TRADE_PREVENTION_DECREMENT, trigger_price="10", trailing_offset="0.5",
        trailing_offset_bps=25, activation_price="12", client_order_id="k", validate_only=True,
    )  # fmt: skip
    expected.expire_time.FromJsonString("2030-01-02T02:04:05.600007Z")
    assert request == expected


def test_an_order_by_amount_has_no_quantity() -> None:
    request = place(quantity=None, quote_amount="450.25")
    assert (request.type, request.quantity, request.quote_amount) == (types.ORDER_TYPE_MARKET, "", "450.25")


@pytest.mark.parametrize(
    ("terms", "kind"),
    [
        ({}, OrderType.MARKET),
        ({"price": 1}, OrderType.LIMIT),
        ({"trailing_offset": 1}, OrderType.TRAILING_STOP),
        ({"trailing_offset_bps": 100}, OrderType.TRAILING_STOP),
        ({"type": "take_profit_market", "trigger_price": 1}, OrderType.TAKE_PROFIT_MARKET),
    ],
)
def test_a_type_that_is_not_given_follows_from_the_other_terms(terms: dict[str, Any], kind: OrderType) -> None:
    assert OrderType(place(**terms).type) is kind


def test_an_order_with_an_expire_time_is_good_till_time() -> None:
    time = datetime(2030, 1, 1, tzinfo=UTC)
    assert place(price=1, expire_time=time).time_in_force == types.TIME_IN_FORCE_GTT
    assert place(price=1, expire_time=time, time_in_force="ioc").time_in_force == types.TIME_IN_FORCE_IOC
    assert not place(price=1).HasField("expire_time")


@pytest.mark.parametrize("field", MONEY)
def test_a_float_is_refused_wherever_a_decimal_belongs(field: str) -> None:
    with pytest.raises(TypeError, match=f"^{field}: a float is not exact"):
        place(**{"type": "limit", field: 0.5})


def test_a_float_is_refused_as_quote_amount_and_in_an_amend() -> None:
    with pytest.raises(TypeError, match=r"^quote_amount: a float"):
        place(quantity=None, quote_amount=0.5)
    for field in ("price", "quantity"):
        terms: dict[str, Any] = {field: 0.5}
        with pytest.raises(TypeError, match=f"^{field}: a float"):
            requests.amend_order(AmendOrder(order_id=1, **terms))


@pytest.mark.parametrize(
    ("terms", "error", "what"),
    [
        ({"quantity": None}, TypeError, "quantity: give it or quote_amount"),
        ({"quote_amount": 1}, TypeError, "quantity: give it or quote_amount"),
        ({"trigger_price": 1}, TypeError, "type: an order with a trigger_price needs one"),
        ({"expire_time": datetime(2030, 1, 1)}, ValueError, "expire_time: a datetime without a time zone"),  # noqa: DTZ001
        ({"expire_time": 1_900_000_000}, TypeError, "expire_time: a int is no datetime"),
        ({"type": "stop"}, ValueError, "'stop' is not a valid OrderType"),
        ({"self_trade_prevention": "none"}, ValueError, "'none' is not a valid SelfTradePrevention"),
    ],
)
def test_what_can_only_be_a_mistake_is_refused_before_sending(
    terms: dict[str, Any], error: type[Exception], what: str
) -> None:
    with pytest.raises(error, match=what):
        place(**terms)


def test_an_amend_names_one_order_and_changes_something() -> None:
    amend = requests.amend_order(AmendOrder(client_order_id="a", price="1.50", quantity=3))
    assert amend == pb.AmendOrderRequest(client_order_id="a", price="1.50", quantity="3")
    assert requests.amend_order(AmendOrder(order_id=7, quantity=3)).WhichOneof("order") == "order_id"
    with pytest.raises(TypeError, match="needs a price, a quantity, or both"):
        requests.amend_order(AmendOrder(order_id=7))
    for names in ({}, {"order_id": 7, "client_order_id": "a"}):
        with pytest.raises(TypeError, match="one of the two"):
            requests.amend_order(AmendOrder(price=1, **names))  # type: ignore[arg-type]


def test_a_batch_keeps_the_order_of_its_items_and_knows_their_kinds() -> None:
    order = NewOrder(market="M", side="sell", quantity=1, price=2)
    items = requests.batch_items([CancelOrder(order_id=7), order, AmendOrder(client_order_id="a", price=3), order])
    assert [item.WhichOneof("request") for item in items] == [
        "cancel_order", "place_order", "amend_order", "place_order",
    ]  # fmt: skip
    keys = {items[1].place_order.client_order_id, items[3].place_order.client_order_id}
    assert len(keys) == 2
    assert all(key.startswith("py-") for key in keys)
    with pytest.raises(TypeError, match="items: a int is no NewOrder, AmendOrder or CancelOrder"):
        requests.batch_items([7])  # type: ignore[list-item]


def test_a_cancel_replace_has_two_parts_and_a_mode() -> None:
    order = NewOrder(market="M", side="sell", quantity=1, price=2)
    both = requests.cancel_replace_order(CancelOrder(order_id=7), order, CancelReplaceMode.ALLOW_FAILURE, True)
    assert both.cancel_order == pb.CancelOrderRequest(order_id=7)
    assert both.place_order.client_order_id.startswith("py-")
    assert (both.mode, both.validate_only) == (pb.CANCEL_REPLACE_MODE_ALLOW_FAILURE, True)
    assert not both.place_order.validate_only


@pytest.mark.parametrize(
    ("after", "milliseconds"),
    [
        (0, 0),
        (60, 60_000),
        (1.5, 1_500),
        (timedelta(hours=24), 86_400_000),
        (timedelta(microseconds=1_000_001), 1_001),
        (1e-6, 1),
    ],
)
def test_the_dead_man_s_switch_takes_seconds_or_a_timedelta_and_never_disarms_by_rounding(
    after: timedelta | float, milliseconds: int
) -> None:
    assert requests.set_cancel_all_after(after, False).timeout_ms == milliseconds


@pytest.mark.parametrize("after", [-1, timedelta(days=-1), float("nan"), float("inf"), 1e300, 10**10])
def test_a_dead_man_s_switch_without_a_sensible_time_is_refused(after: timedelta | float) -> None:
    with pytest.raises(ValueError, match=r"after|NaN|nan"):
        requests.set_cancel_all_after(after, False)
