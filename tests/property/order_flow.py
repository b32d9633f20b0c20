"""A random flow of every kind of order in which much happens, and whose commands are kept, to be journaled."""

from dataclasses import replace

from exchange_server.engine.commands import Command, PlaceOrder
from exchange_server.engine.events import Event
from tests.oracle.naive_exchange import NaiveOrder
from tests.property.test_order_types_against_oracle import Pair


class Flow(Pair):
    """The flow of `Pair`, but no client order id is used twice.

    There every third command is refused for that. It must be tried, but three times as much happens without.
    """

    def __init__(self, seed: int) -> None:
        self.commands: list[Command] = []
        super().__init__(seed)

    def apply(self, command: Command) -> list[Event]:
        self.commands.append(command)
        return super().apply(command)

    def order(self) -> tuple[PlaceOrder, NaiveOrder]:
        command, naive = super().order()
        key = naive.key and f"{naive.key}-{self.engine.sequence}"
        fresh = PlaceOrder(
            command.account_id,
            command.market_id,
            command.side,
            command.terms,
            command.price_ticks,
            command.quantity_lots,
            key,
        )
        return fresh, replace(naive, key=key)
