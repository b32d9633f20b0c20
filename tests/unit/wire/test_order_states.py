"""What a command left of an order, told from its events however late they are read."""

from exchange_server.engine.types import (
    CLOSE_SELF_TRADE,
    ORDER_EXPIRED,
    ORDER_FILLED,
    ORDER_OPEN,
    ORDER_PENDING_TRIGGER,
    SIDE_BUY,
    SIDE_SELL,
    TIF_IOC,
    TYPE_STOP_MARKET,
)
from exchange_server.wire.order_states import OrderState, states_after
from tests.feeds_support import ACCOUNTS, Exchange, amend, buy, cancel, sell, special

ALICE, BOB, CAROL = ACCOUNTS


def told(exchange: Exchange, account: int, back: int = 1) -> list[OrderState]:
    """Return what the last command but some left of an account's orders."""
    applied = exchange.applied[-back]
    return [*states_after(ACCOUNTS[account], applied.events, applied.time_ns).values()]


def test_an_order_that_a_decrement_left_open_tells_it_also_after_the_next_one() -> None:
    exchange = Exchange()
    exchange.run(sell(0, 100, 9), special(0, SIDE_BUY, 100, 2, self_trade=4))
    exchange.run(special(0, SIDE_BUY, 100, 3, self_trade=4), buy(1, 100, 1))
    # The arriving order is told first; of the trade only the resting one is Alice's.
    first, second, trade = told(exchange, 0, 3)[1], told(exchange, 0, 2)[1], told(exchange, 0)[0]
    assert [(state.open_lots, state.prevented_lots) for state in (first, second, trade)] == [(7, 2), (4, 5), (3, 5)]
    taker = told(exchange, 0, 2)[0]
    assert (taker.status, taker.close_reason, taker.prevented_lots) == (ORDER_EXPIRED, CLOSE_SELF_TRADE, 3)


def test_the_rest_that_self_trade_prevention_ended_counts_as_prevented() -> None:
    exchange = Exchange()
    exchange.run(sell(0, 100, 9), special(0, SIDE_BUY, 100, 2, self_trade=2))
    (taker,) = told(exchange, 0)
    assert (taker.status, taker.open_lots, taker.decremented_lots, taker.prevented_lots) == (ORDER_EXPIRED, 2, 0, 2)


def test_a_stop_waits_then_is_told_by_the_command_that_triggered_it() -> None:
    exchange = Exchange()
    stop = special(0, SIDE_SELL, 0, 1, kind=TYPE_STOP_MARKET, time_in_force=TIF_IOC, trigger_price_ticks=90)
    exchange.run(stop, buy(1, 90, 3), sell(2, 90, 1))
    (waiting,) = told(exchange, 0, 3)
    assert (waiting.status, waiting.order.order_id) == (ORDER_PENDING_TRIGGER, len(exchange.applied) - 2)
    (fired,) = told(exchange, 0)
    assert (fired.status, fired.open_lots) == (ORDER_FILLED, 0)
    assert fired.order.trigger_time_ns == exchange.applied[-1].time_ns
    (maker,) = told(exchange, 1)
    assert (maker.status, maker.open_lots) == (ORDER_OPEN, 1)


def test_an_arriving_order_that_rests_may_be_met_by_what_it_triggers() -> None:
    exchange = Exchange()
    stop = special(1, SIDE_BUY, 0, 1, kind=TYPE_STOP_MARKET, time_in_force=TIF_IOC, trigger_price_ticks=100)
    exchange.run(stop, buy(2, 100, 1), sell(0, 100, 3))
    (rests,) = told(exchange, 0)
    assert (rests.status, rests.open_lots) == (ORDER_OPEN, 1)


def test_an_amended_order_tells_its_new_terms_and_what_it_had_filled() -> None:
    exchange = Exchange()
    order_id = exchange.run(buy(0, 100, 5), sell(1, 100, 2))[0].sequence
    exchange.run(amend(0, order_id, 99, 4), cancel(0, order_id))
    (amended,) = told(exchange, 0, 2)
    assert (amended.order.price_ticks, amended.order.quantity_lots, amended.open_lots) == (99, 4, 2)
    assert amended.cost_atoms == 2 * 100 * 500
    assert amended.status == ORDER_OPEN
