"""One stream for many channels, on a server that fails as told: each channel goes on by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

import exchange_sdk as sdk
from exchange.v1 import account_streams_pb2 as account_pb
from exchange.v1 import market_data_service_pb2 as market_pb
from exchange.v1 import market_streams_pb2 as pb
from exchange.v1 import types_pb2
from exchange_sdk._connection import connection
from exchange_sdk._subscription_state import SubscriptionState
from tests.integration.sdk_fixture import AnyClient, AnyStream
from tests.unit.sdk.faulty_server import Fault, FaultyServer
from tests.unit.sdk.test_faults import MARKET, UNAVAILABLE, book, delta, trades

CONNECTION = connection("127.0.0.1:1", "", tls=False, insecure=False, timeout=1, retry=None, liveness=1)
BOOK = sdk.BookChannel("BTC-USDC")
TRADES = sdk.TradesChannel("BTC-USDC", after_trade_id=4)
BBO = sdk.BboChannel("BTC-USDC", interval=0.1)
ACCOUNT = sdk.AccountChannel()

GONE = Fault(grpc.StatusCode.NOT_FOUND, "STREAM_NOT_FOUND")


def bbo(sequence: int, prev_sequence: int) -> pb.StreamBboResponse:
    bid = pb.PriceLevel(price="9", quantity=str(sequence))
    update = pb.BboUpdate(bbo=pb.Bbo(market="BTC-USDC", bid=bid, sequence=sequence), prev_sequence=prev_sequence)
    return pb.StreamBboResponse(update=update)


def opened(stream_id: str = "s1") -> pb.SubscribeResponse:
    return pb.SubscribeResponse(opened=pb.SubscriptionOpened(stream_id=stream_id))


def tells(*steps: Callable[[dict[str, int]], Any] | Any, then: Any = None) -> Any:
    """Open, then send messages made of the channels' numbers by kind; then fail, or say nothing more."""

    async def stream(request: pb.SubscribeRequest, context: Any) -> AsyncIterator[Any]:
        numbers = {channel.WhichOneof("source"): channel.channel_id for channel in request.channels}
        yield opened()
        for step in steps:
            yield step(numbers) if callable(step) else step
        if then is not None:
            yield then
        await asyncio.sleep(60)

    return stream


def on(kind: str, message: Any) -> Callable[[dict[str, int]], pb.SubscribeResponse]:
    return lambda numbers: pb.SubscribeResponse(channel_id=numbers[kind], **{kind: message})


def closed(kind: str, fault: Fault) -> Callable[[dict[str, int]], pb.SubscribeResponse]:
    end = pb.ChannelClosed(
        code=fault.code.value[0], message="told to end", status_details=fault.status.SerializeToString()
    )
    return lambda numbers: pb.SubscribeResponse(channel_id=numbers[kind], closed=end)


@pytest.fixture(autouse=True)
def market(server: FaultyServer) -> None:
    server.play("GetMarket", market_pb.GetMarketResponse(market=MARKET))
    server.play("UpdateSubscription", market_pb_update())


def market_pb_update(*numbers: int) -> pb.UpdateSubscriptionResponse:
    return pb.UpdateSubscriptionResponse(channel_ids=numbers)


async def test_events_come_with_their_channel_and_keep_local_books(server: FaultyServer, client: AnyClient) -> None:
    server.play("Subscribe", tells(on("order_book", book(1)), on("trades", trades(5)), on("bbo", bbo(3, 0))))
    async with AnyStream(await client("subscribe", BOOK, TRADES, BBO)) as stream:
        events = [await stream.next() for _ in range(3)]
        assert [event.channel for event in events] == [BOOK, TRADES, BBO]
        assert [type(event.event) for event in events] == [sdk.OrderBook, sdk.Trade, sdk.Bbo]
        assert stream.stream.book(BOOK).best_ask == sdk.PriceLevel(Decimal(9), Decimal(1))
        assert stream.stream.position_of(TRADES) == 5
        assert stream.stream.position_of(BOOK) is None
        (request,) = server.seen["Subscribe"]
        asked = {channel.WhichOneof("source"): channel for channel in request.channels}
        assert asked["trades"].trades.after_trade_id == 4
        assert asked["bbo"].bbo.interval_ms == 100
        assert len({channel.channel_id for channel in request.channels}) == 3


async def test_after_a_break_each_channel_resumes_or_starts_anew_and_says_so(
    server: FaultyServer, client: AnyClient
) -> None:
    snapshot = account_pb.StreamAccountResponse(sequence=5, snapshot=account_pb.AccountSnapshot())
    update = account_pb.StreamAccountResponse(sequence=9, prev_sequence=5, update=account_pb.AccountUpdate())
    server.play(
        "Subscribe",
        tells(on("order_book", book(1)), on("trades", trades(5)), on("account", snapshot), then=UNAVAILABLE),
        tells(on("trades", trades(6)), on("account", update), on("order_book", book(8))),
    )
    async with AnyStream(await client("subscribe", BOOK, TRADES, ACCOUNT)) as stream:
        events = [await stream.next() for _ in range(9)]
        told = [(event.channel, type(event.event)) for event in events[3:]]
        assert told == [
            (TRADES, sdk.Reconnected),
            (TRADES, sdk.Trade),
            (ACCOUNT, sdk.Reconnected),
            (ACCOUNT, sdk.AccountUpdate),
            (BOOK, sdk.Resynced),
            (BOOK, sdk.OrderBook),
        ]
        again = {channel.WhichOneof("source"): channel for channel in server.seen["Subscribe"][1].channels}
        assert again["trades"].trades.after_trade_id == 5
        assert again["account"].account.after_sequence == 5


async def test_a_stream_whose_first_message_was_lost_begins_anew(server: FaultyServer, client: AnyClient) -> None:
    async def headless(request: pb.SubscribeRequest, context: Any) -> AsyncIterator[Any]:
        yield on("trades", trades(6))(
            {channel.WhichOneof("source"): channel.channel_id for channel in request.channels}
        )
        await asyncio.sleep(60)

    server.play("Subscribe", tells(on("trades", trades(5)), then=UNAVAILABLE), headless, tells(on("trades", trades(6))))
    async with AnyStream(await client("subscribe", TRADES)) as stream:
        events = [(await stream.next()).event for _ in range(3)]
        assert [type(event) for event in events] == [sdk.Trade, sdk.Reconnected, sdk.Trade]
        assert len(server.seen["Subscribe"]) == 3
        assert stream.stream.position_of(TRADES) == 6


@pytest.mark.parametrize(("wrong", "cause"), [(delta(7, 8, 0), sdk.Gap), (delta(1, 2, 5), sdk.ChecksumMismatch)])
async def test_a_channel_out_of_step_begins_again_and_the_others_do_not_notice(
    server: FaultyServer, client: AnyClient, wrong: Any, cause: type[sdk.ExchangeError]
) -> None:
    update_seen = asyncio.Event()
    new_number: list[int] = []

    async def stream(request: pb.SubscribeRequest, context: Any) -> AsyncIterator[Any]:
        numbers = {channel.WhichOneof("source"): channel.channel_id for channel in request.channels}
        yield opened("the-stream")
        yield on("order_book", book(1))(numbers)
        yield on("order_book", wrong)(numbers)
        while not server.calls("UpdateSubscription"):
            await asyncio.sleep(0.01)
        update_seen.set()
        change = server.seen["UpdateSubscription"][0]
        assert (change.stream_id, list(change.remove)) == ("the-stream", [numbers["order_book"]])
        new_number.append(change.add[0].channel_id)
        # What was on its way of the old channel is dropped.
        yield on("order_book", delta(8, 9, 0))(numbers)
        yield on("trades", trades(5))(numbers)
        yield on("order_book", book(20))({"order_book": new_number[0]})
        await asyncio.sleep(60)

    server.play("Subscribe", stream)
    async with AnyStream(await client("subscribe", BOOK, TRADES)) as subscription:
        events = [await subscription.next() for _ in range(4)]
        assert [event.channel for event in events] == [BOOK, TRADES, BOOK, BOOK]
        assert isinstance(events[2].event, sdk.Resynced)
        assert type(events[2].event.cause) is cause
        assert events[3].event.sequence == subscription.stream.book(BOOK).sequence == 20
        assert server.calls("Subscribe") == 1


async def test_a_channel_that_was_too_slow_resumes_and_one_that_may_not_go_on_says_so(
    server: FaultyServer, client: AnyClient
) -> None:
    too_slow = Fault(grpc.StatusCode.RESOURCE_EXHAUSTED, "STREAM_TOO_SLOW")
    revoked = Fault(grpc.StatusCode.UNAUTHENTICATED)

    async def stream(request: pb.SubscribeRequest, context: Any) -> AsyncIterator[Any]:
        numbers = {channel.WhichOneof("source"): channel.channel_id for channel in request.channels}
        yield opened()
        yield on("trades", trades(5))(numbers)
        yield closed("trades", too_slow)(numbers)
        yield closed("account", revoked)(numbers)
        while not server.calls("UpdateSubscription"):
            await asyncio.sleep(0.01)
        added = server.seen["UpdateSubscription"][0].add[0]
        assert added.trades.after_trade_id == 5
        yield on("trades", trades(6))({"trades": added.channel_id})
        await asyncio.sleep(60)

    server.play("Subscribe", stream)
    async with AnyStream(await client("subscribe", TRADES, ACCOUNT)) as subscription:
        events = [await subscription.next() for _ in range(4)]
        assert [type(event.event) for event in events] == [sdk.Trade, sdk.ChannelClosed, sdk.Reconnected, sdk.Trade]
        assert events[1].channel == ACCOUNT
        assert isinstance(events[1].event.cause, sdk.Unauthenticated)
        assert isinstance(events[2].event.cause, sdk.StreamTooSlow)
        assert subscription.stream.channels == (TRADES,)


async def test_channels_are_added_and_removed_while_it_runs(server: FaultyServer, client: AnyClient) -> None:
    async def stream(request: pb.SubscribeRequest, context: Any) -> AsyncIterator[Any]:
        yield opened()
        while server.calls("UpdateSubscription") < 2:
            await asyncio.sleep(0.01)
        added, removed = server.seen["UpdateSubscription"][:2]
        numbers = {channel.WhichOneof("source"): channel.channel_id for channel in added.add}
        assert list(removed.remove) == [numbers["bbo"]]
        yield on("bbo", bbo(1, 0))(numbers)
        yield on("trades", trades(5))(numbers)
        await asyncio.sleep(60)

    server.play("Subscribe", stream)
    async with AnyStream(await client("subscribe")) as subscription:
        calls = AnyClient(subscription.stream)
        await calls("add", TRADES, BBO)
        with pytest.raises(ValueError, match="followed already"):
            await calls("add", BBO)
        await calls("remove", BBO)
        with pytest.raises(KeyError):
            await calls("remove", BBO)
        assert (await subscription.next()).channel == TRADES


def test_what_is_added_while_the_stream_is_being_opened_is_asked_for_once_it_is() -> None:
    state = SubscriptionState(CONNECTION, [TRADES])
    state.request()
    assert state.add(state.prepared([BBO])) is None
    assert state.reopening() is None
    state.receive(opened("s9"))
    waiting = state.reopening()
    assert waiting is not None
    followed, update = waiting
    assert (followed.channel, update.request.stream_id) == (BBO, "s9")
    assert [channel.WhichOneof("source") for channel in update.request.add] == ["bbo"]
    state.reopened(followed)
    assert state.reopening() is None


def test_a_channel_that_broke_and_was_removed_is_closed_and_one_that_ended_is_forgotten() -> None:
    state = SubscriptionState(CONNECTION, [BBO, TRADES])
    numbers = {channel.WhichOneof("source"): channel.channel_id for channel in state.request().channels}
    state.receive(opened())
    state.receive(on("bbo", bbo(3, 0))(numbers))
    state.receive(on("trades", trades(5))(numbers))
    state.receive(on("bbo", bbo(9, 7))(numbers))
    state.receive(closed("trades", UNAVAILABLE)(numbers))
    assert state.remove([BBO, TRADES]) is None
    waiting = state.reopening()
    assert waiting is not None
    followed, update = waiting
    assert (list(update.request.remove), list(update.request.add)) == ([numbers["bbo"]], [])
    state.reopened(followed)
    assert state.reopening() is None


async def test_what_the_exchange_refuses_to_add_is_not_followed(server: FaultyServer, client: AnyClient) -> None:
    server.play("Subscribe", tells())
    server.play("UpdateSubscription", Fault(grpc.StatusCode.NOT_FOUND, "MARKET_NOT_FOUND"))
    async with AnyStream(await client("subscribe")) as subscription:
        with pytest.raises(sdk.NotFound):
            await AnyClient(subscription.stream)("add", BBO)
        assert subscription.stream.channels == ()


async def test_an_addition_to_a_stream_that_is_gone_is_part_of_the_next_one(
    server: FaultyServer, client: AnyClient
) -> None:
    server.play("Subscribe", tells(), tells(on("bbo", bbo(1, 0))))
    server.play("UpdateSubscription", GONE)
    async with AnyStream(await client("subscribe")) as subscription:
        await AnyClient(subscription.stream)("add", BBO)
        event = await subscription.next()
        assert (event.channel, type(event.event)) == (BBO, sdk.Bbo)
        assert [len(request.channels) for request in server.seen["Subscribe"]] == [0, 1]


async def test_one_channel_that_is_too_old_to_resume_does_not_start_the_others_anew(
    server: FaultyServer, client: AnyClient
) -> None:
    too_old = Fault(grpc.StatusCode.OUT_OF_RANGE, "SEQUENCE_TOO_OLD")
    violation = error_details_pb2.BadRequest.FieldViolation(field="channels[1].account.after_sequence")
    packed = any_pb2.Any()
    packed.Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    too_old.status.MergeFrom(status_pb2.Status(details=[packed]))
    snapshot = account_pb.StreamAccountResponse(sequence=5, snapshot=account_pb.AccountSnapshot())
    anew = account_pb.StreamAccountResponse(sequence=50, snapshot=account_pb.AccountSnapshot())

    async def refuses(request: Any, context: Any) -> AsyncIterator[Any]:
        yield too_old

    server.play(
        "Subscribe",
        tells(on("trades", trades(5)), on("account", snapshot), then=UNAVAILABLE),
        refuses,
        tells(on("trades", trades(6)), on("account", anew)),
    )
    async with AnyStream(await client("subscribe", TRADES, ACCOUNT)) as subscription:
        events = [(await subscription.next()).event for _ in range(6)]
        assert [type(event) for event in events[2:]] == [
            sdk.Reconnected,
            sdk.Trade,
            sdk.Resynced,
            sdk.AccountSnapshot,
        ]
        last = {channel.WhichOneof("source"): channel for channel in server.seen["Subscribe"][2].channels}
        assert last["trades"].trades.after_trade_id == 5
        assert not last["account"].account.HasField("after_sequence")


@pytest.mark.parametrize(
    "messages",
    [
        [bbo(3, 0), bbo(5, 4)],  # one was lost
        [bbo(3, 0), bbo(5, 3), bbo(3, 0)],  # an old one came again
        [bbo(5, 3)],  # the first was lost
    ],
)
async def test_a_bbo_that_does_not_follow_is_never_taken_for_the_newest(
    server: FaultyServer, client: AnyClient, messages: list[Any]
) -> None:
    async def first(request: Any, context: Any) -> AsyncIterator[Any]:
        for message in messages:
            yield message
        await asyncio.sleep(60)

    async def second(request: Any, context: Any) -> AsyncIterator[Any]:
        yield bbo(9, 0)
        await asyncio.sleep(60)

    server.play("StreamBbo", first, second)
    async with AnyStream(await client("stream_bbo", "BTC-USDC")) as stream:
        events: list[sdk.Bbo] = []
        while not events or events[-1].sequence != 9:
            event = await stream.next()
            if isinstance(event, sdk.Resynced):
                assert isinstance(event.cause, sdk.Gap)
            else:
                events.append(event)
        sequences = [event.sequence for event in events]
        assert sequences == sorted(set(sequences))


async def test_a_heartbeat_that_hides_a_lost_update_is_a_gap(server: FaultyServer, client: AnyClient) -> None:
    snapshot = account_pb.StreamAccountResponse(sequence=5, snapshot=account_pb.AccountSnapshot())
    # The update from 5 to 7 was lost; without the check the stream would resume after 9.
    alive = account_pb.StreamAccountResponse(sequence=9, prev_sequence=7, heartbeat=types_pb2.Heartbeat(sequence=9))
    update = account_pb.StreamAccountResponse(sequence=7, prev_sequence=5, update=account_pb.AccountUpdate())

    async def first(request: Any, context: Any) -> AsyncIterator[Any]:
        yield snapshot
        yield alive
        await asyncio.sleep(60)

    async def second(request: Any, context: Any) -> AsyncIterator[Any]:
        assert request.after_sequence == 5
        yield update
        await asyncio.sleep(60)

    server.play("StreamAccount", first, second)
    async with AnyStream(await client("stream_account")) as stream:
        events = [await stream.next() for _ in range(3)]
        assert [type(event) for event in events] == [sdk.AccountSnapshot, sdk.Reconnected, sdk.AccountUpdate]
