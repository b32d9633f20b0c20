"""What would happen, told beforehand: amends, cancel-replaces and lists that are only tried."""

import pytest

from exchange_server.engine import types as t
from exchange_server.engine.commands import (
    AmendOrder,
    CancelOrder,
    CancelReplaceOrder,
    PlaceBracketOrder,
    PlaceOcoOrder,
    PlaceOrder,
    SetMarketProtection,
)
from exchange_server.engine.events import Rejected
from exchange_server.engine.orders import Order
from exchange_server.engine.previews import Preview, ReplacePreview
from exchange_server.engine.terms import SpecialTerms, Terms, terms_of
from tests.scenarios.exchange import BASE, MARKET, QUOTE, REASONS, Exchange

GTC = terms_of(t.TYPE_LIMIT, t.TIF_GTC, False)
IOC = terms_of(t.TYPE_MARKET, t.TIF_IOC, False)
BUY, SELL = t.SIDE_BUY, t.SIDE_SELL


class Trial(Exchange):
    """An exchange that is asked what would happen; that the answer changes nothing is looked at every time."""

    def now(self) -> t.TimeNs:
        return t.TimeNs(1_000_000 * (self.engine.sequence + 1))

    def order(
        self, trader: str, side: int, lots: int, price: int, terms: Terms | None = None, key: str = ""
    ) -> PlaceOrder:
        kind = terms or (GTC if price else IOC)
        return PlaceOrder(self.traders[trader], MARKET, side, kind, t.Ticks(price), t.Lots(lots), key)

    def amend(self, trader: str, key: str, price: int = 0, lots: int = 0) -> Preview:
        command = AmendOrder(self.traders[trader], t.OrderId(0), key, t.Ticks(price), t.Lots(lots))
        before = self.engine.state_hash()
        told = self.engine.preview(command, self.now())
        assert self.engine.state_hash() == before
        assert isinstance(told, Preview)
        return told

    def replace(self, trader: str, key: str, place: PlaceOrder, stop_on_failure: bool = True) -> ReplacePreview:
        command = CancelReplaceOrder(CancelOrder(self.traders[trader], t.OrderId(0), key), place, stop_on_failure)
        before = self.engine.state_hash()
        told = self.engine.preview_replace(command, self.now())
        assert self.engine.state_hash() == before
        assert isinstance(told, ReplacePreview)
        return told

    def replaced(self, trader: str, key: str, place: PlaceOrder) -> Preview:
        told = self.replace(trader, key, place)
        assert isinstance(told.canceled, Order)
        assert isinstance(told.placed, Preview)
        return told.placed

    def list(self, command: PlaceOcoOrder | PlaceBracketOrder) -> list[Preview]:
        before = self.engine.state_hash()
        told = self.engine.preview_list(command, self.now())
        assert self.engine.state_hash() == before
        assert isinstance(told, list)
        return told


def stop(kind: int, trigger: int) -> SpecialTerms:
    return SpecialTerms(kind, t.TIF_IOC, False, trigger_price_ticks=t.Ticks(trigger))


# ---------------------------------------------------------------- amend


def test_an_amend_into_crossing_tells_only_what_its_new_terms_would_execute() -> None:
    exchange = Trial(taker_ppm=10_000)
    exchange.sell("Bob", 2, 100)
    exchange.buy("Ann", 5, 100, key="mine")
    exchange.sell("Bob", 4, 110)
    told = exchange.amend("Ann", "mine", price=110)
    assert told.fills == [(110, 3)]
    # 2 are bought already, for 200 and a fee of 2; 330 more cost 3.3, rounded up with the 2 together.
    assert (told.order.filled_lots, told.cost_atoms, told.fee_atoms) == (5, 330, 4)
    assert (told.order.status, told.reserved_atoms) == (t.ORDER_FILLED, 0)


def test_an_amend_to_less_tells_that_less_would_be_reserved() -> None:
    exchange = Trial()
    exchange.buy("Ann", 5, 100, key="mine")
    told = exchange.amend("Ann", "mine", lots=3)
    assert (told.order.open_lots, told.reserved_atoms, told.fills) == (3, 300, [])
    assert told.order.order_id == next(exchange.engine.open_orders(exchange.traders["Ann"])).order_id


def test_an_amended_order_does_not_meet_itself() -> None:
    exchange = Trial()
    exchange.buy("Ann", 5, 100, key="mine")
    told = exchange.amend("Ann", "mine", price=120)
    assert (told.self_trades, told.order.open_lots, told.reserved_atoms) == ([], 5, 600)


# ---------------------------------------------------------------- cancel-replace


def e21_book() -> Trial:
    exchange = Trial(rich=0)
    exchange.credit("Ann", BASE, 5)
    exchange.credit("Ann", QUOTE, 1_000)
    exchange.credit("Bob", BASE, 1)
    exchange.sell("Ann", 5, 100, key="mine")
    exchange.sell("Bob", 1, 102)
    return exchange


def test_e21_a_replacement_is_paid_with_what_the_old_order_reserves() -> None:
    exchange = e21_book()
    told = exchange.replaced("Ann", "mine", exchange.order("Ann", SELL, 5, 101))
    assert (told.order.status, told.order.price_ticks, told.reserved_atoms) == (t.ORDER_OPEN, 101, 5)
    assert exchange.asks() == [(100, 5), (102, 1)]


def test_e21_a_replacement_on_the_other_side_does_not_meet_the_old_order() -> None:
    exchange = e21_book()
    told = exchange.replaced("Ann", "mine", exchange.order("Ann", BUY, 1, 102))
    assert (told.fills, told.self_trades, told.order.status) == ([(102, 1)], [], t.ORDER_FILLED)
    assert exchange.asks() == [(100, 5), (102, 1)]


def test_a_post_only_replacement_may_stand_where_the_old_order_stood() -> None:
    exchange = e21_book()
    place = exchange.order("Ann", BUY, 1, 100, terms_of(t.TYPE_LIMIT, t.TIF_GTC, True))
    assert exchange.replaced("Ann", "mine", place).order.status == t.ORDER_OPEN


def test_market_protection_counts_from_the_best_price_that_is_left() -> None:
    exchange = e21_book()
    # 1 % of 100 would end at 101; of 102, it goes to 103.
    none, free = t.Lots(0), t.Atoms(0)
    exchange.apply(SetMarketProtection(MARKET, none, none, free, free, 0, 0, 100, t.Ticks(0)))
    assert exchange.replaced("Ann", "mine", exchange.order("Ann", BUY, 1, 0)).fills == [(102, 1)]


def test_market_protection_ends_nothing_where_only_the_old_order_is_beyond_it() -> None:
    exchange = Trial()
    exchange.sell("Bob", 1, 100)
    exchange.sell("Ann", 1, 105, key="mine")
    none, free = t.Lots(0), t.Atoms(0)
    exchange.apply(SetMarketProtection(MARKET, none, none, free, free, 0, 0, 100, t.Ticks(0)))
    told = exchange.replaced("Ann", "mine", exchange.order("Ann", BUY, 2, 0))
    assert (told.fills, told.order.close_reason) == ([(100, 1)], t.CLOSE_NO_LIQUIDITY)


def test_an_amount_is_used_up_when_an_order_that_is_left_is_too_dear() -> None:
    exchange = Trial()
    exchange.sell("Bob", 1, 100)
    exchange.sell("Ann", 5, 105, key="mine")
    by_amount = SpecialTerms(t.TYPE_MARKET, t.TIF_IOC, False, t.Atoms(203))
    place = exchange.order("Ann", BUY, 0, 0, by_amount)
    # Behind 1 at 100 there is nothing left: one more lot at that price could be paid, so it is not filled.
    assert exchange.replaced("Ann", "mine", place).order.close_reason == t.CLOSE_NO_LIQUIDITY
    exchange.sell("Bob", 1, 106)
    assert exchange.replaced("Ann", "mine", place).order.status == t.ORDER_FILLED


def test_a_replacement_that_is_refused_behind_the_cancel_is_told_so() -> None:
    exchange = e21_book()
    told = exchange.replace("Ann", "mine", exchange.order("Ann", SELL, 6, 101))
    assert isinstance(told.canceled, Order)
    assert isinstance(told.placed, Rejected)
    assert REASONS[told.placed.reason] == "INSUFFICIENT_FUNDS"


def test_a_replacement_is_tried_beside_the_old_order_when_that_cannot_be_canceled() -> None:
    exchange = e21_book()
    exchange.credit("Ann", BASE, 1)
    told = exchange.replace("Ann", "unknown", exchange.order("Ann", SELL, 1, 103), stop_on_failure=False)
    assert isinstance(told.canceled, Rejected)
    assert REASONS[told.canceled.reason] == "ORDER_NOT_FOUND"
    assert isinstance(told.placed, Preview)


def test_a_cancel_replace_of_which_nothing_would_be_done_is_refused_as_a_whole() -> None:
    exchange = e21_book()
    cancel = CancelOrder(exchange.traders["Ann"], t.OrderId(0), "unknown")
    refused = exchange.engine.preview_replace(
        CancelReplaceOrder(cancel, exchange.order("Ann", SELL, 1, 103), False), exchange.now()
    )
    assert isinstance(refused, Rejected)
    assert REASONS[refused.reason] == "INSUFFICIENT_FUNDS"


def test_the_other_order_of_a_list_is_gone_with_the_one_that_is_replaced() -> None:
    exchange = Trial(rich=0)
    exchange.credit("Ann", BASE, 5)
    exchange.credit("Ann", QUOTE, 1_000)
    above = exchange.order("Ann", SELL, 5, 110)
    below = exchange.order("Ann", SELL, 5, 0, stop(t.TYPE_STOP_MARKET, 90), "stop")
    exchange.apply(PlaceOcoOrder(above, below))
    assert exchange.replaced("Ann", "stop", exchange.order("Ann", SELL, 5, 100)).reserved_atoms == 5
    assert exchange.replaced("Ann", "stop", exchange.order("Ann", BUY, 1, 120)).self_trades == []


# ---------------------------------------------------------------- lists


def oco(exchange: Trial, limit: int) -> PlaceOcoOrder:
    return PlaceOcoOrder(
        exchange.order("Ann", SELL, 5, limit), exchange.order("Ann", SELL, 5, 0, stop(t.TYPE_STOP_MARKET, 90))
    )


def test_a_pair_of_which_nothing_trades_would_rest_and_wait() -> None:
    exchange = Trial()
    above, below = exchange.list(oco(exchange, 110))
    assert (above.order.status, above.reserved_atoms) == (t.ORDER_OPEN, 5)
    assert (below.order.status, below.reserved_atoms) == (t.ORDER_PENDING_TRIGGER, 0)


def test_a_limit_leg_that_would_trade_cancels_the_other() -> None:
    exchange = Trial()
    exchange.buy("Bob", 2, 110)
    above, below = exchange.list(oco(exchange, 110))
    assert (above.fills, above.order.open_lots) == ([(110, 2)], 3)
    assert (below.order.status, below.order.close_reason) == (t.ORDER_CANCELED, t.CLOSE_ORDER_LIST)


@pytest.mark.parametrize(("offered", "exits"), [(2, t.ORDER_PENDING_TRIGGER), (0, t.ORDER_CANCELED)])
def test_the_exits_of_a_bracket_would_have_what_its_entry_fills(offered: int, exits: int) -> None:
    exchange = Trial()
    if offered:
        exchange.sell("Bob", offered, 100)
    command = PlaceBracketOrder(
        exchange.order("Ann", BUY, 5, 0),
        exchange.order("Ann", SELL, 0, 0, stop(t.TYPE_TAKE_PROFIT_MARKET, 110)),
        exchange.order("Ann", SELL, 0, 0, stop(t.TYPE_STOP_MARKET, 90)),
    )
    entry, profit, loss = exchange.list(command)
    assert (entry.order.filled_lots, entry.order.status) == (offered, t.ORDER_EXPIRED)
    for told in (profit, loss):
        assert (told.order.quantity_lots, told.order.status) == (offered, exits)


def test_a_trailing_stop_is_told_with_where_it_would_fire() -> None:
    exchange = Trial()
    exchange.sell("Bob", 1, 100)
    exchange.buy("Ann", 1, 100)
    trailing = SpecialTerms(t.TYPE_TRAILING_STOP, t.TIF_IOC, False, trailing_offset_ticks=t.Ticks(7))
    told = exchange.engine.preview(exchange.order("Ann", SELL, 1, 0, trailing), exchange.now())
    assert isinstance(told, Preview)
    assert told.order.trigger_price_ticks == 93
