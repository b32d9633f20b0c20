"""Traders on a real exchange, through the public SDK, who remember every word that they were told.

What they remember is what the history must be equal to: nothing here reads the engine, the journal or a database.
"""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import exchange_sdk as sdk
from exchange_sdk import (
    AccountSnapshot,
    AccountUpdate,
    AsyncClient,
    Order,
    OrderStatus,
    PlacedOrder,
    RejectReason,
    Scope,
    Side,
)
from tests.integration.stack_processes import Stack

CLOSING = "CLOSING"
"""An asset that everybody is credited with at the end: who hears of it has heard of everything."""

ASSETS = {"BTC": 8, "ETH": 9, "USDC": 6, CLOSING: 0}

CALL_SECONDS = 40.0
"""Longer than a killed core takes to be back."""


@dataclass(frozen=True)
class MarketTerms:
    """A market's terms, as they are asked for, and the price that its orders lie around."""

    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    maker_ppm: int
    taker_ppm: int
    middle: Decimal

    @property
    def name(self) -> str:
        return f"{self.base}-{self.quote}"


# Fees that fall between atoms; one market pays its makers.
MARKETS = {
    terms.name: terms
    for terms in (
        MarketTerms("BTC", "USDC", Decimal("0.5"), Decimal("0.001"), -100, 333, Decimal(20_000)),
        MarketTerms("ETH", "BTC", Decimal("0.00001"), Decimal("0.01"), 17, 35, Decimal("0.05")),
    )
}

RICH = {"BTC": "1000", "ETH": "20000.000000001", "USDC": "20000000.123456"}
POOR = {"BTC": "0.5", "ETH": "3", "USDC": "9000.000001"}


@dataclass
class Trader:
    """An account, its client, and what came back: updates by its stream, answers by its calls."""

    name: str
    account_id: int
    api_key: str
    client: AsyncClient
    updates: list[AccountUpdate] = field(default_factory=list)
    placed: list[PlacedOrder] = field(default_factory=list)
    canceled: list[Order] = field(default_factory=list)
    breaks: int = 0

    async def listen(self, stream: sdk.AsyncStream[Any]) -> None:
        """Note every update up to the closing credit."""
        async for event in stream:
            match event:
                case AccountUpdate():
                    self.updates.append(event)
                    if any(balance.asset == CLOSING for balance in event.balances):
                        return
                case AccountSnapshot():
                    assert (event.open_orders, event.balances) == ((), ()), "the first word, and a new account"
                case sdk.Reconnected():
                    self.breaks += 1
                case _:
                    raise AssertionError(f"the stream has lost something: {event}")

    @property
    def orders(self) -> dict[int, Order]:
        """Every order as the stream has told of it last, oldest first."""
        latest: dict[int, Order] = {}
        for update in self.updates:
            latest |= {order.order_id: order for order in update.orders}
        return dict(sorted(latest.items()))

    @property
    def fills(self) -> list[sdk.Fill]:
        """Every fill, oldest first."""
        return [fill for update in self.updates for fill in update.fills]


class Floor:
    """Sets an exchange up and trades on it. `async with` it; after `close_day` every trader has heard everything."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self.stack = stack
        self.traders: list[Trader] = []
        self.refusals: Counter[RejectReason | None] = Counter()
        self.acknowledged = 0
        self.repeated = 0
        self._random = random.Random(seed)
        self._resting: dict[int, Trader] = {}
        self._listening: list[asyncio.Task[None]] = []
        self._exit = AsyncExitStack()

    async def __aenter__(self) -> "Floor":
        await self._exit.__aenter__()
        self.admin = await self._exit.enter_async_context(self._client(self.stack.admin_key))
        for name, decimals in ASSETS.items():
            await self.admin.admin.create_asset(name, decimals)
        for terms in MARKETS.values():
            await self.admin.admin.create_market(
                terms.base,
                terms.quote,
                tick_size=terms.tick,
                lot_size=terms.lot,
                maker_fee_ppm=terms.maker_ppm,
                taker_fee_ppm=terms.taker_ppm,
            )
        for name, money in (("ada", RICH), ("ben", RICH), ("cho", RICH), ("dov", POOR)):
            self.traders.append(await self._enter(name, money))
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        await self._exit.aclose()

    async def _enter(self, name: str, money: dict[str, str]) -> Trader:
        account = await self.admin.admin.create_account(name)
        key = await self.admin.admin.create_api_key(account.account_id, [Scope.READ, Scope.TRADE])
        client = await self._exit.enter_async_context(self._client(key.api_key))
        trader = Trader(name, account.account_id, key.api_key, client)
        stream = await self._exit.enter_async_context(client.stream_account())
        self._listening.append(asyncio.create_task(trader.listen(stream)))
        for asset, amount in money.items():
            for _ in range(2):  # booked once
                await self.admin.admin.credit(account.account_id, asset, amount, credit_id=f"first-{asset}")
        return trader

    def _client(self, api_key: str) -> AsyncClient:
        return AsyncClient(self.stack.address, api_key=api_key, timeout=CALL_SECONDS)

    async def trade(self, steps: int) -> None:
        """Do so many things, one after the other."""
        for _ in range(steps):
            await self._step()
            self.acknowledged += 1

    async def close_day(self) -> None:
        """Wait until every trader has heard everything that was done."""
        for trader in self.traders:
            await self.admin.admin.credit(trader.account_id, CLOSING, 1, credit_id="closing")
        async with asyncio.timeout(CALL_SECONDS):
            await asyncio.gather(*self._listening)

    async def wait_for_history(self, seconds: float = 40.0) -> None:
        """Wait until the history has come as far as `close_day`."""
        async with asyncio.timeout(seconds):
            for trader in self.traders:
                while True:
                    try:
                        if len(await trader.client.list_ledger_entries(asset=CLOSING, page_size=1).page()):
                            break
                    except sdk.Unavailable:
                        pass
                    await asyncio.sleep(0.02)

    # ---------------------------------------------------------------- what traders do

    async def _step(self) -> None:
        trader = self._random.choice(self.traders)
        chance = self._random.random()
        try:
            if chance < 0.12 and self._resting:
                await self._cancel()
            elif chance < 0.13:
                await trader.client.cancel_all_orders(market=self._random.choice(["", *MARKETS]))
            else:
                await self._place(trader)
        except (sdk.OrderRejected, sdk.OrderClosed) as refused:
            self.refusals[refused.reason] += 1

    async def _cancel(self) -> None:
        order_id, owner = self._random.choice(list(self._resting.items()))
        del self._resting[order_id]
        owner.canceled.append(await owner.client.cancel_order(order_id=order_id))

    async def _place(self, trader: Trader) -> None:
        terms = self._random.choice(list(MARKETS.values()))
        side = self._random.choice([Side.BUY, Side.SELL])
        behind = self._random.randint(-5, 9) * (1 if side is Side.BUY else -1)
        kind = self._random.choices(("gtc", "post", "ioc", "fok", "market"), (60, 12, 10, 9, 9))[0]
        request = {
            "market": terms.name,
            "side": side,
            "quantity": self._random.randint(1, 2_999) * terms.lot,
            "price": None if kind == "market" else terms.middle - behind * terms.tick,
            "time_in_force": {"ioc": "ioc", "fok": "fok"}.get(kind),
            "post_only": kind == "post",
            "client_order_id": f"{trader.name}-{self._random.getrandbits(48):x}",
        }
        placed = await trader.client.place_order(**request)  # type: ignore[arg-type]  # of as many types as fields
        trader.placed.append(placed)
        if placed.order.status is OrderStatus.OPEN:
            self._resting[placed.order_id] = trader
        if self._random.random() < 0.05:
            again = await trader.client.place_order(**request)  # type: ignore[arg-type]
            assert (again.deduplicated, again.order_id) == (True, placed.order_id)
            self.repeated += 1
