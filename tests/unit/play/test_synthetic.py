"""The generated flow: the same for the same seed, bounded, and shaped like a market."""

from decimal import Decimal
from itertools import islice, pairwise

from exchange_bots.play.actions import Cancel, Place, Side, Terms
from exchange_bots.play.synthetic import SyntheticFlow
from tests.unit.play.tapes import PaperBook


def test_the_same_seed_gives_the_same_orders_whatever_the_exchange_answers() -> None:
    answered, alone = (SyntheticFlow(seed=7, messages=3_000) for _ in range(2))
    book = PaperBook()
    assert book.play(answered) == list(alone.actions())
    assert book.trades > 50


def test_another_seed_gives_other_orders() -> None:
    one, two = (list(SyntheticFlow(seed=seed, messages=100).actions()) for seed in (1, 2))
    assert one != two


def test_the_number_of_messages_is_exact() -> None:
    assert sum(1 for _ in SyntheticFlow(seed=1, messages=1_234).actions()) == 1_234


def test_an_endless_flow_keeps_its_number_of_resting_orders_and_its_price_bounded() -> None:
    flow = SyntheticFlow(seed=3, messages=None)
    placed: set[str] = set()
    for action in islice(flow.actions(), 50_000):
        match action.request:
            case Cancel(key):
                placed.remove(key)  # every cancel names an order that was placed and not yet canceled
            case Place(key, price=price, terms=terms):
                assert Decimal(50_000) < price < Decimal(80_000)
                if terms is Terms.GTC:
                    placed.add(key)
        assert len(placed) < 1_200


def test_every_order_fits_the_market() -> None:
    flow = SyntheticFlow(seed=5, messages=5_000)
    for action in flow.actions():
        if isinstance(action.request, Place):
            assert action.request.price % Decimal(flow.market.tick_size) == 0
            assert action.request.quantity % Decimal(flow.market.lot_size) == 0
            assert action.request.quantity > 0


def test_time_goes_on_at_the_wanted_rate() -> None:
    actions = list(SyntheticFlow(seed=5, messages=20_000).actions())
    assert all(before.time_ns <= after.time_ns for before, after in pairwise(actions))
    assert 18 < actions[-1].time_ns / 1e9 < 22


def test_both_sides_are_quoted_and_taken() -> None:
    places = [action.request for action in SyntheticFlow(seed=5, messages=5_000).actions()]
    kinds = {(place.side, place.terms) for place in places if isinstance(place, Place)}
    assert kinds == {(side, terms) for side in Side for terms in (Terms.GTC, Terms.IOC)}
