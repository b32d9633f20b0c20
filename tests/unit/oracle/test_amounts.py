"""What market orders by amount and by quantity take and need, at the last lot and the last atom."""

import pytest

from tests.unit.oracle.conftest import Teller
from tests.unit.oracle.tale import BASE, QUOTE, Tale, end_of


def test_the_smallest_amount_buys_a_lot_at_the_smallest_price(tale: Tale) -> None:
    tale.sell("Ann", 2, 1)
    assert end_of(tale.buy("Cid", 0, quote_amount=1)) == ("filled", "", 1, 0)


@pytest.mark.parametrize("tif", ["IOC", "FOK"])
def test_an_amount_for_exactly_one_lot_is_spent(tale: Tale, tif: str) -> None:
    tale.sell("Ann", 2, 100)
    assert end_of(tale.buy("Cid", 0, quote_amount=199, tif=tif)) == ("filled", "", 1, 0)


def test_an_amount_is_spent_when_one_more_lot_at_the_last_trades_price_exceeds_it(tale: Tale) -> None:
    tale.buy("Ann", 1, 100)
    tale.buy("Cid", 1, 50)
    assert end_of(tale.sell("Cid", 0, quote_amount=180)) == ("filled", "", 1, 0)
    assert tale.bids() == []


@pytest.mark.parametrize(("holds", "word"), [(500, "accepted"), (499, "INSUFFICIENT_FUNDS")])
def test_a_buy_by_amount_needs_the_whole_amount(teller: Teller, holds: int, word: str) -> None:
    tale = teller(holds={("Ann", QUOTE): holds})
    tale.sell("Bob", 3, 100)
    assert tale.buy("Ann", 0, quote_amount=500).word == word


@pytest.mark.parametrize(("holds", "word"), [(2, "accepted"), (1, "INSUFFICIENT_FUNDS")])
def test_a_sell_by_amount_needs_what_its_walk_uses(teller: Teller, holds: int, word: str) -> None:
    tale = teller(holds={("Ann", BASE): holds})
    tale.buy("Bob", 5, 100)
    assert tale.sell("Ann", 0, quote_amount=250).word == word


@pytest.mark.parametrize(("holds", "word"), [(5, "accepted"), (4, "INSUFFICIENT_FUNDS")])
@pytest.mark.parametrize("display", [0, 1])
def test_a_market_sell_by_quantity_needs_all_of_it(teller: Teller, holds: int, word: str, display: int) -> None:
    tale = teller(holds={("Ann", BASE): holds})
    tale.buy("Bob", 2, 100, display=display)
    assert tale.sell("Ann", 5).word == word


def test_a_sell_by_amount_does_not_pass_over_what_is_left_at_a_price(tale: Tale) -> None:
    tale.buy("Ann", 3, 100)
    tale.buy("Bob", 5, 10)
    cid = tale.sell("Cid", 0, quote_amount=215)
    assert tale.told(cid) == [(2, 100)]
    assert end_of(cid) == ("filled", "", 2, 0)
    assert tale.bids() == [("Ann", 1, 100), ("Bob", 5, 10)]
