import pytest

from exchange.v1.market_streams_pb2 import StreamTradesResponse
from exchange_server.feeds import Feeds, StreamRefused
from exchange_server.feeds.errors import REJECT_SEQUENCE_IN_FUTURE, REJECT_SEQUENCE_TOO_OLD, REJECT_STREAM_TOO_SLOW
from exchange_server.feeds.trades import TRADES_KEPT, TRADES_PER_MESSAGE, TRADES_WAITING
from tests.feeds_support import MARKETS, Exchange, buy, sell


def ids(message: StreamTradesResponse) -> list[int]:
    return [trade.trade_id for trade in message.trades.trades]


def trade(exchange: Exchange, count: int, batch: int = 1_000) -> None:
    """Make `count` trades, so many a batch."""
    for start in range(0, count, batch):
        for _ in range(min(batch, count - start)):
            exchange.apply(sell(0, 100, 1))
            exchange.apply(buy(1, 100, 1))
        exchange.release()


async def test_a_stream_starts_with_a_heartbeat_and_the_next_trade() -> None:
    exchange = Exchange()
    trade(exchange, 2)
    stream = exchange.streams.trades(MARKETS[0])
    assert (await anext(stream)).HasField("heartbeat")
    trade(exchange, 1)
    message = await anext(stream)
    (only,) = message.trades.trades
    assert (only.trade_id, only.market, only.price, only.quantity, only.taker_side) == (3, "BTC-USDC", "50", "0.001", 1)
    assert only.sequence == exchange.released
    assert only.trade_time.ToNanoseconds() == exchange.applied[-1].time_ns
    assert (await anext(stream)).HasField("heartbeat")


async def test_a_batch_of_trades_is_one_message_that_readers_share() -> None:
    exchange = Exchange()
    first, second = (exchange.streams.trades(MARKETS[0]) for _ in range(2))
    await anext(first)
    await anext(second)
    trade(exchange, 3)
    message = first.reader.poll()
    assert message is not None
    assert ids(StreamTradesResponse.FromString(message)) == [1, 2, 3]
    assert second.reader.poll() is message


@pytest.mark.parametrize("after", [0, 1, 1_499, 2_999, 3_000])
async def test_a_resumed_stream_gives_every_trade_after_the_given_one_once(after: int) -> None:
    exchange = Exchange()
    trade(exchange, 3_000)
    stream = exchange.streams.trades(MARKETS[0], after)
    assert (await anext(stream)).HasField("heartbeat")
    trade(exchange, 2)
    got: list[int] = []
    while (message := await anext(stream)).HasField("trades"):
        assert len(message.trades.trades) <= TRADES_PER_MESSAGE
        got += ids(message)
    assert got == list(range(after + 1, 3_003))


async def test_trades_older_than_what_is_kept_and_trades_to_come_are_out_of_range() -> None:
    exchange = Exchange()
    trade(exchange, TRADES_KEPT + 5)
    with pytest.raises(StreamRefused) as refused:
        await anext(exchange.streams.trades(MARKETS[0], 4))
    assert refused.value.reason == REJECT_SEQUENCE_TOO_OLD
    assert refused.value.metadata == {"market": "BTC-USDC", "oldest_trade_id": "5"}
    await anext(exchange.streams.trades(MARKETS[0], 5))

    latest = TRADES_KEPT + 5
    with pytest.raises(StreamRefused) as refused:
        await anext(exchange.streams.trades(MARKETS[0], latest + 1))
    assert refused.value.reason == REJECT_SEQUENCE_IN_FUTURE
    assert refused.value.metadata == {"market": "BTC-USDC", "latest_trade_id": str(latest)}


async def test_a_slow_reader_is_told_where_to_resume_and_misses_nothing_by_it() -> None:
    exchange = Exchange()
    stream = exchange.streams.trades(MARKETS[0])
    await anext(stream)
    trade(exchange, 7)
    assert ids(await anext(stream)) == list(range(1, 8))
    trade(exchange, TRADES_WAITING + 1_000)
    with pytest.raises(StreamRefused) as refused:
        await anext(stream)
    assert refused.value.reason == REJECT_STREAM_TOO_SLOW
    assert refused.value.metadata == {"market": "BTC-USDC", "after_trade_id": "7"}

    again = exchange.streams.trades(MARKETS[0], int(refused.value.metadata["after_trade_id"]))
    await anext(again)
    assert ids(await anext(again))[0] == 8


async def test_one_batch_with_more_trades_than_may_wait_does_not_end_a_reader_that_keeps_up() -> None:
    exchange = Exchange()
    stream = exchange.streams.trades(MARKETS[0])
    await anext(stream)
    trade(exchange, TRADES_WAITING + 10, batch=TRADES_WAITING + 10)
    got: list[int] = []
    while (message := await anext(stream)).HasField("trades"):
        got += ids(message)
    assert got == list(range(1, TRADES_WAITING + 11))


async def test_what_a_reader_asked_for_does_not_count_as_waiting() -> None:
    exchange = Exchange()
    trade(exchange, TRADES_KEPT)
    stream = exchange.streams.trades(MARKETS[0], 0)
    await anext(stream)
    trade(exchange, TRADES_WAITING - 1)
    got: list[int] = []
    while (message := await anext(stream)).HasField("trades"):
        got += ids(message)
    assert got == list(range(1, TRADES_KEPT + TRADES_WAITING))


async def test_after_the_history_is_read_the_bound_holds_as_for_everybody() -> None:
    exchange = Exchange()
    trade(exchange, TRADES_KEPT)
    stream = exchange.streams.trades(MARKETS[0], 0)
    got: list[int] = []
    for _ in range(TRADES_KEPT // TRADES_PER_MESSAGE + 1):
        got += ids(await anext(stream))
    assert got[-1] == TRADES_KEPT
    trade(exchange, TRADES_WAITING + 1_000)
    with pytest.raises(StreamRefused) as refused:
        await anext(stream)
    assert refused.value.metadata["after_trade_id"] == str(TRADES_KEPT)


async def test_a_reader_that_keeps_up_reads_more_trades_than_may_wait() -> None:
    exchange = Exchange()
    stream = exchange.streams.trades(MARKETS[0])
    await anext(stream)
    for first in range(1, TRADES_WAITING + 2_000, 1_000):
        trade(exchange, 1_000)
        assert ids(await anext(stream)) == list(range(first, first + 1_000))


async def test_after_a_restart_trades_are_numbered_on_and_those_before_are_out_of_range() -> None:
    exchange = Exchange()
    trade(exchange, 3)
    exchange.feeds = Feeds(exchange.engine, 0.0)
    with pytest.raises(StreamRefused) as refused:
        await anext(exchange.streams.trades(MARKETS[0], 0))
    assert refused.value.metadata["oldest_trade_id"] == "3"
    trade(exchange, 2)
    stream = exchange.streams.trades(MARKETS[0], 3)
    await anext(stream)
    assert ids(await anext(stream)) == [4, 5]
    with pytest.raises(StreamRefused) as refused:
        await anext(exchange.streams.trades(MARKETS[0], 2))
    assert refused.value.metadata["oldest_trade_id"] == "3"
