"""Order requests become commands; the checks by hand and the contract's own rules agree on every request."""

from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine.commands import CancelOrder, Command, PlaceOrder
from exchange_server.engine.entities import Asset, Market
from exchange_server.engine.terms import SpecialTerms, Terms
from exchange_server.engine.types import MARKET_OPEN, AccountId, AssetId, Atoms, MarketId, Ppm
from exchange_server.wire.errors import FieldError
from exchange_server.wire.journal_codec import Value, command_values
from exchange_server.wire.order_requests import OrderReader, bound_to_session
from exchange_server.wire.plain_requests import PLAIN_ORDER
from exchange_server.wire.validation import contract_error

ACCOUNT = AccountId(1001)
MARKET = Market(
    MarketId(7),
    Asset(AssetId(1), "BTC", 8),
    Asset(AssetId(2), "USDC", 6),
    tick_units=5,
    price_decimals=1,
    lot_units=1,
    quantity_decimals=3,
    min_notional_atoms=Atoms(0),
    maker_fee_ppm=Ppm(0),
    taker_fee_ppm=Ppm(0),
    quote_atoms_per_tick_lot=500,
    base_atoms_per_lot=100_000,
    status=MARKET_OPEN,
    next_trade_id=1,
)
CONTRACT_REASON = 1


def reader() -> OrderReader:
    return OrderReader({MARKET.name: MARKET})


def limit(**fields: Any) -> pb.PlaceOrderRequest:
    values: dict[str, Any] = {"market": "BTC-USDC", "side": 1, "type": 1, "price": "100.5", "quantity": "0.25"} | fields
    return pb.PlaceOrderRequest(**values)


def attributes(command: Command) -> dict[str, Value]:
    return command_values(command)


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


EXPIRE = Timestamp(seconds=4_000_000_000)


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


def amending() -> OrderReader:
    """Return a reader that knows of one order, "mine"."""
    order: Any = SimpleNamespace(market=MARKET, status=1)
    return OrderReader({MARKET.name: MARKET}, lambda account_id, order_id, key: order if key == "mine" else None)


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


# ---------------------------------------------------------------- the two ways of checking agree

_enums = st.sampled_from([-1, 0, 1, 2, 3, 4, 99, 2**31 - 1, -(2**31)])
_decimals = st.one_of(
    st.sampled_from(
        ["", "0", "0.0", "1", "100.5", "00", "01", ".5", "5.", "-1", "+1", "1e3", "1\n", "1 ", "٣", "9" * 19, "9" * 20]
    ),
    st.sampled_from(["0." + "1" * 18, "0." + "1" * 19, "9" * 19 + "." + "9" * 18, "9" * 19 + "." + "9" * 20]),
    st.text(alphabet="0123456789.+-eE \n", max_size=45),
)
_keys = st.one_of(
    st.sampled_from(["", "a", "a" * 64, "a" * 65, "a b", "a\n", "\x7f", "~", "!", "é", "\x00"]), st.text(max_size=70)
)
_markets = st.one_of(st.sampled_from(["BTC-USDC"] * 5 + ["", "X" * 33, "X" * 34]), st.text(max_size=40))

place_requests = st.builds(
    pb.PlaceOrderRequest,
    market=_markets,
    side=_enums,
    type=_enums,
    time_in_force=_enums,
    price=_decimals,
    quantity=_decimals,
    post_only=st.booleans(),
    client_order_id=_keys,
    validate_only=st.booleans(),
    quote_amount=_decimals,
    display_quantity=_decimals,
    self_trade_prevention=_enums,
    expire_time=st.none() | st.builds(Timestamp, seconds=st.sampled_from([-1, 0, 4_000_000_000, 2**62])),
    slide=st.booleans(),
    reduce_only=st.booleans(),
    trigger_price=_decimals,
    trailing_offset=_decimals,
    trailing_offset_bps=st.sampled_from([0, 1, 9_999, 10_000, 2**32 - 1]),
    activation_price=_decimals,
    peg_reference=_enums,
    peg_offset=_decimals | st.sampled_from(["-0.5", "-0", "-0.0", "--1", "-" + "9" * 19]),
)
special_requests = st.builds(
    limit,
    type=st.integers(0, 9),
    time_in_force=st.integers(0, 5),
    price=st.sampled_from(["", "100.5"]),
    quantity=st.sampled_from(["", "0.25"]),
    post_only=st.booleans(),
    quote_amount=st.sampled_from(["", "", "5"]),
    display_quantity=st.sampled_from(["", "", "0.1"]),
    self_trade_prevention=st.integers(0, 5),
    expire_time=st.sampled_from([None, None, EXPIRE]),
    slide=st.sampled_from([False, False, True]),
    trigger_price=st.sampled_from(["", "", "100"]),
    trailing_offset=st.sampled_from(["", "", "1"]),
    trailing_offset_bps=st.sampled_from([0, 0, 100]),
    activation_price=st.sampled_from(["", "", "100"]),
    peg_reference=st.sampled_from([0, 0, 0, 1, 3, 4]),
    peg_offset=st.sampled_from(["", "", "", "0", "-0.5"]),
)
"""Well-formed values in every combination."""
amend_requests = st.one_of(
    st.builds(pb.AmendOrderRequest, client_order_id=_keys | st.just("mine"), price=_decimals, quantity=_decimals),
    st.builds(pb.AmendOrderRequest, order_id=st.integers(0, 1), price=_decimals, quantity=_decimals),
    st.builds(pb.AmendOrderRequest, price=_decimals, quantity=_decimals),
)
cancel_all_requests = st.builds(
    pb.CancelAllOrdersRequest, market=_markets, side=_enums, client_order_id_prefix=_keys, validate_only=st.booleans()
)
switch_requests = st.builds(
    pb.SetCancelAllAfterRequest,
    timeout_ms=st.sampled_from([0, 1, 999, 1_000, 86_400_000, 86_400_001, 2**32 - 1]),
    validate_only=st.booleans(),
)
cancel_requests = st.one_of(
    st.builds(pb.CancelOrderRequest),
    st.builds(pb.CancelOrderRequest, order_id=st.sampled_from([0, 1, 2**53 + 1, 2**63 - 1, 2**64 - 1])),
    st.builds(pb.CancelOrderRequest, client_order_id=_keys),
)


def _refusal(request: Any, read: Any) -> FieldError | None:
    try:
        read(request, ACCOUNT)
    except FieldError as error:
        return error
    return None


def _agree(request: Any, read: Any, same_field: bool = True) -> None:
    """Compare the two; which of several faulty fields of parts is named is not promised."""
    violation = contract_error(request)
    refusal = _refusal(request, read)
    if violation is not None:
        assert refusal is not None
        if same_field:
            assert (refusal.reason, refusal.field, refusal.message) == (1, violation.field, violation.message)
    elif refusal is not None:
        # The contract knows no market, so it cannot say this; and "positive" is more than a pattern.
        assert refusal.reason != CONTRACT_REASON or refusal.message.startswith(BEYOND_THE_CONTRACT), refusal.message


BEYOND_THE_CONTRACT = ("must be positive", "is above", "is below", "has more than", "is not")


@settings(max_examples=1500, deadline=None)
@given(request=place_requests)
def test_both_checks_agree_on_any_order(request: pb.PlaceOrderRequest) -> None:
    _agree(request, reader().place_order)


@settings(max_examples=600, deadline=None)
@given(request=place_requests)
def test_both_checks_agree_on_orders_that_are_nearly_right(request: pb.PlaceOrderRequest) -> None:
    """One field at a time is generated, the others are sound: each rule is reached on its own."""
    for field in request.DESCRIPTOR.fields:
        nearly = limit()
        if field.message_type is None:
            setattr(nearly, field.name, getattr(request, field.name))
        elif request.HasField(field.name):
            getattr(nearly, field.name).CopyFrom(getattr(request, field.name))
        _agree(nearly, reader().place_order)


@settings(max_examples=3000, deadline=None)
@given(request=special_requests)
def test_both_checks_agree_on_any_combination_of_terms(request: pb.PlaceOrderRequest) -> None:
    _agree(request, reader().place_order)


@settings(max_examples=500, deadline=None)
@given(request=amend_requests)
def test_both_checks_agree_on_any_amend(request: pb.AmendOrderRequest) -> None:
    _agree(request, amending().amend_order)


@settings(max_examples=500, deadline=None)
@given(request=cancel_all_requests | switch_requests)
def test_both_checks_agree_on_any_cancel_of_all(
    request: pb.CancelAllOrdersRequest | pb.SetCancelAllAfterRequest,
) -> None:
    orders = reader()
    read: Any = orders.cancel_all_orders
    if isinstance(request, pb.SetCancelAllAfterRequest):
        read = orders.set_cancel_all_after
    _agree(request, read)


@settings(max_examples=500, deadline=None)
@given(cancel=cancel_requests, place=place_requests | special_requests, mode=_enums)
def test_both_checks_agree_on_any_replace(
    cancel: pb.CancelOrderRequest, place: pb.PlaceOrderRequest, mode: Any
) -> None:
    request = pb.CancelReplaceOrderRequest(cancel_order=cancel, place_order=place, mode=mode)
    _agree(request, reader().cancel_replace_order, same_field=False)


@settings(max_examples=500, deadline=None)
@given(request=cancel_requests)
def test_both_checks_agree_on_any_cancel(request: pb.CancelOrderRequest) -> None:
    _agree(request, reader().cancel_order)
