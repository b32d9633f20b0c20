"""Fills what is bounded by a number for each account, so that memory which still grows afterwards is a leak."""

import asyncio
import json
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from exchange_sdk import AsyncClient, NewOrder, OrderType, Side, TimeInForce
from exchange_server.engine.types import MAX_CLOSED_PER_ACCOUNT

BATCH = 500
AT_ONCE = 4


async def fill_accounts(address: str, data_dir: Path) -> None:
    """Let every bot's account have as many closed orders, and updates to resume from, as are kept of one.

    The bots must not run: the books are empty then, and orders that would trade at once expire.
    """
    keys: dict[str, str] = json.loads((data_dir / "bots" / "keys.json").read_text())
    limit = asyncio.Semaphore(AT_ONCE)

    async def fill(name: str, key: str) -> None:
        async with limit, AsyncClient(address, api_key=key) as client:
            market = await client.get_market(f"{name.rsplit('-', 1)[1].upper()}-USDC")
            price = market.last_price or market.tick_size
            lots = (market.min_notional / (price * market.lot_size)).to_integral_value(ROUND_CEILING)
            order = NewOrder(
                market=market.name,
                side=Side.BUY,
                type=OrderType.LIMIT,
                time_in_force=TimeInForce.IOC,
                price=price,
                quantity=market.lot_size * max(lots, Decimal(1)),
            )
            for _ in range(MAX_CLOSED_PER_ACCOUNT // BATCH):
                for result in await client.batch_orders([order] * BATCH):
                    if result.error is not None:
                        raise result.error

    await asyncio.gather(*(fill(name, key) for name, key in keys.items()))
