import asyncio
from typing import Any

import pytest

from exchange.v1.account_streams_pb2 import StreamAccountResponse
from exchange_server.engine.commands import Credit
from exchange_server.engine.types import FEE_ACCOUNT, SIDE_BUY, AssetId, Atoms
from exchange_server.feeds import Feeds, StreamRefused
from exchange_server.feeds.account_streams import UPDATES_WAITING
from exchange_server.feeds.accounts import UPDATES_KEPT
from exchange_server.feeds.errors import REJECT_SEQUENCE_TOO_OLD, REJECT_STREAM_TOO_SLOW, REJECT_UNAVAILABLE
from tests.feeds_support import ACCOUNTS, MARKETS, TIF_IOC, Exchange, Stream, Streams, buy, cancel_all, limit, sell
from tests.property.feeds_clients import AccountClient

ALICE, BOB, CAROL = ACCOUNTS


async def joined(exchange: Exchange, account: int = 0) -> Stream[StreamAccountResponse]:
    stream = exchange.streams.account(ACCOUNTS[account])
    assert (await anext(stream)).HasField("snapshot")
    return stream


async def test_a_trade_is_one_update_with_orders_fills_and_balances_for_each_side() -> None:
    exchange = Exchange()
    maker_id = exchange.run(sell(0, 100, 5))[0].sequence
    alice, bob = await joined(exchange, 0), await joined(exchange, 1)
    taker = limit(1, SIDE_BUY, 102, 2, client_order_id="mine")
    sequence = exchange.run(taker)[0].sequence

    made, took = (await anext(alice)).update, (await anext(bob)).update
    (order,) = made.orders
    assert (order.order_id, order.filled_quantity, order.open_quantity) == (maker_id, "0.002", "0.003")
    assert order.update_time == made.event_time
    assert order.create_time.ToNanoseconds() == exchange.applied[maker_id - 1].time_ns
    (fill,) = made.fills
    assert (fill.order_id, fill.trade_id, fill.price, fill.quantity) == (maker_id, 1, "50", "0.002")
    assert (fill.quote_amount, fill.fee, fill.liquidity, fill.sequence) == ("0.1", "-0.000005", 1, sequence)
    assert sorted(balance.asset for balance in made.balances) == ["BTC", "USDC"]

    (order,) = took.orders
    assert (order.order_id, order.client_order_id, order.status) == (sequence, "mine", 2)
    assert (order.filled_quantity, order.open_quantity, order.filled_quote) == ("0.002", "0", "0.1")
    (fill,) = took.fills
    assert (fill.client_order_id, fill.fee, fill.liquidity) == ("mine", "0.00003", 2)
    assert sorted(balance.asset for balance in took.balances) == ["BTC", "USDC"]


async def test_an_update_shows_the_order_as_its_command_left_it_however_late_it_is_read() -> None:
    exchange = Exchange()
    stream = await joined(exchange)
    exchange.run(buy(0, 100, 5), sell(1, 100, 2), sell(1, 100, 1), cancel_all(0))
    orders = [(await anext(stream)).update.orders[0] for _ in range(4)]
    assert [(order.status, order.open_quantity, order.filled_quantity) for order in orders] == [
        (1, "0.005", "0"),
        (1, "0.003", "0.002"),
        (1, "0.002", "0.003"),
        (3, "0", "0.003"),
    ]


async def test_what_does_not_concern_the_account_and_what_was_refused_is_no_update() -> None:
    exchange = Exchange()
    stream = await joined(exchange)
    exchange.run(
        limit(0, SIDE_BUY, 100, 1, client_order_id="once"),
        limit(0, SIDE_BUY, 100, 1, client_order_id="once"),
        limit(0, SIDE_BUY, 101, 1, client_order_id="once"),
        buy(1, 90, 1),
        Credit(BOB, AssetId(2), Atoms(5), ""),
        cancel_all(2),
    )
    message = await anext(stream)
    assert message.sequence == exchange.released - 5
    heartbeat = await anext(stream)
    assert heartbeat.HasField("heartbeat")
    assert (heartbeat.sequence, heartbeat.prev_sequence) == (exchange.released, message.sequence)


async def test_an_order_that_met_nothing_and_moved_no_money_is_an_update() -> None:
    exchange = Exchange()
    stream = await joined(exchange)
    exchange.run(limit(0, SIDE_BUY, 100, 1, time_in_force=TIF_IOC))
    (order,) = (await anext(stream)).update.orders
    assert (order.status, order.close_reason) == (4, 3)


async def test_a_credit_is_an_update_of_the_balance_and_its_repetition_is_not() -> None:
    exchange = Exchange()
    stream = await joined(exchange)
    exchange.run(Credit(ALICE, AssetId(2), Atoms(1_500_000), "x"), Credit(ALICE, AssetId(2), Atoms(1_500_000), "x"))
    (balance,) = (await anext(stream)).update.balances
    assert (balance.asset, balance.available, balance.reserved) == ("USDC", "10000001.5", "0")
    assert (await anext(stream)).HasField("heartbeat")


async def test_the_exchanges_own_accounts_can_be_followed_too() -> None:
    exchange = Exchange()
    stream = exchange.streams.account(FEE_ACCOUNT)
    assert (await anext(stream)).HasField("snapshot")
    exchange.run(sell(0, 100, 5), buy(1, 100, 5))
    message = await anext(stream)
    # 75 from the taker, 12.5 to the maker: its rebate rounds down
    assert [balance.available for balance in message.update.balances] == ["0.000063"]
    assert not message.update.orders
    assert not message.update.fills


async def test_a_snapshot_waits_until_the_state_that_it_shows_is_durable() -> None:
    exchange = Exchange(heartbeat_s=30.0)
    exchange.run(buy(0, 100, 1))
    exchange.apply(buy(0, 99, 2))
    stream = exchange.streams.account(ALICE)
    first = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0.02)
    assert not first.done()
    sequence = exchange.release()[-1].sequence
    message = await asyncio.wait_for(first, 10)
    assert message.sequence == sequence
    assert [order.price for order in message.snapshot.open_orders] == ["50", "49.5"]
    exchange.run(cancel_all(1), cancel_all(0))
    client = AccountClient()
    client.take(message)
    assert client.take(await anext(stream)) == "update"
    assert not client.orders


async def test_a_snapshot_that_waits_for_another_accounts_command_is_woken_by_it() -> None:
    exchange = Exchange(heartbeat_s=30.0)
    sequence = exchange.apply(buy(1, 100, 1)).sequence
    first = asyncio.ensure_future(anext(exchange.streams.account(ALICE)))
    await asyncio.sleep(0)
    exchange.release()
    assert (await asyncio.wait_for(first, 10)).sequence == sequence


async def test_a_quiet_resumed_stream_starts_with_a_heartbeat_and_goes_on_from_the_given_sequence() -> None:
    exchange = Exchange()
    after = exchange.run(buy(0, 100, 1))[0].sequence
    exchange.run(buy(1, 99, 1))
    stream = exchange.streams.account(ALICE, after)
    heartbeat = await anext(stream)
    assert heartbeat.HasField("heartbeat")
    assert (heartbeat.sequence, heartbeat.prev_sequence) == (exchange.released, after)
    exchange.run(cancel_all(0))
    assert (await anext(stream)).prev_sequence == after


async def test_a_slow_reader_is_told_where_to_resume_and_misses_nothing_by_it() -> None:
    exchange = Exchange()
    stream = await joined(exchange)
    exchange.run(buy(0, 1, 1))
    seen = (await anext(stream)).sequence
    for _ in range(UPDATES_WAITING + 1):
        exchange.run(buy(0, 1, 1))
    with pytest.raises(StreamRefused) as refused:
        await anext(stream)
    assert refused.value.reason == REJECT_STREAM_TOO_SLOW
    assert refused.value.metadata == {"after_sequence": str(seen)}

    again = exchange.streams.account(ALICE, seen)
    got = []
    while (message := await anext(again)).HasField("update"):
        got.append(message.sequence)
    assert got == list(range(seen + 1, exchange.released + 1))


async def test_a_slow_reader_of_fills_is_told_where_to_resume() -> None:
    exchange = Exchange()
    stream = exchange.streams.fills(ALICE)
    start = (await anext(stream)).sequence
    assert start == exchange.released
    for _ in range(UPDATES_WAITING + 2):
        exchange.run(sell(0, 100, 1), buy(1, 100, 1))
    with pytest.raises(StreamRefused) as refused:
        await anext(stream)
    assert refused.value.metadata == {"after_sequence": str(start)}
    exchange.run(sell(0, 100, 1), buy(1, 100, 1))


async def test_orders_without_fills_do_not_wait_for_a_reader_of_fills() -> None:
    exchange = Exchange()
    stream = exchange.streams.fills(ALICE)
    await anext(stream)
    for _ in range(UPDATES_WAITING + 2):
        exchange.run(buy(0, 1, 1))
    sequence = exchange.run(sell(1, 1, 3))[0].sequence
    message = await anext(stream)
    assert [fill.trade_id for fill in message.fills.fills] == [1, 2, 3]
    assert message.sequence == sequence
    assert (await anext(stream)).sequence == exchange.released


async def test_a_busy_account_does_not_push_out_what_is_kept_of_a_quiet_one() -> None:
    exchange = Exchange()
    quiet = exchange.run(buy(1, 1, 1))[0].sequence
    for _ in range(UPDATES_KEPT + 3):
        exchange.run(buy(0, 1, 1))
    oldest = exchange.released - UPDATES_KEPT
    with pytest.raises(StreamRefused) as refused:
        await anext(exchange.streams.account(ALICE, oldest - 1))
    assert refused.value.reason == REJECT_SEQUENCE_TOO_OLD
    assert refused.value.metadata == {"oldest_sequence": str(oldest)}
    assert (await anext(exchange.streams.account(ALICE, oldest))).sequence == oldest + 1
    assert (await anext(exchange.streams.account(BOB, quiet - 1))).sequence == quiet


async def test_over_all_accounts_the_longest_histories_are_cut_first() -> None:
    exchange = Exchange()
    start = exchange.released
    feeds = Feeds(exchange.engine, 0.0, updates_kept=100)
    exchange.feeds = feeds
    exchange.run(*(buy(2, 1, 1) for _ in range(10)))
    exchange.run(*(buy(n % 2, 1, 1) for n in range(91)))
    # 101 are too many for 100: all of carol's ten stay, alice and bob keep twenty each.
    assert (await anext(Streams(feeds).account(CAROL, start))).sequence == start + 1
    oldest = {}
    for account in (ALICE, BOB):
        with pytest.raises(StreamRefused) as refused:
            await anext(Streams(feeds).account(account, start))
        oldest[account] = int(refused.value.metadata["oldest_sequence"])
    last = exchange.released
    assert oldest == {ALICE: last - 40, BOB: last - 41}
    for account in (ALICE, BOB):
        stream = Streams(feeds).account(account, oldest[account])
        got = [(await anext(stream)).sequence for _ in range(20)]
        assert got == list(range(oldest[account] + 2, last + 1, 2))


async def test_closing_ends_every_stream_and_refuses_new_ones() -> None:
    exchange = Exchange(heartbeat_s=30.0)
    feeds = exchange.feeds
    exchange.apply(buy(0, 1, 1))
    streams: list[Stream[Any]] = [
        Streams(feeds).order_book(MARKETS[0]),
        Streams(feeds).trades(MARKETS[0]),
        Streams(feeds).fills(ALICE),
        Streams(feeds).bbo(MARKETS[0]),
        Streams(feeds).ticker(MARKETS[0]),
        Streams(feeds).candles(MARKETS[0], 2),
        Streams(feeds).account(ALICE),
    ]
    for stream in streams[:-1]:
        await anext(stream)
    waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
    await asyncio.sleep(0)
    feeds.close()
    for ended in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(ended, StreamRefused)
        assert ended.reason == REJECT_UNAVAILABLE
    with pytest.raises(StreamRefused) as refused:
        feeds.read_trades(MARKETS[0])
    assert refused.value.reason == REJECT_UNAVAILABLE


async def test_a_heartbeat_comes_when_nothing_else_did_for_some_time() -> None:
    exchange = Exchange(heartbeat_s=0.01)
    stream = await joined(exchange)
    assert (await asyncio.wait_for(anext(stream), 10)).HasField("heartbeat")


async def test_a_batch_that_does_not_follow_is_a_bug_and_raises() -> None:
    exchange = Exchange()
    exchange.apply(buy(0, 1, 1))
    exchange.apply(buy(0, 1, 1))
    with pytest.raises(ValueError, match="batch starts with"):
        exchange.feeds.on_applied(exchange.applied[-1:])
