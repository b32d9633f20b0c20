"""A gRPC proxy that loses, repeats, swaps and cuts the messages of streams, and knows what they said before that.

It stands between the real server and the SDK. Of every message that comes from the server it keeps what was true at its
sequence, in the simplest way that can be; whoever listens behind it can be compared with that.
"""

import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc

from exchange.v1 import account_streams_pb2 as account_pb
from exchange.v1 import market_streams_pb2 as pb

MESSAGES: dict[str, tuple[str, Any]] = {
    "StreamOrderBook": ("order_book", pb.StreamOrderBookResponse),
    "StreamOrders": ("orders", pb.StreamOrdersResponse),
    "StreamTrades": ("trades", pb.StreamTradesResponse),
    "StreamBbo": ("bbo", pb.StreamBboResponse),
    "StreamAccount": ("account", account_pb.StreamAccountResponse),
    "StreamFills": ("fills", account_pb.StreamFillsResponse),
    "Subscribe": ("", pb.SubscribeResponse),
}
FAULTS = ("drop", "repeat", "swap", "cut", "shorten")

COVERED = {"order_book": 10, "orders": 25}
"""Levels and orders a side that a checksum covers: what lies behind them can be wrong unnoticed, if a message that is
no forgery could lack it."""

Key = tuple[str, bytes]
"""What is followed: the kind of stream, and the request that says of what."""


def level_mark(side: str, price: str, quantity: str) -> int:
    """Return what a level or order adds to a digest, whatever the order of the levels."""
    return hash((side, price, quantity))


@dataclass
class Model:
    """Levels or orders of one connection, and a digest of all of them."""

    rows: dict[tuple[str, str], str] = field(default_factory=dict)
    digest: int = 0

    def set(self, side: str, name: str, value: str, *, gone: bool) -> None:
        old = self.rows.pop((side, name), None)
        if old is not None:
            self.digest ^= level_mark(side, name, old)
        if not gone:
            self.rows[side, name] = value
            self.digest ^= level_mark(side, name, value)

    def is_covered(self, kind: str) -> bool:
        """Whether a checksum covers every row, also of a copy that has one too many."""
        most = COVERED.get(kind)
        if most is None:
            return True
        bids = sum(side == "bid" for side, _ in self.rows)
        return bids < most and len(self.rows) - bids < most


@dataclass
class Truth:
    """What the server said: digests of books and queues, updates and BBOs by sequence, trades and fills by trade id."""

    books: dict[Key, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    trades: dict[int, tuple[str, str]] = field(default_factory=dict)
    updates: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    bbos: dict[int, tuple[str, str]] = field(default_factory=dict)
    fills: dict[int, tuple[str, str]] = field(default_factory=dict)
    messages: Counter[str] = field(default_factory=Counter)

    def learn(self, key: Key, model: Model, message: Any) -> None:
        """Take one message of one connection, in its order."""
        kind = key[0]
        event = message.WhichOneof("event")
        if event == "heartbeat":
            return
        self.messages[kind] += 1
        body = getattr(message, event)
        match kind:
            case "order_book":
                self._book(key, model, event, body)
            case "orders":
                self._queues(key, model, event, body)
            case "trades":
                for trade in body.trades:
                    self._same(self.trades, trade.trade_id, (trade.price, trade.quantity))
            case "fills":
                for fill in body.fills:
                    self._same(self.fills, fill.trade_id, (fill.price, fill.quantity))
            case "bbo":
                self._same(self.bbos, body.bbo.sequence, (body.bbo.bid.price, body.bbo.ask.price))
            case "account" if event == "update":
                sizes = (len(body.orders), len(body.fills), len(body.balances))
                self._same(self.updates, message.sequence, sizes)

    def _book(self, key: Key, model: Model, event: str, body: Any) -> None:
        if event == "snapshot":
            model.__init__()  # type: ignore[misc]
        for side, levels in (("bid", body.bids), ("ask", body.asks)):
            for level in levels:
                model.set(side, level.price, level.quantity, gone=level.quantity == "0")
        self._same(self.books[key], body.sequence, model.digest)

    def _queues(self, key: Key, model: Model, event: str, body: Any) -> None:
        if event == "snapshot":
            model.__init__()  # type: ignore[misc]
            for side, orders in (("bid", body.bids), ("ask", body.asks)):
                for order in orders:
                    model.set(side, str(order.order_id), f"{order.price}:{order.quantity}", gone=False)
        else:
            for change in body.changes:
                side = "bid" if change.side == 1 else "ask"
                value = f"{change.price}:{change.quantity}"
                model.set(side, str(change.order_id), value, gone=change.quantity == "0")
        self._same(self.books[key], body.sequence, model.digest)

    @staticmethod
    def _same(known: dict[Any, Any], at: int, value: Any) -> None:
        """Two connections must not tell two things of one sequence."""
        assert known.setdefault(at, value) == value, f"the server told two things of {at}"


class ChaosProxy:
    """Serves on a free port what the server at `upstream` serves; `rate` of the messages of streams suffer a fault."""

    def __init__(self, upstream: str, *, rate: float, seed: int) -> None:
        self.rate = rate
        self.truth = Truth()
        self.faults: Counter[str] = Counter()
        self.connections: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._channel = grpc.aio.insecure_channel(upstream, options=[("grpc.max_receive_message_length", -1)])
        self._server = grpc.aio.server(options=[("grpc.max_send_message_length", -1)])
        self._server.add_generic_rpc_handlers((_Handler(self),))
        self._port = self._server.add_insecure_port("127.0.0.1:0")
        # Numbers of Subscribe channels are unique while a client lives; one client is enough here.
        self._channels: dict[int, Key] = {}
        self._models: dict[int, Model] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def __aenter__(self) -> "ChaosProxy":
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._server.stop(0)
        await self._channel.close()

    # ---------------------------------------------------------------- calls

    async def unary(self, method: str, request: bytes, context: Any) -> bytes:
        if method.endswith("/UpdateSubscription"):
            self._note_channels(pb.UpdateSubscriptionRequest.FromString(request).add)
        send: Any = self._channel.unary_unary(method)
        call = send(request, metadata=_metadata(context), timeout=context.time_remaining())
        return await _passed_on(call, context)  # type: ignore[no-any-return]

    async def stream(self, method: str, request: bytes, context: Any) -> AsyncIterator[bytes]:
        name = method.rpartition("/")[2]
        self.connections[name] += 1
        if name == "Subscribe":
            self._note_channels(pb.SubscribeRequest.FromString(request).channels)
        send: Any = self._channel.unary_stream(method)
        call = send(request, metadata=_metadata(context))
        try:
            async for message in self._tampered(name, self._learned(name, request, call)):
                yield message
        except grpc.aio.AioRpcError as error:
            await _abort(error, context)
        finally:
            call.cancel()

    def _note_channels(self, channels: Any) -> None:
        for channel in channels:
            kind = channel.WhichOneof("source")
            self._channels[channel.channel_id] = (kind, _what(kind, getattr(channel, kind)))
            self._models[channel.channel_id] = Model()

    async def _learned(self, name: str, request: bytes, call: Any) -> AsyncIterator[tuple[bytes, bool]]:
        """Yield messages as they come, each with whether the checksum covers all that it could lack."""
        kind, message_type = MESSAGES[name]
        key, model = (kind, request if kind in ("order_book", "orders") else b""), Model()
        async for data in call:
            message = message_type.FromString(data)
            inner = message
            if name == "Subscribe":
                if not message.channel_id or message.WhichOneof("event") == "closed":
                    yield data, False
                    continue
                inner = getattr(message, message.WhichOneof("event"))
                key, model = self._channels[message.channel_id], self._models[message.channel_id]
            self.truth.learn(key, model, inner)
            yield data, model.is_covered(key[0])

    # ---------------------------------------------------------------- faults

    async def _tampered(self, name: str, messages: AsyncIterator[tuple[bytes, bool]]) -> AsyncIterator[bytes]:
        held: bytes | None = None
        async for message, is_covered in messages:
            if held is not None:
                yield message
                yield held
                held = None
                continue
            fault = self._random.choice(FAULTS) if self._random.random() < self.rate else None
            if fault == "shorten" and not is_covered:
                fault = "drop"
            if fault is not None:
                self.faults[fault] += 1
            match fault:
                case "drop":
                    continue
                case "repeat":
                    yield message
                    yield message
                case "swap":
                    held = message
                case "cut":
                    yield message[: self._random.randrange(len(message))] if message else message
                case "shorten":
                    yield shortened(MESSAGES[name][1].FromString(message)).SerializeToString()
                case None:
                    yield message


def shortened(message: Any) -> Any:
    """Take the last level, change or trade away: a message that can be read, and lacks something.

    What is of an account stays whole: nothing in it says how many orders, balances or fills there are.
    """
    event = message.WhichOneof("event")
    body = getattr(message, event) if event else None
    for name in ("order_book", "orders", "trades"):
        if event == name and isinstance(message, pb.SubscribeResponse):
            shortened(body)
            return message
    for name in ("changes", "asks", "bids", "trades"):
        if body is not None and name in body.DESCRIPTOR.fields_by_name and getattr(body, name):
            del getattr(body, name)[-1]
            return message
    return message


def _what(kind: str, source: Any) -> bytes:
    return bytes(source.SerializeToString()) if kind in ("order_book", "orders") else b""


def _metadata(context: Any) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in context.invocation_metadata() if key == "authorization")


async def _passed_on(call: Any, context: Any) -> Any:
    try:
        return await call
    except grpc.aio.AioRpcError as error:
        await _abort(error, context)


async def _abort(error: grpc.aio.AioRpcError, context: Any) -> None:
    details = tuple((key, value) for key, value in error.trailing_metadata() or () if key.startswith("grpc-status-"))
    await context.abort(error.code(), error.details() or "", details)


class _Handler(grpc.GenericRpcHandler):
    """Whatever is called goes to the proxy, as bytes."""

    def __init__(self, proxy: ChaosProxy) -> None:
        self._proxy = proxy

    def service(self, handler_call_details: Any) -> Any:
        method: str = handler_call_details.method
        if method.rpartition("/")[2] in MESSAGES:
            stream: Callable[..., Any] = self._proxy.stream

            async def unary_stream(request: bytes, context: Any) -> AsyncIterator[bytes]:
                async for message in stream(method, request, context):
                    yield message

            return grpc.unary_stream_rpc_method_handler(unary_stream)

        async def unary_unary(request: bytes, context: Any) -> bytes:
            return await self._proxy.unary(method, request, context)

        return grpc.unary_unary_rpc_method_handler(unary_unary)
