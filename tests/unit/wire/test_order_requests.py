"""Order requests become commands; the checks by hand and the contract's own rules agree on every request."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine.commands import CancelOrder, Command, PlaceOrder
from exchange_server.engine.entities import Asset, Market
from exchange_server.engine.types import MARKET_OPEN, AccountId, AssetId, Atoms, MarketId, Ppm
from exchange_server.wire.errors import FieldError
from exchange_server.wire.journal_codec import command_values
from exchange_server.wire.order_requests import OrderReader
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


def attributes(command: Command) -> dict[str, int | str | bytes | bool]:
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


def _agree(request: Any, read: Any) -> None:
    violation = contract_error(request)
    refusal = _refusal(request, read)
    if violation is not None:
        assert refusal is not None
        assert (refusal.reason, refusal.field, refusal.message) == (1, violation.field, violation.message)
    elif refusal is not None:
        # The contract knows no market, so it cannot say this; and "positive" is more than a pattern.
        assert refusal.reason != CONTRACT_REASON or refusal.message == "must be positive"


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
        setattr(nearly, field.name, getattr(request, field.name))
        _agree(nearly, reader().place_order)


@settings(max_examples=500, deadline=None)
@given(request=cancel_requests)
def test_both_checks_agree_on_any_cancel(request: pb.CancelOrderRequest) -> None:
    _agree(request, reader().cancel_order)
