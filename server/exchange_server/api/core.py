"""What the handlers of one shard work with."""

import time
from collections.abc import Callable
from typing import Final

from exchange_server.api.call import Call
from exchange_server.api.errors import ACCOUNT_NOT_FOUND, CallError, command_error
from exchange_server.engine import Engine
from exchange_server.engine.commands import CancelAllOrders, Command, PlaceOrder
from exchange_server.engine.entities import Market
from exchange_server.engine.events import Rejected
from exchange_server.engine.orders import Order
from exchange_server.engine.types import MARKET_HALTED, SCOPE_ADMIN, AccountId, OrderId, TimeNs
from exchange_server.feeds import Feeds
from exchange_server.sequencer import Applied, Shard
from exchange_server.wire.list_requests import ListReader
from exchange_server.wire.order_requests import OrderReader


class Core:
    """One shard: what it is asked goes through `execute`, what it knows is read from `engine` and then `settled`."""

    def __init__(self, shard: Shard, feeds: Feeds, clock_ns: Callable[[], int] = time.time_ns) -> None:
        self.shard: Final = shard
        self.engine: Final[Engine] = shard.engine
        self.feeds: Final = feeds
        self.clock_ns: Final = clock_ns
        self.orders: Final = OrderReader(shard.engine.markets_by_name, shard.engine.find_order)
        self.order_lists: Final = ListReader(self.orders)

    async def execute(self, command: Command, call: Call) -> Applied:
        """Sequence a command and return what came of it, once it is durable.

        Raises CallError when the engine refused it, NotSequenced when it was not executed.
        """
        (applied,) = await self.shard.submit((command,), call.deadline_ns)
        outcome = applied.events[0]
        if isinstance(outcome, Rejected):
            raise command_error(command, outcome)
        return applied

    async def check(self, command: Command) -> None:
        """Raise CallError when the engine would refuse a command now; do nothing else."""
        rejected = self.engine.check(command, TimeNs(self.clock_ns()))
        await self.shard.durable()
        if rejected is not None:
            raise command_error(command, rejected)

    def known_order(self, command: PlaceOrder) -> Order | None:
        """Return the order whose client order id a command repeats, if any."""
        key = command.client_order_id
        return self.engine.find_order(command.account_id, OrderId(0), key) if key else None

    def cancelable(self, command: CancelAllOrders) -> list[OrderId]:
        """Return the ids of the orders that a command would cancel now, oldest first."""
        prefix = command.client_order_id_prefix
        return [
            order.order_id
            for order in self.engine.open_orders(command.account_id, command.market_id)
            if command.side in (0, order.side)
            and order.client_order_id.startswith(prefix)
            and order.market.status != MARKET_HALTED
        ]

    async def settled(self) -> None:
        """Wait until everything that a read of the engine has just seen is durable: only then may it be told."""
        await self.shard.durable()

    def account_of(self, call: Call, requested: int) -> AccountId:
        """Return the account that a call is about: the caller's own, or any that exists for the scope ADMIN.

        Raises CallError as if the account did not exist for everybody else.
        """
        account_id = call.principal.account_id
        if requested in (0, account_id):
            return account_id
        if call.principal.may(SCOPE_ADMIN) and requested in self.engine.accounts:
            return AccountId(requested)
        raise CallError(ACCOUNT_NOT_FOUND, "account_id")

    def market(self, name: str) -> Market:
        """Return a market. Raises FieldError naming `market`."""
        return self.orders.market(name)
