"""The naive exchange with traders by name and sides as short lists, for the examples of docs/orders.md."""

from __future__ import annotations

from typing import Any

from tests.oracle.naive_exchange import NaiveExchange, NaiveMarket, NaiveOrder, Outcome

BASE, QUOTE = 1, 2
NAMES = ("Ann", "Bob", "Cid", "Dan")


class Tale:
    """One market, one tick × one lot is one atom; everybody has a million atoms of each asset."""

    def __init__(self, maker_ppm: int = 0, taker_ppm: int = 0) -> None:
        market = NaiveMarket(BASE, QUOTE, 1, 1, 0, maker_ppm, taker_ppm)
        self.exchange = NaiveExchange({1: market}, list(range(len(NAMES))))
        self.next_id = 1
        for account in range(len(NAMES)):
            for asset in (BASE, QUOTE):
                self.exchange.credit(account, asset, 1_000_000, "")

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
        return self.exchange.place(self.order(who, True, quantity, price, **terms))

    def sell(self, who: str, quantity: int, price: int | None = None, **terms: Any) -> Outcome:
        return self.exchange.place(self.order(who, False, quantity, price, **terms))

    def amend(self, outcome: Outcome, price: int | None = None, quantity: int | None = None) -> Outcome:
        assert outcome.order is not None
        return self.exchange.amend(outcome.order.account, outcome.order.order_id, "", price, quantity)

    def trade_at(self, price: int) -> None:
        """Let Bob and Dan trade one lot at a price, nothing else being in the way."""
        self.sell("Bob", 1, price)
        assert [trade.price for trade in self.buy("Dan", 1, price, tif="IOC").trades][:1] == [price]

    def book(self, buy: bool) -> list[tuple[str, int, int | None]]:
        """Who shows how much at which price, best first."""
        return [(NAMES[o.account], o.shown, o.level) for o in self.exchange.side(1, buy)]

    def bids(self) -> list[tuple[str, int, int | None]]:
        return self.book(True)

    def asks(self) -> list[tuple[str, int, int | None]]:
        return self.book(False)

    def told(self, outcome: Outcome) -> list[tuple[int, int]]:
        """Lots and prices of its trades."""
        return [(trade.lots, trade.price) for trade in outcome.trades]


def end_of(outcome: Outcome) -> tuple[str, str, int, int]:
    """State, reason, filled and prevented quantity of the order that a command placed."""
    order = outcome.order
    assert order is not None
    return order.state, order.reason, order.filled, order.prevented
