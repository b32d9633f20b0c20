"""Every method of the Python SDK against the real server, by both clients alike."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

import exchange_sdk as sdk
from exchange_sdk import OrderStatus, Scope, Side
from tests.integration.exchange_fixture import MARKET, Exchange, Trader
from tests.integration.sdk_fixture import AnyClient, AnyStream

Kind = type[sdk.AsyncClient] | type[sdk.Client]
KINDS: dict[str, Kind] = {"async": sdk.AsyncClient, "sync": sdk.Client}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
async def admin(exchange: Exchange, kind: Kind) -> AsyncIterator[AnyClient]:
    client = AnyClient(kind(exchange.process.address, api_key=exchange.process.admin_key))
    yield client
    await client.close()


@pytest.fixture
async def a(exchange: Exchange, kind: Kind, alice: Trader) -> AsyncIterator[AnyClient]:
    client = AnyClient(kind(exchange.process.address, api_key=alice.api_key))
    yield client
    await client("cancel_all_orders")
    await client.close()


@pytest.fixture
async def b(exchange: Exchange, kind: Kind, bob: Trader) -> AsyncIterator[AnyClient]:
    client = AnyClient(kind(exchange.process.address, api_key=bob.api_key))
    yield client
    await client("cancel_all_orders")
    await client.close()


async def test_market_data_needs_no_key(exchange: Exchange, kind: Kind) -> None:
    client = AnyClient(kind(exchange.process.address))
    assert sdk.Asset("BTC", 8) in await client("list_assets")
    assert await client("get_market", MARKET) in await client("list_markets")
    market = await client("get_market", MARKET)
    assert (market.tick_size, market.lot_size, market.maker_fee_ppm) == (Decimal("0.5"), Decimal("0.001"), -100)
    assert (await client("get_order_book", MARKET, depth=5)).market == MARKET
    with pytest.raises(sdk.NotFound) as refused:
        await client("get_market", "NO-SUCH")
    assert refused.value.reason is sdk.RejectReason.MARKET_NOT_FOUND
    with pytest.raises(sdk.Unauthenticated):
        await client("list_balances")
    await client.close()


async def test_an_order_lives_from_placing_to_its_fills_and_its_cancel(a: AnyClient, b: AnyClient) -> None:
    placed = await a("place_order", market=MARKET, side=Side.SELL, quantity=Decimal(1), price=Decimal("50000.50"))
    assert placed.order.status is OrderStatus.OPEN
    assert placed.order.client_order_id.startswith("py-")
    assert placed.order.price == Decimal("50000.5")
    taker = await b("place_order", market=MARKET, side="buy", quantity="0.4")
    (fill,) = taker.fills
    assert (fill.price, fill.quantity, fill.liquidity) == (Decimal("50000.5"), Decimal("0.4"), sdk.Liquidity.TAKER)
    assert taker.order.type is sdk.OrderType.MARKET
    assert taker.order.price is None
    assert taker.order.average_price == Decimal("50000.5")
    order = await a("get_order", client_order_id=placed.order.client_order_id)
    assert (order.filled_quantity, order.open_quantity) == (Decimal("0.4"), Decimal("0.6"))
    assert order.fee == Decimal("-2.00002")
    assert order.create_time < order.update_time <= datetime.now(UTC)
    assert order.update_time_ns // 1000 == (order.update_time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
    canceled = await a("cancel_order", order_id=order.order_id)
    assert canceled.status is OrderStatus.CANCELED
    assert canceled.close_reason is sdk.CloseReason.CANCELED_BY_OWNER
    with pytest.raises(sdk.OrderClosed):
        await a("cancel_order", order_id=order.order_id)


async def test_refusals_have_their_own_errors(a: AnyClient, b: AnyClient) -> None:
    await a("place_order", market=MARKET, side="sell", quantity=1, price=50000)
    with pytest.raises(sdk.PostOnlyWouldCross):
        await b("place_order", market=MARKET, side="buy", quantity=1, price=50000, post_only=True)
    with pytest.raises(sdk.InsufficientFunds):
        await b("place_order", market=MARKET, side="sell", quantity=5000, price=50000)
    with pytest.raises(sdk.InvalidOrder) as off_tick:
        await b("place_order", market=MARKET, side="buy", quantity=1, price="50000.1")
    assert (off_tick.value.reason, off_tick.value.field) == (sdk.RejectReason.PRICE_OFF_TICK, "price")
    with pytest.raises(sdk.InvalidRequest) as negative:
        await b("place_order", market=MARKET, side="buy", quantity=Decimal(-1), price=1)
    assert negative.value.field == "quantity"
    with pytest.raises(TypeError, match="price"):
        await b("place_order", market=MARKET, side="buy", quantity=1, price=0.5)
    await b("place_order", market=MARKET, side="buy", quantity=1, price=10, client_order_id="twice")
    with pytest.raises(sdk.AlreadyExists):
        await b("place_order", market=MARKET, side="buy", quantity=2, price=10, client_order_id="twice")
    with pytest.raises(sdk.NotFound):
        await b("get_order", order_id=1 << 60)
    with pytest.raises(sdk.PermissionDenied):
        await b("admin.create_account", "mine")


async def test_the_same_key_places_once(a: AnyClient) -> None:
    first = await a("place_order", market=MARKET, side="buy", quantity=1, price=10, client_order_id="k-1")
    again = await a("place_order", market=MARKET, side="buy", quantity="1.0", price="10", client_order_id="k-1")
    assert not first.deduplicated
    assert again.deduplicated
    assert again.order == first.order


async def test_validate_only_changes_nothing(a: AnyClient) -> None:
    placed = await a("place_order", market=MARKET, side="buy", quantity=1, price=10, validate_only=True)
    assert placed.order_id == 0
    assert await a.items("list_orders", open_only=True) == []
    with pytest.raises(sdk.InvalidOrder):
        await a("place_order", market=MARKET, side="buy", quantity=1, price="10.1", validate_only=True)


async def test_lists_come_page_by_page_and_as_a_whole(a: AnyClient) -> None:
    placed = [
        (await a("place_order", market=MARKET, side="buy", quantity=1, price=price)).order for price in range(10, 17)
    ]
    newest_first = placed[::-1]
    assert await a.items("list_orders", open_only=True, page_size=3) == newest_first
    page = await a.page("list_orders", open_only=True, page_size=3)
    assert list(page) == newest_first[:3]
    page = await a.page("list_orders", open_only=True, page_size=3, page_token=page.next_page_token)
    assert list(page) == newest_first[3:6]
    assert await a("cancel_all_orders", market=MARKET) == [order.order_id for order in placed]
    with pytest.raises(sdk.InvalidRequest) as refused:
        await a.page("list_orders", open_only=True, page_token="nonsense")
    assert refused.value.reason is sdk.RejectReason.PAGE_TOKEN_INVALID


async def test_the_account_and_its_balances(a: AnyClient, alice: Trader) -> None:
    account = await a("get_account")
    assert account.account_id == alice.account_id
    assert account.scopes == (Scope.READ, Scope.TRADE)
    await a("place_order", market=MARKET, side="sell", quantity="2.5", price=99999)
    (btc, _) = await a("list_balances")
    assert (btc.asset, btc.available, btc.reserved, btc.total) == ("BTC", Decimal("997.5"), Decimal("2.5"), 1000)


async def test_a_history_that_is_not_there_is_unavailable(a: AnyClient) -> None:
    for name in ("list_fills", "list_ledger_entries"):
        with pytest.raises(sdk.Unavailable):
            await a.page(name, timeout=0.2)


async def test_an_operator_sets_up_a_market_with_accounts_keys_and_money(
    admin: AnyClient, exchange: Exchange, kind: Kind
) -> None:
    unique = "A" if kind is sdk.AsyncClient else "S"
    await admin("admin.create_asset", f"X{unique}", 4)
    assert await admin("admin.create_asset", f"X{unique}", 4) == sdk.Asset(f"X{unique}", 4)
    with pytest.raises(sdk.AlreadyExists):
        await admin("admin.create_asset", f"X{unique}", 5)
    market = await admin(
        "admin.create_market", f"X{unique}", "USDC", tick_size="0.01", lot_size=Decimal("0.1"), taker_fee_ppm=250
    )
    assert market.status is sdk.MarketStatus.OPEN
    account = await admin("admin.create_account", f"new-{unique}")
    assert account in await admin.items("admin.list_accounts", page_size=2)
    balance = await admin("admin.credit", account.account_id, f"X{unique}", Decimal("12.5"), credit_id="c-1")
    assert balance == await admin("admin.credit", account.account_id, f"X{unique}", "12.50", credit_id="c-1")
    assert balance.available == Decimal("12.5")
    key = await admin(
        "admin.create_api_key",
        account.account_id,
        [Scope.READ, "trade"],
        label="test",
        expire_time=datetime.now(UTC) + timedelta(hours=1),
    )
    assert key.api_key not in repr(key)
    trader = AnyClient(kind(exchange.process.address, api_key=key.api_key))
    assert (await trader("get_account")).account_id == account.account_id
    await admin("admin.set_market_status", market.name, "cancel_only")
    with pytest.raises(sdk.MarketClosed):
        await trader("place_order", market=market.name, side="sell", quantity=1, price=1)
    await admin("admin.revoke_api_key", key.key_id)
    with pytest.raises(sdk.Unauthenticated):
        await trader("get_account")
    await trader.close()
    state = await admin("admin.get_state_hash")
    assert (state.sequence, state.state_hash) == exchange.state()
    with pytest.raises(sdk.NotFound):
        await admin("admin.get_state_hash", state.sequence - 1)


async def test_the_book_stream_keeps_a_book_equal_to_the_exchanges(a: AnyClient, b: AnyClient) -> None:
    async with AnyStream(await b("stream_order_book", MARKET)) as stream:
        snapshot = await stream.next()
        assert isinstance(snapshot, sdk.OrderBook)
        await a("place_order", market=MARKET, side="sell", quantity=1, price=50000)
        await a("place_order", market=MARKET, side="sell", quantity=2, price=50001)
        await a("place_order", market=MARKET, side="buy", quantity=3, price=49000)
        await b("place_order", market=MARKET, side="buy", quantity="1.5", price=50001)
        book = stream.stream.book
        server = await b("get_order_book", MARKET)
        while book.sequence < server.sequence:
            assert isinstance(await stream.next(), sdk.OrderBookDelta)
        assert (book.bids(), book.asks()) == (server.bids, server.asks)
        assert book.checksum() == server.checksum
        assert book.best_ask == sdk.PriceLevel(Decimal(50001), Decimal("1.5"))
        assert book.spread == Decimal(1001)


async def test_trade_and_fill_and_account_streams_tell_of_one_trade(a: AnyClient, b: AnyClient) -> None:
    async with (
        AnyStream(await b("stream_trades", MARKET)) as trades,
        AnyStream(await a("stream_fills")) as fills,
        AnyStream(await a("stream_account")) as account,
    ):
        snapshot = await account.next()
        assert isinstance(snapshot, sdk.AccountSnapshot)
        assert not snapshot.open_orders
        placed = await a("place_order", market=MARKET, side="sell", quantity=1, price=50000)
        await b("place_order", market=MARKET, side="buy", quantity=1, price=50000)
        trade, fill = await trades.next(), await fills.next()
        assert (trade.trade_id, trade.price, trade.taker_side) == (fill.trade_id, Decimal(50000), Side.BUY)
        assert (fill.order_id, fill.side, fill.liquidity) == (placed.order_id, Side.SELL, sdk.Liquidity.MAKER)
        accepted, filled = await account.next(), await account.next()
        assert accepted.prev_sequence == snapshot.sequence
        assert filled.prev_sequence == accepted.sequence
        assert [order.status for order in filled.orders] == [OrderStatus.FILLED]
        assert filled.fills == (fill,)
        assert (trades.stream.position, fills.stream.position) == (trade.trade_id, filled.sequence)
        assert filled.event_time == fill.trade_time
    # What was seen needs not be seen again: each resumes after a position, in a new stream.
    async with AnyStream(await a("stream_account", after_sequence=accepted.sequence)) as resumed:
        assert await resumed.next() == filled
    async with AnyStream(await a("stream_fills", after_sequence=accepted.sequence)) as resumed:
        assert await resumed.next() == fill
    async with AnyStream(await b("stream_trades", MARKET, after_trade_id=trade.trade_id - 1)) as resumed:
        assert await resumed.next() == trade


async def test_a_stream_that_cannot_be_is_refused_at_once(a: AnyClient) -> None:
    with pytest.raises(sdk.NotFound):
        await AnyStream(await a("stream_order_book", "NO-SUCH")).next()
    with pytest.raises(sdk.NotFound):
        await AnyStream(await a("stream_trades", "NO-SUCH")).next()
    with pytest.raises(sdk.SequenceInFuture):
        await AnyStream(await a("stream_account", after_sequence=1 << 60)).next()
