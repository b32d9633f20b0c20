"""A book in doubt is never given out; the next sound one ends the doubt."""

import json
from decimal import Decimal
from typing import Any

import pytest

from exchange_bots.clock import NS
from exchange_bots.feed.messages import Level, MalformedMessage, TradePrint, book_text, parse, trades_text
from exchange_bots.feed.source import Connected, Disconnected, Received
from exchange_bots.feed.venue_feed import AGREEING_MESSAGES, STALE_SECONDS, Doubt, VenueFeed
from exchange_bots.play.actions import Side

START = 1_700_000_000 * NS
DELAY = NS // 3


def book(at_ns: int, bid: str = "100", ask: str = "101", coin: str = "BTC") -> str:
    one = Decimal(1)
    return book_text(coin, at_ns, [Level(Decimal(bid), one)], [Level(Decimal(ask), one)])


def trade(at_ns: int, trade_id: int, coin: str = "BTC") -> str:
    return trades_text([TradePrint(coin, at_ns, Side.BUY, Decimal(101), Decimal("0.5"), trade_id)])


def heard(*texts: str, feed: VenueFeed | None = None) -> VenueFeed:
    """Return a feed that heard these messages at START."""
    feed = feed or VenueFeed(["BTC", "ETH"])
    feed.take(Connected())
    for text in texts:
        feed.take(Received(START, text))
    return feed


def test_nothing_is_given_out_before_the_first_book() -> None:
    assert heard().look("BTC", START) == (None, Doubt.NEVER_HEARD)


def test_a_sound_book_is_given_out_until_it_is_stale() -> None:
    feed = heard(book(START - DELAY))
    found = feed.look("BTC", START + int(STALE_SECONDS * NS)).book
    assert found is not None
    assert (found.bids, found.asks) == (((Decimal(100), Decimal(1)),), ((Decimal(101), Decimal(1)),))
    assert feed.look("BTC", START + int(STALE_SECONDS * NS) + 1) == (None, Doubt.STALE)


def test_a_broken_connection_puts_every_book_in_doubt_until_each_is_told_anew() -> None:
    feed = heard(book(START), book(START, coin="ETH"))
    feed.take(Disconnected("cut"))
    assert feed.look("BTC", START).doubt is Doubt.DISCONNECTED
    heard(book(START), feed=feed)
    assert feed.look("BTC", START).book is not None
    assert feed.look("ETH", START).doubt is Doubt.DISCONNECTED


@pytest.mark.parametrize("bid", ["101", "102"])
def test_a_crossed_book_is_doubtful_and_others_are_not(bid: str) -> None:
    feed = heard(book(START), book(START, coin="ETH"), book(START, bid=bid))
    assert feed.look("BTC", START) == (None, Doubt.CROSSED)
    assert feed.look("ETH", START).book is not None
    heard(book(START), feed=feed)
    assert feed.look("BTC", START).book is not None


def data_of(**changes: Any) -> str:
    message = json.loads(book(START))
    message["data"] |= changes
    return json.dumps(message)


LEVEL = {"px": "100", "sz": "1", "n": 1}
ASKS = [{"px": "101", "sz": "1", "n": 1}]

MALFORMED = {
    "no JSON": "{",
    "no object": "[]",
    "no channel": "{}",
    "no coin": '{"channel":"l2Book","data":{}}',
    "data of another kind": '{"channel":"l2Book","data":[1]}',
    "one side only": data_of(levels=[[LEVEL]]),
    "an empty side": data_of(levels=[[], ASKS]),
    "a price that is a number": data_of(levels=[[LEVEL | {"px": 100}], ASKS]),
    "a price that is none": data_of(levels=[[LEVEL | {"px": "NaN"}], ASKS]),
    "an endless quantity": data_of(levels=[[LEVEL | {"sz": "Infinity"}], ASKS]),
    "no quantity": data_of(levels=[[LEVEL | {"sz": "0"}], ASKS]),
    "a negative price": data_of(levels=[[LEVEL | {"px": "-1"}], ASKS]),
    "bids that rise": data_of(levels=[[LEVEL | {"px": "99"}, LEVEL], ASKS]),
    "a price twice": data_of(levels=[[LEVEL, LEVEL], ASKS]),
    "no time": data_of(time=None),
    "a time that is text": data_of(time="now"),
    "a trade without a side": '{"channel":"trades","data":[{"coin":"BTC","px":"1","sz":"1","time":1,"tid":1}]}',
    "the venue's refusal": '{"channel":"error","data":"no such coin"}',
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_malformed_puts_the_book_in_doubt_and_is_counted(text: str) -> None:
    feed = heard(book(START), text)
    assert feed.look("BTC", START) == (None, Doubt.MALFORMED)
    assert feed.counts["malformed"] == 1
    with pytest.raises(MalformedMessage):
        parse(text)


def test_other_channels_and_coins_are_of_no_concern() -> None:
    feed = heard(book(START), '{"channel":"pong"}', '{"channel":"subscriptionResponse","data":{}}')
    heard(book(START, coin="DOGE", bid="200"), feed=feed)
    assert feed.look("BTC", START).book is not None


@pytest.mark.parametrize("jump_seconds", [-3600, -6, 6, 3600])
def test_a_clock_that_jumps_puts_the_book_in_doubt_until_the_new_time_is_confirmed(jump_seconds: int) -> None:
    feed = heard(book(START - DELAY))
    for number in range(1, AGREEING_MESSAGES):
        now = START + number * NS // 2
        feed.take(Received(now, book(now - DELAY + jump_seconds * NS)))
        assert feed.look("BTC", now) == (None, Doubt.CLOCK_JUMP)
    now = START + AGREEING_MESSAGES * NS // 2
    feed.take(Received(now, book(now - DELAY + jump_seconds * NS)))
    assert feed.look("BTC", now).book is not None


def test_a_clock_that_jumps_to_and_fro_is_never_believed() -> None:
    feed = heard(book(START))
    for number in range(1, 20):
        now = START + number * NS // 2
        feed.take(Received(now, book(now + (number % 2 or -1) * 60 * NS)))
        assert feed.look("BTC", now).doubt is Doubt.CLOCK_JUMP


def test_trades_are_told_once_and_old_ones_not_at_all() -> None:
    told: list[int] = []
    feed = VenueFeed(["BTC"])
    feed.listen(lambda trades: told.extend(trade.trade_id for trade in trades))
    heard(trade(START, 1), book(START), trade(START - 60 * NS, 2), trade(START, 3), trade(START, 3), feed=feed)
    # 1 came before there was a book, 2 is a minute old, 3 came twice.
    assert told == [3]
    assert (feed.counts["trades_in_doubt"], feed.counts["old_trades"]) == (1, 1)
    feed.take(Received(START, book(START, bid="102")))
    feed.take(Received(START, trade(START, 4)))
    assert told == [3]


def test_who_stops_listening_hears_no_more() -> None:
    told: list[int] = []
    feed = VenueFeed(["BTC"])
    stop = feed.listen(lambda trades: told.append(len(trades)))
    heard(book(START), feed=feed)
    before = len(told)
    stop()
    heard(book(START), feed=feed)
    assert len(told) == before > 0
