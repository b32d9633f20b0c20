"""A naive exchange: plain lists, everything computed anew each time, written from the rules and not from the engine.

The rules are those of docs/orders.md. It keeps each account's total holdings; what is reserved is summed up over the
open orders whenever it is asked for. Fees are exact fractions, rounded up per order when money moves. What is
contradictory in itself (INVALID_ARGUMENT) is not its business: it is never asked.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

from tests.oracle.auction import NaiveAuction
from tests.oracle.floor import is_triggered_kind
from tests.oracle.money import FEES, ISSUANCE
from tests.oracle.orders import Mates, NaiveMarket, NaiveOrder, NaiveTrade, Outcome, Protection

__all__ = ["FEES", "ISSUANCE", "NaiveExchange", "NaiveMarket", "NaiveOrder", "NaiveTrade", "Outcome", "Protection"]

EXPIRIES_A_COMMAND = 1_000


class NaiveExchange(NaiveAuction):
    """Everything that can be asked of an exchange; each method is one command."""

    # ------------------------------------------------------------ administration

    def credit(self, account: int, asset: int, atoms: int, key: str) -> Outcome:
        """Issue money."""
        if key and (account, key) in self.credits:
            return Outcome("repeated" if self.credits[account, key] == (asset, atoms) else "ALREADY_EXISTS")
        if key:
            self.credits[account, key] = (asset, atoms)
        self.move(ISSUANCE, account, asset, atoms)
        return Outcome("done")

    def set_protection(self, market_id: int, protection: Protection) -> Outcome:
        """State a market's limits anew."""
        self.protection[market_id] = protection
        return Outcome("done")

    def set_trade_group(self, account: int, group: int) -> Outcome:
        """Put an account into a trade group; 0 is none."""
        self.groups[account] = group
        return Outcome("done")

    def set_status(self, market_id: int, status: str) -> Outcome:
        """Set what a market accepts; to OPEN a crossed book trades at one price first."""
        if status == "POST_ONLY" and self.indication(market_id) is not None:
            return Outcome("MARKET_IN_AUCTION")
        outcome = Outcome("done")
        self.status[market_id] = status
        if status == "OPEN":
            self.uncross(market_id, outcome)
        return self._finished(outcome)

    # ------------------------------------------------------------ placing

    def place(self, order: NaiveOrder) -> Outcome:
        """Place an order."""
        known = self._known(order)
        if known is not None:
            return known
        refusal = self._judge(order)
        if refusal:
            return Outcome(refusal)
        outcome = Outcome("accepted", order)
        self._enter(order, outcome)
        return self._finished(outcome)

    def place_oco(self, above: NaiveOrder, below: NaiveOrder) -> Outcome:
        """Place two orders of which one cancels the other."""
        legs = [above, below]
        return self._place_list(legs, legs, Mates(legs))

    def place_bracket(self, entry: NaiveOrder, take_profit: NaiveOrder, stop_loss: NaiveOrder) -> Outcome:
        """Place an entry and two exits, whose quantity is 0."""
        exits = [take_profit, stop_loss]
        return self._place_list([entry, *exits], [entry], Mates(exits, entry))

    def preview(self, order: NaiveOrder) -> Outcome:
        """Say what would happen, and do nothing."""
        return copy.deepcopy(self).place(copy.deepcopy(order))

    def amend(self, account: int, order_id: int, key: str, price: int | None, quantity: int | None) -> Outcome:
        """Change price, total quantity, or both (None keeps it)."""
        order = self._named(account, order_id, key)
        if isinstance(order, str):
            return Outcome(order)
        new_price = order.price if price is None else price
        new_quantity = order.quantity if quantity is None else quantity
        trial = copy.copy(order)
        trial.price, trial.quantity = new_price, new_quantity
        trial.open = new_quantity - order.filled - order.prevented
        refusal = self._judge_amend(order, trial)
        if refusal:
            return Outcome(refusal)

        outcome = Outcome("amended", order)
        keeps_place = trial.price == order.price and new_quantity <= order.quantity
        order.price, order.quantity, order.open = trial.price, new_quantity, trial.open
        if order.state == "open":
            if keeps_place:
                order.shown = min(order.shown, order.open)
            elif order.kind == "PEGGED":
                self.show(order)
            else:
                self.arrive(order, outcome)
        return self._finished(outcome)

    def cancel_replace(
        self, account: int, order_id: int, key: str, order: NaiveOrder, stop_on_failure: bool
    ) -> Outcome:
        """Cancel one order and place another; the word joins both with " then "."""
        known = self._known(order)
        if known is not None:
            return known
        canceled = self.cancel(account, order_id, key)
        if not canceled.word.startswith("canceled") and stop_on_failure:
            return canceled
        placed = self.place(order)
        return Outcome(
            f"{canceled.word} then {placed.word}", placed.order, placed.trades, canceled.events + placed.events
        )

    def batch(self, items: list[Callable[[NaiveExchange], Outcome]], all_or_none: bool) -> list[Outcome]:
        """Execute commands in a row; all or none gives the first refusal alone, and nothing happened."""
        trial = copy.deepcopy(self)
        outcomes = []
        for item in items:
            outcome = item(trial)
            if all_or_none and outcome.word.isupper():
                return [outcome]
            outcomes.append(outcome)
        self.__dict__.update(trial.__dict__)
        return outcomes

    # ------------------------------------------------------------ canceling

    def cancel(self, account: int, order_id: int, key: str) -> Outcome:
        """Cancel one order by id, or by key."""
        order = self._named(account, order_id, key)
        if isinstance(order, str):
            return Outcome(order)
        if self.status[order.market_id] == "HALTED":
            return Outcome("MARKET_HALTED")
        outcome = Outcome("canceled 1", order)
        self.end(order, "canceled", "CANCELED_BY_OWNER", outcome)
        return self._finished(outcome)

    def cancel_all(self, account: int, market_id: int, buy: bool | None = None, prefix: str = "") -> Outcome:
        """Cancel what passes the filters and is not in a halted market, and with it the rest of its lists."""
        if market_id and self.status[market_id] == "HALTED":
            return Outcome("MARKET_HALTED")
        chosen = [
            order
            for order in self.open_orders(account)
            if market_id in (0, order.market_id)
            and self.status[order.market_id] != "HALTED"
            and buy in (None, order.buy)
            and order.key.startswith(prefix)
        ]
        return self._cancel_these(chosen, "CANCELED_BY_OWNER")

    def set_cancel_all_after(self, account: int, timeout: int) -> Outcome:
        """Arm the dead-man's switch; 0 disarms it."""
        self.switches[account] = self.now + timeout if timeout else 0
        return Outcome("done")

    def run_cancel_all_after(self, account: int, cancel_time: int) -> Outcome:
        """Let the dead-man's switch act, unless it was set anew."""
        if not cancel_time or self.switches.get(account) != cancel_time or cancel_time > self.now:
            return Outcome("canceled 0")
        self.switches[account] = 0
        return self._cancel_these(self.open_orders(account), "CANCEL_ALL_AFTER")

    def cancel_session(self, account: int, session: int) -> Outcome:
        """Cancel what an order entry stream placed."""
        chosen = [o for o in self.open_orders(account) if session and o.session == session]
        return self._cancel_these(chosen, "DISCONNECTED")

    def expire(self) -> Outcome:
        """End the orders whose time has come."""
        due = [o for o in self.open_orders() if 0 < o.expire_time <= self.now]
        due.sort(key=lambda o: (o.expire_time, o.order_id))
        outcome = Outcome("done")
        ended = 0
        for order in due:
            if ended == EXPIRIES_A_COMMAND:
                break
            if order.state in ("open", "pending"):
                self.end(order, "expired", "EXPIRE_TIME", outcome)
                ended += 1
        return self._finished(outcome)

    # ------------------------------------------------------------ checks

    def _known(self, order: NaiveOrder) -> Outcome | None:
        for known in self.orders:
            if order.key and known.account == order.account and known.key == order.key:
                same = known.payload() == order.payload()
                return Outcome("repeated", known) if same else Outcome("CLIENT_ORDER_ID_REUSED")
        return None

    def _named(self, account: int, order_id: int, key: str) -> NaiveOrder | str:
        for order in self.orders:
            named = order.order_id == order_id if order_id else order.key == key
            if order.account == account and named:
                return order if order.state in ("open", "pending") else "ORDER_CLOSED"
        return "ORDER_NOT_FOUND"

    def _judge(self, order: NaiveOrder, of_list: int = 1) -> str:
        """Steps 4 to 12; of a list `of_list` orders come at once."""
        waits = is_triggered_kind(order)
        last = self.last.get(order.market_id)
        if order.expire_time and order.expire_time <= self.now:
            return "INVALID_FIELD"
        refusal = self._wrong_status(order) or ("" if waits else self.slid(order)) or self._outside_limits(order)
        if refusal:
            return refusal
        if not waits and self.outside_band(order):
            return "PRICE_OUTSIDE_BAND"
        most = self.protection[order.market_id].max_open_orders
        mine = [o for o in self.open_orders(order.account) if o.market_id == order.market_id]
        if most and (waits or order.may_rest or of_list > 1) and len(mine) + of_list > most:
            return "TOO_MANY_OPEN_ORDERS"
        if waits:
            fires = last is not None and order.kind != "TRAILING_STOP" and self.satisfied(order, last)
            return "WOULD_TRIGGER_IMMEDIATELY" if fires else ""
        return self.crosses(order) or self.unfunded(order)

    def _judge_amend(self, order: NaiveOrder, trial: NaiveOrder) -> str:
        status = self._wrong_status(order)
        if status:
            return status
        if order.mates is not None and trial.quantity != order.quantity:
            return "ORDER_IN_LIST"
        if trial.open <= 0 and order.quantity > 0:
            return "QUANTITY_NOT_ABOVE_FILLED"
        if order.state == "pending":
            return "" if order.quantity == 0 else self._outside_limits(trial)
        refusal = self.slid(trial) or self._outside_limits(trial)
        if not refusal and trial.price != order.price:
            refusal = self.outside_band(trial)
        return refusal or self.crosses(trial) or self.unfunded(trial, self.need(order)[1])

    def _wrong_status(self, order: NaiveOrder) -> str:
        status = self.status[order.market_id]
        if status == "OPEN" or (status == "POST_ONLY" and order.adds_only):
            return ""
        if status != "AUCTION":
            return "MARKET_" + status
        takes_part = is_triggered_kind(order) or (order.may_rest and not order.adds_only)
        return "" if takes_part else "MARKET_IN_AUCTION"

    def _outside_limits(self, order: NaiveOrder) -> str:
        market, limits = self.markets[order.market_id], self.protection[order.market_id]
        if not order.quote_amount:
            if order.quantity < limits.min_quantity:
                return "QUANTITY_TOO_SMALL"
            if limits.max_quantity and order.quantity > limits.max_quantity:
                return "QUANTITY_TOO_LARGE"
        if order.quote_amount:
            notional = order.quote_amount
        elif order.price is not None:
            notional = order.price * order.quantity * market.quote_atoms
        else:
            return ""
        if notional < (market.min_notional if limits.min_notional is None else limits.min_notional):
            return "NOTIONAL_TOO_SMALL"
        return "NOTIONAL_TOO_LARGE" if limits.max_notional and notional > limits.max_notional else ""

    # ------------------------------------------------------------ work

    def _enter(self, order: NaiveOrder, outcome: Outcome) -> None:
        self.orders.append(order)
        if not is_triggered_kind(order):
            self.arrive(order, outcome)
            return
        order.state = "pending"
        last = self.last.get(order.market_id)
        if order.kind == "TRAILING_STOP" and order.activation == 0:
            order.active, order.extreme = True, last
        elif order.kind == "TRAILING_STOP" and last is not None:
            order.active = last <= order.activation if order.buy else last >= order.activation
            order.extreme = last if order.active else None

    def _place_list(self, orders: list[NaiveOrder], judged: list[NaiveOrder], mates: Mates) -> Outcome:
        known = [self._known(order) for order in orders if order.key]
        if any(known):
            seen = {id(outcome.order.mates) for outcome in known if outcome and outcome.order and outcome.order.mates}
            same = all(outcome is not None and outcome.word == "repeated" for outcome in known) and len(seen) == 1
            return Outcome("repeated", orders[0]) if same else Outcome("CLIENT_ORDER_ID_REUSED")
        for order in judged:
            refusal = self._judge(order, len(orders))
            if refusal:
                return Outcome(refusal)
        outcome = Outcome("accepted", orders[0])
        for order in orders:
            order.mates = mates
            order.state = "pending"
            self.orders.append(order)
        for order in orders:
            if not is_triggered_kind(order):
                self.arrive(order, outcome)
        return self._finished(outcome)

    def _cancel_these(self, chosen: list[NaiveOrder], reason: str) -> Outcome:
        together = [
            order
            for order in self.open_orders()
            if order in chosen or any(mate in chosen for mate in (order.mates.all() if order.mates else []))
        ]
        outcome = Outcome(f"canceled {len(together)}")
        for order in together:
            self.end(order, "canceled", reason, outcome, alone=True)
        return self._finished(outcome)

    def _finished(self, outcome: Outcome) -> Outcome:
        self.settle_down(outcome)
        return outcome
