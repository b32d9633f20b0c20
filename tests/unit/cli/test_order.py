"""`exchange order …`, and what operators limit: what is sent, what is shown, what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import order_service_pb2 as pb
from exchange.v1 import types_pb2 as types
from exchange_server.cli.main import app
from exchange_server.cli.order_options import distance
from exchange_server.cli.session import UsageError
from exchange_server.cli.times import future_time
from tests.unit.sdk.faulty_server import FaultyServer

ORDER = types.Order(
    order_id=7, market="BTC-USDC", side=types.SIDE_SELL, type=types.ORDER_TYPE_STOP_LIMIT, price="89", quantity="1",
    time_in_force=types.TIME_IN_FORCE_GTC, status=types.ORDER_STATUS_PENDING_TRIGGER, trigger_price="90",
    open_quantity="1", self_trade_prevention=types.SELF_TRADE_PREVENTION_EXPIRE_MAKER,
)  # fmt: skip
PREVIEW = pb.OrderPreview(sequence=12, average_price="105", fee="5", reserved="0", reserved_asset="USDC")
REFUSED = pb.OrderError(reason=types.REJECT_REASON_ORDER_CLOSED, message="it is filled", code=9)


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    server = FaultyServer()
    await server.server.start()
    yield server
    await server.server.stop(None)


async def run(server: FaultyServer, command: str, output: str = "table", text: str | None = None) -> Result:
    arguments = [*command.split(), "--address", server.address, "--api-key", "k", "-o", output]
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, arguments, text))


async def sent(server: FaultyServer, rpc: str, answer: Any, command: str) -> Any:
    """Run a command that succeeds; return the request that it sent."""
    server.play(rpc, answer)
    done = await run(server, command)
    assert done.exit_code == 0, done.output
    return server.seen[rpc][-1]


# ---------------------------------------------------------------- place


async def test_place_sends_every_option(server: FaultyServer) -> None:
    command = """
        order place BTC-USDC sell 1 89 --type stop_limit --trigger 90 --tif gtt --expire 2030-01-01T00:00:00Z
        --post-only --slide --display 0.1 --stp expire_both --activation 91 --trailing 2.5% --id k
    """
    request = await sent(server, "PlaceOrder", pb.PlaceOrderResponse(order=ORDER), command)
    expected = pb.PlaceOrderRequest(
        market="BTC-USDC", side=types.SIDE_SELL, type=types.ORDER_TYPE_STOP_LIMIT, quantity="1", price="89",
        trigger_price="90", time_in_force=types.TIME_IN_FORCE_GTT, post_only=True, slide=True, display_quantity="0.1",
        self_trade_prevention=types.SELF_TRADE_PREVENTION_EXPIRE_BOTH, activation_price="91", trailing_offset_bps=250,
        client_order_id="k",
    )  # fmt: skip
    expected.expire_time.FromJsonString("2030-01-01T00:00:00Z")
    assert request == expected


async def test_place_by_quote_amount_needs_no_quantity(server: FaultyServer) -> None:
    placed = pb.PlaceOrderResponse(order=ORDER)
    request = await sent(server, "PlaceOrder", placed, "order place BTC-USDC buy --quote-amount 450")
    assert (request.type, request.quantity, request.quote_amount) == (types.ORDER_TYPE_MARKET, "", "450")


async def test_a_preview_is_a_table_and_in_the_json(server: FaultyServer) -> None:
    server.play("PlaceOrder", pb.PlaceOrderResponse(order=ORDER, preview=PREVIEW))
    command = "order place BTC-USDC sell 1 89 --validate-only"
    shown = await run(server, command)
    header, _, row = (line.split() for line in shown.output.split("Preview")[1].splitlines() if line.strip())
    assert header[:3] == ["after", "sequence", "average"]
    assert row == ["12", "105", "5", "0", "USDC", "0"]
    document = json.loads((await run(server, command, output="json")).output)
    assert document["preview"]["average_price"] == "105"
    assert document["order"]["trigger_time"] is None
    assert all(request.validate_only for request in server.seen["PlaceOrder"])


async def test_an_order_shows_the_terms_that_it_has(server: FaultyServer) -> None:
    server.play("GetOrder", pb.GetOrderResponse(order=ORDER))
    lines = [line.split() for line in (await run(server, "order show 7")).output.splitlines()]
    assert ["trigger", "price", "90"] in lines
    assert ["status", "pending", "trigger"] in lines
    assert not [line for line in lines if line[0] in ("display", "trailing", "prevented")]


async def test_a_list_shows_triggers(server: FaultyServer) -> None:
    server.play("ListOrders", pb.ListOrdersResponse(orders=[ORDER]))
    header, _, row = (line for line in (await run(server, "order ls")).output.splitlines() if line.strip())
    assert row[: header.index("trigger") + len("trigger")].split()[-1] == "90"
    assert "pending trigger" in row


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ("", "give QUANTITY or --quote-amount"),
        ("1 --quote-amount 5", "give QUANTITY or --quote-amount"),
        ("1 --trigger 90", "--trigger: needs a --type"),
        ("1 --trailing x", "--trailing: 'x' is not a number"),
        ("1 --trailing 0.001%", "--trailing: 0.001% is not"),
        ("1 --trailing 100%", "--trailing: 100% is not"),
        ("1 5 --expire soon", "--expire: 'soon' is no time"),
        ("1 5 --expire 2030-01-01T00:00:00", "--expire: '2030-01-01T00:00:00' has no time zone"),
        ("1 5 --display many", "--display: 'many' is not a number"),
    ],
)
async def test_a_wrong_option_is_named(server: FaultyServer, options: str, what: str) -> None:
    done = await run(server, f"order place BTC-USDC sell {options}")
    assert (done.exit_code, what in done.output) == (2, True), done.output
    assert not server.seen


def test_a_distance_is_an_offset_or_a_share() -> None:
    assert distance("0.5") == (distance("0.50")[0], None)
    assert distance("10%") == (None, 1000)
    assert distance("0.01%") == (None, 1)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86400)], ids=str)
def test_a_time_can_be_a_length_from_now(text: str, seconds: int) -> None:
    ahead = future_time(text, "--expire") - datetime.now(UTC)
    assert timedelta(seconds=seconds - 5) < ahead <= timedelta(seconds=seconds)


def test_a_length_beyond_all_times_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="--expire"):
        future_time("999999999d", "--expire")


# ---------------------------------------------------------------- amend, replace, batch


async def test_amend_sends_the_new_terms(server: FaultyServer) -> None:
    answer = pb.AmendOrderResponse(order=ORDER)
    request = await sent(server, "AmendOrder", answer, "order amend 7 --price 88.5 --quantity 2")
    assert request == pb.AmendOrderRequest(order_id=7, price="88.5", quantity="2")
    request = await sent(server, "AmendOrder", answer, "order amend --id k --quantity 2 --validate-only")
    assert request == pb.AmendOrderRequest(client_order_id="k", quantity="2", validate_only=True)
    for wrong in ("7", "--price 1", "7 --id k --price 1"):
        assert (await run(server, f"order amend {wrong}")).exit_code == 2


async def test_replace_sends_both_parts_and_fails_when_the_new_order_is_refused(server: FaultyServer) -> None:
    command = "order replace BTC-USDC sell 1 89 --cancel 7 --id k"
    request = await sent(
        server, "CancelReplaceOrder", pb.CancelReplaceOrderResponse(canceled_order=ORDER, order=ORDER), command
    )
    assert request.cancel_order == pb.CancelOrderRequest(order_id=7)
    assert (request.place_order.price, request.place_order.client_order_id) == ("89", "k")
    assert request.mode == pb.CANCEL_REPLACE_MODE_STOP_ON_FAILURE
    server.play("CancelReplaceOrder", pb.CancelReplaceOrderResponse(canceled_order=ORDER, place_error=REFUSED))
    done = await run(server, command + " --allow-failure")
    assert done.exit_code == 1
    assert "canceled order 7" in done.output
    assert "error: the new order was refused: ORDER_CLOSED: it is filled" in done.output
    assert server.seen["CancelReplaceOrder"][-1].mode == pb.CANCEL_REPLACE_MODE_ALLOW_FAILURE
    done = await run(server, command, output="json")
    assert json.loads(done.stdout)["place_error"] == {"reason": "ORDER_CLOSED", "field": "", "message": "it is filled"}
    assert (await run(server, "order replace BTC-USDC sell 1 89")).exit_code == 2


async def test_a_replace_that_is_only_tried_says_what_would_be(server: FaultyServer) -> None:
    tried = pb.CancelReplaceOrderResponse(canceled_order=ORDER, order=ORDER, preview=PREVIEW)
    server.play("CancelReplaceOrder", tried)
    done = await run(server, "order replace BTC-USDC sell 1 89 --cancel 7 --validate-only", output="table")
    assert done.exit_code == 0
    assert "would cancel order 7" in done.output
    assert "average price" in done.output.split("Preview")[1]
    server.play("CancelReplaceOrder", pb.CancelReplaceOrderResponse(canceled_order=ORDER, place_error=REFUSED))
    done = await run(server, "order replace BTC-USDC sell 1 89 --cancel 7 --validate-only", output="table")
    assert done.exit_code == 1
    assert "error: the new order would be refused: ORDER_CLOSED: it is filled" in done.output


BATCH = """{"cancel": {"order_id": 7}}

{"place": {"market": "M", "side": "buy", "quantity": 0.1, "price": "89", "expire_time": "2030-01-01T00:00:00Z"}}
"""


async def test_a_batch_is_read_exactly_from_a_file_or_standard_input(server: FaultyServer, tmp_path: Path) -> None:
    amend = '{"amend": {"client_order_id": "a", "price": 88.10}}\n'
    file = tmp_path / "orders.jsonl"
    file.write_text(BATCH + amend)
    results = [pb.OrderResult(order_id=7, status=types.ORDER_STATUS_CANCELED), pb.OrderResult(order_id=8)]
    answer = pb.BatchOrdersResponse(results=[*results, pb.OrderResult(error=REFUSED)])
    server.play("BatchOrders", answer)
    done = await run(server, f"order batch {file}")
    assert done.exit_code == 1
    assert "ORDER_CLOSED: it is filled" in done.output
    assert "error: 1 of 3 refused" in done.output
    (request,) = server.seen["BatchOrders"]
    cancel, place, amend_item = request.items
    assert cancel.cancel_order.order_id == 7
    assert (place.place_order.quantity, place.place_order.time_in_force) == ("0.1", types.TIME_IN_FORCE_GTT)
    assert amend_item.amend_order == pb.AmendOrderRequest(client_order_id="a", price="88.10")
    server.play("BatchOrders", pb.BatchOrdersResponse(results=results))
    done = await run(server, "order batch - --all-or-none", output="json", text=BATCH)
    assert done.exit_code == 0
    assert [request.all_or_none for request in server.seen["BatchOrders"]] == [False, True]
    assert [result["order_id"] for result in json.loads(done.output)] == [7, 8]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("nonsense", "Expecting value"),
        ("{}", 'a line has one of "place", "amend" and "cancel"'),
        ('{"cancel": 7}', '"cancel" has the fields of an order in braces'),
        ('{"cancel": {"id": 7}}', "id: no such field"),
        ('{"place": {"market": "M"}}', "side: is missing"),
        ('{"place": {"market": "M", "side": "byu", "quantity": 1}}', "'byu' is not a valid Side"),
        ('{"place": {"market": "M", "side": "buy", "quantity": NaN}}', "quantity: a float is not exact"),
        ('{"amend": {"order_id": 7}}', "quantity: an amend needs a price, a quantity, or both"),
        (
            '{"place": {"market": "M", "side": "buy", "quantity": 1, "expire_time": "soon"}}',
            "'soon' is no time",
        ),
    ],
)
async def test_a_wrong_line_is_named_and_nothing_is_sent(server: FaultyServer, line: str, what: str) -> None:
    done = await run(server, "order batch -", text=f'{{"cancel": {{"order_id": 7}}}}\n{line}\n')
    assert done.exit_code == 1
    assert "error: -, line 2: " in done.output
    assert what in done.output
    assert not server.seen


async def test_a_file_that_is_not_there_is_one_line(server: FaultyServer, tmp_path: Path) -> None:
    done = await run(server, f"order batch {tmp_path}/none.jsonl")
    assert (done.exit_code, "none.jsonl: No such file" in done.output) == (1, True)


# ---------------------------------------------------------------- cancels


async def test_cancel_all_sends_its_filters(server: FaultyServer) -> None:
    answer = pb.CancelAllOrdersResponse(order_ids=[3])
    request = await sent(
        server,
        "CancelAllOrders",
        answer,
        "order cancel-all --market BTC-USDC --side sell --prefix grid-",
    )
    assert request == pb.CancelAllOrdersRequest(market="BTC-USDC", side=types.SIDE_SELL, client_order_id_prefix="grid-")
    assert await sent(server, "CancelAllOrders", answer, "order cancel-all") == pb.CancelAllOrdersRequest()


async def test_cancel_after_says_when(server: FaultyServer) -> None:
    answer = pb.SetCancelAllAfterResponse()
    answer.cancel_time.FromJsonString("2030-01-01T00:01:00Z")
    server.play("SetCancelAllAfter", answer, pb.SetCancelAllAfterResponse())
    armed = await run(server, "order cancel-after 1.5", output="json")
    assert json.loads(armed.output) == {"cancel_time": "2030-01-01T00:01:00Z"}
    disarmed = await run(server, "order cancel-after 0")
    assert disarmed.output == "the dead-man's switch is disarmed\n"
    assert [request.timeout_ms for request in server.seen["SetCancelAllAfter"]] == [1500, 0]


# ---------------------------------------------------------------- markets and operators

MARKET = types.Market(
    name="BTC-USDC", status=types.MARKET_STATUS_OPEN, last_price="101.5",
    protection=types.MarketProtection(max_quantity="10", price_band_bps=1000),
)  # fmt: skip


async def test_a_market_shows_the_limits_that_it_has(server: FaultyServer) -> None:
    server.play("GetMarket", market_pb.GetMarketResponse(market=MARKET))
    lines = [line.split() for line in (await run(server, "market show BTC-USDC")).output.splitlines()]
    assert ["last", "price", "101.5"] in lines
    assert ["price", "band", "bps", "1000"] in lines
    assert ["max", "quantity", "10"] in lines
    assert not [line for line in lines if line[:2] == ["max", "open"]]
    document = json.loads((await run(server, "market show BTC-USDC", output="json")).output)
    assert document["protection"]["price_band_bps"] == 1000


async def test_limits_are_stated_anew_unless_the_others_are_kept(server: FaultyServer) -> None:
    server.play("GetMarket", market_pb.GetMarketResponse(market=MARKET))
    answer = admin_pb.SetMarketProtectionResponse(market=MARKET)
    command = "admin protection BTC-USDC --min-quantity 0.1 --max-open-orders 200"
    request = await sent(server, "SetMarketProtection", answer, command)
    assert request.protection == types.MarketProtection(min_quantity="0.1", max_open_orders=200)
    request = await sent(server, "SetMarketProtection", answer, command + " --keep")
    assert request.protection == types.MarketProtection(
        min_quantity="0.1", max_open_orders=200, max_quantity="10", price_band_bps=1000
    )


async def test_an_account_is_put_into_a_trade_group_by_its_name(server: FaultyServer) -> None:
    alice = types.Account(account_id=1001, name="alice")
    server.play("ListAccounts", admin_pb.ListAccountsResponse(accounts=[alice]))
    answer = admin_pb.SetTradeGroupResponse(account=alice)
    request = await sent(server, "SetTradeGroup", answer, "admin trade-group alice 5")
    assert request == admin_pb.SetTradeGroupRequest(account_id=1001, trade_group_id=5)
