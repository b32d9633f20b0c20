"""The engine in the words of the SDK: refusals, partial executions, fees, self-trades, and money that stays."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from exchange_bots.bot.core import Item
from exchange_bots.bot.view import Terms
from exchange_bots.feed.messages import TradePrint
from exchange_bots.play.actions import Side
from exchange_sdk import (
    AccountUpdate,
    AmendOrder,
    CancelOrder,
    InsufficientFunds,
    InvalidOrder,
    Liquidity,
    NewOrder,
    NotFound,
    OrderResult,
    OrderStatus,
    PostOnlyWouldCross,
    QuantityNotAboveFilled,
    TimeInForce,
)
from exchange_server.cli.backtest.engine_exchange import EngineExchange

NOW = 1_700_000_000_000_000_000
TERMS = Terms("BTC-USDC", Decimal("0.5"), Decimal("0.01"), Decimal(10))
FUNDS = (Decimal(10), Decimal(10_000))


@pytest.fixture
def exchange() -> EngineExchange:
    return EngineExchange(TERMS, {"alice": FUNDS, "bob": FUNDS}, maker_fee_ppm=1_000, taker_fee_ppm=3_000)


def order(key: str, side: str, price: object, quantity: object, **options: Any) -> NewOrder:
    return NewOrder(
        market="BTC-USDC",
        side=side,
        price=Decimal(str(price)),
        quantity=Decimal(str(quantity)),
        client_order_id=key,
        time_in_force=options.pop("time_in_force", TimeInForce.GTC),
        **options,
    )


def ioc(key: str, side: str, price: object, quantity: object) -> NewOrder:
    return order(key, side, price, quantity, time_in_force=TimeInForce.IOC)


def do(exchange: EngineExchange, account: str, *items: Item, at_ns: int = NOW) -> list[OrderResult]:
    return exchange.execute(account, at_ns, items)


def totals(exchange: EngineExchange, account: str) -> dict[str, Decimal]:
    return {balance.asset: balance.total for balance in exchange.balances(account)}


def reserved(exchange: EngineExchange, account: str) -> dict[str, Decimal]:
    return {balance.asset: balance.reserved for balance in exchange.balances(account)}


@pytest.mark.parametrize(
    ("item", "kind", "field"),
    [
        (order("k", "buy", "100.25", 1), InvalidOrder, "price"),
        (order("k", "buy", 100, "1.001"), InvalidOrder, "quantity"),
        (order("k", "buy", 1, 1), InvalidOrder, ""),
        (order("k", "buy", 100, 101), InsufficientFunds, ""),
        (order("k", "sell", 100, "10.01"), InsufficientFunds, ""),
        (order("k", "buy", 101, 1, post_only=True), PostOnlyWouldCross, ""),
        (CancelOrder(client_order_id="nobody"), NotFound, ""),
        (AmendOrder(client_order_id="nobody", quantity=Decimal(1)), NotFound, ""),
    ],
)
def test_a_refusal_is_the_error_that_the_sdk_knows_and_changes_nothing(
    exchange: EngineExchange, item: Item, kind: type[Exception], field: str
) -> None:
    do(exchange, "bob", order("ask", "sell", 101, 1))
    (result,) = do(exchange, "alice", item)
    assert type(result.error) is kind
    assert result.error is not None
    assert not field or result.error.field == field
    assert totals(exchange, "alice") == {"BTC": 10, "USDC": 10_000}
    assert reserved(exchange, "alice") == {"BTC": 0, "USDC": 0}
    assert exchange.news() == ([], [])


def test_an_off_grid_amend_is_refused_and_the_order_stays(exchange: EngineExchange) -> None:
    do(exchange, "alice", order("k", "buy", 100, 1))
    (result,) = do(exchange, "alice", AmendOrder(client_order_id="k", price=Decimal("99.9")))
    assert isinstance(result.error, InvalidOrder)
    assert exchange.levels() == ([(Decimal(100), Decimal(1))], [])


def test_items_are_done_one_after_the_other_each_for_itself(exchange: EngineExchange) -> None:
    results = do(
        exchange,
        "alice",
        order("a", "buy", 100, 1),
        CancelOrder(client_order_id="nobody"),
        AmendOrder(client_order_id="a", price=Decimal(99), quantity=Decimal(2)),
        order("b", "buy", 98, 1),
        CancelOrder(client_order_id="b"),
    )
    assert [result.status for result in results] == [
        OrderStatus.OPEN,
        None,
        OrderStatus.OPEN,
        OrderStatus.OPEN,
        OrderStatus.CANCELED,
    ]
    assert exchange.levels() == ([(Decimal(99), Decimal(2))], [])


def test_what_is_filled_in_part_rests_or_ends_as_its_time_in_force_says(exchange: EngineExchange) -> None:
    do(exchange, "bob", order("ask", "sell", 100, 1))
    (rests,) = do(exchange, "alice", order("gtc", "buy", 100, 3))
    assert [rests.status, rests.filled_quantity, rests.filled_quote] == [OrderStatus.OPEN, 1, 100]
    (taken,) = do(exchange, "bob", ioc("ioc", "sell", 100, 5))
    assert [taken.status, taken.filled_quantity] == [OrderStatus.EXPIRED, 2]
    assert exchange.levels() == ([], [])
    (refused,) = do(exchange, "alice", AmendOrder(client_order_id="gtc", quantity=Decimal(4)))
    assert refused.error is not None


def test_an_amend_below_what_is_filled_is_refused(exchange: EngineExchange) -> None:
    do(exchange, "alice", order("bid", "buy", 100, 3))
    do(exchange, "bob", ioc("hit", "sell", 100, 2))
    (result,) = do(exchange, "alice", AmendOrder(client_order_id="bid", quantity=Decimal(2)))
    assert isinstance(result.error, QuantityNotAboveFilled)


def test_both_owners_and_everybody_are_told_of_a_trade_once_and_its_fees_are_paid(exchange: EngineExchange) -> None:
    do(exchange, "alice", order("bid", "buy", 100, 2))
    do(exchange, "bob", ioc("hit", "sell", 99, "0.5"), at_ns=NOW + 7)
    updates, trades = exchange.news()
    assert trades == [TradePrint("BTC-USDC", NOW + 7, Side.SELL, Decimal(100), Decimal("0.5"), trades[0].trade_id)]
    told: dict[str, AccountUpdate] = dict(updates)
    assert sorted(told) == ["alice", "bob"]
    assert len(updates) == 2
    (maker,), (taker,) = told["alice"].fills, told["bob"].fills
    assert (maker.client_order_id, maker.liquidity, maker.fee) == ("bid", Liquidity.MAKER, Decimal("0.05"))
    assert (taker.client_order_id, taker.liquidity, taker.fee) == ("hit", Liquidity.TAKER, Decimal("0.15"))
    (resting,) = told["alice"].orders
    assert (resting.filled_quantity, resting.open_quantity, resting.is_open) == (Decimal("0.5"), Decimal("1.5"), True)
    assert totals(exchange, "alice") == {"BTC": Decimal("10.5"), "USDC": Decimal("9949.95")}
    assert totals(exchange, "bob") == {"BTC": Decimal("9.5"), "USDC": Decimal("10049.85")}
    assert {balance.asset: balance.total for balance in told["bob"].balances} == totals(exchange, "bob")
    assert exchange.news() == ([], [])


def test_who_would_meet_himself_loses_what_rested_and_is_told(exchange: EngineExchange) -> None:
    do(exchange, "alice", order("bid", "buy", 100, 2))
    (result,) = do(exchange, "alice", ioc("hit", "sell", 100, 1))
    assert result.filled_quantity == 0
    assert exchange.levels() == ([], [])
    ((account, update),), trades = exchange.news()
    assert (account, update.fills, trades) == ("alice", (), [])
    assert [each.client_order_id for each in update.orders if not each.is_open and each.side.name == "BUY"] == ["bid"]
    assert reserved(exchange, "alice") == {"BTC": 0, "USDC": 0}


def test_a_queue_is_served_in_the_order_of_arrival(exchange: EngineExchange) -> None:
    do(exchange, "alice", order("first", "buy", 100, 1))
    do(exchange, "bob", order("second", "buy", 100, 1))
    do(exchange, "bob", ioc("hit", "sell", 100, 1))
    updates, _ = exchange.news()
    assert [fill.client_order_id for name, update in updates for fill in update.fills if name == "alice"] == ["first"]


def test_cancel_all_is_of_one_account(exchange: EngineExchange) -> None:
    do(exchange, "alice", order("a", "buy", 100, 1), order("b", "sell", 110, 1))
    do(exchange, "bob", order("c", "buy", 99, 1))
    exchange.cancel_all("alice", NOW)
    assert exchange.levels() == ([(Decimal(99), Decimal(1))], [])
    assert reserved(exchange, "alice") == {"BTC": 0, "USDC": 0}


@pytest.mark.parametrize("terms", [Terms("BTC-USDC", Decimal(0), Decimal(1)), Terms("BTC-BTC", Decimal(1), Decimal(1))])
def test_terms_that_the_engine_refuses_are_an_error(terms: Terms) -> None:
    with pytest.raises(ValueError, match="refused"):
        EngineExchange(terms, {}, maker_fee_ppm=0, taker_fee_ppm=0)


def test_levels_are_the_best_twenty_added_up(exchange: EngineExchange) -> None:
    bids: Sequence[Item] = [order(f"b{number}", "buy", 100 - number, "0.2") for number in range(25)]
    do(exchange, "alice", *bids, order("again", "buy", 100, "0.2"))
    (best, *_), asks = exchange.levels()
    assert (best, asks) == ((Decimal(100), Decimal("0.4")), [])
    assert len(exchange.levels()[0]) == 20
