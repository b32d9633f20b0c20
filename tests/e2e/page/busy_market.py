"""A market that changes five hundred times a second, made with the Python SDK."""

import random
import threading
import time
from types import TracebackType
from typing import Self

from exchange_sdk import AmendOrder, Client, NewOrder

MARKET = "BTC-USDC"
LEVELS = 25
BATCHES_PER_SECOND = 20
CHANGES_PER_BATCH = 25
# Prices in tenths, which is the market's tick.
MIDDLE = 650_000
SPREAD = 5


class BusyMarket:
    """Amends orders on both sides of the book and trades now and then, in a thread, from `with` to its end."""

    def __init__(self, maker: Client, taker: Client, batches_per_second: float = BATCHES_PER_SECOND) -> None:
        self._maker = maker
        self._taker = taker
        self._interval = 1 / batches_per_second
        self._random = random.Random(1)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="busy market")
        self._error: Exception | None = None
        self.changes = 0

    def __enter__(self) -> Self:
        orders = [
            NewOrder(market=MARKET, side=side, quantity=self._quantity(), price=self._price(side, level))
            for side in ("buy", "sell")
            for level in range(LEVELS)
        ]
        results = self._maker.batch_orders(orders)
        self._orders = [(each.order_id, order.side) for each, order in zip(results, orders, strict=True)]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join(30)
        self._maker.cancel_all_orders()
        if self._error is not None:
            raise self._error

    def changes_per_second(self, seconds: float) -> float:
        """Count for some time. Raises AssertionError when nothing changes any more."""
        before, started = self.changes, time.monotonic()
        time.sleep(seconds)
        rate = (self.changes - before) / (time.monotonic() - started)
        assert rate, f"the flow has stopped: {self._error}"
        return rate

    def _run(self) -> None:
        due = time.monotonic()
        try:
            while not self._stopped.is_set():
                self._change()
                due = max(due + self._interval, time.monotonic() - 1)
                self._stopped.wait(max(0.0, due - time.monotonic()))
        except Exception as error:
            self._error = error

    def _change(self) -> None:
        """Change half of the orders, and let the taker trade a little with what is best."""
        chosen = self._random.sample(range(len(self._orders)), CHANGES_PER_BATCH)
        amends = [
            AmendOrder(
                order_id=self._orders[index][0],
                price=self._price(str(self._orders[index][1]), self._random.randrange(LEVELS)),
                quantity=self._quantity(),
            )
            for index in chosen
        ]
        results = self._maker.batch_orders(amends)
        self.changes += sum(result.error is None for result in results)
        self._replace([index for index, result in zip(chosen, results, strict=True) if result.error is not None])
        if self._random.random() < 0.3:
            side = self._random.choice(("buy", "sell"))
            price = self._price("sell" if side == "buy" else "buy", LEVELS)
            self._taker.place_order(market=MARKET, side=side, quantity="0.0005", price=price, time_in_force="ioc")

    def _replace(self, indexes: list[int]) -> None:
        """Place anew what was filled."""
        if not indexes:
            return
        orders = [
            NewOrder(market=MARKET, side=self._orders[index][1], quantity=self._quantity(), price=price)
            for index in indexes
            for price in [self._price(str(self._orders[index][1]), self._random.randrange(LEVELS))]
        ]
        for index, result, order in zip(indexes, self._maker.batch_orders(orders), orders, strict=True):
            self._orders[index] = (result.order_id, order.side)
            self.changes += result.error is None

    def _price(self, side: str, level: int) -> str:
        ticks = MIDDLE - SPREAD - level if side == "buy" else MIDDLE + SPREAD + level
        return f"{ticks // 10}.{ticks % 10}"

    def _quantity(self) -> str:
        return f"0.{self._random.randrange(1_000, 30_000):05d}"
