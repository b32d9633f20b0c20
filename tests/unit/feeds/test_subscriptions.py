"""Many channels on one stream: turns, what waits, and how one of them ends."""

from collections import Counter

import pytest

from exchange.v1.market_streams_pb2 import StreamTradesResponse, SubscribeResponse
from exchange_server.feeds import Channel, StreamRefused, Subscription
from exchange_server.feeds.errors import REJECT_STREAM_TOO_SLOW, REJECT_UNAVAILABLE
from exchange_server.feeds.reader import WAITING_BYTES
from exchange_server.feeds.subscriptions import MAX_ENDED
from exchange_server.feeds.trades import TRADES_WAITING
from exchange_server.wire.subscriptions import channel_prefix, enveloped
from tests.feeds_support import ACCOUNTS, MARKETS, Exchange, buy, sell


def described(refused: StreamRefused) -> tuple[int, str, bytes]:
    return 8, refused.message, b"details"


def subscribed(exchange: Exchange) -> Subscription:
    subscription = exchange.feeds.subscribe("name", described)
    first = SubscribeResponse.FromString(subscription.poll() or b"")
    assert first.opened.stream_id == "name"
    return subscription


def polled(subscription: Subscription) -> list[SubscribeResponse]:
    messages = []
    while (message := subscription.poll()) is not None:
        messages.append(SubscribeResponse.FromString(message))
    return messages


def trades(exchange: Exchange, subscription: Subscription, channel_id: int, market: int = 0) -> Channel:
    return Channel(channel_id, "trades", exchange.feeds.read_trades(MARKETS[market], None, subscription.budget))


@pytest.mark.parametrize("channel_id", [1, 127, 128, 2**32 - 1])
@pytest.mark.parametrize("length", [0, 1, 126, 127, 128, 20_000])
def test_an_envelope_is_what_protobuf_would_have_made(channel_id: int, length: int) -> None:
    inner = StreamTradesResponse()
    if length:
        inner.trades.trades.add(market="x" * length)
    for kind in ("order_book", "bbo", "ticker", "trades", "candles", "orders", "account", "fills"):
        expected = SubscribeResponse(channel_id=channel_id)
        if kind == "trades":
            expected.trades.CopyFrom(inner)
            assert (
                enveloped(channel_prefix(channel_id, kind), inner.SerializeToString()) == expected.SerializeToString()
            )
        decoded = SubscribeResponse.FromString(enveloped(channel_prefix(channel_id, kind), b""))
        assert (decoded.channel_id, decoded.WhichOneof("event")) == (channel_id, kind)


def test_channels_take_turns_however_much_waits_for_one() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    subscription.add([trades(exchange, subscription, 1)])
    for _ in range(20):
        exchange.run(sell(0, 100, 1), buy(1, 100, 1))
    subscription.add([Channel(2, "bbo", exchange.feeds.read_bbo(MARKETS[0]))])
    order = [message.channel_id for message in polled(subscription)]
    assert Counter(order) == {1: 21, 2: 1}
    assert order.index(2) == 1


def test_a_channel_that_is_too_slow_ends_alone() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    quiet = trades(exchange, subscription, 2, market=1)
    subscription.add([trades(exchange, subscription, 1), quiet])
    polled(subscription)
    for _ in range(TRADES_WAITING + 2):
        exchange.run(sell(0, 100, 1), buy(1, 100, 1))
    (closed,) = polled(subscription)
    assert (closed.channel_id, closed.closed.code, closed.closed.status_details) == (1, 8, b"details")
    assert subscription.channel_ids == [2]
    assert subscription.budget.waiting == 0
    # Its number is free.
    subscription.add([trades(exchange, subscription, 1)])
    assert [message.channel_id for message in polled(subscription)] == [1]


def test_what_waits_for_all_channels_together_is_bounded() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    subscription.add([trades(exchange, subscription, n) for n in range(1, 51)])
    polled(subscription)
    for _ in range(TRADES_WAITING // 50 + 2):
        exchange.run(sell(0, 100, 1), buy(1, 100, 1))
    # Each channel may have one message more than the bound.
    assert subscription.budget.waiting <= WAITING_BYTES + 50 * 96
    ended = [message for message in polled(subscription) if message.HasField("closed")]
    assert ended


def test_a_removed_channel_ends_with_closed_and_leaves_nothing() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    subscription.add([Channel(1, "order_book", exchange.feeds.read_book(MARKETS[0]))])
    exchange.run(buy(0, 100, 1))
    subscription.remove([1])
    (closed,) = polled(subscription)
    assert (closed.channel_id, closed.WhichOneof("event"), closed.closed.code) == (1, "closed", 0)
    assert exchange.feeds.readers == 1
    exchange.run(buy(0, 101, 1))
    assert not polled(subscription)
    subscription.leave()
    assert exchange.feeds.readers == 0


def test_the_heartbeat_tells_what_every_channel_has_been_sent() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    subscription.add([Channel(1, "order_book", exchange.feeds.read_book(MARKETS[0]))])
    polled(subscription)
    exchange.run(buy(0, 100, 1))
    polled(subscription)
    beat = SubscribeResponse.FromString(subscription.heartbeat())
    assert (beat.channel_id, beat.heartbeat.sequence) == (0, exchange.released)


async def test_a_paced_channel_holds_back_what_the_heartbeat_may_claim() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    reader = exchange.feeds.read_book(MARKETS[0], interval_ms=60_000)
    subscription.add([Channel(1, "order_book", reader)])
    polled(subscription)
    before = exchange.released
    exchange.run(buy(0, 100, 1))
    assert not polled(subscription)
    assert SubscribeResponse.FromString(subscription.heartbeat()).heartbeat.sequence == before
    subscription.leave()


def test_the_heartbeat_claims_nothing_while_a_snapshot_is_held_back() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    exchange.apply(buy(0, 100, 1))
    reader = exchange.feeds.read_account(ACCOUNTS[0], None, subscription.budget)
    subscription.add([Channel(1, "account", reader)])
    assert not polled(subscription)
    assert SubscribeResponse.FromString(subscription.heartbeat()).heartbeat.sequence == 0
    exchange.release()
    (message,) = polled(subscription)
    assert message.account.HasField("snapshot")
    assert SubscribeResponse.FromString(subscription.heartbeat()).heartbeat.sequence == exchange.released


def test_closing_ends_the_stream_and_not_its_channels_one_by_one() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    subscription.add([trades(exchange, subscription, n) for n in range(1, 10)])
    exchange.feeds.close()
    with pytest.raises(StreamRefused) as refused:
        subscription.poll()
    assert refused.value.reason == REJECT_UNAVAILABLE
    with pytest.raises(StreamRefused):
        exchange.feeds.subscribe("other", described)


def test_a_reader_that_does_not_read_is_refused_more_changes() -> None:
    exchange = Exchange()
    subscription = subscribed(exchange)
    for n in range(MAX_ENDED + 1):
        subscription.add([trades(exchange, subscription, n + 1)])
        subscription.remove([n + 1])
    assert subscription.congested
    polled(subscription)
    assert not subscription.congested


def test_a_fills_channel_that_falls_behind_says_where_to_resume() -> None:
    exchange = Exchange()
    told: list[StreamRefused] = []

    def noted(refused: StreamRefused) -> tuple[int, str, bytes]:
        told.append(refused)
        return 8, "", b""

    subscription = exchange.feeds.subscribe("name", noted)
    reader = exchange.feeds.read_fills(ACCOUNTS[0], None, subscription.budget)
    subscription.add([Channel(1, "fills", reader)])
    polled(subscription)
    start = exchange.released
    for _ in range(WAITING_BYTES // 64 + 2):
        exchange.run(sell(0, 100, 1), buy(1, 100, 1))
    polled(subscription)
    (refused,) = told
    assert (refused.reason, refused.metadata) == (REJECT_STREAM_TOO_SLOW, {"after_sequence": str(start)})
