"""Keep a copy of an order book and print its best prices at every change. Needs no key."""

import asyncio
import sys

from exchange_sdk import AsyncClient, Resynced


async def main(market: str, messages: int | None) -> None:
    """Print until interrupted, or for a number of messages."""
    async with AsyncClient() as client, client.stream_order_book(market) as stream:
        count = 0
        async for event in stream:
            if isinstance(event, Resynced):
                print(f"out of step ({event.cause}), a new snapshot follows")
                continue
            # The book is verified: its sequence has no gap, and its ten best levels have the exchange's checksum.
            book = stream.book
            print(f"{book.sequence}: bid {book.best_bid}, ask {book.best_ask}, spread {book.spread}", flush=True)
            count += 1
            if count == messages:
                return


if __name__ == "__main__":
    # local_book.py [MARKET [MESSAGES]]
    market = sys.argv[1] if len(sys.argv) > 1 else "BTC-USDC"
    asyncio.run(main(market, int(sys.argv[2]) if len(sys.argv) > 2 else None))
