"""OCO and bracket requests become commands, or are refused by the path of the field at fault."""

from typing import Any

import pytest

from exchange.v1 import order_service_pb2 as pb
from exchange_server.engine.terms import SpecialTerms
from exchange_server.wire.errors import FieldError
from exchange_server.wire.list_requests import ListReader, list_bound_to_session
from tests.unit.wire.order_samples import ACCOUNT, EXPIRE, limit, reader

SELL = 2
STOP = {"type": 3, "price": "", "trigger_price": "90"}


def oco(above: dict[str, Any] | None = None, below: dict[str, Any] | None = None) -> pb.PlaceOcoOrderRequest:
    """A pair to sell: a limit order at 110 and a stop at 90."""
    return pb.PlaceOcoOrderRequest(
        above=limit(**{"side": SELL, "price": "110"} | (above or {})),
        below=limit(**{"side": SELL} | STOP | (below or {})),
    )


def bracket(
    entry: dict[str, Any] | None = None,
    take_profit: dict[str, Any] | None = None,
    stop_loss: dict[str, Any] | None = None,
) -> pb.PlaceBracketOrderRequest:
    """A bracket to buy at 100."""
    profit: dict[str, Any] = {"trigger_price": "110"} | (take_profit or {})
    loss: dict[str, Any] = {"trigger_price": "95"} | (stop_loss or {})
    return pb.PlaceBracketOrderRequest(
        entry=limit(**{"price": "100"} | (entry or {})),
        take_profit=pb.BracketExit(**profit),
        stop_loss=pb.BracketExit(**loss),
    )


def test_an_oco_becomes_its_two_orders() -> None:
    command = ListReader(reader()).place_oco_order(oco({"client_order_id": "a"}), ACCOUNT)
    above, below = command.above, command.below
    assert (above.side, above.terms.type, above.price_ticks, above.client_order_id) == (SELL, 1, 220, "a")
    assert isinstance(below.terms, SpecialTerms)
    assert (below.terms.type, below.terms.trigger_price_ticks, below.terms.time_in_force) == (3, 180, 2)
    assert above.quantity_lots == below.quantity_lots == 250


def test_an_exit_is_of_the_other_side_immediate_without_a_limit_and_of_no_quantity_yet() -> None:
    request = bracket({"self_trade_prevention": 4}, {"client_order_id": "tp"}, {"trigger_price": "95", "price": "94.5"})
    command = ListReader(reader()).place_bracket_order(request, ACCOUNT)
    profit, loss = command.take_profit, command.stop_loss
    assert isinstance(profit.terms, SpecialTerms)
    assert isinstance(loss.terms, SpecialTerms)
    assert (profit.side, profit.quantity_lots, profit.price_ticks, profit.client_order_id) == (SELL, 0, 0, "tp")
    assert (profit.terms.type, profit.terms.time_in_force, profit.terms.trigger_price_ticks) == (5, 2, 220)
    assert (loss.terms.type, loss.terms.time_in_force, loss.terms.trigger_price_ticks) == (4, 1, 190)
    assert (loss.price_ticks, profit.terms.self_trade, loss.terms.self_trade) == (189, 4, 4)
    assert (profit.market_id, profit.account_id) == (command.entry.market_id, ACCOUNT)


def test_the_exits_of_a_short_stand_the_other_way_round() -> None:
    request = bracket({"side": SELL}, {"trigger_price": "95"}, {"trigger_price": "110"})
    command = ListReader(reader()).place_bracket_order(request, ACCOUNT)
    assert (command.take_profit.side, command.stop_loss.side) == (1, 1)


def test_of_a_market_entry_only_the_exits_are_compared() -> None:
    request = bracket({"type": 2, "price": ""}, {"trigger_price": "99"}, {"trigger_price": "98.5"})
    assert ListReader(reader()).place_bracket_order(request, ACCOUNT).entry.terms.type == 2


def test_all_orders_of_a_list_are_bound_to_a_stream() -> None:
    lists = ListReader(reader())
    pair = list_bound_to_session(lists.place_oco_order(oco(), ACCOUNT), 77)
    legs = list_bound_to_session(lists.place_bracket_order(bracket(), ACCOUNT), 77)
    for command, names in ((pair, ("above", "below")), (legs, ("entry", "take_profit", "stop_loss"))):
        assert [getattr(command, name).terms.session_id for name in names] == [77] * len(names)


@pytest.mark.parametrize(
    ("above", "below", "reason", "field"),
    [
        ({"market": "ETH-USDC"}, {"market": "ETH-USDC"}, 10, "above.market"),
        ({}, {"market": "ETH-USDC"}, 1, "below.market"),
        ({}, {"side": 1}, 1, "below.side"),
        ({}, {"quantity": "0.5"}, 1, "below.quantity"),
        ({"type": 2, "price": ""}, {}, 1, "above.type"),
        ({"type": 8, "peg_reference": 1}, {}, 1, "above.type"),
        (STOP, {}, 1, "above.type"),
        ({}, {"type": 1, "price": "90", "trigger_price": ""}, 1, "below.type"),
        ({}, {"type": 7, "trigger_price": "", "trailing_offset": "1"}, 1, "below.type"),
        ({"display_quantity": "0.1"}, {}, 1, "above.display_quantity"),
        ({"time_in_force": 2}, {}, 1, "above.time_in_force"),
        ({"time_in_force": 3}, {}, 1, "above.time_in_force"),
        ({"validate_only": True}, {}, 1, "validate_only"),
        ({"client_order_id": "a"}, {"client_order_id": "a"}, 1, "below.client_order_id"),
        ({"price": "90"}, {}, 1, "above"),
        ({"price": "89.5"}, {}, 1, "above"),
        ({"price": "100.25"}, {}, 3, "above.price"),
        ({"price": ""}, {}, 1, "above.price"),
        ({}, {"trigger_price": "90.25"}, 3, "below.trigger_price"),
        ({}, {"trigger_price": ""}, 1, "below.trigger_price"),
        ({"quantity": "0.0001"}, {"quantity": "0.0001"}, 4, "above.quantity"),
        ({}, {"client_order_id": "a b"}, 1, "below.client_order_id"),
        ({"reduce_only": True}, {}, 1, "above.reduce_only"),
        ({"time_in_force": 4}, {}, 1, "above.expire_time"),
    ],
)
def test_a_pair_that_contradicts_is_refused_by_path(
    above: dict[str, Any], below: dict[str, Any], reason: int, field: str
) -> None:
    with pytest.raises(FieldError) as refused:
        ListReader(reader()).place_oco_order(oco(above, below), ACCOUNT)
    assert (refused.value.reason, refused.value.field) == (reason, field)


@pytest.mark.parametrize(
    ("entry", "take_profit", "stop_loss", "reason", "field"),
    [
        ({"market": "ETH-USDC"}, {}, {}, 10, "entry.market"),
        ({"type": 3, "price": "", "trigger_price": "100"}, {}, {}, 1, "entry.type"),
        ({"type": 2, "price": "", "quantity": "", "quote_amount": "5"}, {}, {}, 1, "entry.quote_amount"),
        ({"time_in_force": 2}, {}, {}, 1, "entry.time_in_force"),
        ({"display_quantity": "0.1"}, {}, {}, 1, "entry.display_quantity"),
        ({"validate_only": True}, {}, {}, 1, "validate_only"),
        ({"price": "100.25"}, {}, {}, 3, "entry.price"),
        ({}, {"trigger_price": "100"}, {}, 1, "take_profit.trigger_price"),
        ({}, {}, {"trigger_price": "100"}, 1, "stop_loss.trigger_price"),
        ({"type": 2, "price": ""}, {"trigger_price": "95"}, {}, 1, "take_profit.trigger_price"),
        ({}, {"trigger_price": ""}, {}, 1, "take_profit.trigger_price"),
        ({}, {"trigger_price": "0"}, {}, 1, "take_profit.trigger_price"),
        ({}, {"trigger_price": "110.25"}, {}, 3, "take_profit.trigger_price"),
        ({}, {}, {"price": "94.25"}, 3, "stop_loss.price"),
        ({}, {}, {"price": "x"}, 1, "stop_loss.price"),
        ({}, {}, {"client_order_id": "a b"}, 1, "stop_loss.client_order_id"),
        ({"client_order_id": "a"}, {}, {"client_order_id": "a"}, 1, "stop_loss.client_order_id"),
    ],
)
def test_a_bracket_that_contradicts_is_refused_by_path(
    entry: dict[str, Any], take_profit: dict[str, Any], stop_loss: dict[str, Any], reason: int, field: str
) -> None:
    with pytest.raises(FieldError) as refused:
        ListReader(reader()).place_bracket_order(bracket(entry, take_profit, stop_loss), ACCOUNT)
    assert (refused.value.reason, refused.value.field) == (reason, field)


def test_a_missing_part_is_named_and_not_its_fields() -> None:
    lists = ListReader(reader())
    for request, field in ((pb.PlaceOcoOrderRequest(), "above"), (pb.PlaceOcoOrderRequest(above=limit()), "below")):
        with pytest.raises(FieldError) as refused:
            lists.place_oco_order(request, ACCOUNT)
        assert refused.value.field == field
    with pytest.raises(FieldError) as refused:
        lists.place_bracket_order(pb.PlaceBracketOrderRequest(entry=limit()), ACCOUNT)
    assert refused.value.field == "take_profit"


def test_an_entry_may_expire() -> None:
    request = bracket({"time_in_force": 4, "expire_time": EXPIRE})
    assert ListReader(reader()).place_bracket_order(request, ACCOUNT).entry.terms.time_in_force == 4
