"""A naive exchange: plain lists, everything computed anew each time, written from the rules and not from the engine.

It keeps each account's total holdings; what is reserved is summed up over the open orders whenever it is asked for.
Fees are exact fractions, rounded up per order when money moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

FEES = "fees"
ISSUANCE = "issuance"


@dataclass(frozen=True)
class NaiveMarket:
    """`quote_atoms`: of one tick × lot; `base_atoms`: of one lot."""

    base: int
    quote: int
    quote_atoms: int
    base_atoms: int
    min_notional: int
    maker_ppm: int
    taker_ppm: int


@dataclass
class NaiveOrder:
    """An order; `price` None is a market order."""

    order_id: int
    account: int
    market_id: int
    buy: bool
    price: int | None
    quantity: int
    tif: str
    post_only: bool
    key: str
    open: int
    fee: Fraction = Fraction(0)
    cost: int = 0
    state: str = "open"

    def payload(self) -> tuple[object, ...]:
        """What a repeated key must agree in."""
        return (self.market_id, self.buy, self.price, self.quantity, self.tif, self.post_only)


@dataclass(frozen=True)
class NaiveTrade:
    """One execution."""

    maker: int
    taker: int
    price: int
    lots: int
    maker_fee: int
    taker_fee: int


@dataclass
class Outcome:
    """`word` is "accepted", "repeated", "canceled <n>", "done", or the refusal's name."""

    word: str
    order: NaiveOrder | None = None
    trades: list[NaiveTrade] = field(default_factory=list)


class NaiveExchange:
    """Accounts, orders in one list by age, and markets by id."""

    def __init__(self, markets: dict[int, NaiveMarket], accounts: list[int]) -> None:
        self.markets = markets
        self.status = dict.fromkeys(markets, "OPEN")
        self.accounts = accounts
        self.orders: list[NaiveOrder] = []
        self.totals: dict[tuple[int | str, int], int] = {}
        self.credits: dict[tuple[int, str], tuple[int, int]] = {}

    # ------------------------------------------------------------ what it knows

    def open_orders(self, account: int | None = None) -> list[NaiveOrder]:
        """Open orders by age."""
        return [o for o in self.orders if o.state == "open" and account in (None, o.account)]

    def need(self, order: NaiveOrder) -> tuple[int, int]:
        """Asset and atoms that an open order can still cost."""
        market = self.markets[order.market_id]
        if not order.buy:
            return market.base, order.open * market.base_atoms
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

    def opposite(self, market_id: int, buy: bool, price: int | None) -> list[NaiveOrder]:
        """Open orders that an order would meet, in their order: best price, then age."""
        others = [o for o in self.open_orders() if o.market_id == market_id and o.buy != buy]
        priced = [(o.price, o) for o in others if o.price is not None]
        within = [(p, o) for p, o in priced if price is None or (p <= price if buy else p >= price)]
        within.sort(key=lambda pair: (pair[0] if buy else -pair[0], pair[1].order_id))
        return [o for _, o in within]

    # ------------------------------------------------------------ commands

    def credit(self, account: int, asset: int, atoms: int, key: str) -> Outcome:
        """Issue money."""
        if key and (account, key) in self.credits:
            return Outcome("repeated" if self.credits[account, key] == (asset, atoms) else "ALREADY_EXISTS")
        if key:
            self.credits[account, key] = (asset, atoms)
        self._move(ISSUANCE, account, asset, atoms)
        return Outcome("done")

    def place(self, order: NaiveOrder) -> Outcome:
        """Place an order as the published rules say."""
        market = self.markets[order.market_id]
        for known in self.orders:
            if order.key and known.account == order.account and known.key == order.key:
                same = known.payload() == order.payload()
                return Outcome("repeated", known) if same else Outcome("CLIENT_ORDER_ID_REUSED")
        status = self.status[order.market_id]
        if status != "OPEN" and not (status == "POST_ONLY" and order.post_only):
            return Outcome("MARKET_" + status)
        if order.price is not None and order.price * order.quantity * market.quote_atoms < market.min_notional:
            return Outcome("NOTIONAL_TOO_SMALL")
        met = self.opposite(order.market_id, order.buy, order.price)
        if order.post_only and met:
            return Outcome("POST_ONLY_WOULD_CROSS")
        if self._cost(order, met) > self.available(order.account, market.quote if order.buy else market.base):
            return Outcome("INSUFFICIENT_FUNDS")

        self.orders.append(order)
        order.state = "arriving"
        outcome = Outcome("accepted", order)
        if order.tif == "FOK" and sum(o.open for o in met if o.account != order.account) < order.quantity:
            order.state = "expired"
            return outcome
        for maker in met:
            if order.open == 0:
                break
            if maker.account == order.account:
                maker.state = "expired"
            else:
                outcome.trades.append(self._trade(market, maker, order))
        if order.open == 0:
            order.state = "filled"
        else:
            order.state = "open" if order.tif == "GTC" else "expired"
        return outcome

    def cancel(self, account: int, order_id: int, key: str) -> Outcome:
        """Cancel one order by id, or by key."""
        for order in self.orders:
            named = order.order_id == order_id if order_id else order.key == key
            if order.account == account and named:
                if order.state != "open":
                    return Outcome("ORDER_CLOSED")
                if self.status[order.market_id] == "HALTED":
                    return Outcome("MARKET_HALTED")
                order.state = "canceled"
                return Outcome("canceled 1", order)
        return Outcome("ORDER_NOT_FOUND")

    def cancel_all(self, account: int, market_id: int) -> Outcome:
        """Cancel everything that is not in a halted market."""
        if market_id and self.status[market_id] == "HALTED":
            return Outcome("MARKET_HALTED")
        chosen = [
            order
            for order in self.open_orders(account)
            if market_id in (0, order.market_id) and self.status[order.market_id] != "HALTED"
        ]
        for order in chosen:
            order.state = "canceled"
        return Outcome(f"canceled {len(chosen)}")

    # ------------------------------------------------------------ money

    def _cost(self, order: NaiveOrder, met: list[NaiveOrder]) -> int:
        """What the order must be able to pay."""
        market = self.markets[order.market_id]
        if order.price is not None or not order.buy:
            return self.need(order)[1]
        missing, cost = order.quantity, 0
        for maker in met:
            if maker.account != order.account and missing:
                lots = min(maker.open, missing)
                assert maker.price is not None
                cost += lots * maker.price * market.quote_atoms
                missing -= lots
        return cost + math.ceil(Fraction(cost * market.taker_ppm, 10**6))

    def _trade(self, market: NaiveMarket, maker: NaiveOrder, taker: NaiveOrder) -> NaiveTrade:
        assert maker.price is not None
        lots = min(maker.open, taker.open)
        cost = lots * maker.price * market.quote_atoms
        buyer, seller = (taker, maker) if taker.buy else (maker, taker)
        self._move(seller.account, buyer.account, market.base, lots * market.base_atoms)
        self._move(buyer.account, seller.account, market.quote, cost)
        maker_fee = self._charge(market, maker, cost, market.maker_ppm)
        taker_fee = self._charge(market, taker, cost, market.taker_ppm)
        for order in (maker, taker):
            order.open -= lots
            order.cost += cost
        if maker.open == 0:
            maker.state = "filled"
        return NaiveTrade(maker.order_id, taker.order_id, maker.price, lots, maker_fee, taker_fee)

    def _charge(self, market: NaiveMarket, order: NaiveOrder, cost: int, ppm: int) -> int:
        before = math.ceil(order.fee)
        order.fee += Fraction(cost * ppm, 10**6)
        fee = math.ceil(order.fee) - before
        self._move(order.account, FEES, market.quote, fee)
        return fee

    def _move(self, source: int | str, target: int | str, asset: int, atoms: int) -> None:
        self.totals[source, asset] = self.totals.get((source, asset), 0) - atoms
        self.totals[target, asset] = self.totals.get((target, asset), 0) + atoms
