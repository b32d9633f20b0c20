"""Who holds what: totals by account, what open orders need, and what a trade moves."""

from __future__ import annotations

import math
from fractions import Fraction

from tests.oracle.orders import NaiveMarket, NaiveOrder, NaiveTrade, Protection

FEES = "fees"
ISSUANCE = "issuance"


class NaiveMoney:
    """Accounts, orders in one list by age, and markets by id."""

    def __init__(self, markets: dict[int, NaiveMarket], accounts: list[int]) -> None:
        self.markets = markets
        self.status = dict.fromkeys(markets, "OPEN")
        self.protection = {market_id: Protection() for market_id in markets}
        self.accounts = accounts
        self.groups: dict[int, int] = {}
        self.orders: list[NaiveOrder] = []
        self.last: dict[int, int] = {}
        self.totals: dict[tuple[int | str, int], int] = {}
        self.credits: dict[tuple[int, str], tuple[int, int]] = {}
        self.switches: dict[int, int] = {}
        self.now = 0
        self.arrivals = 0
        self.fresh: list[tuple[int, int]] = []

    # ------------------------------------------------------------ what it knows

    def open_orders(self, account: int | None = None) -> list[NaiveOrder]:
        """Orders that rest or wait for their trigger, by age."""
        return [o for o in self.orders if o.state in ("open", "pending") and account in (None, o.account)]

    def same_owner(self, one: int, other: int) -> bool:
        """Whether two accounts count as one owner."""
        group = self.groups.get(one, 0)
        return one == other or (group != 0 and group == self.groups.get(other, 0))

    def reference(self, market_id: int) -> int:
        """Last trade, or before the first what an admin set; 0 for none."""
        return self.last.get(market_id) or self.protection[market_id].reference

    def need(self, order: NaiveOrder) -> tuple[int, int]:
        """Asset and atoms that an open order can still cost."""
        market = self.markets[order.market_id]
        if not order.buy:
            return market.base, 0 if order.state == "pending" else order.open * market.base_atoms
        if order.state == "pending":
            return market.quote, 0
        assert order.price is not None
        rest = order.price * order.open * market.quote_atoms
        worst = max(market.maker_ppm, market.taker_ppm, 0)
        fee_at_most = math.ceil(order.fee + Fraction(rest * worst, 10**6))
        return market.quote, rest + fee_at_most - math.ceil(order.fee)

    def reserved(self, account: int, asset: int) -> int:
        """Sum of the needs of the account's open orders."""
        needs = [self.need(order) for order in self.open_orders(account)]
        return sum(atoms for of, atoms in needs if of == asset)

    def available(self, account: int, asset: int) -> int:
        """What is not reserved."""
        return self.totals.get((account, asset), 0) - self.reserved(account, asset)

    def side(self, market_id: int, buy: bool) -> list[NaiveOrder]:
        """One side of a book in its order: best price, then arrival."""
        resting = [(o.level, o) for o in self.orders if o.state == "open" and o.market_id == market_id and o.buy == buy]
        priced = [(price, o) for price, o in resting if price is not None]
        priced.sort(key=lambda pair: (-pair[0] if buy else pair[0], pair[1].arrival))
        return [o for _, o in priced]

    def opposite(self, market_id: int, buy: bool, price: int | None) -> list[NaiveOrder]:
        """Resting orders that an order would meet, in their order."""
        others = [(o.level, o) for o in self.side(market_id, not buy)]
        return [o for p, o in others if p is not None and (price is None or (p <= price if buy else p >= price))]

    # ------------------------------------------------------------ what moves

    def trade(
        self, maker: NaiveOrder, taker: NaiveOrder, lots: int, price: int, maker_ppm: int, taker_ppm: int
    ) -> NaiveTrade:
        """Move what a trade moves, and count it in both orders."""
        market = self.markets[maker.market_id]
        cost = lots * price * market.quote_atoms
        buyer, seller = (taker, maker) if taker.buy else (maker, taker)
        self.move(seller.account, buyer.account, market.base, lots * market.base_atoms)
        self.move(buyer.account, seller.account, market.quote, cost)
        maker_fee = self._charge(market, maker, cost, maker_ppm)
        taker_fee = self._charge(market, taker, cost, taker_ppm)
        for order in (maker, taker):
            if order.quote_amount:
                order.quantity += lots
            else:
                order.open -= lots
            order.filled += lots
            order.cost += cost
        self.last[maker.market_id] = price
        self.fresh.append((maker.market_id, price))
        return NaiveTrade(maker.order_id, taker.order_id, price, lots, maker_fee, taker_fee)

    def shrink_shown(self, order: NaiveOrder, lots: int) -> None:
        """Take lots from what a resting order shows; show a new slice at the back when that was all."""
        order.shown -= lots
        if order.shown == 0 and order.open:
            self.show(order)

    def show(self, order: NaiveOrder) -> None:
        """Let an order stand at the back of its level."""
        self.arrivals += 1
        order.arrival = self.arrivals
        order.shown = min(order.display or order.open, order.open)

    def move(self, source: int | str, target: int | str, asset: int, atoms: int) -> None:
        """Move atoms."""
        self.totals[source, asset] = self.totals.get((source, asset), 0) - atoms
        self.totals[target, asset] = self.totals.get((target, asset), 0) + atoms

    def _charge(self, market: NaiveMarket, order: NaiveOrder, cost: int, ppm: int) -> int:
        before = math.ceil(order.fee)
        order.fee += Fraction(cost * ppm, 10**6)
        fee = math.ceil(order.fee) - before
        self.move(order.account, FEES, market.quote, fee)
        return fee
