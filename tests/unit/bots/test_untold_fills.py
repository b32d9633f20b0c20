"""A taker waits until its account's stream has told what its last orders filled: else it would buy twice."""

from decimal import Decimal

from exchange_bots.bot.core import UNTOLD_SECONDS, BotCore, UntoldFills
from exchange_bots.bot.view import Terms
from exchange_bots.clock import NS
from exchange_bots.feed.venue_feed import Look
from exchange_bots.strategies import make_bot
from exchange_sdk import AccountUpdate, Balance, Fill, Liquidity, OrderResult, OrderStatus, Side
from tests.unit.bots.views import START, mid_book

ONE = Decimal(1)


def test_it_waits_for_what_was_answered_and_not_told_whichever_comes_first() -> None:
    untold = UntoldFills()
    untold.answered(0, "a", ONE)
    assert untold.are_there()
    untold.told("a", ONE / 2)
    untold.told("a", ONE / 2)
    assert not untold.are_there()
    untold.told("b", ONE)
    untold.answered(0, "b", ONE)
    assert not untold.are_there()


def test_a_twap_does_not_take_its_slice_twice_while_the_fill_is_on_its_way() -> None:
    values = {"market": "BTC-USDC", "side": "buy", "quantity": 1, "duration_seconds": 1, "slices": 1}
    bot = make_bot("twap", values)
    core = BotCore(bot.config, bot, "run")
    core.connected(Terms("BTC-USDC", Decimal("0.1"), Decimal("0.001")), "BTC", "USDC")
    core.synced([Balance("USDC", Decimal(10_000), Decimal(0))])
    look = Look(mid_book(1000), None)
    (order,) = core.step(START, look).items
    filled = OrderResult(
        1, order.client_order_id or "", OrderStatus.FILLED, ONE, Decimal(1000), Decimal(0), False, None
    )
    core.answered(START, [order], [filled])
    assert core.step(START + NS, look).items == ()

    fill = Fill(1, 1, order.client_order_id or "", "BTC-USDC", Side.BUY, Decimal(1000), ONE, Decimal(1000), Decimal(0),
                Liquidity.TAKER, START, 5)  # fmt: skip
    balances = (Balance("BTC", ONE, Decimal(0)), Balance("USDC", Decimal(9_000), Decimal(0)))
    core.account_changed(AccountUpdate((), (fill,), balances, 5, 4, START))
    assert core.step(START + 2 * NS, look).items == ()
    assert (core.inventory, core.counts["decisions"]) == (ONE, 2)


def test_a_fill_that_is_never_told_puts_everything_in_doubt() -> None:
    bot = make_bot("twap", {"market": "BTC-USDC", "side": "buy", "quantity": 1, "duration_seconds": 1, "slices": 1})
    core = BotCore(bot.config, bot, "run")
    core.connected(Terms("BTC-USDC", Decimal("0.1"), Decimal("0.001")), "BTC", "USDC")
    core.synced([Balance("USDC", Decimal(10_000), Decimal(0))])
    (order,) = core.step(START, Look(mid_book(1000), None)).items
    filled = OrderResult(
        1, order.client_order_id or "", OrderStatus.FILLED, ONE, Decimal(1000), Decimal(0), False, None
    )
    core.answered(START, [order], [filled])
    assert not core.needs_sync
    core.step(START + int((UNTOLD_SECONDS + 1) * NS), Look(mid_book(1000), None))
    assert core.needs_sync
