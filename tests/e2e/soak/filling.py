"""Fills what is bounded by a number for each account, so that memory which still grows afterwards is a leak."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from exchange_sdk import AmendOrder, AsyncClient, BatchItem, CancelOrder, Market, NewOrder, OrderType, Side
from exchange_server.engine.types import MAX_CLOSED_PER_ACCOUNT

BATCH = 500
AT_ONCE = 4


async def fill_accounts(address: str, data_dir: Path) -> None:
    """Let every bot's account have as many closed orders, and updates to resume from, as are kept of one.

    The bots must not run: the books are empty then. Each order rests, is amended and canceled, as those of the makers:
    one that was amended is as large as an order can be, and would take the place of smaller ones for hours.
    """
    api_keys: dict[str, str] = json.loads((data_dir / "bots" / "keys.json").read_text())
    limit = asyncio.Semaphore(AT_ONCE)

    async def fill(account: int, name: str, api_key: str) -> None:
        async with limit, AsyncClient(address, api_key=api_key) as client:
            market = await client.get_market(f"{name.rsplit('-', 1)[1].upper()}-USDC")
            for first in range(0, MAX_CLOSED_PER_ACCOUNT, BATCH):
                # As long as the bots' own: of another length, each of these would leave a gap that no later key fits.
                keys = [f"filling{account}-{number:05d}" for number in range(first, first + BATCH)]
                for items in _lives(market, keys):
                    for result in await client.batch_orders(items):
                        if result.error is not None:
                            raise result.error

    await asyncio.gather(*(fill(index % 10, name, api_key) for index, (name, api_key) in enumerate(api_keys.items())))


def _lives(market: Market, keys: list[str]) -> Iterator[list[BatchItem]]:
    """Give batches in which orders that nobody meets are placed, amended and canceled."""
    price = market.last_price or 10 * market.tick_size
    amended = price - market.tick_size
    lots: Decimal = (market.min_notional / (amended * market.lot_size)).to_integral_value(ROUND_CEILING)
    order = NewOrder(
        market=market.name,
        side=Side.BUY,
        type=OrderType.LIMIT,
        post_only=True,
        price=price,
        quantity=market.lot_size * max(lots, Decimal(1)),
    )
    yield [replace(order, client_order_id=key) for key in keys]
    yield [AmendOrder(client_order_id=key, price=amended) for key in keys]
    yield [CancelOrder(client_order_id=key) for key in keys]
