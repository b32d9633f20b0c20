"""Core, follower and PostgreSQL as they run in earnest: the history says what traders were told."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import grpc
import pytest

import exchange_sdk as sdk
from exchange.v1 import account_service_pb2 as account_pb
from exchange.v1 import order_service_pb2 as order_pb
from exchange.v1.account_service_pb2_grpc import AccountServiceStub
from exchange.v1.order_service_pb2_grpc import OrderServiceStub
from exchange_sdk import CloseReason, LedgerEntryKind, Liquidity, OrderStatus, RejectReason
from exchange_server.embedded.postgres import EmbeddedPostgres
from exchange_server.wire.times import timestamp
from tests.integration import told_history
from tests.integration.exchange_fixture import bearer
from tests.integration.naive_audit import NaiveAudit, printed_journal
from tests.integration.postgres_fixture import database
from tests.integration.sdk_fixture import AnyClient
from tests.integration.stack_processes import Stack
from tests.integration.told_history import FEES, ISSUANCE, check_history
from tests.integration.trading_floor import MARKETS, Floor, Trader

KINDS: dict[str, type[sdk.AsyncClient] | type[sdk.Client]] = {"async": sdk.AsyncClient, "sync": sdk.Client}
METHODS = ("list_orders", "list_fills", "list_ledger_entries")
STEPS = 600


class Day(NamedTuple):
    """A day's trading that is over: its stack still runs, and the history has all of it."""

    stack: Stack
    floor: Floor
    traders: list[Trader]


@pytest.fixture(scope="module")
def day(postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Trade for a while, once for all tests that only read."""

    async def trade(stack: Stack) -> Floor:
        await stack.start()
        async with Floor(stack, seed=3) as floor:
            await floor.trade(STEPS)
            await floor.close_day()
            await floor.wait_for_history()
        return floor

    with database(postgres_server) as url:
        stack = Stack(tmp_path_factory.mktemp("day"), url)
        try:
            with ThreadPoolExecutor(1) as thread:
                floor = thread.submit(lambda: asyncio.run(trade(stack))).result()
            yield Day(stack, floor, floor.traders)
        finally:
            stack.stop()


class Clients:
    """One of the SDK's two clients for whoever asks."""

    def __init__(self, stack: Stack, kind: str) -> None:
        self._stack = stack
        self._kind = kind
        self._open: list[AnyClient] = []

    def of(self, trader: Trader) -> AnyClient:
        return self._new(trader.api_key)

    @property
    def admin(self) -> AnyClient:
        return self._new(self._stack.admin_key)

    def _new(self, api_key: str) -> AnyClient:
        self._open.append(AnyClient(KINDS[self._kind](self._stack.address, api_key=api_key)))
        return self._open[-1]

    async def close(self) -> None:
        for client in self._open:
            await client.close()


@pytest.fixture(params=KINDS)
async def clients(day: Day, request: pytest.FixtureRequest) -> AsyncIterator[Clients]:
    clients = Clients(day.stack, request.param)
    yield clients
    await clients.close()


# ---------------------------------------------------------------- a day without accidents


def test_the_day_had_every_way_in_which_limit_and_market_orders_end(day: Day) -> None:
    orders = [order for trader in day.traders for order in trader.orders.values()]
    fills = [fill for trader in day.traders for fill in trader.fills]
    reasons = {
        CloseReason.CANCELED_BY_OWNER,
        CloseReason.NO_LIQUIDITY,
        CloseReason.NOT_FILLABLE,
        CloseReason.SELF_TRADE,
    }
    assert {order.status for order in orders} == set(OrderStatus) - {OrderStatus.PENDING_TRIGGER}
    assert {order.close_reason for order in orders} == {None} | reasons
    assert {fill.liquidity for fill in fills} == {Liquidity.MAKER, Liquidity.TAKER}
    assert {fill.market for fill in fills} == set(MARKETS)
    assert any(fill.fee < 0 for fill in fills), "rebates"
    assert any(
        trade > 1 for trade in Counter(fill.sequence for trader in day.traders for fill in trader.fills).values()
    )
    assert {RejectReason.INSUFFICIENT_FUNDS, RejectReason.POST_ONLY_WOULD_CROSS} <= set(day.floor.refusals)
    assert day.floor.repeated > 0
    assert len(orders) > STEPS / 2
    assert len(fills) > STEPS / 4


def test_answers_and_streams_told_the_same(day: Day) -> None:
    for trader in day.traders:
        by_sequence = {update.sequence: update for update in trader.updates}
        assert sorted(trader.orders) == [placed.order_id for placed in trader.placed]
        for placed in trader.placed:
            # In a shard 0 an order's id is the sequence of the command that placed it.
            update = by_sequence[placed.order_id]
            assert placed.order in update.orders
            assert list(placed.fills) == [fill for fill in update.fills if fill.order_id == placed.order_id]
        for canceled in trader.canceled:
            assert trader.orders[canceled.order_id] == canceled


@pytest.mark.parametrize("page_size", [1, 7, 1000])
async def test_orders_and_fills_are_listed_as_they_were_told_in_pages_of_any_size(
    day: Day, clients: Clients, page_size: int
) -> None:
    # The smallest pages by one trader of few orders, as each is a call.
    traders = day.traders[-1:] if page_size == 1 else day.traders
    for trader in traders:
        client = clients.of(trader)
        await told_history.check_orders(client, trader, page_size)
        await told_history.check_fills(client, trader, page_size)


async def test_ledger_entries_are_listed_as_they_follow_from_what_was_told(day: Day, clients: Clients) -> None:
    told = told_history.bookings(day.traders)
    for trader in day.traders:
        client = clients.of(trader)
        whole = await told_history.check_ledger(client, trader.account_id, told[trader.account_id])
        await told_history.check_balances(client, trader.account_id, whole)
        assert {entry.kind for entry in whole} == set(LedgerEntryKind)
        assert await client.items("list_ledger_entries", page_size=7) == whole
        for asset in ("BTC", "ETH", "USDC"):
            of_asset = [entry for entry in whole if entry.asset == asset]
            assert await client.items("list_ledger_entries", asset=asset, page_size=100) == of_asset


async def test_the_whole_ledger_balances_over_all_accounts(day: Day, clients: Clients) -> None:
    admin = clients.admin
    known = {account.account_id for account in await admin.items("admin.list_accounts")}
    (operator,) = known - {ISSUANCE, FEES} - {trader.account_id for trader in day.traders}
    assert await admin.items("list_ledger_entries", account_id=operator) == []
    await check_history(admin, day.traders)


async def test_filters_leave_out_what_they_should_and_nothing_else(day: Day, clients: Clients) -> None:
    for trader in day.traders[:2]:
        client = clients.of(trader)
        orders, fills = told_history.orders(trader), told_history.fills(trader)
        for market in MARKETS:
            assert await client.items("list_orders", market=market, page_size=50) == [
                order for order in orders if order.market == market
            ]
            assert await client.items("list_fills", market=market, page_size=50) == [
                fill for fill in fills if fill.market == market
            ]
        is_open = [order for order in orders if order.is_open]
        assert await client.items("list_orders", open_only=True, page_size=7) == is_open
        for market in MARKETS:
            listed = await client.items("list_orders", open_only=True, market=market, page_size=1)
            assert listed == [order for order in is_open if order.market == market]
        (busiest, count) = Counter(fill.order_id for fill in fills).most_common(1)[0]
        assert count > 1
        of_busiest = [fill for fill in fills if fill.order_id == busiest]
        assert await client.items("list_fills", order_id=busiest, page_size=1) == of_busiest
        other = next(market for market in MARKETS if market != of_busiest[0].market)
        assert await client.items("list_fills", order_id=busiest, market=other) == []


async def test_the_contracts_filters_by_time_state_and_key_leave_out_what_they_should(day: Day) -> None:
    source = random.Random(5)
    async with grpc.aio.insecure_channel(day.stack.address) as channel:
        orders_of, accounts_of = OrderServiceStub(channel), AccountServiceStub(channel)
        for trader in day.traders[:2]:
            metadata = bearer(trader.api_key)

            async def pages(call: Any, request: Any, field: str, metadata: Any = metadata) -> list[Any]:
                request.page_size = 40
                items: list[Any] = []
                while True:
                    page = await call(request, metadata=metadata)
                    items += getattr(page, field)
                    if not page.next_page_token:
                        return items
                    request.page_token = page.next_page_token

            orders = await pages(orders_of.ListOrders, order_pb.ListOrdersRequest(), "orders")
            fills = await pages(accounts_of.ListFills, account_pb.ListFillsRequest(), "fills")
            entries = await pages(accounts_of.ListLedgerEntries, account_pb.ListLedgerEntriesRequest(), "entries")
            for _ in range(12):
                start, end = sorted(order.create_time.ToNanoseconds() for order in source.sample(orders, 2))
                times: dict[str, Any] = {"start_time": timestamp(start), "end_time": timestamp(end + 1)}
                statuses = source.sample(range(1, 6), source.randrange(3))
                prefix = source.choice(("", source.choice(orders).client_order_id[: source.randrange(1, 5)], "%", "_"))
                for open_only in (False, True):
                    request = order_pb.ListOrdersRequest(
                        statuses=statuses,  # type: ignore[arg-type]
                        client_order_id_prefix=prefix,
                        open_only=open_only,
                        **times,
                    )
                    assert await pages(orders_of.ListOrders, request, "orders") == [
                        order
                        for order in orders
                        if start <= order.create_time.ToNanoseconds() <= end
                        and (not statuses or order.status in statuses)
                        and order.client_order_id.startswith(prefix)
                        and (not open_only or order.status in (1, 5))
                    ]
                assert await pages(accounts_of.ListFills, account_pb.ListFillsRequest(**times), "fills") == [
                    fill for fill in fills if start <= fill.trade_time.ToNanoseconds() <= end
                ]
                booked = account_pb.ListLedgerEntriesRequest(**times)
                assert await pages(accounts_of.ListLedgerEntries, booked, "entries") == [
                    entry for entry in entries if start <= entry.book_time.ToNanoseconds() <= end
                ]


async def test_a_clients_filters_cut_the_history_in_two_at_any_time(day: Day, clients: Clients) -> None:
    trader = day.traders[0]
    client = clients.of(trader)
    wanted: dict[str, tuple[list[Any], str]] = {
        "list_orders": (told_history.orders(trader), "create_time"),
        "list_fills": (told_history.fills(trader), "trade_time"),
        "list_ledger_entries": (await client.items("list_ledger_entries"), "book_time"),
    }
    for method, (told, name) in wanted.items():
        # A datetime has microseconds; the exact time of the one in the middle is not before it.
        middle = getattr(told[len(told) // 2], name)
        after = await client.items(method, start=middle, page_size=30)
        before = await client.items(method, end=middle, page_size=30)
        assert after + before == told
        assert after
        assert all(getattr(item, name) < middle for item in before)
    orders = wanted["list_orders"][0]
    for statuses in ((), ("filled",), (OrderStatus.CANCELED, "EXPIRED")):
        names = {OrderStatus[str(status).upper()] for status in statuses}
        prefix = orders[0].client_order_id[:3]
        assert await client.items("list_orders", statuses=statuses, client_order_id_prefix=prefix) == [
            order
            for order in orders
            if (not names or order.status in names) and order.client_order_id.startswith(prefix)
        ]
    pages = await client("list_fills", page_size=20)
    collected = await asyncio.to_thread(pages.collect) if isinstance(pages, sdk.Pages) else await pages.collect()
    assert list(collected) == wanted["list_fills"][0]
    assert collected.to_polars()["price"].to_list() == [fill.price for fill in collected]


async def test_a_page_token_is_bound_to_the_filters_by_time_state_and_key(day: Day) -> None:
    metadata = bearer(day.traders[0].api_key)
    moment = timestamp(1)
    async with grpc.aio.insecure_channel(day.stack.address) as channel:
        orders_of, accounts_of = OrderServiceStub(channel), AccountServiceStub(channel)
        calls: list[tuple[Any, Any, list[dict[str, Any]]]] = [
            (orders_of.ListOrders, order_pb.ListOrdersRequest, [{"statuses": [2]}, {"client_order_id_prefix": "x"}]),
            (accounts_of.ListFills, account_pb.ListFillsRequest, []),
            (accounts_of.ListLedgerEntries, account_pb.ListLedgerEntriesRequest, []),
        ]
        for call, request, filters in calls:
            token = (await call(request(page_size=1), metadata=metadata)).next_page_token
            assert token
            for other in (*filters, {"start_time": moment}, {"end_time": moment}):
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await call(request(page_token=token, **other), metadata=metadata)
                assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT, other


async def test_nobody_but_an_operator_reads_another_accounts_history(day: Day, clients: Clients) -> None:
    ada, ben = day.traders[:2]
    client = clients.of(ada)
    for method in METHODS:
        with pytest.raises(sdk.NotFound) as refused:
            await client.page(method, account_id=ben.account_id)
        assert refused.value.reason is RejectReason.ACCOUNT_NOT_FOUND
    # An order of somebody else's has no fills here.
    theirs = ben.fills[0].order_id
    assert await client.items("list_fills", order_id=theirs) == []


async def test_a_page_that_ends_with_the_last_item_has_no_token(day: Day, clients: Clients) -> None:
    client = clients.of(day.traders[-1])
    for method, filters in [(method, {}) for method in METHODS] + [("list_orders", {"open_only": True})]:
        count = len(await client.items(method, **filters))
        assert (await client.page(method, page_size=count, **filters)).next_page_token == ""
        assert (await client.page(method, page_size=count - 1, **filters)).next_page_token != ""


async def test_a_page_token_continues_its_own_query_and_no_other(day: Day, clients: Clients) -> None:
    ada, ben = day.traders[:2]
    client, other, admin = clients.of(ada), clients.of(ben), clients.admin
    tokens = {method: (await client.page(method, page_size=3)).next_page_token for method in METHODS}
    assert all(tokens.values())

    async def refuse(by: AnyClient, method: str, token: str, **filters: Any) -> None:
        with pytest.raises(sdk.InvalidRequest) as refused:
            await by.page(method, page_token=token, **filters)
        assert (refused.value.reason, refused.value.field) == (RejectReason.PAGE_TOKEN_INVALID, "page_token")

    for method, token in tokens.items():
        middle = len(token) // 2
        forged = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
        for bad in ("nonsense", "=", "é", token[:-4], token + "AAAA", token[4:], forged):
            await refuse(client, method, bad)
        await refuse(other, method, token)
        await refuse(admin, method, token)
        for foreign in METHODS:
            if foreign != method:
                await refuse(client, foreign, token)
        # The token is the account's and not the key's; and another page size is the same query.
        rest = await admin.items(method, page_token=token, account_id=ada.account_id, page_size=100)
        assert rest == (await client.items(method))[3:]
    await refuse(client, "list_orders", tokens["list_orders"], market="BTC-USDC")
    await refuse(client, "list_orders", tokens["list_orders"], open_only=True)
    await refuse(client, "list_fills", tokens["list_fills"], order_id=ada.fills[0].order_id)
    await refuse(client, "list_ledger_entries", tokens["list_ledger_entries"], asset="BTC")


async def test_money_and_orders_agree_with_an_audit_of_the_printed_journal_by_separate_code(day: Day) -> None:
    audit = NaiveAudit(printed_journal(day.stack.data_dir))
    async with sdk.AsyncClient(day.stack.address, api_key=day.stack.admin_key) as admin:
        await audit.check(AnyClient(admin))
    # What the journal has beside the orders that exist was refused, or a repetition.
    refused = day.floor.refusals
    asked = Counter(record["command"] for record in audit.records)
    without_order = refused[RejectReason.INSUFFICIENT_FUNDS] + refused[RejectReason.POST_ONLY_WOULD_CROSS]
    assert asked["PlaceOrder"] == len(audit.orders) + without_order + day.floor.repeated
    assert (
        asked["CancelOrder"] == sum(len(trader.canceled) for trader in day.traders) + refused[RejectReason.ORDER_CLOSED]
    )
