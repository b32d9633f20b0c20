"""A preview tells what then happens: every random place, amend, cancel-replace and list is tried before it is applied.

Only up to the end of its arrival, which is what a preview is about. `EXCHANGE_TEST_SIZE=nightly` tries many more.
"""

import dataclasses
import os
from collections import Counter
from collections.abc import Sequence

import pytest

from exchange_server.engine import events as e
from exchange_server.engine import risk
from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    AmendOrder,
    CancelOrder,
    CancelReplaceOrder,
    Command,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
    SetMarketProtection,
)
from exchange_server.engine.orders import Order
from exchange_server.engine.previews import Preview, ReplacePreview
from exchange_server.engine.special_orders import waits
from exchange_server.engine.terms import SpecialTerms
from exchange_server.wire.order_states import states_after
from tests.oracle.naive_exchange import Outcome, Protection
from tests.property.test_order_types_against_oracle import BASE, MARKET, QUOTE, Pair

COMMANDS = 250
SEEDS = 1_000 if os.environ.get("EXCHANGE_TEST_SIZE") == "nightly" else 32


class PreviewedPair(Pair):
    """Tries every command that can be tried, and compares what was told with what its events tell.

    `seen` counts what came up, so that a test can tell that the interesting cases did.
    """

    def __init__(self, seed: int) -> None:
        self.seen: Counter[str] = Counter()
        super().__init__(seed)

    def step(self) -> tuple[list[e.Event], Outcome]:
        """Apply one command to both; amends and replaces of open orders, and lists, more often than others."""
        what = self.random.random()
        if what < 0.1:
            return self.list_step()
        if what < 0.25:
            return self.replace_step()
        return self.amend_step() if what < 0.4 else super().step()

    def amend_step(self) -> tuple[list[e.Event], Outcome]:
        """Give an order that rests a price anywhere, and sometimes another quantity."""
        draw = self.random
        resting = [order for order in self.oracle.open_orders() if order.state == "open"]
        if not resting:
            return super().step()
        order = draw.choice(resting)
        price, lots = draw.randint(4, 16), 0 if order.display else draw.choice([0, draw.randint(1, 15)])
        amend = AmendOrder(t.AccountId(order.account), t.OrderId(order.order_id), "", t.Ticks(price), t.Lots(lots))
        return self.apply(amend), self.oracle.amend(order.account, order.order_id, "", price, lots or None)

    def replace_step(self) -> tuple[list[e.Event], Outcome]:
        """Replace an open order, where it makes a difference that it is gone: by its place, its money or its number."""
        draw, oracle = self.random, self.oracle
        place, naive = self.order()
        live = oracle.open_orders()
        if not live:
            return super().step()
        old = draw.choice([order for order in live if order.state == "open"] or live)
        account, price, lots = t.AccountId(old.account), place.price_ticks, place.quantity_lots
        buy = draw.choice([old.buy, not old.buy])
        if price:
            price = t.Ticks(max(1, (old.price or price) + draw.randint(-1, 1)))
        if buy == old.buy and price and not naive.display and draw.random() < 0.7:
            # About as much as can be paid with what the old one holds, and cannot be without.
            asset, lot = (QUOTE, price * 7) if buy else (BASE, 10)
            lots = t.Lots(max(1, (oracle.available(account, asset) + old.open * lot) // lot - draw.randint(-1, 2)))
        if draw.random() < 0.3:
            # As many open orders as there may be, or one less.
            mine = sum(order.account == account for order in live)
            self.protect(mine + draw.randint(0, 1), draw.choice([0, 1_000]))
        side = t.SIDE_BUY if buy else t.SIDE_SELL
        place = PlaceOrder(account, MARKET, side, place.terms, price, lots, place.client_order_id)
        naive = dataclasses.replace(naive, order_id=self.next_order_id(), account=account, buy=buy)
        naive = dataclasses.replace(naive, price=price or None, quantity=lots, open=lots)
        events = self.apply(CancelReplaceOrder(CancelOrder(account, t.OrderId(old.order_id), ""), place, True))
        outcome = oracle.cancel_replace(account, old.order_id, "", naive, True)
        self.protect(0, 0)
        return events, outcome

    def protect(self, max_open_orders: int, market_bps: int) -> None:
        limits = (0, 0, 0, 0, max_open_orders, 0, market_bps, 0)
        self.apply(SetMarketProtection(MARKET, *limits))  # type: ignore[arg-type]
        self.oracle.set_protection(1, Protection(*limits))

    def apply(self, command: Command) -> list[e.Event]:
        if not isinstance(command, PlaceOrder | AmendOrder | CancelReplaceOrder | PlaceOcoOrder | PlaceBracketOrder):
            return super().apply(command)
        before = self.engine.state_hash()
        told = None if self.keys_known(command) else self.told(command)
        refusal = self.engine.check(command, self.now)
        assert self.engine.state_hash() == before
        events = super().apply(command)
        first = events[0]
        assert (refusal is not None) == isinstance(first, e.Rejected)
        if told is None:
            return events
        if isinstance(first, e.Rejected):
            assert isinstance(told, e.Rejected)
            assert (told.reason, told.field) == (first.reason, first.field)
        elif isinstance(first, e.CancelReplaced):
            assert isinstance(told, ReplacePreview)
            self.compare_replaced(told, first, events)
        elif isinstance(first, e.OrderListAccepted):
            assert isinstance(told, list)
            for number, preview in enumerate(told):
                self.compare(type(command).__name__, preview, first.orders[number], events)
        else:
            assert isinstance(told, Preview)
            assert isinstance(first, e.OrderAccepted | e.OrderRested | e.OrderAmended)
            self.compare(type(command).__name__, told, first.order, events)
        return events

    @property
    def now(self) -> t.TimeNs:
        """When the next command will be applied."""
        return t.TimeNs((self.engine.sequence + 1) * 1_000)

    def keys_known(self, command: Command) -> bool:
        """Whether a command repeats an earlier one by its client order ids."""
        if isinstance(command, PlaceOrder):
            parts = [command]
        elif isinstance(command, CancelReplaceOrder):
            parts = [command.place]
        elif isinstance(command, PlaceOcoOrder):
            parts = [command.above, command.below]
        elif isinstance(command, PlaceBracketOrder):
            parts = [command.entry, command.take_profit, command.stop_loss]
        else:
            return False
        return any(part.client_order_id in self.engine.accounts[part.account_id].client_orders for part in parts)

    def told(self, command: Command) -> Preview | ReplacePreview | list[Preview] | e.Rejected:
        if isinstance(command, CancelReplaceOrder):
            return self.engine.preview_replace(command, self.now)
        if isinstance(command, PlaceOcoOrder | PlaceBracketOrder):
            return self.engine.preview_list(command, self.now)
        assert isinstance(command, PlaceOrder | AmendOrder)
        return self.engine.preview(command, self.now)

    def compare_replaced(self, told: ReplacePreview, first: e.CancelReplaced, events: list[e.Event]) -> None:
        if first.cancel_refusal is None:
            canceled = next(event for event in events if isinstance(event, e.OrderCanceled | e.OrderClosed))
            assert isinstance(told.canceled, Order)
            assert told.canceled.order_id == canceled.order.order_id
        else:
            assert told.canceled is first.cancel_refusal
        if first.place_refusal is not None:
            assert isinstance(told.placed, e.Rejected)
            assert (told.placed.reason, told.placed.field) == (first.place_refusal.reason, first.place_refusal.field)
            self.seen["replace refused after its cancel"] += first.cancel_refusal is None
            return
        assert isinstance(told.placed, Preview)
        accepted = next(event for event in events if isinstance(event, e.OrderAccepted | e.OrderRested))
        if isinstance(told.canceled, Order) and told.canceled.side != accepted.order.side and told.placed.fills:
            self.seen["replace that trades where the old order stood"] += 1
        self.compare("CancelReplaceOrder", told.placed, accepted.order, events)

    def compare(self, what: str, told: Preview, order: Order, events: Sequence[e.Event]) -> None:
        """Compare an order as it was told with the order as its arrival left it."""
        self.seen[what] += 1
        self.seen[f"{what} that trades"] += bool(told.fills)
        self.seen[f"{what} that meets its owner"] += bool(told.self_trades)
        arrival = self.arrival(events)
        mine = [event for event in arrival if isinstance(event, e.Trade) and event.taker.order_id == order.order_id]
        assert told.fills == [(trade.price_ticks, trade.quantity_lots) for trade in mine]
        assert told.fee_atoms == sum(trade.taker_fee_atoms for trade in mine)
        assert told.cost_atoms == sum(trade.cost_atoms for trade in mine)

        left = states_after(order.account_id, arrival, self.now)[order.order_id]
        expected = told.order
        assert (expected.price_ticks, expected.quantity_lots) == (left.order.price_ticks, left.order.quantity_lots)
        assert (expected.status, expected.close_reason) == (left.status, left.close_reason)
        assert (expected.open_lots, expected.cost_atoms) == (left.open_lots, left.cost_atoms)
        assert expected.fee_atoms == left.fee_atoms
        assert expected.prevented_lots == left.prevented_lots
        mode = order.terms.self_trade if isinstance(order.terms, SpecialTerms) else t.SELF_TRADE_EXPIRE_MAKER
        if waits(order.type) and not order.trigger_time_ns:
            assert told.self_trades == []
        elif mode != t.SELF_TRADE_EXPIRE_TAKER:
            # Otherwise no event tells of the one that was met.
            assert told.self_trades == self.met(order, arrival)
        if len(arrival) == len(events):
            assert told.reserved_atoms == self.reserved(order)

    def arrival(self, events: Sequence[e.Event]) -> list[e.Event]:
        """What happened before anything triggered."""
        triggers = (number for number, event in enumerate(events) if isinstance(event, e.OrderTriggered))
        return list(events[: next(triggers, len(events))])

    def met(self, order: Order, arrival: list[e.Event]) -> list[int]:
        """The orders of the same owner that self-trade prevention changed, in order."""
        ids: dict[int, None] = {}
        for event in arrival:
            if isinstance(event, e.OrderDecremented) or (
                isinstance(event, e.OrderClosed) and event.order.close_reason == t.CLOSE_SELF_TRADE
            ):
                other = event.order
                if other.order_id != order.order_id and self.engine.same_owner(other.account_id, order.account_id):
                    ids[other.order_id] = None
        return list(ids)

    def reserved(self, order: Order) -> int:
        """What of the account's reserved balance no other order needs."""
        account = self.engine.accounts[order.account_id]
        asset = order.reserved_asset
        held = account.balances.get(asset.asset_id)
        total = 0 if held is None else held.reserved_atoms
        return total - sum(
            risk.reserved_atoms(other)
            for other in account.open_orders.values()
            if other.order_id != order.order_id and other.reserved_asset is asset and not other.pending
        )


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_preview_tells_what_the_command_then_does_and_changes_nothing(seed: int) -> None:
    pair = PreviewedPair(seed)
    for _ in range(COMMANDS):
        pair.step()


def test_the_random_commands_try_what_is_worth_trying() -> None:
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        pair = PreviewedPair(seed)
        for _ in range(COMMANDS):
            pair.step()
        seen += pair.seen
    for what in ("PlaceOrder", "AmendOrder", "CancelReplaceOrder", "PlaceOcoOrder", "PlaceBracketOrder"):
        assert seen[f"{what} that trades"] >= 2, seen
    assert seen["AmendOrder that meets its owner"] >= 2, seen
    assert seen["replace refused after its cancel"] >= 2, seen
    assert seen["replace that trades where the old order stood"] >= 2, seen
