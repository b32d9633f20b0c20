"""An exchange with traders by name and sides as short lists, for the examples of docs/orders.md.

A tale is told by the naive exchange here, and by the engine in `engine_tale.py`, in the same words.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tests.oracle.naive_exchange import NaiveExchange, NaiveMarket, NaiveOrder, Outcome, Protection

BASE, QUOTE = 1, 2
NAMES = ("Ann", "Bob", "Cid", "Dan")
MILLION = 1_000_000

Item: TypeAlias = "NaiveOrder | tuple[str, int]"
"""Of a batch: an order to place, or whose order to cancel, by id."""


class Tale(ABC):
    """One market, one tick × one lot is one atom; everybody has a million atoms of each asset unless `holds` says less.

    Orders are numbered from 1 as they are written down, whatever becomes of them.
    """

    now: int

    def __init__(self) -> None:
        self.next_id = 1

    # ------------------------------------------------------------ words

    def order(self, who: str, buy: bool, quantity: int, price: int | None = None, **terms: Any) -> NaiveOrder:
        """Write an order down."""
        kind = str(terms.pop("kind", "MARKET" if price is None else "LIMIT"))
        tif = str(terms.pop("tif", "IOC" if price is None else "GTC"))
        post_only, key = bool(terms.pop("post_only", False)), str(terms.pop("key", ""))
        open_lots = 0 if terms.get("quote_amount") else quantity
        order = NaiveOrder(
            self.next_id, NAMES.index(who), 1, buy, price, quantity, tif, post_only, key, open_lots, kind=kind, **terms
        )
        self.next_id += 1
        return order

    def buy(self, who: str, quantity: int, price: int | None = None, **terms: Any) -> Outcome:
        return self.place(self.order(who, True, quantity, price, **terms))

    def sell(self, who: str, quantity: int, price: int | None = None, **terms: Any) -> Outcome:
        return self.place(self.order(who, False, quantity, price, **terms))

    def trade_at(self, price: int) -> None:
        """Let Bob and Dan trade one lot at a price, nothing else being in the way."""
        self.sell("Bob", 1, price)
        assert [trade.price for trade in self.buy("Dan", 1, price, tif="IOC").trades][:1] == [price]

    def bids(self) -> list[tuple[str, int, int | None]]:
        return self.book(True)

    def asks(self) -> list[tuple[str, int, int | None]]:
        return self.book(False)

    def told(self, outcome: Outcome) -> list[tuple[int, int]]:
        """Lots and prices of its trades."""
        return [(trade.lots, trade.price) for trade in outcome.trades]

    # ------------------------------------------------------------ commands

    @abstractmethod
    def place(self, order: NaiveOrder) -> Outcome: ...

    @abstractmethod
    def place_oco(self, above: NaiveOrder, below: NaiveOrder) -> Outcome: ...

    @abstractmethod
    def place_bracket(self, entry: NaiveOrder, take_profit: NaiveOrder, stop_loss: NaiveOrder) -> Outcome: ...

    @abstractmethod
    def amend(self, outcome: Outcome, price: int | None = None, quantity: int | None = None) -> Outcome: ...

    @abstractmethod
    def cancel(self, who: str, number: int) -> Outcome: ...

    @abstractmethod
    def cancel_replace(self, old: NaiveOrder, new: NaiveOrder, stop_on_failure: bool) -> Outcome: ...

    @abstractmethod
    def batch(self, items: list[Item], all_or_none: bool) -> list[Outcome]: ...

    @abstractmethod
    def cancel_all(self, who: str, buy: bool | None, prefix: str) -> Outcome: ...

    @abstractmethod
    def cancel_session(self, who: str, session: int) -> Outcome: ...

    @abstractmethod
    def expire(self) -> Outcome: ...

    @abstractmethod
    def set_cancel_all_after(self, who: str, timeout: int) -> Outcome: ...

    @abstractmethod
    def run_cancel_all_after(self, who: str, cancel_time: int) -> Outcome: ...

    @abstractmethod
    def set_trade_group(self, who: str, group: int) -> Outcome: ...

    @abstractmethod
    def set_protection(self, protection: Protection) -> Outcome: ...

    @abstractmethod
    def set_status(self, status: str) -> Outcome: ...

    # ------------------------------------------------------------ what it knows

    @abstractmethod
    def book(self, buy: bool) -> list[tuple[str, int, int | None]]:
        """Who shows how much at which price, best first."""

    @abstractmethod
    def open_orders(self, who: str) -> list[int]:
        """Numbers of the orders that rest or wait, by age."""


class OracleTale(Tale):
    """Told by the naive exchange."""

    def __init__(
        self, maker_ppm: int = 0, taker_ppm: int = 0, holds: Mapping[tuple[str, int], int] | None = None
    ) -> None:
        super().__init__()
        market = NaiveMarket(BASE, QUOTE, 1, 1, 0, maker_ppm, taker_ppm)
        self.exchange = NaiveExchange({1: market}, list(range(len(NAMES))))
        for account, who in enumerate(NAMES):
            for asset in (BASE, QUOTE):
                self.exchange.credit(account, asset, (holds or {}).get((who, asset), MILLION), "")

    @property
    def now(self) -> int:
        """The time of the next command."""
        return self.exchange.now

    @now.setter
    def now(self, now: int) -> None:
        self.exchange.now = now

    def place(self, order: NaiveOrder) -> Outcome:
        return self.exchange.place(order)

    def place_oco(self, above: NaiveOrder, below: NaiveOrder) -> Outcome:
        return self.exchange.place_oco(above, below)

    def place_bracket(self, entry: NaiveOrder, take_profit: NaiveOrder, stop_loss: NaiveOrder) -> Outcome:
        return self.exchange.place_bracket(entry, take_profit, stop_loss)

    def amend(self, outcome: Outcome, price: int | None = None, quantity: int | None = None) -> Outcome:
        assert outcome.order is not None
        return self.exchange.amend(outcome.order.account, outcome.order.order_id, "", price, quantity)

    def cancel(self, who: str, number: int) -> Outcome:
        return self.exchange.cancel(NAMES.index(who), number, "")

    def cancel_replace(self, old: NaiveOrder, new: NaiveOrder, stop_on_failure: bool) -> Outcome:
        return self.exchange.cancel_replace(old.account, old.order_id, "", new, stop_on_failure)

    def batch(self, items: list[Item], all_or_none: bool) -> list[Outcome]:
        def step(item: Item) -> Callable[[NaiveExchange], Outcome]:
            if isinstance(item, NaiveOrder):
                return lambda exchange: exchange.place(item)
            return lambda exchange: exchange.cancel(NAMES.index(item[0]), item[1], "")

        return self.exchange.batch([step(item) for item in items], all_or_none)

    def cancel_all(self, who: str, buy: bool | None, prefix: str) -> Outcome:
        return self.exchange.cancel_all(NAMES.index(who), 1, buy, prefix)

    def cancel_session(self, who: str, session: int) -> Outcome:
        return self.exchange.cancel_session(NAMES.index(who), session)

    def expire(self) -> Outcome:
        return self.exchange.expire()

    def set_cancel_all_after(self, who: str, timeout: int) -> Outcome:
        return self.exchange.set_cancel_all_after(NAMES.index(who), timeout)

    def run_cancel_all_after(self, who: str, cancel_time: int) -> Outcome:
        return self.exchange.run_cancel_all_after(NAMES.index(who), cancel_time)

    def set_trade_group(self, who: str, group: int) -> Outcome:
        return self.exchange.set_trade_group(NAMES.index(who), group)

    def set_protection(self, protection: Protection) -> Outcome:
        return self.exchange.set_protection(1, protection)

    def set_status(self, status: str) -> Outcome:
        return self.exchange.set_status(1, status)

    def book(self, buy: bool) -> list[tuple[str, int, int | None]]:
        return [(NAMES[o.account], o.shown, o.level) for o in self.exchange.side(1, buy)]

    def open_orders(self, who: str) -> list[int]:
        return [order.order_id for order in self.exchange.open_orders(NAMES.index(who))]


def end_of(outcome: Outcome) -> tuple[str, str, int, int]:
    """State, reason, filled and prevented quantity of the order that a command placed."""
    order = outcome.order
    assert order is not None
    return order.state, order.reason, order.filled, order.prevented
