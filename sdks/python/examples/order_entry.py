"""Quote a ladder of orders in one batch, replace it without a moment in between, and take it away.

Needs EXCHANGE_API_KEY; EXCHANGE_ADDRESS if the exchange is not at 127.0.0.1:50051.
"""

import asyncio
from decimal import Decimal

from exchange_sdk import AsyncClient, CancelOrder, Market, NewOrder, Reconnected


def ladder(market: Market, best: Decimal, levels: int = 5) -> list[NewOrder]:
    """Bids from the best down, one tick apart."""
    prices = [best - level * market.tick_size for level in range(levels)]
    return [NewOrder(market=market.name, side="buy", price=price, quantity="0.1", post_only=True) for price in prices]


def report(notice: Reconnected) -> None:
    """Say that the connection was lost and is back."""
    print(f"connected again after {notice.cause}")


async def main() -> None:
    """Quote, replace, cancel."""
    async with AsyncClient() as client, client.order_entry(on_reconnect=report) as session:
        market = await client.get_market("BTC-USDC")
        quotes = [result.raise_for_error() for result in await session.batch(ladder(market, Decimal(50)))]
        print("quoted", [result.order_id for result in quotes])

        # One batch: nothing of anybody else comes between its cancels and its orders.
        cancels = [CancelOrder(order_id=result.order_id) for result in quotes]
        results = await session.batch([*cancels, *ladder(market, Decimal(51))])
        refused = [result.error for result in results if result.error is not None]
        print(f"replaced {len(cancels)} orders, {len(refused)} requests refused")

        print("canceled", await session.cancel_all(market=market.name))


if __name__ == "__main__":
    asyncio.run(main())
