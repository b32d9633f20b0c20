"""A real engine with two markets and three accounts, whose commands are released to Feeds when the test says so."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from exchange.v1.account_streams_pb2 import StreamAccountResponse, StreamFillsResponse
from exchange.v1.market_streams_pb2 import (
    StreamBboResponse,
    StreamCandlesResponse,
    StreamOrderBookResponse,
    StreamOrdersResponse,
    StreamTickerResponse,
    StreamTradesResponse,
)
from exchange_server.engine import Engine
from exchange_server.engine.commands import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    CancelReplaceOrder,
    Command,
    CreateAccount,
    CreateAsset,
    CreateMarket,
    Credit,
    PlaceOrder,
)
from exchange_server.engine.terms import SpecialTerms, terms_of
from exchange_server.engine.types import (
    FIRST_CLIENT_ACCOUNT,
    SIDE_BUY,
    SIDE_SELL,
    TIF_FOK,
    TIF_GTC,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_MARKET,
    AccountId,
    AssetId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ppm,
    Ticks,
    TimeNs,
)
from exchange_server.engine.types import (
    Sequence as SequenceNumber,
)
from exchange_server.feeds import Feeds, Reader
from exchange_server.journal import Applied

ACCOUNTS = tuple(AccountId(FIRST_CLIENT_ACCOUNT + n) for n in range(3))
MARKETS = (MarketId(1), MarketId(2))
START_NS = 1_700_000_000_000_000_000

SETUP: tuple[Command, ...] = (
    CreateAsset("BTC", 8),
    CreateAsset("USDC", 6),
    CreateAsset("ETH", 8),
    # Ticks of 0.5 and lots of 0.001; ticks of 0.01 and lots of 0.1.
    CreateMarket("BTC", "USDC", 5, 1, 1, 3, Atoms(0), Ppm(-50), Ppm(300)),
    CreateMarket("ETH", "USDC", 1, 2, 1, 1, Atoms(0), Ppm(100), Ppm(500)),
    *(CreateAccount(name) for name in ("alice", "bob", "carol")),
    *(Credit(account, AssetId(asset), Atoms(10**13), "") for account in ACCOUNTS for asset in (1, 2, 3)),
)


Response = TypeVar("Response", bound=Message)


class Stream(Generic[Response]):
    """A reader whose messages are decoded; what a server would deliver one by one."""

    def __init__(self, reader: Reader, response: type[Response]) -> None:
        self.reader = reader
        self._response = response

    def __aiter__(self) -> "Stream[Response]":
        return self

    async def __anext__(self) -> Response:
        return self._response.FromString(await self.reader.next())

    def poll(self) -> Response | None:
        """Return the next message, none when nothing waits."""
        message = self.reader.poll()
        return None if message is None else self._response.FromString(message)

    async def aclose(self) -> None:
        self.reader.leave()


class Streams:
    """The readers of some feeds, decoded."""

    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds

    def order_book(
        self, market_id: MarketId, depth: int = 0, step_ticks: int = 1, interval_ms: int = 0
    ) -> Stream[StreamOrderBookResponse]:
        return Stream(self._feeds.read_book(market_id, depth, step_ticks, interval_ms), StreamOrderBookResponse)

    def bbo(self, market_id: MarketId, interval_ms: int = 0) -> Stream[StreamBboResponse]:
        return Stream(self._feeds.read_bbo(market_id, interval_ms), StreamBboResponse)

    def ticker(self, market_id: MarketId, interval_ms: int = 0) -> Stream[StreamTickerResponse]:
        return Stream(self._feeds.read_ticker(market_id, interval_ms), StreamTickerResponse)

    def trades(self, market_id: MarketId, after_trade_id: int | None = None) -> Stream[StreamTradesResponse]:
        return Stream(self._feeds.read_trades(market_id, after_trade_id), StreamTradesResponse)

    def candles(self, market_id: MarketId, interval: int, interval_ms: int = 0) -> Stream[StreamCandlesResponse]:
        return Stream(self._feeds.read_candles(market_id, interval, interval_ms), StreamCandlesResponse)

    def orders(self, market_id: MarketId) -> Stream[StreamOrdersResponse]:
        return Stream(self._feeds.read_orders(market_id), StreamOrdersResponse)

    def account(self, account_id: AccountId, after_sequence: int | None = None) -> Stream[StreamAccountResponse]:
        return Stream(self._feeds.read_account(account_id, after_sequence), StreamAccountResponse)

    def fills(self, account_id: AccountId, after_sequence: int | None = None) -> Stream[StreamFillsResponse]:
        return Stream(self._feeds.read_fills(account_id, after_sequence), StreamFillsResponse)


class Exchange:
    """An engine, the commands that it took, and the feeds that have seen those before `released`."""

    def __init__(
        self,
        heartbeat_s: float = 0.0,
        commands: Sequence[Command] = SETUP,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.engine = Engine()
        self.applied: list[Applied] = []
        for command in commands:
            self.apply(command)
        self.released = len(self.applied)
        self.feeds = Feeds(self.engine, heartbeat_s, clock_ns=clock_ns)

    @property
    def streams(self) -> Streams:
        return Streams(self.feeds)

    @property
    def published_sequence(self) -> int:
        return self.released

    def apply(self, command: Command) -> Applied:
        sequence = len(self.applied) + 1
        time_ns = START_NS + sequence * 1_000
        events = self.engine.apply(SequenceNumber(sequence), TimeNs(time_ns), command)
        applied = Applied(SequenceNumber(sequence), TimeNs(time_ns), command, events)
        self.applied.append(applied)
        return applied

    def release(self) -> list[Applied]:
        """Publish everything applied so far as one batch."""
        batch = self.applied[self.released :]
        self.released = len(self.applied)
        self.feeds.on_applied(batch)
        return batch

    def run(self, *commands: Command) -> list[Applied]:
        """Apply and publish commands as one batch."""
        for command in commands:
            self.apply(command)
        return self.release()


def limit(
    account: int,
    side: int,
    price_ticks: int,
    lots: int,
    market: MarketId = MARKETS[0],
    time_in_force: int = TIF_GTC,
    post_only: bool = False,
    client_order_id: str = "",
) -> PlaceOrder:
    """Return a limit order of `ACCOUNTS[account]`."""
    return PlaceOrder(
        ACCOUNTS[account],
        market,
        side,
        terms_of(TYPE_LIMIT, time_in_force, post_only),
        Ticks(price_ticks),
        Lots(lots),
        client_order_id,
    )


def special(
    account: int,
    side: int,
    price_ticks: int,
    lots: int,
    market: MarketId = MARKETS[0],
    kind: int = TYPE_LIMIT,
    time_in_force: int = TIF_GTC,
    **asked: Any,
) -> PlaceOrder:
    """Return an order of `ACCOUNTS[account]` with special terms: `asked` are parameters of `SpecialTerms`."""
    terms = SpecialTerms(kind, time_in_force, asked.pop("post_only", False), **asked)
    return PlaceOrder(ACCOUNTS[account], market, side, terms, Ticks(price_ticks), Lots(lots), "")


def amend(account: int, order_id: int, price_ticks: int, lots: int) -> AmendOrder:
    return AmendOrder(ACCOUNTS[account], OrderId(order_id), "", Ticks(price_ticks), Lots(lots))


def replace(canceled: CancelOrder, placed: PlaceOrder, stop_on_failure: bool) -> CancelReplaceOrder:
    """Return the two as one command of the account that places."""
    cancel = CancelOrder(placed.account_id, canceled.order_id, "")
    return CancelReplaceOrder(cancel, placed, stop_on_failure)


def market_order(account: int, side: int, lots: int, market: MarketId = MARKETS[0]) -> PlaceOrder:
    """Return a market order of `ACCOUNTS[account]`."""
    return PlaceOrder(ACCOUNTS[account], market, side, terms_of(TYPE_MARKET, TIF_IOC, False), Ticks(0), Lots(lots), "")


def buy(account: int, price_ticks: int, lots: int) -> PlaceOrder:
    return limit(account, SIDE_BUY, price_ticks, lots)


def sell(account: int, price_ticks: int, lots: int) -> PlaceOrder:
    return limit(account, SIDE_SELL, price_ticks, lots)


def cancel(account: int, order_id: int) -> CancelOrder:
    return CancelOrder(ACCOUNTS[account], OrderId(order_id), "")


def cancel_all(account: int, market: MarketId = MarketId(0)) -> CancelAllOrders:  # noqa: B008
    return CancelAllOrders(ACCOUNTS[account], market)


__all__ = [
    "ACCOUNTS",
    "MARKETS",
    "SETUP",
    "TIF_FOK",
    "TIF_GTC",
    "TIF_IOC",
    "Exchange",
    "Stream",
    "Streams",
    "amend",
    "buy",
    "cancel",
    "cancel_all",
    "limit",
    "market_order",
    "replace",
    "sell",
    "special",
]
