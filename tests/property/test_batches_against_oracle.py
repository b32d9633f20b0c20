"""Batches: all or none, and each for itself, as the naive exchange does them; and nothing remains of a refused one.

Random batches among random commands of every kind. What a refused batch leaves is compared with what was there before:
rows, orders of iteration, and the very objects; and an engine that never saw it goes on in the same way.
`EXCHANGE_TEST_SIZE=nightly` tries a thousand seeds.
"""

import os
from collections.abc import Callable
from typing import TypeAlias

import pytest

from exchange_server.engine import Engine
from exchange_server.engine import types as t
from exchange_server.engine.commands import AmendOrder, BatchItem, BatchOrders, CancelOrder, Command, PlaceOrder
from exchange_server.engine.events import BatchAccepted, Event, Rejected
from exchange_server.engine.invariants import check
from exchange_server.engine.orders import Order
from tests.oracle.naive_exchange import NaiveExchange, Outcome
from tests.property.test_order_types_against_oracle import ACCOUNTS, Pair, compare, expected_word, told, word

COMMANDS = 200
SEEDS = {"nightly": 1_000, "mutants": 4}.get(os.environ.get("EXCHANGE_TEST_SIZE", ""), 40)
FOLLOWED = 20
"""Commands after a refused batch for which an engine that never saw it goes along."""

KINDS = {PlaceOrder: "place_order", CancelOrder: "cancel_order", AmendOrder: "amend_order"}

Ask: TypeAlias = Callable[[NaiveExchange, int], Outcome]
"""Asks the naive exchange for what an item asks; the second value is the id of an order that it places."""
Item: TypeAlias = tuple[BatchItem, Ask]


class BatchPair(Pair):
    """The engine and the oracle, and from time to time an engine that was not shown a refused batch."""

    def __init__(self, seed: int) -> None:
        self.unaware: Engine | None = None
        self.followed = 0
        self.accepted = self.refused = 0
        super().__init__(seed)

    def apply(self, command: Command) -> list[Event]:
        events = super().apply(command)
        self.follow(command)
        return events

    def follow(self, command: Command) -> None:
        """Let the engine that never saw a refused batch do what the other one did."""
        if self.unaware is None:
            return
        self.unaware.apply(self.engine.sequence, self.engine.time_ns, command)
        self.followed += 1
        if self.followed >= FOLLOWED:
            assert self.unaware.state_hash() == self.engine.state_hash()
            self.unaware = None

    # ------------------------------------------------------------ draws

    def item(self, account: int) -> Item:
        """Something of an account's that a batch may contain."""
        kind = self.random.randint(0, 9)
        if kind < 6:
            return self.place_item(account)
        return self.cancel_item(account) if kind < 8 else self.amend_item(account)

    def place_item(self, account: int) -> Item:
        drawn, naive = self.order()
        command = PlaceOrder(
            t.AccountId(account),
            drawn.market_id,
            drawn.side,
            drawn.terms,
            drawn.price_ticks,
            drawn.quantity_lots,
            drawn.client_order_id,
        )
        naive.account = account

        def ask(exchange: NaiveExchange, order_id: int) -> Outcome:
            naive.order_id = order_id
            return exchange.place(naive)

        return command, ask

    def named(self, account: int) -> tuple[int, str]:
        """The id or the key of an order of an account, which may be closed, of this very batch, or not there."""
        mine = [order for order in self.oracle.orders if order.account == account]
        live = [order for order in mine if order.state in ("open", "pending")]
        draw = self.random
        if draw.random() < 0.2 or not mine:
            return (0, draw.choice(["a", "b", "c1", "c2", "c3"])) if draw.random() < 0.8 else (999_999, "")
        return draw.choice(live if live and draw.random() < 0.9 else mine).order_id, ""

    def cancel_item(self, account: int) -> Item:
        order_id, key = self.named(account)
        command = CancelOrder(t.AccountId(account), t.OrderId(order_id), key)
        return command, lambda exchange, _: exchange.cancel(account, order_id, key)

    def amend_item(self, account: int) -> Item:
        draw = self.random
        order_id, key = self.named(account)
        order = next((order for order in self.oracle.orders if order.order_id == order_id), None)
        priced = order is not None and order.price is not None and order.kind != "PEGGED"
        price = draw.choice([0, draw.randint(5, 15)]) if priced else 0
        lots = draw.randint(1, 15) if not price else draw.choice([0, draw.randint(1, 15)])
        command = AmendOrder(t.AccountId(account), t.OrderId(order_id), key, t.Ticks(price), t.Lots(lots))
        return command, lambda exchange, _: exchange.amend(account, order_id, key, price or None, lots or None)

    # ------------------------------------------------------------ batches

    def batch(self) -> None:
        """Let both execute a batch of one to six items, and compare what comes of it."""
        account = self.random.choice(ACCOUNTS)
        items = [self.item(account) for _ in range(self.random.choice([1, 2, 2, 3, 4, 5, 6]))]
        if self.random.random() < 0.2:
            self.each_for_itself(items)
        else:
            self.all_or_none(items)

    def each_for_itself(self, items: list[Item]) -> None:
        first = self.next_order_id()
        time_ns = self.oracle.now = (self.engine.sequence + 1) * 1_000

        def numbered(ask: Ask, number: int) -> Callable[[NaiveExchange], Outcome]:
            return lambda exchange: ask(exchange, first + number)

        asks = [numbered(ask, number) for number, (_, ask) in enumerate(items)]
        for (command, _), outcome in zip(items, self.oracle.batch(asks, False), strict=True):
            events = self.engine.apply(t.Sequence(self.engine.sequence + 1), t.TimeNs(time_ns), command)
            self.follow(command)
            agree(events, outcome)

    def all_or_none(self, items: list[Item]) -> None:
        first, known = self.next_order_id(), len(self.oracle.orders)
        before, saved = everything(self.engine), self.engine.dump()
        command = BatchOrders([item for item, _ in items])
        self.oracle.now = (self.engine.sequence + 1) * 1_000
        asked: list[Ask] = []

        def counted(ask: Ask) -> Callable[[NaiveExchange], Outcome]:
            def do(exchange: NaiveExchange) -> Outcome:
                asked.append(ask)
                return ask(exchange, first + len(exchange.orders) - known)

            return do

        expected = self.oracle.batch([counted(ask) for _, ask in items], True)
        refusal = self.engine.check(command, t.TimeNs(self.oracle.now))
        assert everything(self.engine) == before, "a batch that was only tried left something"
        events = super().apply(command)
        outcome = events[0]
        if isinstance(outcome, BatchAccepted):
            assert refusal is None
            for part, one in zip(outcome.items, expected, strict=True):
                agree(part, one)
            assert events[1:] == [event for part in outcome.items for event in part]
            placed = len(self.oracle.orders) - known
            assert self.next_order_id() == first + max(placed, 1), "an id was left out or given twice"
            self.accepted += 1
            self.follow(command)
            return
        assert isinstance(outcome, Rejected)
        assert [word(events)] == [one.word for one in expected]
        number = len(asked) - 1
        assert outcome.field.startswith(f"items[{number}].{KINDS[type(items[number][0])]}")
        assert everything(self.engine) == before, "a refused batch left something"
        self.refused += 1
        if self.unaware is None:
            self.unaware, self.followed = Engine.load(saved, 0), 0
        # A refused command counts as one, and does nothing else.
        self.unaware.sequence = self.engine.sequence


def agree(events: list[Event], outcome: Outcome) -> None:
    """Compare what came of one item."""
    assert word(events) == expected_word(outcome)
    assert told(events) == outcome.events or outcome.word.startswith("repeated")


def everything(engine: Engine) -> tuple[object, ...]:
    """Return all that later commands may depend on but sequence and time; orders as the objects that they are."""
    assert engine.undo.empty
    assert not engine.undo.recording
    rows = engine.dump()
    accounts = [
        (
            [(number, id(order), fields(order)) for number, order in account.open_orders.items()],
            [(number, id(order)) for number, order in account.closed_orders.items()],
            [id(order) for order in account.closed],
            {key: id(order) for key, order in account.client_orders.items()},
            {asset: (id(held), held.available_atoms, held.reserved_atoms) for asset, held in account.balances.items()},
        )
        for account in engine.accounts.values()
    ]
    books = [
        (
            [(id(level), level.price_ticks, level.total_lots) for level in side.best_first()],
            sorted(side.levels),
            side.best and id(side.best),
            book.specials,
            (book.waiting.noticed_from, book.waiting.noticed_up_to),
            sorted((order.order_id, id(order)) for order in book.waiting),
            (book.waiting.rising.nearest, book.waiting.falling.nearest),
            (dict(book.pegged), book.followed, book.market.quick),
        )
        for book in engine.books.values()
        for side in (book.bids, book.asks)
    ]
    counters = (engine.event_digest, engine.first_order_id, engine.next_account_id, sorted(engine.pegged_books))
    heap = list(engine.expiries._heap)
    return accounts, books, counters, engine.order_lists.copy(), heap, [table for _, table in rows.tables()[1:]]


def fields(order: Order) -> tuple[object, ...]:
    """Return what changes about an order."""
    special = order.special.row() if hasattr(order, "special") else ()
    links = (id(order.level), id(order.prev), id(order.next)) if order.level is not None else ()
    return order.open_lots, order.cost_atoms, order.fee_micro, order.update_time_ns, order.price_ticks, special, links


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_engine_executes_batches_as_the_naive_exchange_does_and_leaves_nothing_of_refused_ones(seed: int) -> None:
    pair = BatchPair(seed)
    for _ in range(COMMANDS):
        if pair.random.random() < 0.35:
            pair.batch()
        else:
            events, outcome = pair.step()
            agree(events, outcome)
        check(pair.engine)
        compare(pair.engine, pair.oracle)
    assert pair.accepted > 0
    assert pair.refused > 0
