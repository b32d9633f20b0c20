"""Whatever rests and whatever should: the changes make one of the other, and never cross on the way."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from exchange_bots.bot.reconcile import Change, affordable, reconcile
from exchange_bots.bot.view import Quote, RestingOrder
from exchange_bots.play.actions import Side
from exchange_sdk import AmendOrder

quantities = st.integers(1, 9).map(Decimal)


@st.composite
def books(draw: st.DrawFn) -> list[Quote]:
    """A book of our own that does not cross, some prices twice."""
    middle = draw(st.integers(10, 30))
    bids = draw(st.lists(st.integers(1, middle - 1), max_size=8))
    asks = draw(st.lists(st.integers(middle, 40), max_size=8))
    sides = [(Side.BUY, price) for price in bids] + [(Side.SELL, price) for price in asks]
    return [Quote(side, Decimal(price), draw(quantities)) for side, price in sides]


@st.composite
def resting(draw: st.DrawFn) -> list[RestingOrder]:
    """Orders that rest, some of them partly filled."""
    orders = []
    for number, quote in enumerate(draw(books())):
        filled = Decimal(draw(st.integers(0, 5)))
        orders.append(RestingOrder(f"k{number}", quote.side, quote.price, quote.quantity + filled, filled))
    return orders


class OwnBook:
    """The exchange as far as it concerns one account: applies one change at a time, and never trades with oneself."""

    def __init__(self, orders: list[RestingOrder]) -> None:
        self.orders = {order.key: order for order in orders}

    def apply(self, change: Change) -> None:
        if isinstance(change, Quote):
            key = f"new{len(self.orders)}-{change.price}-{change.side}"
            self.orders[key] = RestingOrder(key, change.side, change.price, change.quantity, Decimal(0))
            return self.check()
        order = self.orders.pop(change.client_order_id or "")
        if isinstance(change, AmendOrder):
            price = order.price if change.price is None else Decimal(str(change.price))
            quantity = order.quantity if change.quantity is None else Decimal(str(change.quantity))
            assert (price, quantity) != (order.price, order.quantity)
            assert quantity > order.filled
            self.orders[order.key] = RestingOrder(order.key, order.side, price, quantity, order.filled)
        return self.check()

    def check(self) -> None:
        bids = [order.price for order in self.orders.values() if order.side is Side.BUY]
        asks = [order.price for order in self.orders.values() if order.side is Side.SELL]
        assert not bids or not asks or max(bids) < min(asks)

    def levels(self) -> dict[tuple[Side, Decimal], Decimal]:
        found: dict[tuple[Side, Decimal], Decimal] = {}
        for order in self.orders.values():
            key = (order.side, order.price)
            found[key] = found.get(key, Decimal(0)) + order.open_quantity
        return found


def levels(quotes: list[Quote]) -> dict[tuple[Side, Decimal], Decimal]:
    found: dict[tuple[Side, Decimal], Decimal] = {}
    for quote in quotes:
        found[quote.side, quote.price] = found.get((quote.side, quote.price), Decimal(0)) + quote.quantity
    return found


@given(resting(), books())
def test_the_changes_make_the_wanted_book_and_never_cross_it_on_the_way(
    orders: list[RestingOrder], quotes: list[Quote]
) -> None:
    book = OwnBook(orders)
    for change in reconcile(orders, quotes):
        book.apply(change)
    assert book.levels() == levels(quotes)
    assert reconcile(book.orders.values(), quotes) == []


@given(resting(), books())
def test_no_order_is_touched_twice_and_a_level_that_stays_not_at_all(
    orders: list[RestingOrder], quotes: list[Quote]
) -> None:
    changes = reconcile(orders, quotes)
    touched = [change.client_order_id for change in changes if not isinstance(change, Quote)]
    assert len(touched) == len(set(touched))
    have, want = OwnBook(orders).levels(), levels(quotes)
    prices = [(order.side, order.price) for order in orders]
    for order in orders:
        place = (order.side, order.price)
        if prices.count(place) == 1 and have[place] == want.get(place):
            assert order.key not in touched


@given(books(), st.integers(0, 200).map(Decimal), st.integers(0, 40).map(Decimal))
def test_what_the_money_does_not_cover_is_left_out_from_the_far_end(
    quotes: list[Quote], quote: Decimal, base: Decimal
) -> None:
    kept = affordable(quotes, base, quote)
    assert sum(each.price * each.quantity for each in kept if each.side is Side.BUY) <= quote
    assert sum(each.quantity for each in kept if each.side is Side.SELL) <= base
    if affordable(quotes, Decimal(1000), Decimal(10_000)) == kept:
        assert len(kept) == len(quotes)
