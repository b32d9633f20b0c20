"""What both clients do with orders beyond placing and canceling, against the real server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

import exchange_sdk as sdk
from exchange_sdk import AmendOrder, BracketExit, CancelOrder, NewOrder, OrderStatus
from tests.integration.exchange_fixture import MARKET, Exchange
from tests.integration.sdk_fixture import AnyClient, AnyStream

Kind = type[sdk.AsyncClient] | type[sdk.Client]
KINDS: dict[str, Kind] = {"async": sdk.AsyncClient, "sync": sdk.Client}
PROTECTION = sdk.MarketProtection(max_quantity=Decimal(5000), price_band_bps=9_000, market_protection_bps=500)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
async def admin(exchange: Exchange, kind: Kind) -> AsyncIterator[AnyClient]:
    client = AnyClient(kind(exchange.process.address, api_key=exchange.process.admin_key))
    yield client
    await client.close()


@pytest.fixture
async def a(exchange: Exchange, kind: Kind) -> AsyncIterator[AnyClient]:
    client = AnyClient(kind(exchange.process.address, api_key=exchange.trader().api_key))
    yield client
    await client("cancel_all_orders")
    await client.close()


@pytest.fixture
async def b(exchange: Exchange, kind: Kind) -> AsyncIterator[AnyClient]:
    client = AnyClient(kind(exchange.process.address, api_key=exchange.trader().api_key))
    yield client
    await client("cancel_all_orders")
    await client.close()


async def trade(a: AnyClient, b: AnyClient, price: int) -> None:
    await a("place_order", market=MARKET, side="sell", quantity="0.1", price=price)
    taken = await b("place_order", market=MARKET, side="buy", quantity="0.1", price=price)
    assert taken.order.status is OrderStatus.FILLED


async def test_an_amend_changes_price_and_quantity_and_may_trade(a: AnyClient, b: AnyClient) -> None:
    await b("place_order", market=MARKET, side="buy", quantity=2, price=99)
    placed = await a("place_order", market=MARKET, side="sell", quantity=5, price=100)
    less = await a("amend_order", order_id=placed.order_id, quantity=4)
    assert (less.order.quantity, less.order.open_quantity, less.fills) == (4, 4, ())
    crossing = await a("amend_order", client_order_id=placed.order.client_order_id, price=99)
    assert [(fill.price, fill.quantity, fill.liquidity) for fill in crossing.fills] == [(99, 2, sdk.Liquidity.TAKER)]
    assert (crossing.order_id, crossing.order.open_quantity) == (placed.order_id, 2)
    with pytest.raises(sdk.QuantityNotAboveFilled):
        await a("amend_order", order_id=placed.order_id, quantity=2)
    await a("cancel_order", order_id=placed.order_id)
    with pytest.raises(sdk.OrderClosed):
        await a("amend_order", order_id=placed.order_id, quantity=3)


async def test_a_stop_waits_and_fires(a: AnyClient, b: AnyClient) -> None:
    await trade(a, b, 100)
    with pytest.raises(sdk.WouldTriggerImmediately) as refused:
        await a("place_order", market=MARKET, side="sell", quantity=1, type="stop_market", trigger_price=100)
    assert refused.value.field == "trigger_price"
    stop = await a("place_order", market=MARKET, side="sell", quantity=1, type="stop_market", trigger_price=90)
    assert (stop.order.status, stop.order.trigger_price) == (OrderStatus.PENDING_TRIGGER, 90)
    assert [order.order_id for order in await a.items("list_orders", open_only=True)] == [stop.order_id]
    await b("place_order", market=MARKET, side="buy", quantity=1, price=89)
    await trade(a, b, 90)
    fired = await a("get_order", order_id=stop.order_id)
    assert (fired.status, fired.average_price) == (OrderStatus.FILLED, 89)
    assert fired.trigger_time is not None


async def test_a_trailing_stop_shows_where_it_stands(a: AnyClient, b: AnyClient) -> None:
    await trade(a, b, 100)
    placed = await a("place_order", market=MARKET, side="sell", quantity=1, trailing_offset_bps=1000)
    assert (placed.order.type, placed.order.trigger_price) == (sdk.OrderType.TRAILING_STOP, 90)
    await trade(a, b, 200)
    assert (await a("get_order", order_id=placed.order_id)).trigger_price == 180


async def test_icebergs_slides_amounts_and_expiry(a: AnyClient, b: AnyClient) -> None:
    iceberg = await a("place_order", market=MARKET, side="sell", quantity=5, price=101, display_quantity=1)
    assert (await a("get_order_book", MARKET)).asks == (sdk.PriceLevel(Decimal(101), Decimal(1)),)
    assert iceberg.order.open_quantity == 5
    slid = await b("place_order", market=MARKET, side="buy", quantity=1, price=103, post_only=True, slide=True)
    assert slid.order.price == Decimal("100.5")
    spent = await b("place_order", market=MARKET, side="buy", quote_amount=150)
    assert spent.order.status is OrderStatus.FILLED
    assert spent.order.filled_quote + spent.order.fee <= 150
    assert (spent.order.quote_amount, spent.order.quantity) == (150, spent.order.filled_quantity)
    soon = datetime.now(UTC) + timedelta(hours=1)
    timed = await b("place_order", market=MARKET, side="buy", quantity=1, price=50, expire_time=soon)
    assert (timed.order.time_in_force, timed.order.expire_time) == (sdk.TimeInForce.GTT, soon)


async def test_self_trade_prevention_is_as_asked_and_groups_are_one_owner(
    a: AnyClient, b: AnyClient, admin: AnyClient
) -> None:
    for client in (a, b):
        account_id = (await client("get_account")).account_id
        assert (await admin("admin.set_trade_group", account_id, 77)).trade_group_id == 77
    resting = await a("place_order", market=MARKET, side="sell", quantity=3, price=100)
    met = await b("place_order", market=MARKET, side="buy", quantity=5, price=100, self_trade_prevention="decrement")
    assert not met.fills
    assert (met.order.prevented_quantity, met.order.open_quantity) == (3, 2)
    assert (await a("get_order", order_id=resting.order_id)).close_reason is sdk.CloseReason.SELF_TRADE


async def test_a_preview_tells_what_would_be_and_does_nothing(a: AnyClient, b: AnyClient) -> None:
    await a("place_order", market=MARKET, side="sell", quantity=1, price=100)
    tried = await b("place_order", market=MARKET, side="buy", quantity=3, price=101, validate_only=True)
    assert (tried.order_id, tried.order.filled_quantity) == (0, 1)
    assert tried.preview.average_price == 100
    assert (tried.preview.reserved_asset, tried.preview.reserved >= 202) == ("USDC", True)
    assert tried.preview.self_trade_order_ids == ()
    assert await b.items("list_orders", open_only=True) == []


async def test_a_cancel_replace_is_one_step_and_safe_to_repeat(a: AnyClient) -> None:
    old = await a("place_order", market=MARKET, side="buy", quantity=1, price=50)
    new = NewOrder(market=MARKET, side="buy", quantity=2, price=51, client_order_id="replaced")
    replaced = await a("cancel_replace_order", CancelOrder(order_id=old.order_id), new)
    assert replaced.canceled_order.order_id == old.order_id
    assert (replaced.order.price, replaced.deduplicated, replaced.cancel_error) == (51, False, None)
    again = await a("cancel_replace_order", CancelOrder(order_id=old.order_id), new)
    assert (again.order.order_id, again.deduplicated, again.canceled_order) == (replaced.order.order_id, True, None)
    with pytest.raises(sdk.OrderClosed):
        await a("cancel_replace_order", CancelOrder(order_id=old.order_id), NewOrder(
            market=MARKET, side="buy", quantity=2, price=51
        ))  # fmt: skip
    off_tick = NewOrder(market=MARKET, side="buy", quantity=100_000_000, price=51)
    refused = await a("cancel_replace_order", CancelOrder(order_id=replaced.order.order_id), off_tick)
    assert refused.order is None
    with pytest.raises(sdk.OrderRejected):
        refused.raise_for_error()


async def test_a_batch_of_all_kinds_is_answered_item_by_item(a: AnyClient) -> None:
    old = await a("place_order", market=MARKET, side="buy", quantity=1, price=50)
    placed, amended, canceled, refused = await a(
        "batch_orders",
        [
            NewOrder(market=MARKET, side="buy", quantity=1, price=51, client_order_id="in-batch"),
            AmendOrder(order_id=old.order_id, price=52),
            CancelOrder(client_order_id="in-batch"),
            AmendOrder(order_id=1 << 60, price=52),
        ],
    )
    assert (placed.status, canceled.status) == (OrderStatus.OPEN, OrderStatus.CANCELED)
    assert canceled.order_id == placed.order_id
    assert (amended.order_id, (await a("get_order", order_id=old.order_id)).price) == (old.order_id, 52)
    assert isinstance(refused.error, sdk.NotFound)
    with pytest.raises(sdk.InvalidRequest):
        await a("batch_orders", [])


async def test_cancels_have_filters(a: AnyClient) -> None:
    bid, ask, other = [
        (await a("place_order", market=MARKET, side=side, quantity=1, price=price, client_order_id=key)).order_id
        for side, price, key in (("buy", 50, "grid-1"), ("sell", 500, "grid-2"), ("buy", 51, "mine"))
    ]
    assert await a("cancel_all_orders", side="sell") == [ask]
    assert await a("cancel_all_orders", client_order_id_prefix="grid-", validate_only=True) in ([bid], [])
    assert await a("cancel_all_orders", client_order_id_prefix="grid-") == [bid]
    assert await a("cancel_all_orders", market=MARKET) == [other]


async def test_the_dead_man_s_switch_cancels_what_is_open(a: AnyClient, exchange: Exchange) -> None:
    before = datetime.now(UTC)
    time = await a("set_cancel_all_after", 60)
    assert before + timedelta(seconds=59) < time < datetime.now(UTC) + timedelta(seconds=61)
    assert await a("set_cancel_all_after", 0) is None
    with pytest.raises(sdk.InvalidRequest) as refused:
        await a("set_cancel_all_after", timedelta(milliseconds=1))
    assert refused.value.field == "timeout_ms"
    placed = await a("place_order", market=MARKET, side="buy", quantity=1, price=50)
    async with AnyStream(await a("stream_account")) as stream:
        await stream.next()
        await a("set_cancel_all_after", 1)
        update = await stream.next()
    assert [order.order_id for order in update.orders] == [placed.order_id]
    assert update.orders[0].close_reason is sdk.CloseReason.CANCEL_ALL_AFTER


async def test_limits_are_stated_shown_and_refused(a: AnyClient, b: AnyClient, admin: AnyClient) -> None:
    await trade(a, b, 100)
    changed = await admin("admin.set_market_protection", MARKET, PROTECTION)
    try:
        assert changed.protection == (await a("get_market", MARKET)).protection == PROTECTION
        assert changed.last_price == 100
        with pytest.raises(sdk.PriceOutsideBand):
            await a("place_order", market=MARKET, side="buy", quantity=1, price=9)
        with pytest.raises(sdk.InvalidOrder) as too_large:
            await a("place_order", market=MARKET, side="buy", quantity=5001, price=50)
        assert too_large.value.reason is sdk.RejectReason.QUANTITY_TOO_LARGE
        await admin("admin.set_market_protection", MARKET, sdk.MarketProtection(max_open_orders=1))
        await a("place_order", market=MARKET, side="buy", quantity=1, price=50)
        with pytest.raises(sdk.TooManyOpenOrders):
            await a("place_order", market=MARKET, side="buy", quantity=1, price=50)
    finally:
        await admin("admin.set_market_protection", MARKET, sdk.MarketProtection())


async def test_an_oco_ends_with_the_first_fill_and_is_safe_to_repeat(a: AnyClient, b: AnyClient) -> None:
    await trade(a, b, 100)
    above = NewOrder(market=MARKET, side="sell", quantity=5, price=110, client_order_id="above")
    below = NewOrder(market=MARKET, side="sell", quantity=5, type="stop_market", trigger_price=90)
    placed = await a("place_oco_order", above, below)
    assert {order.order_list_id for order in placed.orders} == {placed.order_list_id}
    await b("place_order", market=MARKET, side="buy", quantity=2, price=110)
    closed = await a("get_order", order_id=placed.below.order_id)
    assert (closed.status, closed.close_reason) == (OrderStatus.CANCELED, sdk.CloseReason.ORDER_LIST)
    again = NewOrder(
        market=MARKET, side="sell", quantity=5, type="stop_market", trigger_price=90,
        client_order_id=placed.below.client_order_id,
    )  # fmt: skip
    repeated = await a("place_oco_order", above, again)
    assert (repeated.deduplicated, repeated.above.open_quantity, repeated.below) == (True, 3, closed)
    with pytest.raises(sdk.InvalidRequest) as refused:
        await a("place_oco_order", below, above)
    assert refused.value.field == "above.type"


async def test_a_bracket_grows_with_its_entry_on_a_session_too(a: AnyClient, b: AnyClient) -> None:
    await trade(a, b, 100)
    entry = NewOrder(market=MARKET, side="buy", quantity=5, price=100)
    exits = {"take_profit": BracketExit(trigger_price=110), "stop_loss": BracketExit(trigger_price=95, price="94.5")}
    tried = await a("place_bracket_order", entry, **exits, validate_only=True)
    assert [order.order_id for order in tried.orders] == [0, 0, 0]
    assert (tried.order_list_id, tried.preview.reserved_asset) == (0, "USDC")
    placed = await a("place_bracket_order", entry, **exits)
    await b("place_order", market=MARKET, side="sell", quantity=2, price=100)
    grown = [await a("get_order", order_id=order.order_id) for order in placed.orders[1:]]
    assert [(order.quantity, order.status) for order in grown] == [(2, OrderStatus.PENDING_TRIGGER)] * 2
    session = AnyStream(await a("order_entry"))
    async with session:
        told = await AnyClient(session.stream)("place_bracket", entry, **exits)
    assert [result.order_id - told.order_list_id for result in told.results] == [0, 1, 2]


async def test_a_session_amends_and_replaces(a: AnyClient) -> None:
    session = AnyStream(await a("order_entry"))
    async with session:
        call = AnyClient(session.stream)
        placed = await call("place", market=MARKET, side="buy", quantity=1, price=50)
        amended = await call("amend", order_id=placed.order_id, price=51)
        assert (amended.order_id, amended.status) == (placed.order_id, OrderStatus.OPEN)
        new = NewOrder(market=MARKET, side="buy", quantity=2, price=52)
        replaced = await call("cancel_replace", CancelOrder(order_id=placed.order_id), new)
        assert replaced.cancel.status is OrderStatus.CANCELED
        assert replaced.place.status is OrderStatus.OPEN
        assert await call("set_cancel_all_after", 60) is not None
        assert await call("set_cancel_all_after", 0) is None
        assert await call("cancel_all", side="sell") == []
        assert await call("cancel_all", market=MARKET) == [replaced.place.order_id]


async def test_a_session_that_ends_takes_its_orders_with_it_and_no_others(a: AnyClient) -> None:
    other = await a("place_order", market=MARKET, side="buy", quantity=1, price=50)
    async with AnyStream(await a("stream_account")) as stream:
        await stream.next()
        session = AnyStream(await a("order_entry", cancel_on_disconnect=True))
        async with session:
            mine = await AnyClient(session.stream)("place", market=MARKET, side="buy", quantity=1, price=51)
        ended = None
        while ended is None:
            update = await stream.next()
            ended = next((order for order in update.orders if not order.is_open), None)
    assert (ended.order_id, ended.close_reason) == (mine.order_id, sdk.CloseReason.DISCONNECTED)
    assert (await a("get_order", order_id=other.order_id)).is_open
