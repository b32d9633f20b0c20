"""Fills what is bounded by a number for each account or market: memory that still grows afterwards is a leak."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from exchange_sdk import (
    AmendOrder,
    AsyncClient,
    BatchItem,
    CancelOrder,
    Market,
    NewOrder,
    OrderClosed,
    OrderType,
    Scope,
    Side,
    TimeInForce,
)
from exchange_server.engine.types import MAX_CLOSED_PER_ACCOUNT
from exchange_server.feeds.trades import TRADES_KEPT

BATCH = 500
COMMANDS_A_SECOND = 5_000
"""No more than the bots' own process can read of its accounts."""
FAR_TICKS = 10
"""A price at which nobody buys."""
FUNDS = Decimal(1_000_000)


async def fill_accounts(address: str, data_dir: Path) -> None:
    """Let every bot's account have as many closed orders, and updates to resume from, as are kept of one.

    The bots trade meanwhile, and see orders of theirs that they do not know. Each rests, is amended and canceled, as
    those of the makers: one that was amended is as large as an order can be, and would take the place of smaller ones
    for hours.
    """
    api_keys: dict[str, str] = json.loads((data_dir / "bots" / "keys.json").read_text())
    for account, (name, api_key) in enumerate(api_keys.items()):
        async with AsyncClient(address, api_key=api_key) as client:
            market = await client.get_market(f"{name.rsplit('-', 1)[1].upper()}-USDC")
            for first in range(0, MAX_CLOSED_PER_ACCOUNT, BATCH):
                # As long as the bots' own: of another length, each of these would leave a gap that no later key fits.
                keys = [f"filling{account % 10}-{number:05d}" for number in range(first, first + BATCH)]
                for items in _lives(market, keys):
                    await _send(client, items)


async def fill_trades(address: str, admin_key: str, markets: Sequence[str]) -> None:
    """Let every market have as many trades as are kept of one: somebody buys and sells by turns from who quotes."""
    async with _trader(address, admin_key, markets) as client:
        for name in markets:
            market = await client.get_market(name)
            assert market.last_price is not None, f"nobody has traded {name} yet"
            lowest = market.last_price / 2 // market.tick_size * market.tick_size
            buy = NewOrder(
                market=name,
                side=Side.BUY,
                type=OrderType.LIMIT,
                time_in_force=TimeInForce.IOC,
                price=2 * market.last_price,
                quantity=_quantity(market, lowest),
            )
            pair = [buy, replace(buy, side=Side.SELL, price=lowest)]
            for _ in range(0, TRADES_KEPT, BATCH):
                await _send(client, pair * (BATCH // 2))


@asynccontextmanager
async def _trader(address: str, admin_key: str, markets: Sequence[str]) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(address, api_key=admin_key) as client:
        account = await client.admin.create_account("filling")
        for asset in {asset for market in markets for asset in market.split("-")}:
            await client.admin.credit(account.account_id, asset, FUNDS, credit_id=f"filling-{asset}")
        key = await client.admin.create_api_key(account.account_id, [Scope.READ, Scope.TRADE], label="filling")
    async with AsyncClient(address, api_key=key.api_key) as client:
        yield client


async def _send(client: AsyncClient, items: Sequence[BatchItem]) -> None:
    await asyncio.sleep(len(items) / COMMANDS_A_SECOND)
    for result in await client.batch_orders(items):
        # A bot that lost touch for a moment cancels everything of its account.
        if result.error is not None and not isinstance(result.error, OrderClosed):
            raise result.error


def _lives(market: Market, keys: list[str]) -> Iterator[list[BatchItem]]:
    """Give batches in which orders that nobody meets are placed, amended and canceled."""
    amended = FAR_TICKS * market.tick_size
    order = NewOrder(
        market=market.name,
        side=Side.BUY,
        type=OrderType.LIMIT,
        post_only=True,
        price=amended + market.tick_size,
        quantity=_quantity(market, amended),
    )
    yield [replace(order, client_order_id=key) for key in keys]
    yield [AmendOrder(client_order_id=key, price=amended) for key in keys]
    yield [CancelOrder(client_order_id=key) for key in keys]


def _quantity(market: Market, price: Decimal) -> Decimal:
    """Return the least that may be ordered at a price, or somewhat more."""
    lots: Decimal = (2 * market.min_notional / (price * market.lot_size)).to_integral_value(ROUND_CEILING)
    return market.lot_size * max(lots, Decimal(1))
