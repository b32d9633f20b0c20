"""The walk of an arriving order through the opposite side, planned step by step; the book is read and not changed.

`matching` is the quick way of plain orders among plain orders. This one knows everything: icebergs, owners and
self-trade prevention, amounts in quote, and the protection of market orders. The rules are in docs/orders.md.
"""

from collections import deque
from typing import Final

from exchange_server.engine.book import BookSide
from exchange_server.engine.entities import Market
from exchange_server.engine.fees import ROUND_UP
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Level, Order
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    BPS,
    CLOSE_NO_LIQUIDITY,
    CLOSE_PRICE_PROTECTION,
    CLOSE_QUOTE_AMOUNT_TOO_SMALL,
    CLOSE_SELF_TRADE,
    PPM,
    SELF_TRADE_DECREMENT,
    SELF_TRADE_EXPIRE_BOTH,
    SELF_TRADE_EXPIRE_MAKER,
    SELF_TRADE_EXPIRE_TAKER,
    SIDE_BUY,
    Lots,
)

STEP_TRADE: Final = 1
STEP_EXPIRE_MAKER: Final = 2
STEP_EXPIRE_TAKER: Final = 3
STEP_DECREMENT: Final = 4


class Walk:
    """What an order does on its way, in `steps` of (what, resting order, lots).

    `open_lots`: what it has left; `lots` and `cost_atoms`: what it trades; `done`: it gets all that it asks for;
    `reason`: why it ends here if it is not done and does not rest (CLOSE_…).
    """

    __slots__ = ("cost_atoms", "done", "lots", "open_lots", "reason", "steps")

    def __init__(self, open_lots: int) -> None:
        self.steps: Final[list[tuple[int, Order, Lots]]] = []
        self.open_lots = open_lots
        self.lots = 0
        self.cost_atoms = 0
        self.done = False
        self.reason: int = CLOSE_NO_LIQUIDITY

    @property
    def fills_wholly(self) -> bool:
        """Whether a fill-or-kill order may go this way."""
        return self.done and all(what == STEP_TRADE or what == STEP_EXPIRE_MAKER for what, _, _ in self.steps)


class _Queue:
    """The orders of a level as they would be met: a new slice of an iceberg goes to the back."""

    __slots__ = ("_behind", "_next", "maker", "rest", "shown")

    def __init__(self, level: Level) -> None:
        self._next = level.first
        self._behind: Final[deque[tuple[Order, int, int]]] = deque()
        self.maker: Order | None = None
        self.shown = 0
        self.rest = 0
        self.advance()

    def advance(self) -> None:
        """Leave the first order; `maker` is None when there is no other."""
        maker = self._next
        if maker is not None:
            self._next = maker.next
            self.maker, self.shown, self.rest = maker, maker.visible_lots, maker.open_lots
        elif self._behind:
            self.maker, self.shown, self.rest = self._behind.popleft()
        else:
            self.maker = None

    def take(self, lots: int) -> None:
        """Take lots of what the first order shows."""
        self.shown -= lots
        self.rest -= lots
        if self.shown > 0:
            return
        maker = self.maker
        if self.rest > 0 and maker is not None and isinstance(maker.terms, SpecialTerms):
            self._behind.append((maker, min(maker.terms.display_lots, self.rest), self.rest))
        self.advance()


def plan_walk(state: LiveState, market: Market, opposite: BookSide, order: Order) -> Walk:
    """Plan the way of an arriving order; one by quote amount has 0 open."""
    terms = order.terms
    quote_amount, self_trade = 0, SELF_TRADE_EXPIRE_MAKER
    if isinstance(terms, SpecialTerms):
        quote_amount, self_trade = terms.quote_amount_atoms, terms.self_trade
    buys = order.side == SIDE_BUY
    plan = Walk(order.open_lots)
    level = opposite.best
    worst = _worst_price(market, level, order)
    price = last_price = 0
    while level is not None:
        price = level.price_ticks
        if worst and (price > worst if buys else price < worst):
            if order.price_ticks == 0:
                plan.reason = CLOSE_PRICE_PROTECTION
            break
        lot_cost = price * market.quote_atoms_per_tick_lot
        queue = _Queue(level)
        while queue.maker is not None:
            maker = queue.maker
            if quote_amount:
                if not _affordable(plan.cost_atoms + lot_cost, buys, quote_amount, market.taker_fee_ppm):
                    plan.reason = CLOSE_QUOTE_AMOUNT_TOO_SMALL
                    plan.done = plan.lots > 0
                    return plan
                lots = queue.shown
            else:
                if plan.open_lots == 0:
                    plan.done = True
                    return plan
                lots = min(queue.shown, plan.open_lots)
            if state.same_owner(maker.account_id, order.account_id):
                if self_trade == SELF_TRADE_EXPIRE_MAKER or self_trade == SELF_TRADE_EXPIRE_BOTH:
                    plan.steps.append((STEP_EXPIRE_MAKER, maker, Lots(queue.rest)))
                    queue.advance()
                if self_trade == SELF_TRADE_EXPIRE_TAKER or self_trade == SELF_TRADE_EXPIRE_BOTH:
                    plan.steps.append((STEP_EXPIRE_TAKER, maker, Lots(plan.open_lots)))
                    plan.reason = CLOSE_SELF_TRADE
                    return plan
                if self_trade == SELF_TRADE_DECREMENT:
                    plan.steps.append((STEP_DECREMENT, maker, Lots(lots)))
                    plan.open_lots -= lots
                    queue.take(lots)
                continue
            if quote_amount:
                lots = _most_affordable(plan.cost_atoms, lot_cost, lots, buys, quote_amount, market.taker_fee_ppm)
            else:
                plan.open_lots -= lots
            plan.steps.append((STEP_TRADE, maker, Lots(lots)))
            plan.lots += lots
            plan.cost_atoms += lots * lot_cost
            last_price = price
            queue.take(lots)
        level = opposite.behind(level)
    if quote_amount:
        # Done when one more lot, of the next order or else at the last price, would be too much.
        lot_cost = (price if level is not None else last_price) * market.quote_atoms_per_tick_lot
        more = _affordable(plan.cost_atoms + lot_cost, buys, quote_amount, market.taker_fee_ppm)
        plan.done = plan.lots > 0 and not more
    else:
        plan.done = plan.open_lots == 0
    return plan


def _worst_price(market: Market, best: Level | None, order: Order) -> int:
    """Return the last price that an order may trade at; 0 for any."""
    if order.price_ticks:
        return order.price_ticks
    protection = market.protection
    if protection is None or not protection.market_protection_bps or best is None:
        return 0
    bps = protection.market_protection_bps
    if order.side == SIDE_BUY:
        return best.price_ticks * (BPS + bps) // BPS
    return max(-(-best.price_ticks * (BPS - bps) // BPS), 0)


def _affordable(cost: int, buys: bool, quote_amount: int, fee_ppm: int) -> bool:
    """Tell whether an order that costs so much stays within its quote amount, fee included."""
    fee = (cost * fee_ppm + ROUND_UP) // PPM
    return (cost + fee if buys else cost - fee) <= quote_amount


def _most_affordable(cost: int, lot_cost: int, lots: int, buys: bool, quote_amount: int, fee_ppm: int) -> int:
    """Return how many of `lots` stay within a quote amount that is enough for one."""
    low, high = 1, lots
    while low < high:
        middle = (low + high + 1) // 2
        if _affordable(cost + middle * lot_cost, buys, quote_amount, fee_ppm):
            low = middle
        else:
            high = middle - 1
    return low
