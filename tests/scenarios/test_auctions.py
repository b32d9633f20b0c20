"""The auction: what is collected, at which price it trades, and who pays what."""

import pytest

from exchange_server.engine import types as t
from exchange_server.engine.commands import AmendOrder, BatchItem, BatchOrders, PlaceOrder, SetMarketProtection
from exchange_server.engine.events import BatchAccepted, OrderDeduplicated, Rejected
from exchange_server.engine.terms import GOOD_TILL_CANCELED, SpecialTerms
from tests.scenarios.exchange import MARKET, QUOTE, Exchange


def iceberg(display: int) -> SpecialTerms:
    return SpecialTerms(t.TYPE_LIMIT, t.TIF_GTC, False, display_lots=t.Lots(display))


def set_reference(exchange: Exchange, price: int) -> None:
    nothing = (t.Lots(0), t.Lots(0), t.Atoms(0), t.Atoms(0), 0, 0, 0)
    exchange.apply(SetMarketProtection(MARKET, *nothing, t.Ticks(price)))


def indication(exchange: Exchange) -> tuple[int, int, int] | None:
    found = exchange.engine.indication(MARKET)
    return None if found is None else (found.price_ticks, found.volume_lots, found.surplus_lots)


@pytest.fixture
def exchange() -> Exchange:
    exchange = Exchange(maker_ppm=10_000, taker_ppm=30_000)
    exchange.set_status(t.MARKET_AUCTION)
    return exchange


def test_orders_collect_and_nothing_trades(exchange: Exchange) -> None:
    assert exchange.buy("Ann", 5, 103) == ["accepted"]
    assert exchange.sell("Bob", 4, 99) == ["accepted"]
    assert (exchange.bids(), exchange.asks()) == ([(103, 5)], [(99, 4)])


@pytest.mark.parametrize(
    ("orders", "reference", "expected"),
    [
        # The largest volume: 5 at 102 and 103, then the nearest to the reference, without one the lowest.
        ([(5, 103), (5, 101), (-4, 99), (-4, 102)], 100, (102, 5, -3)),
        ([(5, 103), (5, 101), (-4, 99), (-4, 102)], 0, (102, 5, -3)),
        ([(5, 103), (5, 101), (-4, 99), (-4, 102)], 110, (103, 5, -3)),
        # One volume and imbalance over a whole range: the nearest tick to the reference, where nothing rests.
        ([(5, 110), (-5, 90)], 97, (97, 5, 0)),
        ([(5, 110), (-5, 90)], 0, (90, 5, 0)),
        ([(5, 110), (-5, 90)], 200, (110, 5, 0)),
        # The same volume at 100 and 101, less imbalance at 101.
        ([(5, 101), (5, 100), (-5, 99)], 99, (101, 5, 0)),
        # Two ranges are equally good, one with more to buy, one with more to sell.
        ([(3, 110), (2, 103), (-3, 100), (-2, 104)], 105, (105, 3, -2)),
        ([(3, 110), (2, 103), (-3, 100), (-2, 104)], 99, (100, 3, 2)),
        ([(3, 110), (2, 103), (-3, 100), (-2, 104)], 0, (100, 3, 2)),
        # What rests exactly at the best price of the other side takes part.
        ([(3, 101), (2, 100), (-5, 100)], 101, (100, 5, 0)),
        ([(5, 100), (-3, 99), (-2, 100)], 99, (100, 5, 0)),
        ([(5, 99), (-5, 100)], 100, None),
    ],
)
def test_the_price_maximises_volume_then_minimises_imbalance_then_is_nearest_to_the_reference(
    exchange: Exchange, orders: list[tuple[int, int]], reference: int, expected: tuple[int, int, int] | None
) -> None:
    if reference:
        set_reference(exchange, reference)
    for lots, price in orders:
        exchange.place("Ann" if lots > 0 else "Bob", t.SIDE_BUY if lots > 0 else t.SIDE_SELL, abs(lots), price)
    assert indication(exchange) == expected


def test_opening_trades_all_of_it_at_one_price(exchange: Exchange) -> None:
    set_reference(exchange, 100)
    exchange.buy("Ann", 5, 103)
    exchange.buy("Bob", 5, 101)
    exchange.sell("Cid", 4, 99)
    exchange.sell("Cid", 4, 102)
    assert exchange.set_status(t.MARKET_OPEN) == [
        "Ann trades 4 at 102 with Cid",
        "Cid filled",
        "Ann trades 1 at 102 with Cid",
        "Ann filled",
    ]
    assert (exchange.bids(), exchange.asks()) == ([(101, 5)], [(102, 3)])


def test_both_pay_the_maker_fee_and_buyers_get_back_what_they_reserved_beyond(exchange: Exchange) -> None:
    set_reference(exchange, 100)
    exchange.buy("Ann", 100, 110)
    exchange.sell("Bob", 100, 90)
    exchange.set_status(t.MARKET_OPEN)
    assert exchange.balance("Ann", QUOTE) == (1_000_000 - 10_000 - 100, 0)
    assert exchange.balance("Bob", QUOTE) == (1_000_000 + 10_000 - 100, 0)
    assert exchange.fees() == 200


def test_an_auction_pays_no_rebate() -> None:
    exchange = Exchange(maker_ppm=-10_000, taker_ppm=30_000)
    exchange.set_status(t.MARKET_AUCTION)
    exchange.buy("Ann", 100, 100)
    exchange.sell("Bob", 100, 100)
    exchange.set_status(t.MARKET_OPEN)
    assert exchange.fees() == 0


def test_two_icebergs_take_turns_and_the_one_that_came_earlier_is_told_as_the_maker(exchange: Exchange) -> None:
    exchange.special("Ann", t.SIDE_BUY, 4, 100, iceberg(2))
    exchange.special("Bob", t.SIDE_SELL, 4, 100, iceberg(2))
    exchange.sell("Cid", 1, 100)
    # Both first slices are gone at once. Ann's new one comes first, as she was the maker; Cid is before both.
    assert exchange.set_status(t.MARKET_OPEN) == [
        "Ann trades 2 at 100 with Bob",
        "Cid trades 1 at 100 with Ann",
        "Cid filled",
        "Ann trades 1 at 100 with Bob",
        "Ann filled",
    ]


def test_slices_that_are_shown_in_one_step_come_in_the_order_in_which_they_were_shown(exchange: Exchange) -> None:
    exchange.special("Ann", t.SIDE_SELL, 4, 100, iceberg(2))
    exchange.special("Bob", t.SIDE_BUY, 4, 100, iceberg(2))
    assert exchange.set_status(t.MARKET_OPEN) == [
        "Ann trades 2 at 100 with Bob",
        "Ann trades 2 at 100 with Bob",
        "Ann filled",
        "Bob filled",
    ]


@pytest.mark.parametrize(
    ("mode", "told", "bids", "asks"),
    [
        (t.SELF_TRADE_EXPIRE_MAKER, ["Ann expired: self trade"], [], [(100, 3)]),
        (t.SELF_TRADE_EXPIRE_TAKER, ["Ann expired: self trade"], [(100, 5)], []),
        (t.SELF_TRADE_EXPIRE_BOTH, ["Ann expired: self trade", "Ann expired: self trade"], [], []),
        (
            t.SELF_TRADE_DECREMENT,
            ["OrderDecremented", "OrderDecremented", "Ann expired: self trade"],
            [(100, 2)],
            [],
        ),
    ],
)
def test_of_two_orders_of_one_owner_the_later_ones_mode_decides(
    exchange: Exchange, mode: int, told: list[str], bids: list[tuple[int, int]], asks: list[tuple[int, int]]
) -> None:
    exchange.buy("Ann", 5, 100)
    exchange.special("Ann", t.SIDE_SELL, 3, 100, SpecialTerms(t.TYPE_LIMIT, t.TIF_GTC, False, self_trade=mode))
    assert exchange.set_status(t.MARKET_OPEN) == told
    assert (exchange.bids(), exchange.asks()) == (bids, asks)


def test_a_price_holds_until_nothing_more_trades_at_it_whatever_self_trade_prevention_takes(exchange: Exchange) -> None:
    exchange.buy("Cid", 3, 103)
    exchange.buy("Bob", 3, 102)
    exchange.sell("Cid", 3, 102)
    exchange.sell("Cid", 6, 101)
    exchange.buy("Ann", 3, 103)
    # Once Cid's own bid is gone, 101 would do as well as 102, and be lower.
    assert exchange.set_status(t.MARKET_OPEN) == [
        "Cid expired: self trade",
        "Cid trades 3 at 102 with Ann",
        "Ann filled",
        "Bob trades 3 at 102 with Cid",
        "Bob filled",
        "Cid filled",
    ]


def place(exchange: Exchange, side: int, price: int, key: str = "") -> PlaceOrder:
    """A plain order of Ann's for one lot."""
    return PlaceOrder(exchange.traders["Ann"], MARKET, side, GOOD_TILL_CANCELED, t.Ticks(price), t.Lots(1), key)


def batch(exchange: Exchange, *items: BatchItem) -> None:
    """Let a batch of Ann's stand."""
    assert isinstance(exchange.apply(BatchOrders(items))[0], BatchAccepted)


def amend_ask(exchange: Exchange, price: int) -> AmendOrder:
    """Ann's order with the key "ask", at another price."""
    return AmendOrder(exchange.traders["Ann"], t.OrderId(0), "ask", t.Ticks(price), t.Lots(0))


@pytest.mark.parametrize("placed", [0, 1, 2])
def test_what_a_batch_amends_came_before_the_orders_of_later_commands(exchange: Exchange, placed: int) -> None:
    exchange.sell("Ann", 1, 110, key="ask")
    others = [place(exchange, t.SIDE_BUY, 90)] * placed
    batch(exchange, *others, amend_ask(exchange, 100))
    exchange.buy("Bob", 1, 100)
    assert exchange.set_status(t.MARKET_OPEN)[0] == "Ann trades 1 at 100 with Bob"


@pytest.mark.parametrize("placed", [1, 2])
def test_what_a_batch_amends_came_after_the_orders_that_it_placed_before(exchange: Exchange, placed: int) -> None:
    exchange.sell("Ann", 1, 110, key="ask")
    others = [place(exchange, t.SIDE_BUY, 90)] * (placed - 1)
    batch(exchange, *others, place(exchange, t.SIDE_BUY, 100), amend_ask(exchange, 100))
    # Of two plain orders of one owner the earlier expires.
    exchange.set_status(t.MARKET_OPEN)
    assert exchange.asks() == [(100, 1)]
    assert (100, 1) not in exchange.bids()


def test_what_a_batch_amends_came_before_the_orders_that_it_places_after(exchange: Exchange) -> None:
    exchange.sell("Ann", 1, 110, key="ask")
    batch(exchange, amend_ask(exchange, 100), place(exchange, t.SIDE_BUY, 100))
    exchange.set_status(t.MARKET_OPEN)
    assert (exchange.bids(), exchange.asks()) == ([(100, 1)], [])


def test_a_plain_order_that_came_after_an_amend_of_its_batch_is_known_by_what_was_sent(exchange: Exchange) -> None:
    exchange.sell("Ann", 1, 110, key="ask")
    bid = place(exchange, t.SIDE_BUY, 90, "bid")
    batch(exchange, amend_ask(exchange, 105), bid)
    assert isinstance(exchange.apply(bid)[0], OrderDeduplicated)


def test_a_crossed_book_waits_while_the_market_is_halted_and_does_not_become_post_only(exchange: Exchange) -> None:
    exchange.buy("Ann", 1, 101)
    exchange.sell("Bob", 1, 100)
    assert exchange.set_status(t.MARKET_POST_ONLY) == ["refused: MARKET_IN_AUCTION status"]
    assert exchange.set_status(t.MARKET_HALTED) == []
    assert exchange.set_status(t.MARKET_CANCEL_ONLY) == []
    assert exchange.set_status(t.MARKET_OPEN) == ["Ann trades 1 at 100 with Bob", "Ann filled", "Bob filled"]


def test_its_trades_trigger_stops(exchange: Exchange) -> None:
    stop = SpecialTerms(t.TYPE_STOP_LIMIT, t.TIF_GTC, False, trigger_price_ticks=t.Ticks(100))
    assert exchange.special("Cid", t.SIDE_BUY, 1, 105, stop) == ["accepted"]
    exchange.buy("Ann", 1, 100)
    exchange.sell("Bob", 1, 100)
    told = exchange.set_status(t.MARKET_OPEN)
    assert told == ["Ann trades 1 at 100 with Bob", "Ann filled", "Bob filled", "OrderTriggered"]
    assert exchange.bids() == [(105, 1)]


@pytest.mark.parametrize(
    "terms",
    [
        SpecialTerms(t.TYPE_LIMIT, t.TIF_IOC, False),
        SpecialTerms(t.TYPE_LIMIT, t.TIF_FOK, False),
        SpecialTerms(t.TYPE_LIMIT, t.TIF_GTC, True),
        SpecialTerms(t.TYPE_MARKET, t.TIF_IOC, False),
    ],
)
def test_what_must_trade_at_once_or_not_at_all_is_refused(exchange: Exchange, terms: SpecialTerms) -> None:
    price = t.Ticks(0 if terms.type == t.TYPE_MARKET else 100)
    command = PlaceOrder(exchange.traders["Ann"], MARKET, t.SIDE_BUY, terms, price, t.Lots(1), "")
    (refused,) = exchange.apply(command)
    assert isinstance(refused, Rejected)
    assert (refused.reason, refused.field) == (t.REJECT_MARKET_IN_AUCTION, "market")


def test_a_trade_of_an_auction_says_so(exchange: Exchange) -> None:
    exchange.buy("Ann", 1, 100)
    exchange.sell("Bob", 1, 100)
    assert exchange.set_status(t.MARKET_OPEN)[0] == "Ann trades 1 at 100 with Bob"
    exchange.buy("Ann", 1, 100)
    assert exchange.sell("Bob", 1, 100)[1] == "Ann trades 1 at 100"
