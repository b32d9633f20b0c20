"""The checks by hand and the contract's own rules agree on every generated order request."""

from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.v1 import order_service_pb2 as pb
from exchange_server.wire.errors import FieldError
from exchange_server.wire.validation import contract_error
from tests.unit.wire.order_samples import ACCOUNT, EXPIRE, amending, limit, reader

CONTRACT_REASON = 1
BEYOND_THE_CONTRACT = ("must be positive", "is above", "is below", "has more than", "is not")

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
