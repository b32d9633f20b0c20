"""`exchange order oco` and `bracket`: what is sent, what is shown, what is refused."""

import json
from typing import Any

import pytest

from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2 as types
from tests.unit.cli.test_order import ORDER, run, sent, server
from tests.unit.sdk.faulty_server import FaultyServer

__all__ = ["server"]

FILL = types.Fill(
    trade_id=3, order_id=7, side=types.SIDE_SELL, price="110", quantity="2", liquidity=types.LIQUIDITY_TAKER
)
PAIR = pb.PlaceOcoOrderResponse(order_list_id=7, above=ORDER, below=ORDER, fills=[FILL])
BRACKET = pb.PlaceBracketOrderResponse(order_list_id=7, entry=ORDER, take_profit=ORDER, stop_loss=ORDER)


async def test_a_pair_to_sell_has_the_stop_below(server: FaultyServer) -> None:
    command = "order oco BTC-USDC sell 5 --limit 110 --stop 90 --stop-limit 89 --id a --stop-id b"
    request = await sent(server, "PlaceOcoOrder", PAIR, command)
    common: dict[str, Any] = {"market": "BTC-USDC", "side": types.SIDE_SELL, "quantity": "5"}
    assert request == pb.PlaceOcoOrderRequest(
        above=pb.PlaceOrderRequest(**common, type=types.ORDER_TYPE_LIMIT, price="110", client_order_id="a"),
        below=pb.PlaceOrderRequest(
            **common, type=types.ORDER_TYPE_STOP_LIMIT, price="89", trigger_price="90", client_order_id="b"
        ),
    )


async def test_a_pair_to_buy_has_the_stop_above(server: FaultyServer) -> None:
    command = "order oco BTC-USDC buy 5 --take-profit 90 --stop 110 --validate-only"
    request = await sent(server, "PlaceOcoOrder", PAIR, command)
    assert (request.above.type, request.above.trigger_price) == (types.ORDER_TYPE_STOP_MARKET, "110")
    assert (request.below.type, request.below.trigger_price) == (types.ORDER_TYPE_TAKE_PROFIT_MARKET, "90")
    assert request.validate_only


async def test_a_list_that_is_only_tried_is_shown_with_its_preview(server: FaultyServer) -> None:
    preview = pb.OrderPreview(sequence=4, average_price="110", fee="0.5", reserved="3", reserved_asset="BTC")
    server.play("PlaceOcoOrder", pb.PlaceOcoOrderResponse(above=ORDER, below=ORDER, fills=[FILL], preview=preview))
    done = await run(server, "order oco BTC-USDC sell 5 --limit 110 --stop 90 --validate-only", output="table")
    assert done.exit_code == 0
    _, orders_and_more = done.output.split("All would be accepted")
    _, fills_and_more = orders_and_more.split("Fills")
    _, preview_table = fills_and_more.split("Preview")
    assert "0.5" in preview_table


async def test_a_bracket_has_its_entry_and_exits(server: FaultyServer) -> None:
    command = """
        order bracket BTC-USDC buy 5 100 --take-profit 110 --stop 95 --stop-limit 94.5 --post-only --stp decrement
        --id in --take-profit-id up --stop-id out
    """
    request = await sent(server, "PlaceBracketOrder", BRACKET, command)
    assert (request.entry.type, request.entry.price, request.entry.post_only) == (types.ORDER_TYPE_LIMIT, "100", True)
    assert (request.entry.self_trade_prevention, request.entry.client_order_id) == (4, "in")
    assert request.take_profit == pb.BracketExit(trigger_price="110", client_order_id="up")
    assert request.stop_loss == pb.BracketExit(trigger_price="95", price="94.5", client_order_id="out")
    request = await sent(server, "PlaceBracketOrder", BRACKET, "order bracket M buy 5 --take-profit 110 --stop 95")
    assert request.entry.type == types.ORDER_TYPE_MARKET


async def test_a_list_is_shown_with_its_orders_and_fills(server: FaultyServer) -> None:
    command = "order oco BTC-USDC sell 5 --limit 110 --stop 90"
    server.play("PlaceOcoOrder", PAIR)
    shown = (await run(server, command)).output
    assert "List 7" in shown
    assert "Fills" in shown
    told = json.loads((await run(server, command, output="json")).stdout)
    assert (told["order_list_id"], told["above"]["order_id"], told["fills"][0]["quantity"]) == (7, 7, "2")


@pytest.mark.parametrize(
    "options",
    ["--stop 90", "--limit 110", "--limit 110 --take-profit 110 --stop 90", "--limit 1 --take-profit-limit 1 --stop 9"],
)
async def test_a_pair_needs_a_stop_and_one_other(server: FaultyServer, options: str) -> None:
    assert (await run(server, f"order oco BTC-USDC sell 5 {options}")).exit_code == 2
