"""Idempotency, cancels, market statuses and limits of an order."""

import pytest

from exchange_server.engine import types as t
from exchange_server.engine.commands import CancelAllOrders, CancelOrder, PlaceOrder
from exchange_server.engine.events import OrderCanceled, OrderClosed, OrderDeduplicated, OrderRested, OrdersCanceled
from exchange_server.engine.terms import GOOD_TILL_CANCELED
from tests.scenarios.exchange import MARKET, QUOTE, Exchange


def test_the_same_key_and_payload_gives_the_original_order() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100, key="k")
    assert exchange.sell("Ann", 5, 100, key="k") == ["known: 5 open"]
    exchange.buy("Bob", 2, 100)
    assert exchange.sell("Ann", 5, 100, key="k") == ["known: 3 open"]
    assert exchange.asks() == [(100, 3)]


def test_a_known_key_is_answered_with_the_order_as_it_is_now() -> None:
    exchange = Exchange(maker_ppm=10_000, taker_ppm=10_000)
    ann = exchange.traders["Ann"]
    order = PlaceOrder(ann, MARKET, t.SIDE_SELL, GOOD_TILL_CANCELED, t.Ticks(100), t.Lots(5), "k")
    (rested,) = exchange.apply(order)
    exchange.buy("Bob", 2, 100)
    at = exchange.engine.time_ns
    (known,) = exchange.apply(order)
    assert isinstance(rested, OrderRested)
    assert isinstance(known, OrderDeduplicated)
    assert known.order is rested.order
    assert (known.open_lots, known.cost_atoms, known.fee_atoms, known.update_time_ns) == (3, 200, 2, at)
    assert (known.status, known.close_reason) == (t.ORDER_OPEN, t.CLOSE_NONE)
    exchange.cancel("Ann", "k")
    (known,) = exchange.apply(order)
    assert isinstance(known, OrderDeduplicated)
    assert (known.status, known.close_reason) == (t.ORDER_CANCELED, t.CLOSE_BY_OWNER)


def test_an_order_that_rests_and_its_cancel_are_one_event_each_that_tells_all() -> None:
    exchange = Exchange()
    exchange.buy("Bob", 3, 100)
    ann = exchange.traders["Ann"]
    order = PlaceOrder(ann, MARKET, t.SIDE_BUY, GOOD_TILL_CANCELED, t.Ticks(100), t.Lots(5), "")
    (rested,) = exchange.apply(order)
    assert isinstance(rested, OrderRested)
    assert (rested.level_lots, rested.available_atoms, rested.reserved_atoms) == (8, 999_500, 500)
    (canceled,) = exchange.apply(CancelOrder(ann, rested.order.order_id, ""))
    assert isinstance(canceled, OrderCanceled)
    assert canceled.order is rested.order
    assert (canceled.level_lots, canceled.available_atoms, canceled.reserved_atoms) == (3, 1_000_000, 0)
    assert (canceled.order.status, canceled.order.close_reason) == (t.ORDER_CANCELED, t.CLOSE_BY_OWNER)


def test_another_payload_under_a_known_key_is_refused() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100, key="k")
    refused = ["refused: CLIENT_ORDER_ID_REUSED client_order_id"]
    assert exchange.sell("Ann", 6, 100, key="k") == refused
    assert exchange.sell("Ann", 5, 101, key="k") == refused
    assert exchange.buy("Ann", 5, 100, key="k") == refused
    assert exchange.sell("Ann", 5, 100, key="k", post_only=True) == refused
    assert exchange.sell("Ann", 5, 100, key="k", tif=t.TIF_IOC) == refused
    assert exchange.sell("Ann", 5, None, key="k") == refused


def test_a_key_stays_used_after_its_order_closed() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100, key="k")
    exchange.cancel("Ann", "k")
    assert exchange.sell("Ann", 5, 100, key="k") == ["known: 5 open"]
    assert exchange.sell("Ann", 4, 100, key="k") == ["refused: CLIENT_ORDER_ID_REUSED client_order_id"]
    assert exchange.asks() == []


def test_a_refused_order_does_not_use_its_key_up() -> None:
    exchange = Exchange(rich=0)
    assert exchange.buy("Ann", 1, 100, key="k") == ["refused: INSUFFICIENT_FUNDS"]
    exchange.credit("Ann", QUOTE, 200)
    assert exchange.buy("Ann", 2, 100, key="k") == ["accepted"]


def test_keys_are_each_accounts_own() -> None:
    exchange = Exchange()
    assert exchange.sell("Ann", 1, 100, key="k") == ["accepted"]
    assert exchange.sell("Bob", 2, 100, key="k") == ["accepted"]


def test_a_known_key_is_answered_in_a_halted_market() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100, key="k")
    exchange.set_status(t.MARKET_HALTED)
    assert exchange.sell("Ann", 5, 100, key="k") == ["known: 5 open"]


def test_a_closed_order_cannot_be_canceled() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100, key="k")
    order_id = exchange.engine.sequence
    exchange.buy("Bob", 5, 100)
    assert exchange.cancel("Ann", "k") == ["refused: ORDER_CLOSED order"]
    assert exchange.cancel_by_id("Ann", order_id) == ["refused: ORDER_CLOSED order"]


def test_another_accounts_order_is_not_found() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100, key="k")
    order_id = exchange.engine.sequence
    assert exchange.cancel_by_id("Bob", order_id) == ["refused: ORDER_NOT_FOUND order"]
    assert exchange.cancel("Bob", "k") == ["refused: ORDER_NOT_FOUND order"]
    assert exchange.engine.find_order(exchange.traders["Bob"], t.OrderId(order_id), "") is None
    assert exchange.engine.find_order(exchange.traders["Ann"], t.OrderId(order_id), "") is not None
    assert exchange.cancel_by_id("Ann", order_id) == ["Ann canceled"]


@pytest.mark.parametrize("order_id", [-1, 1, 2**53 + 1, 2**63 - 1])
def test_an_unknown_order_is_not_found(order_id: int) -> None:
    assert Exchange().cancel_by_id("Ann", order_id) == ["refused: ORDER_NOT_FOUND order"]


def test_cancel_all_cancels_oldest_first_and_only_the_callers() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 1, 103)
    exchange.buy("Ann", 1, 90)
    exchange.sell("Bob", 1, 103)
    exchange.sell("Ann", 1, 101)
    events = exchange.apply(CancelAllOrders(exchange.traders["Ann"], MARKET))
    assert isinstance(events[0], OrdersCanceled)
    assert events[0].count == 3
    ids = [event.order.order_id for event in events if isinstance(event, OrderClosed)]
    assert ids == sorted(ids)
    assert len(ids) == 3
    assert (exchange.bids(), exchange.asks()) == ([], [(103, 1)])
    assert exchange.cancel_all("Ann") == ["OrdersCanceled"]


def test_only_the_latest_closed_orders_are_remembered() -> None:
    exchange = Exchange()
    engine, ann = exchange.engine, exchange.traders["Ann"]
    exchange.sell("Ann", 1, 100, key="oldest")
    oldest = engine.sequence
    exchange.cancel("Ann", "oldest")
    exchange.sell("Ann", 1, 100, key="second")
    exchange.cancel("Ann", "second")
    account = engine.accounts[ann]
    # Closed without the checks of every command, which would make this slow.
    while len(account.closed) < t.MAX_CLOSED_PER_ACCOUNT:
        _close_one(exchange)
    assert engine.find_order(ann, t.OrderId(oldest), "") is not None
    _close_one(exchange)
    assert engine.find_order(ann, t.OrderId(oldest), "") is None
    assert engine.find_order(ann, t.OrderId(0), "oldest") is None
    assert exchange.cancel_by_id("Ann", oldest) == ["refused: ORDER_NOT_FOUND order"]
    assert exchange.sell("Ann", 1, 100, key="second") == ["known: 1 open"]
    assert exchange.sell("Ann", 1, 100, key="oldest") == ["accepted"], "a forgotten key is free again"


def _close_one(exchange: Exchange) -> None:
    from exchange_server.engine.commands import CancelOrder, PlaceOrder

    engine, ann = exchange.engine, exchange.traders["Ann"]
    sequence = t.Sequence(engine.sequence + 1)
    order = PlaceOrder(ann, MARKET, t.SIDE_SELL, GOOD_TILL_CANCELED, t.Ticks(100), t.Lots(1), "")
    engine.apply(sequence, t.TimeNs(0), order)
    engine.apply(t.Sequence(sequence + 1), t.TimeNs(0), CancelOrder(ann, t.OrderId(sequence), ""))


@pytest.mark.parametrize(
    ("status", "limit", "post_only", "cancel"),
    [
        (t.MARKET_OPEN, "accepted", "accepted", "Ann canceled"),
        (t.MARKET_POST_ONLY, "refused: MARKET_POST_ONLY market", "accepted", "Ann canceled"),
        (
            t.MARKET_CANCEL_ONLY,
            "refused: MARKET_CANCEL_ONLY market",
            "refused: MARKET_CANCEL_ONLY market",
            "Ann canceled",
        ),
        (
            t.MARKET_HALTED,
            "refused: MARKET_HALTED market",
            "refused: MARKET_HALTED market",
            "refused: MARKET_HALTED market",
        ),
    ],
)
def test_a_market_takes_what_its_status_allows(status: int, limit: str, post_only: str, cancel: str) -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100, key="k")
    exchange.set_status(status)
    assert exchange.buy("Bob", 1, 90) == [limit]
    assert exchange.buy("Bob", 1, 90, post_only=True) == [post_only]
    assert exchange.cancel("Ann", "k") == [cancel]


def test_cancel_all_spares_halted_markets() -> None:
    exchange = Exchange()
    exchange.sell("Ann", 5, 100)
    exchange.set_status(t.MARKET_HALTED)
    told = exchange.tell(exchange.apply(CancelAllOrders(exchange.traders["Ann"], MARKET)))
    assert told == ["refused: MARKET_HALTED market"]
    assert exchange.cancel_all("Ann") == ["OrdersCanceled"]
    assert exchange.asks() == [(100, 5)]


@pytest.mark.parametrize(("price", "told"), [(99, "refused: NOTIONAL_TOO_SMALL quantity"), (100, "accepted")])
def test_a_limit_order_has_a_least_notional(price: int, told: str) -> None:
    exchange = Exchange(min_notional=1_000)
    assert exchange.buy("Ann", 10, price) == [told]


def test_a_market_order_has_no_least_notional() -> None:
    exchange = Exchange(min_notional=1_000)
    exchange.sell("Ann", 10, 100)
    assert exchange.buy("Bob", 1)[-1] == "Bob filled"
