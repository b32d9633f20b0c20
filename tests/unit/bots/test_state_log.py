"""What a bot says of its state: a start is nothing to warn about, a pause is."""

from decimal import Decimal

import pytest

from exchange_bots.bot.core import BotCore
from exchange_bots.clock import NS
from exchange_bots.feed.venue_feed import Doubt, Look
from exchange_bots.strategies import make_bot
from exchange_sdk import Balance
from tests.unit.bots.views import START, TERMS, mid_book


def test_a_pause_is_a_warning_except_before_the_first_book(caplog: pytest.LogCaptureFixture) -> None:
    bot = make_bot("twap", {"market": "BTC-USDC", "side": "buy", "quantity": 1, "duration_seconds": 1, "slices": 1})
    core = BotCore(bot.config, bot, "run")
    core.connected(TERMS, "BTC", "USDC")
    core.synced([Balance("USDC", Decimal(10_000), Decimal(0))])
    looks = [Look(None, Doubt.NEVER_HEARD), Look(mid_book(1000), None), Look(None, Doubt.STALE)]
    with caplog.at_level("INFO"):
        for number, look in enumerate(looks):
            core.step(START + number * NS, look)
    said = [(record.levelname, record.message) for record in caplog.records]
    assert said == [("INFO", "paused"), ("INFO", "running"), ("WARNING", "paused")]
