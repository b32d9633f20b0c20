"""The bots of `exchange dev`, at their own pace and at another."""

import pytest

from exchange_bots.dev_fleet import BOTS, make_fleet
from exchange_bots.feed.choose import open_feed
from exchange_bots.strategies.noise import NoiseConfig


def test_at_another_pace_every_bot_is_quicker_and_noise_more_frequent_and_nothing_else_changes() -> None:
    usual, fast = make_fleet(), make_fleet(4)
    assert [bot.config.name for bot in usual] == list(BOTS)
    for one, other in zip(usual, fast, strict=True):
        assert other.config.react_seconds == one.config.react_seconds / 4 > 0
        changed = {"react_seconds": one.config.react_seconds}
        if isinstance(one.config, NoiseConfig):
            assert other.config.rate == one.config.rate * 4
            changed["rate"] = one.config.rate
        assert other.config.model_copy(update=changed) == one.config


@pytest.mark.parametrize("feed", ["hyperliquid", "ws://127.0.0.1:1/ws", "wss://somewhere/ws"])
async def test_a_live_feed_has_a_pace_of_its_own(feed: str) -> None:
    async with open_feed(feed, ["BTC"]):
        pass
    with pytest.raises(ValueError, match="pace of its own"):
        async with open_feed(feed, ["BTC"], pace=2):
            pass
