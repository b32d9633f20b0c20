"""Seeded order flow for the engine's benchmark: 60% resting orders, 35% cancels, 5% that cross."""

import random
from dataclasses import dataclass

from exchange_server.engine import Engine
from exchange_server.engine.commands import (
    CancelOrder,
    Command,
    CreateAccount,
    CreateAsset,
    CreateMarket,
    Credit,
    PlaceOrder,
)
from exchange_server.engine.events import OrderAccepted, OrderCanceled, OrderClosed, OrderRested
from exchange_server.engine.terms import GOOD_TILL_CANCELED, IMMEDIATE_OR_CANCEL
from exchange_server.engine.types import (
    FIRST_CLIENT_ACCOUNT,
    SIDE_BUY,
    SIDE_SELL,
    AccountId,
    AssetId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Ppm,
    Sequence,
    Ticks,
    TimeNs,
)

ACCOUNTS = 100
MARKET = MarketId(1)
MIDDLE_TICKS = 650_000
START_NS = 1_700_000_000_000_000_000
STEP_NS = 1_000


@dataclass(frozen=True)
class Mix:
    """Shares of adds and cancels in percent (the rest crosses), and how many price levels a side has.

    `deep_levels`: of the orders that rest before; 0 is as many.
    """

    add_percent: int = 60
    cancel_percent: int = 35
    levels: int = 1_000
    deep_levels: int = 0


def opening() -> list[Command]:
    """Return the commands that set up a market and rich accounts."""
    commands: list[Command] = [
        CreateAsset("BTC", 8),
        CreateAsset("USDC", 6),
        CreateMarket("BTC", "USDC", 1, 1, 1, 5, Atoms(1_000_000), Ppm(-50), Ppm(400)),
    ]
    for number in range(ACCOUNTS):
        account_id = AccountId(FIRST_CLIENT_ACCOUNT + number)
        commands.append(CreateAccount(f"trader-{number}"))
        commands.append(Credit(account_id, AssetId(1), Atoms(10**16), ""))
        commands.append(Credit(account_id, AssetId(2), Atoms(10**16), ""))
    return commands


def apply_all(engine: Engine, commands: list[Command]) -> None:
    """Apply commands after what the engine has seen, a microsecond apart."""
    sequence = engine.sequence
    for command in commands:
        sequence = Sequence(sequence + 1)
        engine.apply(sequence, TimeNs(START_NS + sequence * STEP_NS), command)


def resting_order(random_source: random.Random, number: int, levels: int) -> PlaceOrder:
    """Make an order that rests: bids below the middle, asks above it."""
    side = SIDE_BUY if random_source.random() < 0.5 else SIDE_SELL
    distance = random_source.randrange(1, levels + 1)
    price = MIDDLE_TICKS - distance if side == SIDE_BUY else MIDDLE_TICKS + distance
    return PlaceOrder(
        AccountId(FIRST_CLIENT_ACCOUNT + random_source.randrange(ACCOUNTS)),
        MARKET,
        side,
        GOOD_TILL_CANCELED,
        Ticks(price),
        Lots(random_source.randrange(1, 1_000)),
        f"{number:016x}",
    )


def crossing_order(random_source: random.Random, number: int, levels: int) -> PlaceOrder:
    """Make an order that takes liquidity: mostly less than one resting order has, as takers do."""
    side = SIDE_BUY if random_source.random() < 0.5 else SIDE_SELL
    return PlaceOrder(
        AccountId(FIRST_CLIENT_ACCOUNT + random_source.randrange(ACCOUNTS)),
        MARKET,
        side,
        IMMEDIATE_OR_CANCEL,
        Ticks(MIDDLE_TICKS + levels if side == SIDE_BUY else MIDDLE_TICKS - levels),
        Lots(random_source.randrange(1, 300)),
        f"{number:016x}",
    )


def flow(prefill: int, count: int, mix: Mix, seed: int = 1) -> tuple[list[Command], list[Command]]:
    """Return the commands that fill a book with `prefill` orders, and `count` mixed ones after them.

    Cancels name orders that are open then, so the flow is tried on an engine while it is made.
    """
    random_source = random.Random(seed)
    engine = Engine()
    before: list[Command] = opening()
    for number in range(prefill):
        before.append(resting_order(random_source, number, mix.deep_levels or mix.levels))
    mixed: list[Command] = []
    open_orders = _OpenOrders()
    for position in range(len(before) + count):
        sequence = Sequence(position + 1)
        if position < len(before):
            command = before[position]
        else:
            command = _next(random_source, sequence, mix, open_orders)
            mixed.append(command)
        for event in engine.apply(sequence, TimeNs(START_NS + sequence * STEP_NS), command):
            if isinstance(event, OrderAccepted | OrderRested):
                open_orders.add(event.order.order_id, event.order.account_id)
            elif isinstance(event, OrderClosed | OrderCanceled):
                open_orders.discard(event.order.order_id)
    return before, mixed


def _next(random_source: random.Random, number: int, mix: Mix, open_orders: "_OpenOrders") -> Command:
    percent = random_source.random() * 100
    if percent < mix.add_percent or not open_orders.ids:
        return resting_order(random_source, number, mix.levels)
    if percent < mix.add_percent + mix.cancel_percent:
        order_id = random_source.choice(open_orders.ids)
        return CancelOrder(open_orders.accounts[order_id], order_id, "")
    return crossing_order(random_source, number, mix.levels)


class _OpenOrders:
    """Open orders with a choice in constant time."""

    def __init__(self) -> None:
        self.ids: list[OrderId] = []
        self.accounts: dict[OrderId, AccountId] = {}
        self._places: dict[OrderId, int] = {}

    def add(self, order_id: OrderId, account_id: AccountId) -> None:
        self._places[order_id] = len(self.ids)
        self.ids.append(order_id)
        self.accounts[order_id] = account_id

    def discard(self, order_id: OrderId) -> None:
        place = self._places.pop(order_id)
        last = self.ids.pop()
        if last != order_id:
            self.ids[place] = last
            self._places[last] = place
        del self.accounts[order_id]
