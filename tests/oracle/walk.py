"""The walk of an arriving order through the opposite orders, planned on copies: nothing is changed here."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle.orders import NaiveOrder


@dataclass
class Row:
    """A resting order as the plan goes on."""

    price: int
    arrival: int
    order: NaiveOrder
    shown: int
    open: int

    def take(self, lots: int, rows: list[Row]) -> None:
        """Lose lots of what is shown; a new slice goes to the back of its price."""
        self.shown -= lots
        self.open -= lots
        rows.remove(self)
        if self.open:
            if self.shown == 0:
                self.shown = min(self.order.display or self.open, self.open)
                behind = [i for i, row in enumerate(rows) if row.price == self.price]
                rows.insert(behind[-1] + 1 if behind else 0, self)
            else:
                rows.insert(0, self)


@dataclass
class Plan:
    """Steps are (what, resting order, lots); what is "trade", "expire maker", "expire taker" or "decrement"."""

    steps: list[tuple[str, NaiveOrder, int]] = field(default_factory=list)
    left: int = 0
    cost: int = 0
    reason: str = "NO_LIQUIDITY"
    done: bool = False

    @property
    def lots(self) -> int:
        """How much it trades."""
        return sum(lots for what, _, lots in self.steps if what == "trade")

    @property
    def wholly(self) -> bool:
        """Whether it fills the order."""
        return self.done and not any(what not in {"trade", "expire maker"} for what, _, _ in self.steps)


def plan_walk(
    order: NaiveOrder,
    met: list[NaiveOrder],
    same_owner: Callable[[int, int], bool],
    quote_atoms: int,
    taker_ppm: int,
    market_bps: int,
) -> Plan:
    """Plan what an order does with the opposite orders `met`, best first, whatever its price says about them."""
    plan = Plan(left=order.open)
    rows = [Row(o.level, o.arrival, o, o.shown, o.open) for o in met if o.level is not None]
    best = rows[0].price if rows else 0
    last_price = 0

    def exceeds(lots: int, price: int) -> bool:
        cost = plan.cost + lots * price * quote_atoms
        fee = math.ceil(Fraction(cost * taker_ppm, 10**6))
        return (cost + fee if order.buy else cost - fee) > order.quote_amount

    while order.quote_amount or plan.left:
        if not rows:
            break
        row = rows[0]
        if order.price is not None:
            if row.price > order.price if order.buy else row.price < order.price:
                break
        elif market_bps and (
            row.price * 10_000 > best * (10_000 + market_bps)
            if order.buy
            else row.price * 10_000 < best * (10_000 - market_bps)
        ):
            plan.reason = "PRICE_PROTECTION"
            break
        if order.quote_amount and exceeds(1, row.price):
            plan.reason = "QUOTE_AMOUNT_TOO_SMALL"
            break
        lots = row.shown if order.quote_amount else min(row.shown, plan.left)
        if same_owner(row.order.account, order.account):
            if order.stp in ("EXPIRE_MAKER", "EXPIRE_BOTH"):
                plan.steps.append(("expire maker", row.order, row.open))
                rows.remove(row)
            if order.stp in ("EXPIRE_TAKER", "EXPIRE_BOTH"):
                plan.steps.append(("expire taker", row.order, plan.left))
                plan.reason = "SELF_TRADE"
                return plan
            if order.stp == "DECREMENT":
                plan.steps.append(("decrement", row.order, lots))
                plan.left -= lots
                row.take(lots, rows)
            continue
        if order.quote_amount:
            low, high = 1, lots
            while low < high:
                middle = (low + high + 1) // 2
                low, high = (low, middle - 1) if exceeds(middle, row.price) else (middle, high)
            lots = low
        else:
            plan.left -= lots
        plan.steps.append(("trade", row.order, lots))
        plan.cost += lots * row.price * quote_atoms
        last_price = row.price
        row.take(lots, rows)
    if order.quote_amount:
        plan.done = plan.lots > 0 and exceeds(1, rows[0].price if rows else last_price)
    else:
        plan.done = plan.left == 0
    return plan
