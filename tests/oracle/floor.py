"""Arrivals and what they set off: trades, self-trade prevention, lists of orders, triggers, pegged orders."""

from __future__ import annotations

from tests.oracle.money import NaiveMoney
from tests.oracle.orders import TRIGGERED_KINDS, NaiveOrder, Outcome
from tests.oracle.walk import Plan, plan_walk

HIGHEST_PRICE = 2**40 - 1


class NaiveFloor(NaiveMoney):
    """What happens between orders."""

    # ------------------------------------------------------------ arrivals

    def plan(self, order: NaiveOrder) -> Plan:
        """Plan the walk of an order on the book as it is."""
        market = self.markets[order.market_id]
        met = self.opposite(order.market_id, order.buy, None)
        bps = self.protection[order.market_id].market_bps
        return plan_walk(order, met, self.same_owner, market.quote_atoms, market.taker_ppm, bps)

    def arrive(self, order: NaiveOrder, outcome: Outcome) -> None:
        """Let an accepted order meet what it crosses, and rest or end with what is left."""
        order.state = "arriving"
        if order.kind == "PEGGED" or self.status[order.market_id] == "AUCTION":
            self._rest(order)
            return
        plan = self.plan(order)
        if order.tif == "FOK" and not plan.wholly:
            self.end(order, "expired", "NOT_FILLABLE", outcome)
            return
        market = self.markets[order.market_id]
        for what, maker, lots in plan.steps:
            if what == "trade":
                assert maker.level is not None
                self.execute(maker, order, lots, maker.level, market.maker_ppm, market.taker_ppm, outcome)
            else:
                self.prevent(what, maker, order, lots, outcome)
        if order.state != "arriving":
            return
        if plan.done:
            self._fill(order, outcome)
        elif order.quote_amount and plan.lots == 0 and plan.reason == "QUOTE_AMOUNT_TOO_SMALL":
            self.end(order, "expired", plan.reason, outcome)
        elif order.may_rest:
            self._rest(order)
        else:
            self.end(order, "expired", plan.reason, outcome)

    def execute(
        self,
        maker: NaiveOrder,
        taker: NaiveOrder,
        lots: int,
        price: int,
        maker_ppm: int,
        taker_ppm: int,
        outcome: Outcome,
    ) -> None:
        """Trade with a resting order, and say what ends by it."""
        outcome.trades.append(self.trade(maker, taker, lots, price, maker_ppm, taker_ppm))
        outcome.events.append(("trade", maker.order_id, taker.order_id, price, lots))
        for order in (maker, taker):
            if order.state == "open":
                self.shrink_shown(order, lots)
                if order.open == 0:
                    self._fill(order, outcome)
        for order in (maker, taker):
            self._list_filled(order, lots, outcome)

    def prevent(self, what: str, maker: NaiveOrder, taker: NaiveOrder, lots: int, outcome: Outcome) -> None:
        """Do what self-trade prevention does instead of a trade."""
        if what == "expire maker":
            self._prevent(maker, maker.open)
            self.end(maker, "expired", "SELF_TRADE", outcome)
        elif what == "expire taker":
            self._prevent(taker, taker.open)
            self.end(taker, "expired", "SELF_TRADE", outcome)
        else:
            for order in (maker, taker):
                self._prevent(order, lots)
                if order.state == "open":
                    self.shrink_shown(order, lots)
                    if order.open == 0:
                        self.end(order, "expired", "SELF_TRADE", outcome)

    def end(self, order: NaiveOrder, state: str, reason: str, outcome: Outcome, alone: bool = False) -> None:
        """End an order and, unless `alone`, what its end ends."""
        order.state, order.reason = state, reason
        outcome.events.append((state, order.order_id, reason))
        mates = None if alone else order.mates
        if mates is None:
            return
        if order is mates.entry:
            if order.filled == 0:
                self._drop(mates.legs, outcome)
        else:
            self._drop([leg for leg in mates.legs if leg is not order], outcome)

    def _prevent(self, order: NaiveOrder, lots: int) -> None:
        if not order.quote_amount:
            order.prevented += lots
            order.open -= lots

    def _fill(self, order: NaiveOrder, outcome: Outcome) -> None:
        """End an order with nothing open: filled is who executed all of it."""
        if order.prevented:
            self.end(order, "expired", "SELF_TRADE", outcome)
        else:
            self.end(order, "filled", "", outcome)

    def _rest(self, order: NaiveOrder) -> None:
        order.state = "open"
        self.show(order)

    def _drop(self, orders: list[NaiveOrder], outcome: Outcome) -> None:
        for order in orders:
            if order.state in ("open", "pending", "arriving"):
                self.end(order, "canceled", "ORDER_LIST", outcome, alone=True)

    def _list_filled(self, order: NaiveOrder, lots: int, outcome: Outcome) -> None:
        mates = order.mates
        if mates is None:
            return
        if mates.entry is None:
            self._drop([leg for leg in mates.legs if leg is not order], outcome)
        elif order is mates.entry:
            for leg in mates.legs:
                if leg.state == "pending":
                    if leg.quantity == 0:
                        leg.looks_from = len(self.fresh) - 1
                    leg.quantity += lots
                    leg.open += lots

    # ------------------------------------------------------------ triggers

    def settle_down(self, outcome: Outcome) -> None:
        """Fire what the trades triggered until nothing is left, then move the pegged orders."""
        queue: list[NaiveOrder] = []
        while True:
            self._collect(queue)
            if not queue:
                break
            self._fire(queue.pop(0), outcome)
        for market_id in self.markets:
            self._repeg(market_id, outcome)

    def settle_again(self) -> list[tuple[object, ...]]:
        """What settling down once more would do: nothing, when the rules are sound."""
        outcome = Outcome("done")
        self.settle_down(outcome)
        return outcome.events

    def _collect(self, queue: list[NaiveOrder]) -> None:
        for number, (market_id, price) in enumerate(self.fresh):
            for order in self.orders:
                waits = order.state == "pending" and order.market_id == market_id and order.open > 0
                if waits and order not in queue and number >= order.looks_from and self._hits(order, price):
                    queue.append(order)
        self.fresh.clear()
        for order in self.orders:
            order.looks_from = 0

    def _hits(self, order: NaiveOrder, price: int) -> bool:
        if order.kind != "TRAILING_STOP":
            return self.satisfied(order, price)
        if not order.active:
            order.active = price <= order.activation if order.buy else price >= order.activation
            if not order.active:
                return False
        if order.extreme is None:
            order.extreme = price
        order.extreme = min(order.extreme, price) if order.buy else max(order.extreme, price)
        bps = order.trailing_bps
        if order.buy and bps:
            return price * 10_000 >= order.extreme * (10_000 + bps)
        if order.buy:
            return price >= order.extreme + order.trailing_offset
        if bps:
            return price * 10_000 <= order.extreme * (10_000 - bps)
        return price <= order.extreme - order.trailing_offset

    def satisfied(self, order: NaiveOrder, price: int) -> bool:
        """Whether a trade at this price triggers a stop or take-profit."""
        rises = order.buy == order.kind.startswith("STOP")
        return price >= order.trigger if rises else price <= order.trigger

    def _fire(self, order: NaiveOrder, outcome: Outcome) -> None:
        if order.state != "pending":
            return
        order.state = "arriving"
        outcome.events.append(("triggered", order.order_id))
        if order.mates is not None:
            self._drop([mate for mate in order.mates.legs if mate is not order], outcome)
            if order.mates.entry is not None:
                self._drop([order.mates.entry], outcome)
        refusal = self.judge_arrival(order)
        if refusal:
            order.refusal = refusal
            self.end(order, "expired", "TRIGGER_REFUSED", outcome)
        else:
            self.arrive(order, outcome)

    # ------------------------------------------------------------ checks of an arrival

    def judge_arrival(self, order: NaiveOrder) -> str:
        """Steps 6, 8, 11 and 12 of the checks, for an order that triggered."""
        return self.slid(order) or self.outside_band(order) or self.crosses(order) or self.unfunded(order)

    def slid(self, order: NaiveOrder) -> str:
        """Move a sliding order to where it can rest."""
        if order.slide and self.crosses(order):
            best = self.opposite(order.market_id, order.buy, None)[0].level
            assert best is not None
            order.price = best - 1 if order.buy else best + 1
            if order.price < 1:
                return "POST_ONLY_WOULD_CROSS"
        return ""

    def outside_band(self, order: NaiveOrder) -> str:
        """Judge a limit price by the band."""
        band = self.protection[order.market_id].band_bps
        reference = self.reference(order.market_id)
        if not band or not reference or order.price is None:
            return ""
        inside = reference * (10_000 - band) <= order.price * 10_000 <= reference * (10_000 + band)
        return "" if inside else "PRICE_OUTSIDE_BAND"

    def crosses(self, order: NaiveOrder) -> str:
        """Judge whether a post-only order would trade."""
        met = self.opposite(order.market_id, order.buy, order.price)
        return "POST_ONLY_WOULD_CROSS" if order.post_only and met else ""

    def unfunded(self, order: NaiveOrder, held: int = 0) -> str:
        """Judge whether the account can pay; `held` is what an amended order reserves itself."""
        market = self.markets[order.market_id]
        available = self.available(order.account, market.quote if order.buy else market.base) + held
        if order.price is not None:
            need = self.need(order)[1]
        elif order.buy:
            plan = self.plan(order)
            fee = -(-plan.cost * market.taker_ppm // 10**6)
            need = order.quote_amount or plan.cost + fee
        else:
            need = (self.plan(order).lots if order.quote_amount else order.open) * market.base_atoms
        return "INSUFFICIENT_FUNDS" if need > available else ""

    # ------------------------------------------------------------ pegged orders

    def _repeg(self, market_id: int, outcome: Outcome) -> None:
        """Give every pegged order its price anew, by age."""
        pegged = [o for o in self.orders if o.kind == "PEGGED" and o.state == "open" and o.market_id == market_id]
        fixed = [o for side in (True, False) for o in self.side(market_id, side) if o.kind != "PEGGED"]
        bids = [o.price for o in fixed if o.buy and o.price is not None]
        asks = [o.price for o in fixed if not o.buy and o.price is not None]
        bid, ask = max(bids, default=None), min(asks, default=None)
        crossed = bid is not None and ask is not None and bid >= ask
        for order in pegged:
            stand = None
            if self.status[market_id] != "AUCTION" and not crossed:
                stand = _pegged_price(order, bid, ask, max(bids, default=None), min(asks, default=None))
            if stand is not None:
                (bids if order.buy else asks).append(stand)
            if stand != order.stand:
                order.stand = stand
                if stand is not None:
                    self.show(order)
                outcome.events.append(("moved", order.order_id, stand))


def _pegged_price(
    order: NaiveOrder, bid: int | None, ask: int | None, high_bid: int | None, low_ask: int | None
) -> int | None:
    """Reference + offset, at most the limit, one tick short of the other side; None is parked."""
    if order.peg == "MID":
        if bid is None or ask is None:
            return None
        reference: int | None = (bid + ask) // 2 if order.buy else -(-(bid + ask) // 2)
    else:
        reference = bid if (order.peg == "OWN") == order.buy else ask
    if reference is None:
        return None
    assert order.price is not None
    price = reference + order.peg_offset
    if order.buy:
        price = min(price, order.price)
        price = price if low_ask is None else min(price, low_ask - 1)
    else:
        price = max(price, order.price)
        price = price if high_bid is None else max(price, high_bid + 1)
    return price if 1 <= price <= HIGHEST_PRICE else None


def is_triggered_kind(order: NaiveOrder) -> bool:
    """Whether an order waits for a trigger."""
    return order.kind in TRIGGERED_KINDS
