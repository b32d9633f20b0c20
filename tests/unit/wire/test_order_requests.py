"""Order requests become commands, or are refused by the name of the field at fault."""

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine.commands import CancelOrder, PlaceOrder
from exchange_server.engine.terms import SpecialTerms, Terms
from exchange_server.wire.errors import FieldError
from exchange_server.wire.journal_codec import Value
from exchange_server.wire.order_requests import bound_to_session
from exchange_server.wire.plain_requests import PLAIN_ORDER
from tests.unit.wire.order_samples import ACCOUNT, EXPIRE, amending, attributes, limit, reader


def test_a_limit_order_becomes_ticks_and_lots_and_good_till_canceled() -> None:
    command = reader().place_order(limit(client_order_id="mine", post_only=True), ACCOUNT)
    assert isinstance(command, PlaceOrder)
    assert attributes(command) == {
        "account_id": 1001,
        "market_id": 7,
        "side": 1,
        "type": 1,
        "time_in_force": 1,
        "post_only": True,
        "price_ticks": 201,
        "quantity_lots": 250,
        "client_order_id": "mine",
    }


def test_a_market_order_is_immediate_or_cancel_and_has_no_price() -> None:
    command = reader().place_order(limit(type=2, price=""), ACCOUNT)
    assert (command.time_in_force, command.price_ticks) == (2, 0)


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"price": "100.1"}, 3, "price"),
        ({"price": "100.25"}, 3, "price"),
        ({"price": "100.00000000000000001"}, 3, "price"),
        ({"price": "0"}, 1, "price"),
        ({"price": "549755813887.5"}, None, ""),
        ({"price": "549755813888"}, 5, "price"),
        ({"price": "9223372036854775807"}, 5, "price"),
        ({"quantity": "0.0001"}, 4, "quantity"),
        ({"quantity": "0.000"}, 1, "quantity"),
        ({"quantity": "1099511627.775"}, None, ""),
        ({"quantity": "1099511627.776"}, 6, "quantity"),
        ({"market": "ETH-USDC"}, 10, "market"),
        ({"market": "btc-usdc"}, 10, "market"),
    ],
)
def test_what_the_market_cannot_represent_is_refused_with_the_field(
    fields: dict[str, Any], reason: int | None, field: str
) -> None:
    if reason is None:
        reader().place_order(limit(**fields), ACCOUNT)
        return
    with pytest.raises(FieldError) as refused:
        reader().place_order(limit(**fields), ACCOUNT)
    assert (refused.value.reason, refused.value.field) == (reason, field)


def test_a_refused_price_is_refused_again_and_an_accepted_one_stays_accepted() -> None:
    orders = reader()
    for _ in range(3):
        with pytest.raises(FieldError):
            orders.place_order(limit(price="100.25"), ACCOUNT)
        assert orders.place_order(limit(price="100.50"), ACCOUNT).price_ticks == 201


def test_a_cancel_names_its_order_by_id_or_key() -> None:
    by_id = reader().cancel_order(pb.CancelOrderRequest(order_id=2**64 - 1), ACCOUNT)
    by_key = reader().cancel_order(pb.CancelOrderRequest(client_order_id="mine"), ACCOUNT)
    assert isinstance(by_id, CancelOrder)
    assert (by_id.order_id, by_id.client_order_id) == (2**64 - 1, "")
    assert (by_key.order_id, by_key.client_order_id) == (0, "mine")


# ---------------------------------------------------------------- special terms


def special(**fields: Any) -> dict[str, Value]:
    """Read an order and return what makes it special, without what is not set."""
    command = reader().place_order(limit(**fields), ACCOUNT)
    assert isinstance(command.terms, SpecialTerms)
    values = attributes(command)
    plain = attributes(reader().place_order(limit(), ACCOUNT))
    return {name: value for name, value in values.items() if value and name not in plain}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": 2, "price": "", "quantity": "", "quote_amount": "0.5"}, {"quote_amount_atoms": 500_000}),
        ({"display_quantity": "0.025"}, {"display_lots": 25}),
        ({"self_trade_prevention": 4}, {"self_trade_prevention": 4}),
        ({"time_in_force": 4, "expire_time": EXPIRE}, {"expire_time_ns": 4_000_000_000 * 10**9}),
        ({"post_only": True, "slide": True}, {"slide": True}),
        ({"type": 3, "price": "", "trigger_price": "99.5"}, {"trigger_price_ticks": 199}),
        ({"type": 7, "price": "", "trailing_offset": "1"}, {"trailing_offset_ticks": 2}),
        (
            {"type": 7, "price": "", "trailing_offset_bps": 9999, "activation_price": "200"},
            {"trailing_offset_bps": 9999, "activation_price_ticks": 400},
        ),
    ],
)
def test_what_makes_an_order_special_becomes_its_terms(fields: dict[str, Any], expected: dict[str, Value]) -> None:
    assert special(**fields) == {"self_trade_prevention": 1} | expected


def test_an_order_that_names_the_default_is_a_plain_one() -> None:
    command = reader().place_order(limit(self_trade_prevention=1), ACCOUNT)
    assert type(command.terms) is Terms


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"display_quantity": "0.0005"}, 4, "display_quantity"),
        ({"display_quantity": "0.251"}, 1, "display_quantity"),
        ({"display_quantity": "0.002"}, 1, "display_quantity"),
        ({"display_quantity": "0.003"}, None, ""),
        ({"display_quantity": "0.25"}, None, ""),
        ({"type": 3, "price": "", "trigger_price": "99.7"}, 3, "trigger_price"),
        ({"type": 3, "price": "", "trigger_price": "0"}, 1, "trigger_price"),
        ({"type": 7, "price": "", "trailing_offset": "0.25"}, 3, "trailing_offset"),
        ({"type": 7, "price": "", "trailing_offset_bps": 1, "activation_price": "0.25"}, 3, "activation_price"),
        ({"type": 2, "price": "", "quantity": "", "quote_amount": "0.0000001"}, 1, "quote_amount"),
        ({"type": 2, "price": "", "quantity": "", "quote_amount": "0"}, 1, "quote_amount"),
        ({"type": 2, "price": "", "quantity": "", "quote_amount": "4611686018427.387904"}, 1, "quote_amount"),
        ({"time_in_force": 4, "expire_time": Timestamp(seconds=-1)}, 1, "expire_time"),
        ({"time_in_force": 4, "expire_time": Timestamp()}, 1, "expire_time"),
        ({"type": 8, "peg_reference": 1, "peg_offset": "0.3"}, 3, "peg_offset"),
        ({"type": 8, "peg_reference": 1, "peg_offset": "-0.3"}, 3, "peg_offset"),
    ],
)
def test_a_special_field_out_of_its_range_is_refused_by_name(
    fields: dict[str, Any], reason: int | None, field: str
) -> None:
    test_what_the_market_cannot_represent_is_refused_with_the_field(fields, reason, field)


def test_an_order_read_as_the_server_decodes_it_is_the_same_order() -> None:
    for fields in ({}, {"display_quantity": "0.025"}, {"validate_only": True}, {"type": 3}):
        request = limit(**fields)
        decoded: Any = PLAIN_ORDER.FromString(request.SerializeToString())
        assert _told(request) == _told(decoded)


def test_bytes_that_only_the_whole_order_tells_are_none_are_refused() -> None:
    # Field 10, the quote amount, is not UTF-8.
    decoded: Any = PLAIN_ORDER.FromString(limit().SerializeToString() + b"\x52\x02\xc3\x28")
    with pytest.raises(FieldError) as refused:
        reader().place_order(decoded, ACCOUNT)
    assert refused.value.reason == 2


def test_an_order_bound_to_a_stream_says_the_same_besides() -> None:
    for fields in ({}, {"display_quantity": "0.025"}):
        command = reader().place_order(limit(**fields), ACCOUNT)
        bound = attributes(bound_to_session(command, 77))
        assert bound.pop("session_id") == 77
        assert {name: value for name, value in bound.items() if value} == {
            "self_trade_prevention": 1,
            **{name: value for name, value in attributes(command).items() if value},
        }


def _told(request: Any) -> object:
    try:
        return attributes(reader().place_order(request, ACCOUNT))
    except FieldError as error:
        return error.reason, error.field, error.message


# ---------------------------------------------------------------- amends, replaces, cancels


def test_an_amend_is_read_in_the_steps_of_its_orders_market() -> None:
    amend = amending().amend_order(
        pb.AmendOrderRequest(client_order_id="mine", price="100.5", quantity="0.25"), ACCOUNT
    )
    assert (amend.client_order_id, amend.price_ticks, amend.quantity_lots) == ("mine", 201, 250)
    amend = amending().amend_order(pb.AmendOrderRequest(client_order_id="mine", quantity="1"), ACCOUNT)
    assert (amend.price_ticks, amend.quantity_lots) == (0, 1000)


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"client_order_id": "mine"}, 1, "quantity"),
        ({"client_order_id": "mine", "price": "0"}, 1, "price"),
        ({"client_order_id": "mine", "price": "100.25"}, 3, "price"),
        ({"client_order_id": "mine", "quantity": "0.0001"}, 4, "quantity"),
        ({"client_order_id": "other", "price": "100.25"}, 12, "order"),
        ({"order_id": 5, "price": "x"}, 1, "price"),
        ({"price": "1"}, 1, "order"),
    ],
)
def test_an_amend_that_cannot_be_read_is_refused_by_name(fields: dict[str, Any], reason: int, field: str) -> None:
    with pytest.raises(FieldError) as refused:
        amending().amend_order(pb.AmendOrderRequest(**fields), ACCOUNT)
    assert (refused.value.reason, refused.value.field) == (reason, field)


def test_an_amend_of_an_order_that_is_just_being_placed_is_read_in_the_steps_of_that_market() -> None:
    orders = amending()
    orders.place_order(limit(), ACCOUNT)
    request = pb.AmendOrderRequest(client_order_id="new", price="100.5")
    assert orders.amend_order(request, ACCOUNT, "BTC-USDC").price_ticks == 201


def test_the_parts_of_a_replace_are_read_as_alone_and_refused_by_their_path() -> None:
    cancel = pb.CancelOrderRequest(order_id=5)
    command = reader().cancel_replace_order(
        pb.CancelReplaceOrderRequest(cancel_order=cancel, place_order=limit()), ACCOUNT
    )
    assert (command.cancel.order_id, command.place.price_ticks, command.stop_on_failure) == (5, 201, True)
    with pytest.raises(FieldError) as refused:
        reader().cancel_replace_order(
            pb.CancelReplaceOrderRequest(cancel_order=cancel, place_order=limit(price="0.1")), ACCOUNT
        )
    assert (refused.value.reason, refused.value.field) == (3, "place_order.price")
