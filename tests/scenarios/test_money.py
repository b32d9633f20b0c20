"""Money: what is reserved, what is released, what is charged."""

import pytest

from exchange_server.engine import types as t
from exchange_server.engine.commands import Credit
from exchange_server.engine.events import Credited, Rejected
from tests.scenarios.exchange import BASE, QUOTE, Exchange


def test_a_buy_reserves_its_notional_and_its_worst_fee_rounded_up() -> None:
    exchange = Exchange(maker_ppm=1_000, taker_ppm=2_500)
    exchange.buy("Ann", 3, 101)
    # 303 × 0.25% = 0.7575, rounded up.
    assert exchange.balance("Ann", QUOTE) == (1_000_000 - 304, 304)


def test_a_sell_reserves_its_base_atoms() -> None:
    exchange = Exchange(taker_ppm=2_500)
    exchange.sell("Ann", 3, 101)
    assert exchange.balance("Ann", BASE) == (1_000_000 - 3, 3)
    assert exchange.balance("Ann", QUOTE) == (1_000_000, 0)


def test_a_better_price_releases_the_difference_at_once() -> None:
    exchange = Exchange(taker_ppm=10_000)
    exchange.sell("Ann", 5, 100)
    exchange.buy("Bob", 8, 200)
    # 5 at 100 cost 500 and a fee of 5; the 3 that rest reserve 600 and a fee of 6.
    assert exchange.balance("Bob", QUOTE) == (1_000_000 - 505 - 606, 606)
    assert exchange.fees() == 5


def test_a_cancel_gives_back_what_was_reserved() -> None:
    exchange = Exchange(taker_ppm=999)
    exchange.buy("Ann", 7, 101, key="k")
    exchange.sell("Bob", 2, 101)
    exchange.cancel("Ann", "k")
    # The maker's fee is nothing here.
    assert exchange.balance("Ann", QUOTE) == (1_000_000 - 202, 0)


def test_fees_are_rounded_up_per_order_and_not_per_fill() -> None:
    exchange = Exchange(taker_ppm=1_000)
    for _ in range(3):
        exchange.sell("Ann", 1, 100)
    exchange.buy("Bob", 3, 100)
    # Three times 0.1 is one atom for the order; per fill it would be three.
    assert exchange.fees() == 1
    assert exchange.balance("Bob", QUOTE) == (1_000_000 - 301, 0)


def test_what_rests_reserves_no_more_than_its_rounded_fee_can_grow_by() -> None:
    exchange = Exchange(taker_ppm=1)
    exchange.sell("Bob", 1, 1)
    exchange.buy("Ann", 5, 1)
    assert exchange.balance("Ann", QUOTE) == (1_000_000 - 1 - 1 - 4, 4), "the fee of all five is one atom, and is paid"


def test_every_order_rounds_for_itself() -> None:
    exchange = Exchange(taker_ppm=1_000)
    for _ in range(3):
        exchange.sell("Ann", 1, 100)
    for _ in range(3):
        exchange.buy("Bob", 1, 100)
    assert exchange.fees() == 3


def test_a_rebate_is_rounded_down_and_comes_from_the_fees() -> None:
    exchange = Exchange(maker_ppm=-1_500, taker_ppm=2_000)
    exchange.sell("Ann", 10, 100)
    exchange.buy("Bob", 10, 100)
    # The maker's rebate is 1.5, rounded down; the taker's fee exactly 2.
    assert exchange.balance("Ann", QUOTE) == (1_000_000 + 1_000 + 1, 0)
    assert exchange.balance("Bob", QUOTE) == (1_000_000 - 1_002, 0)
    assert exchange.fees() == 1


def test_a_seller_pays_the_fee_out_of_the_proceeds() -> None:
    exchange = Exchange(maker_ppm=100_000, taker_ppm=100_000, rich=0)
    exchange.credit("Ann", BASE, 1)
    exchange.credit("Bob", QUOTE, 2)
    exchange.buy("Bob", 1, 1)
    assert exchange.sell("Ann", 1, 1)[-1] == "Ann filled"
    assert exchange.balance("Ann", QUOTE) == (0, 0), "the fee of a tenth is rounded up to the whole atom"
    assert exchange.fees() == 2


@pytest.mark.parametrize(("funds", "told"), [(302, "refused: INSUFFICIENT_FUNDS"), (303, "accepted")])
def test_the_funds_must_cover_notional_and_fee(funds: int, told: str) -> None:
    exchange = Exchange(taker_ppm=10_000, rich=0)
    exchange.credit("Ann", QUOTE, funds)
    assert exchange.buy("Ann", 3, 100) == [told]


@pytest.mark.parametrize(("funds", "told"), [(2, "refused: INSUFFICIENT_FUNDS"), (3, "accepted")])
def test_a_sell_needs_its_whole_quantity(funds: int, told: str) -> None:
    exchange = Exchange(rich=0)
    exchange.credit("Ann", BASE, funds)
    assert exchange.sell("Ann", 3, 100) == [told]


def test_nobody_can_spend_what_is_reserved() -> None:
    exchange = Exchange(rich=0)
    exchange.credit("Ann", QUOTE, 100)
    assert exchange.buy("Ann", 1, 60, key="k") == ["accepted"]
    assert exchange.buy("Ann", 1, 60) == ["refused: INSUFFICIENT_FUNDS"]
    exchange.cancel("Ann", "k")
    assert exchange.buy("Ann", 1, 60) == ["accepted"]


@pytest.mark.parametrize(("funds", "told"), [(606, "refused: INSUFFICIENT_FUNDS"), (607, "Ann filled")])
def test_a_market_buy_must_be_able_to_pay_for_its_walk_and_the_fee(funds: int, told: str) -> None:
    exchange = Exchange(taker_ppm=10_001, rich=0)
    exchange.credit("Bob", BASE, 4)
    exchange.sell("Bob", 2, 100)
    exchange.sell("Bob", 2, 200)
    exchange.credit("Ann", QUOTE, funds)
    # 2 × 100 + 2 × 200 = 600 and a fee of 6.0006, rounded up.
    assert exchange.buy("Ann", 4)[-1] == told


def test_own_orders_are_not_part_of_a_market_buys_walk() -> None:
    exchange = Exchange(rich=0)
    exchange.credit("Ann", BASE, 1)
    exchange.credit("Ann", QUOTE, 200)
    exchange.credit("Bob", BASE, 1)
    exchange.sell("Ann", 1, 100)
    exchange.sell("Bob", 1, 200)
    assert exchange.buy("Ann", 1)[-1] == "Ann filled"


def test_a_credit_with_a_known_key_books_once() -> None:
    exchange = Exchange(rich=0)
    first = exchange.credit("Ann", QUOTE, 100, key="gift")[0]
    again = exchange.credit("Ann", QUOTE, 100, key="gift")
    assert isinstance(first, Credited)
    assert first.created
    assert [type(event) for event in again] == [Credited]
    assert isinstance(again[0], Credited)
    assert (again[0].created, again[0].available_atoms) == (False, 100)
    assert exchange.balance("Ann", QUOTE) == (100, 0)
    other = exchange.credit("Ann", QUOTE, 101, key="gift")[0]
    assert isinstance(other, Rejected)
    assert (other.reason, other.field) == (t.REJECT_ALREADY_EXISTS, "credit_id")
    exchange.credit("Bob", QUOTE, 101, key="gift")
    assert exchange.balance("Bob", QUOTE) == (101, 0), "keys are each account's own"


def test_only_the_latest_credit_ids_are_remembered() -> None:
    exchange = Exchange(rich=0)
    exchange.credit("Ann", QUOTE, 1, key="oldest")
    account = exchange.engine.accounts[exchange.traders["Ann"]]
    for number in range(t.MAX_CLOSED_PER_ACCOUNT - 1):
        account.remember_credit(str(number), QUOTE, t.Atoms(1))
    assert "oldest" in account.credits
    account.remember_credit("newest", QUOTE, t.Atoms(1))
    assert "oldest" not in account.credits
    assert len(account.credits) == t.MAX_CLOSED_PER_ACCOUNT


def test_the_supply_of_an_asset_has_a_limit() -> None:
    exchange = Exchange(rich=0)
    exchange.credit("Ann", QUOTE, t.MAX_ATOMS - 1)
    refused = exchange.credit("Bob", QUOTE, 2)[0]
    assert isinstance(refused, Rejected)
    assert (refused.reason, refused.field) == (t.REJECT_SUPPLY_TOO_LARGE, "amount")
    exchange.credit("Bob", QUOTE, 1)
    assert exchange.balance("Bob", QUOTE) == (1, 0)


@pytest.mark.parametrize("account_id", [t.ISSUANCE_ACCOUNT, t.FEE_ACCOUNT, t.AccountId(999), t.AccountId(9_999)])
def test_only_client_accounts_are_credited(account_id: t.AccountId) -> None:
    exchange = Exchange()
    refused = exchange.apply(Credit(account_id, QUOTE, t.Atoms(1), ""))[0]
    assert isinstance(refused, Rejected)
    assert refused.reason == t.REJECT_ACCOUNT_NOT_FOUND


def test_the_largest_amounts_do_not_overflow() -> None:
    exchange = Exchange(maker_ppm=100_000, taker_ppm=100_000, rich=0)
    exchange.credit("Ann", QUOTE, t.MAX_ATOMS)
    exchange.credit("Bob", BASE, t.MAX_ATOMS)
    assert exchange.buy("Ann", 1 << 22, t.MAX_TICKS) == ["refused: INSUFFICIENT_FUNDS"]
    assert exchange.buy("Ann", t.MAX_LOTS, t.MAX_TICKS) == ["refused: NOTIONAL_TOO_LARGE quantity"]
    assert exchange.buy("Ann", 1 << 21, t.MAX_TICKS) == ["accepted"]
    assert exchange.sell("Bob", t.MAX_LOTS, t.MAX_TICKS >> 20)[-1] == "Ann filled"
