"""The three sources behind the one parser: the WebSocket, recordings, and the synthetic venue that serves it."""

import asyncio
import json
from contextlib import aclosing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from exchange_bots.clock import now_ns
from exchange_bots.feed.live import WebSocketSource
from exchange_bots.feed.messages import BookSnapshot, Level, TradePrint, parse
from exchange_bots.feed.recorded import RecordedSource, messages
from exchange_bots.feed.source import Connected, Disconnected, Received
from exchange_bots.feed.synthetic_venue import SyntheticVenue
from exchange_bots.feed.venue_feed import Doubt, VenueFeed, follow
from exchange_bots.play.actions import Side
from exchange_bots.play.tape import TapeError
from exchange_bots.recording import RecordingWriter
from tests.unit.bots.recordings import HYPERLIQUID, needs_hyperliquid


async def until(condition: Any, what: str, seconds: float = 10.0) -> None:
    """Poll until the condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def test_the_live_source_hears_the_venue_and_connects_again_when_it_was_gone() -> None:
    feed = VenueFeed(["BTC", "ETH"])
    trades: list[TradePrint] = []
    feed.listen(trades.extend)
    async with asyncio.TaskGroup() as group:
        async with SyntheticVenue(7, speed=20).serving() as venue:
            port = venue.port
            source = WebSocketSource(venue.url, ["BTC", "ETH"], first_delay=0.02)
            following = group.create_task(follow(source, feed))
            await until(lambda: feed.look("BTC", now_ns()).book and feed.look("ETH", now_ns()).book, "both books")
            await until(lambda: trades, "a trade")
        await until(lambda: feed.look("BTC", now_ns()).doubt is Doubt.DISCONNECTED, "the doubt")
        async with SyntheticVenue(8, speed=20).serving(port):
            await until(lambda: feed.look("BTC", now_ns()).book, "the book again")
        assert feed.counts["connections"] == 2
        following.cancel()
    assert feed.look("BTC", now_ns()).doubt is Doubt.DISCONNECTED


async def test_a_connection_on_which_nothing_comes_is_given_up() -> None:
    async with SyntheticVenue(7, coins=[]).serving() as venue:
        source = WebSocketSource(venue.url, [], first_delay=0.01, silence_seconds=0.05)
        async with aclosing(source.events()) as events, asyncio.timeout(10):
            assert isinstance(await anext(events), Connected)
            assert await anext(events) == Disconnected("nothing came for too long")
            assert isinstance(await anext(events), Connected)


async def test_the_venue_refuses_what_it_does_not_know_and_answers_pings() -> None:
    async with SyntheticVenue(7).serving() as venue, connect(venue.url) as connection, asyncio.timeout(10):
        for asked, channel in (
            ({"method": "ping"}, "pong"),
            ({"method": "subscribe", "subscription": {"type": "l2Book", "coin": "NOPE"}}, "error"),
            ({"method": "subscribe"}, "error"),
            ("nothing", "error"),
        ):
            await connection.send(json.dumps(asked))
            assert json.loads(await connection.recv())["channel"] == channel


@needs_hyperliquid
async def test_the_recording_of_hyperliquid_is_heard_as_it_was_told() -> None:
    feed = VenueFeed(["BTC"])
    trades: list[TradePrint] = []
    feed.listen(trades.extend)
    await follow(RecordedSource(HYPERLIQUID, speed=None), feed)
    assert (feed.counts["books"], feed.counts["malformed"], feed.counts["crossed"]) == (46, 0, 0)
    # Thirty of before the subscription are history.
    assert (len(trades), feed.counts["old_trades"], feed.counts["trades_in_doubt"]) == (34, 30, 0)
    assert feed.look("BTC", now_ns()).doubt is Doubt.DISCONNECTED


@needs_hyperliquid
async def test_a_recording_at_a_pace_keeps_it_and_has_the_time_of_now() -> None:
    before = now_ns()
    heard = [event async for event in RecordedSource(HYPERLIQUID, speed=100.0).events()]
    assert 0.2e9 < now_ns() - before < 2e9
    times = [event.time_ns for event in heard if isinstance(event, Received)]
    assert before <= times[0] <= times[-1] <= now_ns()


def test_what_exchange_record_wrote_is_told_in_the_venues_words(tmp_path: Path) -> None:
    path = tmp_path / "r.zst"
    level = {"price": "100", "quantity": "1"}
    header = {"markets": [{"name": "BTC-USDC", "base_asset": "BTC", "quote_asset": "USDC"}]}
    trade = {"trade_id": 5, "price": "101", "quantity": "0.5", "taker_side": "BUY"}
    with RecordingWriter(path, header) as writer:
        asks = [{"price": "102", "quantity": "3"}, {"price": "101", "quantity": "2"}]
        writer.write(1_000_000_000, "BTC-USDC", "order_book", {"bids": [level], "asks": asks})
        writer.write(1_100_000_000, "BTC-USDC", "trade", trade)
        writer.write(1_100_000_000, "BTC-USDC", "trade", trade | {"taker_side": None})
        gone = [{"price": "101", "quantity": "0"}]
        writer.write(2_000_000_000, "BTC-USDC", "order_book_delta", {"bids": [], "asks": gone})
        writer.write(2_000_000_000, "BTC-USDC", "ticker", {})
    first, traded, second = [(time_ns, parse(text)) for time_ns, text in messages(path)]
    assert isinstance(first[1], BookSnapshot)
    assert isinstance(second[1], BookSnapshot)
    assert first[1].asks == (Level(Decimal(101), Decimal(2)), Level(Decimal(102), Decimal(3)))
    assert second[1].asks == (Level(Decimal(102), Decimal(3)),)
    assert traded == (1_100_000_000, (_bought("101", "0.5"),))


def _bought(price: str, quantity: str) -> TradePrint:
    return TradePrint("BTC", 1_100_000_000, Side.BUY, Decimal(price), Decimal(quantity), 5)


@pytest.mark.parametrize("line", ['{"format":"another"}', "nonsense"])
def test_what_is_no_recording_names_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "r.txt"
    path.write_text(line + "\n")
    with pytest.raises(TapeError, match=r"r\.txt, line 1"):
        list(messages(path))
