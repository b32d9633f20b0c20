"""Pegged orders: where they stand, when they move, and what they are to those who meet them."""

import pytest

from exchange_server.engine import types as t
from exchange_server.engine.commands import AmendOrder, PlaceOrder
from exchange_server.engine.events import LevelChanged, OrderAccepted
from exchange_server.engine.terms import GOOD_TILL_CANCELED, SpecialTerms
from tests.scenarios.exchange import MARKET, QUOTE, Exchange


def pegged(reference: int, offset: int = 0, tif: int = t.TIF_GTC, expire_time_ns: int = 0) -> SpecialTerms:
    return SpecialTerms(
        t.TYPE_PEGGED,
        tif,
        False,
        expire_time_ns=t.TimeNs(expire_time_ns),
        peg_reference=reference,
        peg_offset_ticks=offset,
    )


@pytest.fixture
def exchange() -> Exchange:
    """Bob bids 1 @ 98, Ann asks 1 @ 103."""
    exchange = Exchange()
    exchange.buy("Bob", 1, 98, key="bid")
    exchange.sell("Ann", 1, 103, key="ask")
    return exchange


@pytest.mark.parametrize(
    ("reference", "offset", "limit", "stands"),
    [
        (t.PEG_OWN, 0, 110, 98),
        (t.PEG_OWN, 1, 110, 99),
        (t.PEG_OWN, -3, 110, 95),
        (t.PEG_OWN, 9, 110, 102),
        (t.PEG_OWN, 9, 101, 101),
        (t.PEG_MID, 0, 110, 100),
        (t.PEG_MID, 1, 110, 101),
        (t.PEG_OPPOSITE, 0, 110, 102),
        (t.PEG_OPPOSITE, -4, 110, 99),
        (t.PEG_OPPOSITE, -4, 97, 97),
    ],
)
def test_a_pegged_buy_stands_at_its_reference_within_its_limit_and_never_crosses(
    exchange: Exchange, reference: int, offset: int, limit: int, stands: int
) -> None:
    assert exchange.special("Cid", t.SIDE_BUY, 2, limit, pegged(reference, offset)) == [
        "accepted",
        f"Cid moves to {stands}",
    ]
    assert (stands, 2 if stands != 98 else 3) in exchange.bids()


@pytest.mark.parametrize(
    ("reference", "offset", "limit", "stands"),
    [(t.PEG_OWN, 0, 1, 103), (t.PEG_OWN, -9, 1, 99), (t.PEG_MID, 0, 1, 101), (t.PEG_OPPOSITE, 0, 100, 100)],
)
def test_a_pegged_sell_mirrors_it(exchange: Exchange, reference: int, offset: int, limit: int, stands: int) -> None:
    told = exchange.special("Cid", t.SIDE_SELL, 2, limit, pegged(reference, offset))
    assert told == ["accepted", f"Cid moves to {stands}"]


@pytest.mark.parametrize(
    ("side", "offset", "limit", "stands"),
    [
        (t.SIDE_BUY, -97, 110, "1"),
        (t.SIDE_BUY, -98, 110, "nowhere"),
        (t.SIDE_BUY, -99, 110, "nowhere"),
        (t.SIDE_SELL, t.MAX_TICKS - 103, 1, f"{t.MAX_TICKS}"),
        (t.SIDE_SELL, t.MAX_TICKS - 102, 1, "nowhere"),
    ],
)
def test_it_stands_at_the_first_and_the_last_tick_and_beyond_them_nowhere(
    exchange: Exchange, side: int, offset: int, limit: int, stands: str
) -> None:
    told = exchange.special("Cid", side, 1, limit, pegged(t.PEG_OWN, offset))
    assert told == (["accepted"] if stands == "nowhere" else ["accepted", f"Cid moves to {stands}"])


def test_an_accepted_one_is_told_as_it_stands(exchange: Exchange) -> None:
    command = PlaceOrder(exchange.traders["Cid"], MARKET, t.SIDE_BUY, pegged(t.PEG_OWN, 1), t.Ticks(110), t.Lots(1), "")
    accepted = exchange.apply(command)[0]
    assert isinstance(accepted, OrderAccepted)
    assert accepted.order.pegged_price_ticks == 99


def test_it_follows_every_command_that_moves_its_reference(exchange: Exchange) -> None:
    exchange.special("Cid", t.SIDE_BUY, 2, 101, pegged(t.PEG_OWN, 1))
    assert exchange.buy("Bob", 1, 100, key="better") == ["accepted", "Cid moves to 101"]
    assert exchange.cancel("Bob", "better") == ["Bob canceled", "Cid moves to 99"]
    assert exchange.sell("Ann", 2, 99) == ["accepted", "Cid trades 2 at 99", "Cid filled", "Ann filled"]


def test_without_its_reference_it_is_parked_and_keeps_its_money(exchange: Exchange) -> None:
    exchange.special("Cid", t.SIDE_BUY, 2, 101, pegged(t.PEG_OWN))
    assert exchange.cancel("Bob", "bid") == ["Bob canceled", "Cid moves to nowhere"]
    assert exchange.bids() == []
    assert exchange.balance("Cid", QUOTE) == (1_000_000 - 202, 202)
    assert exchange.buy("Bob", 1, 97) == ["accepted", "Cid moves to 97"]
    assert exchange.bids() == [(97, 3)]


def test_a_parked_order_can_be_canceled_amended_and_expires(exchange: Exchange) -> None:
    exchange.cancel("Bob", "bid")
    exchange.special("Cid", t.SIDE_BUY, 2, 101, pegged(t.PEG_OWN))
    (order,) = exchange.engine.open_orders(exchange.traders["Cid"])
    exchange.apply(AmendOrder(order.account_id, order.order_id, "", t.Ticks(0), t.Lots(5)))
    assert exchange.balance("Cid", QUOTE) == (1_000_000 - 505, 505)
    assert exchange.cancel_by_id("Cid", order.order_id) == ["Cid canceled"]
    assert exchange.balance("Cid", QUOTE) == (1_000_000, 0)


def test_it_reserves_at_its_limit_and_pays_where_it_stands(exchange: Exchange) -> None:
    exchange.special("Cid", t.SIDE_BUY, 2, 110, pegged(t.PEG_OWN))
    assert exchange.balance("Cid", QUOTE) == (1_000_000 - 220, 220)
    exchange.sell("Ann", 2, 98)
    assert exchange.balance("Cid", QUOTE) == (1_000_000 - 98 - 110, 110)


def test_best_is_of_orders_that_are_not_pegged(exchange: Exchange) -> None:
    exchange.special("Ann", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN, 3))
    assert exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN)) == ["accepted", "Cid moves to 98"]


def test_pegged_orders_do_not_cross_each_other_the_older_goes_first(exchange: Exchange) -> None:
    exchange.special("Bob", t.SIDE_BUY, 1, 110, pegged(t.PEG_MID))
    assert exchange.special("Cid", t.SIDE_SELL, 1, 90, pegged(t.PEG_OPPOSITE)) == ["accepted", "Cid moves to 101"]
    exchange.cancel_all("Bob")
    assert exchange.asks() == [(103, 1)]


def test_a_pegged_sell_further_up_does_not_let_a_younger_buy_cross_the_best_ask(exchange: Exchange) -> None:
    exchange.special("Ann", t.SIDE_SELL, 1, 1, pegged(t.PEG_OWN, 5))
    told = exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN, 50))
    assert told == ["accepted", "Cid moves to 102"]


def test_a_pegged_sell_is_not_crossed_where_no_other_ask_is(exchange: Exchange) -> None:
    exchange.cancel("Ann", "ask")
    exchange.special("Ann", t.SIDE_SELL, 1, 1, pegged(t.PEG_OPPOSITE, 4))
    told = exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN, 50))
    assert told == ["accepted", "Cid moves to 101"]
    assert exchange.asks() == [(102, 1)]


@pytest.mark.parametrize(("bid", "ask"), [(101, 100), (100, 100), (1, 1)])
def test_it_stays_parked_while_what_an_auction_collected_is_crossed(bid: int, ask: int) -> None:
    exchange = Exchange()
    exchange.buy("Bob", 2, bid)
    exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN))
    exchange.special("Cid", t.SIDE_SELL, 1, 1, pegged(t.PEG_OPPOSITE))
    exchange.set_status(t.MARKET_AUCTION)
    exchange.sell("Ann", 1, ask)
    assert exchange.set_status(t.MARKET_HALTED) == []
    assert (exchange.bids(), exchange.asks()) == ([(bid, 2)], [(ask, 1)])


def test_it_keeps_its_place_where_its_price_stays_and_loses_it_where_it_changes(exchange: Exchange) -> None:
    exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN))
    exchange.buy("Ann", 1, 98)
    exchange.buy("Ann", 1, 97)
    assert exchange.sell("Bob", 2, 98)[1:3] == ["Bob expired: self trade", "Cid trades 1 at 98"]


def test_it_takes_part_in_self_trade_prevention(exchange: Exchange) -> None:
    exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN, 1))
    assert exchange.sell("Cid", 1, 99) == ["accepted", "Cid expired: self trade"]


def test_more_quantity_loses_its_place_less_keeps_it_and_a_price_is_refused(exchange: Exchange) -> None:
    exchange.special("Cid", t.SIDE_BUY, 3, 110, pegged(t.PEG_OWN))
    (order,) = exchange.engine.open_orders(exchange.traders["Cid"])
    exchange.buy("Ann", 1, 98)
    amend = AmendOrder(order.account_id, order.order_id, "", t.Ticks(0), t.Lots(2))
    exchange.apply(amend)
    level = exchange.engine.books[MARKET].bids.best
    assert level is not None
    assert level.last is not None
    assert level.last.account_id == exchange.traders["Ann"]
    exchange.apply(AmendOrder(order.account_id, order.order_id, "", t.Ticks(0), t.Lots(4)))
    assert level.last.account_id == exchange.traders["Cid"]
    told = exchange.tell(exchange.apply(AmendOrder(order.account_id, order.order_id, "", t.Ticks(99), t.Lots(0))))
    assert told == ["refused: INVALID_FIELD price"]


def test_it_is_taken_by_a_post_only_market_and_parked_by_an_auction(exchange: Exchange) -> None:
    exchange.set_status(t.MARKET_POST_ONLY)
    assert exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN)) == ["accepted", "Cid moves to 98"]
    assert exchange.set_status(t.MARKET_AUCTION) == ["Cid moves to nowhere"]
    told = exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN))
    assert told == ["refused: MARKET_IN_AUCTION market"]
    assert exchange.set_status(t.MARKET_OPEN) == ["Cid moves to 98"]


def test_a_level_that_is_left_and_entered_in_one_command_is_told_once(exchange: Exchange) -> None:
    exchange.special("Cid", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN, -1))
    exchange.special("Ann", t.SIDE_BUY, 1, 110, pegged(t.PEG_OWN, -2))
    command = PlaceOrder(exchange.traders["Bob"], MARKET, t.SIDE_BUY, GOOD_TILL_CANCELED, t.Ticks(99), t.Lots(1), "")
    levels = [event for event in exchange.apply(command) if isinstance(event, LevelChanged)]
    assert sorted((level.price_ticks, level.quantity_lots) for level in levels) == [(96, 0), (97, 1), (98, 2), (99, 1)]


@pytest.mark.parametrize(
    ("terms", "price", "field"),
    [
        (pegged(0), 100, "peg_reference"),
        (pegged(4), 100, "peg_reference"),
        (pegged(t.PEG_OWN, t.MAX_TICKS + 1), 100, "peg_offset"),
        (pegged(t.PEG_OWN), 0, "price"),
        (pegged(t.PEG_OWN, tif=t.TIF_IOC), 100, "time_in_force"),
        (SpecialTerms(t.TYPE_PEGGED, t.TIF_GTC, True, peg_reference=t.PEG_OWN), 100, "post_only"),
        (SpecialTerms(t.TYPE_LIMIT, t.TIF_GTC, False, peg_reference=t.PEG_OWN), 100, "peg_reference"),
        (SpecialTerms(t.TYPE_LIMIT, t.TIF_GTC, False, peg_offset_ticks=1), 100, "peg_offset"),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(
    exchange: Exchange, terms: SpecialTerms, price: int, field: str
) -> None:
    assert exchange.special("Cid", t.SIDE_BUY, 1, price, terms) == [f"refused: INVALID_FIELD {field}"]
