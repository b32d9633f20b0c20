"""All-or-none batches in the engine: ids, what is refused, and what is kept while one is executed."""

import pytest

from exchange_server.engine import Engine
from exchange_server.engine.commands import (
    AmendOrder,
    BatchItem,
    BatchOrders,
    CancelOrder,
    Command,
    PlaceBracketOrder,
    PlaceOrder,
)
from exchange_server.engine.events import BatchAccepted, Event, OrderAccepted, OrderClosed, OrderDeduplicated, Rejected
from exchange_server.engine.invariants import check
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.types import (
    MAX_BATCH,
    MAX_CLOSED_PER_ACCOUNT,
    REJECT_ACCOUNT_NOT_FOUND,
    REJECT_INSUFFICIENT_FUNDS,
    REJECT_INVALID_FIELD,
    REJECT_ORDER_NOT_FOUND,
    SIDE_BUY,
    SIDE_SELL,
    TIF_GTC,
    TIF_IOC,
    TYPE_LIMIT,
    TYPE_STOP_MARKET,
    TYPE_TAKE_PROFIT_LIMIT,
    Lots,
    OrderId,
    Sequence,
    Ticks,
    TimeNs,
)
from tests.journal_support import BUYER, MARKET, SELLER, apply_all, opening, order

NOBODYS = OrderId(1 << 40)
MISSING = CancelOrder(BUYER, NOBODYS, "")


@pytest.fixture
def engine() -> Engine:
    engine = Engine()
    apply_all(engine, opening())
    return engine


def apply(engine: Engine, command: Command) -> list[Event]:
    sequence = Sequence(engine.sequence + 1)
    events = engine.apply(sequence, TimeNs(engine.time_ns + 1), command)
    check(engine)
    return events


def refused(engine: Engine, *items: BatchItem) -> tuple[int, str]:
    """Apply a batch that must be refused and leave nothing; return its reason and path."""
    before = engine.dump().tables()[1:], engine.event_digest, engine.extra_orders
    (outcome,) = apply(engine, BatchOrders(items))
    assert isinstance(outcome, Rejected)
    assert (engine.dump().tables()[1:], engine.event_digest, engine.extra_orders) == before
    assert engine.undo.empty
    assert not engine.undo.recording
    return outcome.reason, outcome.field


def bid(price: int, quantity: int, key: str = "") -> PlaceOrder:
    return order(BUYER, SIDE_BUY, price, quantity, client_order_id=key)


def test_all_items_have_one_sequence_and_the_orders_one_id_after_the_other(engine: Engine) -> None:
    first_id = engine.sequence + 1
    command = BatchOrders([bid(500_000, 1), CancelOrder(BUYER, OrderId(first_id), ""), bid(500_001, 1)])
    assert engine.check(command, TimeNs(engine.time_ns + 1)) is None
    events = apply(engine, command)
    outcome = events[0]
    assert isinstance(outcome, BatchAccepted)
    assert [type(item[0]) for item in outcome.items] == [OrderAccepted, OrderClosed, OrderAccepted]
    assert events[1:] == [event for item in outcome.items for event in item]
    assert list(engine.accounts[BUYER].open_orders) == [first_id + 1]
    assert engine.extra_orders == 1
    apply(engine, bid(500_002, 1))
    assert list(engine.accounts[BUYER].open_orders) == [first_id + 1, first_id + 2]


def test_a_batch_that_places_nothing_uses_no_further_id(engine: Engine) -> None:
    apply(engine, bid(500_000, 1, "k"))
    (outcome, *_) = apply(
        engine, BatchOrders([bid(500_000, 1, "k"), AmendOrder(BUYER, OrderId(0), "k", Ticks(0), Lots(2))])
    )
    assert isinstance(outcome, BatchAccepted)
    assert isinstance(outcome.items[0][0], OrderDeduplicated)
    assert engine.extra_orders == 0


def test_nothing_is_kept_after_an_accepted_batch_and_none_is_recorded_outside_of_one(engine: Engine) -> None:
    apply(engine, order(SELLER, SIDE_SELL, 600_000, 5))
    apply(engine, BatchOrders([bid(600_000, 3), bid(500_000, 1)]))
    assert engine.undo.empty
    apply(engine, bid(600_000, 1))
    apply(engine, CancelOrder(BUYER, OrderId(0), "nobody"))
    assert engine.undo.empty
    assert not engine.undo.recording


def test_the_first_refused_item_is_named(engine: Engine) -> None:
    assert refused(engine, bid(500_000, 1), MISSING) == (REJECT_ORDER_NOT_FOUND, "items[1].cancel_order.order")
    dear = AmendOrder(BUYER, OrderId(0), "k", Ticks(0), Lots(2**35))
    assert refused(engine, bid(500_000, 1, "k"), dear) == (REJECT_INSUFFICIENT_FUNDS, "items[1].amend_order")


@pytest.mark.parametrize("count", [0, MAX_BATCH + 1])
def test_a_batch_of_no_or_too_many_items_is_refused(engine: Engine, count: int) -> None:
    assert refused(engine, *[bid(500_000, 1)] * count) == (REJECT_INVALID_FIELD, "items")


def test_a_batch_of_as_many_items_as_may_be_is_accepted(engine: Engine) -> None:
    (outcome, *_) = apply(engine, BatchOrders([bid(500_000, 1)] * MAX_BATCH))
    assert isinstance(outcome, BatchAccepted)
    assert len(engine.accounts[BUYER].open_orders) == MAX_BATCH


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (bid(0, 1), "price"),
        (order(BUYER, SIDE_BUY, 500_000, 1, time_in_force=TIF_IOC, post_only=True), "post_only"),
        (
            PlaceOrder(
                BUYER, MARKET, SIDE_BUY, SpecialTerms(TYPE_LIMIT, TIF_GTC, False, slide=True), Ticks(1), Lots(1), ""
            ),
            "slide",
        ),
    ],
)
def test_an_order_of_a_batch_is_refused_for_its_fields_as_one_alone_is(
    engine: Engine, item: PlaceOrder, field: str
) -> None:
    (alone,) = apply(engine, item)
    assert isinstance(alone, Rejected)
    assert refused(engine, item) == (alone.reason, f"items[0].place_order.{alone.field}")
    assert alone.field == field


def test_a_cancel_in_a_batch_is_digested_as_one_alone_is() -> None:
    stop = SpecialTerms(TYPE_STOP_MARKET, TIF_IOC, False, trigger_price_ticks=Ticks(700_000))
    place = PlaceOrder(BUYER, MARKET, SIDE_BUY, stop, Ticks(0), Lots(1), "k")
    cancel = CancelOrder(BUYER, OrderId(0), "k")
    digests = []
    for command in (cancel, BatchOrders([cancel])):
        engine = Engine()
        apply_all(engine, [*opening(), place, command])
        digests.append(engine.event_digest)
    assert digests[0] == digests[1]


def test_the_items_of_a_batch_are_of_one_account(engine: Engine) -> None:
    other = order(SELLER, SIDE_SELL, 600_000, 1)
    assert refused(engine, bid(500_000, 1), other) == (REJECT_ACCOUNT_NOT_FOUND, "account_id")


def test_a_batch_that_is_only_checked_leaves_nothing_and_says_what_would_be_refused(engine: Engine) -> None:
    apply(engine, order(SELLER, SIDE_SELL, 600_000, 5))
    before = engine.state_hash()
    assert engine.check(BatchOrders([bid(600_000, 5), bid(500_000, 1)]), TimeNs(5)) is None
    refusal = engine.check(BatchOrders([bid(600_000, 5), MISSING]), TimeNs(5))
    assert refusal is not None
    assert refusal.field == "items[1].cancel_order.order"
    assert engine.state_hash() == before
    check(engine)


def test_an_exit_without_quantity_that_was_amended_is_what_it_was(engine: Engine) -> None:
    loss = SpecialTerms(TYPE_STOP_MARKET, TIF_IOC, False, trigger_price_ticks=Ticks(300_000))
    profit = SpecialTerms(TYPE_TAKE_PROFIT_LIMIT, TIF_GTC, False, trigger_price_ticks=Ticks(700_000))
    apply(
        engine,
        PlaceBracketOrder(
            bid(500_000, 2),
            PlaceOrder(BUYER, MARKET, SIDE_SELL, profit, Ticks(690_000), Lots(0), "exit"),
            PlaceOrder(BUYER, MARKET, SIDE_SELL, loss, Ticks(0), Lots(0), ""),
        ),
    )
    waiting = engine.find_order(BUYER, OrderId(0), "exit")
    amended = AmendOrder(BUYER, OrderId(0), "exit", Ticks(680_000), Lots(0))
    assert refused(engine, amended, MISSING)[1] == "items[1].cancel_order.order"
    assert engine.find_order(BUYER, OrderId(0), "exit") is waiting


def test_what_a_full_history_would_forget_is_forgotten_only_when_the_batch_stands(engine: Engine) -> None:
    for number in range(MAX_CLOSED_PER_ACCOUNT):
        ioc = order(BUYER, SIDE_BUY, 500_000, 1, client_order_id=f"k-{number}", time_in_force=TIF_IOC)
        engine.apply(Sequence(engine.sequence + 1), TimeNs(engine.time_ns + 1), ioc)
    account = engine.accounts[BUYER]
    oldest, ended = account.closed[0], [order(BUYER, SIDE_BUY, 500_000, 1, time_in_force=TIF_IOC)] * 2
    refused(engine, *ended, MISSING)
    assert account.closed[0] is oldest
    assert engine.find_order(BUYER, OrderId(0), "k-0") is oldest
    apply(engine, BatchOrders(ended))
    assert len(account.closed) == MAX_CLOSED_PER_ACCOUNT
    assert engine.find_order(BUYER, OrderId(0), "k-1") is None
    assert engine.find_order(BUYER, OrderId(0), "k-2") is account.closed[0]
