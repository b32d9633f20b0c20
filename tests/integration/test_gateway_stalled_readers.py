"""Readers that stop reading behind the gateway, as a page does that sleeps: they end everywhere, and cost little.

A short time stands for the gateway's two minutes.
"""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator

import grpc
import psutil
import pytest

from exchange.v1 import market_streams_pb2 as pb
from exchange.v1.market_data_service_pb2_grpc import MarketDataServiceStub
from tests.e2e.dev_process import wait_until
from tests.integration.exchange_fixture import MARKET, Trader
from tests.integration.gateway_fixture import GRPC_WEB, Gateway, Stack, WebStream, frame, web_stream
from tests.integration.test_stalled_streams import move

METHOD = "MarketDataService/StreamOrders"
EVERY_ORDER = pb.StreamOrdersRequest(market=MARKET)
STALLED_S = 1.5
IDLE = {"idle_timeout: 120s": "idle_timeout: 6s"}
READERS = 10
DEADLINE_S = 60.0
MOST_KEPT = 1 << 20
"""Bytes that may wait for one reader on its way, from the gateway's window of the exchange to the reader's socket."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stalled"), stalled_stream_seconds=STALLED_S)
    yield stack
    stack.close()


@pytest.fixture(scope="module")
def gateway(stack: Stack) -> Iterator[Gateway]:
    gateway = stack.gateway("stalled")
    gateway.changes = IDLE
    with gateway:
        yield gateway


@pytest.fixture(scope="module")
def traders(stack: Stack) -> tuple[Trader, Trader]:
    return stack.exchange.trader(), stack.exchange.trader()


@contextlib.contextmanager
def stalled_reader(gateway: Gateway) -> Iterator[WebStream]:
    """Ask for a stream over HTTP/1.1 as a browser does, with a small window, and read its beginning."""
    connection = gateway.connect()
    connection.sock = socket.socket()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sock.settimeout(DEADLINE_S)
    connection.sock.connect(("127.0.0.1", gateway.port))
    try:
        connection.request("POST", f"/exchange.v1.{METHOD}", frame(EVERY_ORDER), GRPC_WEB)
        stream = WebStream(connection.getresponse())
        stream.next()
        yield stream
    finally:
        connection.close()


def rest(stream: WebStream) -> int:
    """Read what is left until the gateway has closed, and count its bytes."""
    count = 0
    with contextlib.suppress(http.client.IncompleteRead, ConnectionResetError):
        while True:
            count += 5 + len(stream.next()[1])
    return count


def requests_under_way(gateway: Gateway) -> int:
    return gateway.statistics("^http.web.downstream_rq_active$")["http.web.downstream_rq_active"]


def allocated(gateway: Gateway) -> int:
    return gateway.statistics("^server.memory_allocated$")["server.memory_allocated"]


class Follower:
    """A browser that reads its book: how late each change came, in seconds, and how often one was missing."""

    def __init__(self, gateway: Gateway) -> None:
        self.late: list[float] = []
        self.gaps = 0
        self._stack = contextlib.ExitStack()
        request = pb.StreamOrderBookRequest(market=MARKET)
        self._stream = self._stack.enter_context(web_stream(gateway, "MarketDataService/StreamOrderBook", request))
        self._is_closing = False
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def close(self) -> None:
        self._is_closing = True
        self._thread.join(DEADLINE_S)
        self._stack.close()

    def _follow(self) -> None:
        last = None
        # Heartbeats come five times a second, so that it soon sees that it is to end.
        while not self._is_closing:
            message = pb.StreamOrderBookResponse.FromString(self._stream.next()[1])
            if message.HasField("delta"):
                self.late.append(time.time() - message.delta.hops.durable_ns / 1e9)
                self.gaps += last not in (None, message.delta.prev_sequence)
                last = message.delta.sequence

    def percentile(self, share: float) -> float:
        """Return how late they were, and forget them."""
        late, self.late = sorted(self.late), []
        assert len(late) > 20
        return late[int(len(late) * share)]


def test_pages_that_sleep_are_ended_cost_little_and_hold_up_nobody(
    gateway: Gateway, stack: Stack, traders: tuple[Trader, Trader]
) -> None:
    core = psutil.Process(stack.process.pid)
    wait_until(lambda: requests_under_way(gateway) == 0, "nothing is left of other tests")
    with contextlib.ExitStack() as opened:
        follower = Follower(gateway)
        opened.callback(follower.close)
        move(stack.exchange, *traders, 20)
        follower.percentile(0.9)
        move(stack.exchange, *traders, 20)
        without = follower.percentile(0.9)
        allocated_before, core_before = allocated(gateway), core.memory_info().rss
        asleep = [opened.enter_context(stalled_reader(gateway)) for _ in range(READERS)]
        # More than all that may wait on the way, so that they hold up their streams.
        move(stack.exchange, *traders, 100)
        # A machine that is busy with other things must not fail this.
        assert follower.percentile(0.9) < 3 * without + 0.1
        assert allocated(gateway) - allocated_before < READERS * MOST_KEPT
        # What the feeds keep for those who resume grows meanwhile, too.
        assert core.memory_info().rss - core_before < READERS * (256 << 10) + (48 << 20)
        # The gateway ends them, and the exchange sees it.
        wait_until(
            lambda: stack.open_streams(METHOD) == 0, "the exchange has no stream of those that sleep", DEADLINE_S
        )
        wait_until(lambda: requests_under_way(gateway) == 1, "the gateway has the reader's stream only", DEADLINE_S)
        wait_until(lambda: allocated(gateway) - allocated_before < 2 << 20, "the gateway gives back what they cost")
        # Who wakes gets what was on its way, not megabytes of the past, and then the end.
        assert all(0 < rest(stream) < MOST_KEPT for stream in asleep)
        assert follower.gaps == 0
    assert "a handler failed" not in stack.process.log


def test_a_page_that_wakes_before_the_gateway_ends_it_is_told_that_it_was_too_slow(
    stack: Stack, traders: tuple[Trader, Trader]
) -> None:
    with stack.gateway("patient") as patient, stalled_reader(patient) as stream:
        flag, payload = 0, b""
        # Who wakes before the exchange has noticed, which a busy machine makes late, goes to sleep again.
        while not flag & 0x80:
            move(stack.exchange, *traders, 100)
            time.sleep(3 * STALLED_S)
            flag, payload = stream.next()
            while not flag & 0x80 and not pb.StreamOrdersResponse.FromString(payload).HasField("heartbeat"):
                flag, payload = stream.next()
    trailers = dict(line.split(":", 1) for line in payload.decode().splitlines() if line)
    assert trailers["grpc-status"].strip() == str(grpc.StatusCode.RESOURCE_EXHAUSTED.value[0])


def test_a_reader_on_a_shared_http_2_connection_is_ended_alone(
    gateway: Gateway, stack: Stack, traders: tuple[Trader, Trader]
) -> None:
    heartbeats = threading.Semaphore(0)

    def read(stream: Iterator[pb.StreamOrderBookResponse]) -> None:
        # It ends when the channel is closed.
        with contextlib.suppress(grpc.RpcError):
            for message in stream:
                if message.HasField("heartbeat"):
                    heartbeats.release()

    options = [
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", 65_536),
    ]
    with grpc.insecure_channel(gateway.address, options=options) as channel:
        stub = MarketDataServiceStub(channel)
        asleep = stub.StreamOrders(EVERY_ORDER)
        next(asleep)
        awake = stub.StreamOrderBook(pb.StreamOrderBookRequest(market=MARKET))
        reader = threading.Thread(target=read, args=(awake,))
        reader.start()
        move(stack.exchange, *traders, 100)
        wait_until(lambda: requests_under_way(gateway) == 1, "the gateway has ended the one that sleeps", DEADLINE_S)
        wait_until(lambda: stack.open_streams(METHOD) == 0, "the exchange has ended it, too", DEADLINE_S)
        with pytest.raises(grpc.RpcError):
            for _ in asleep:
                pass
        while heartbeats.acquire(blocking=False):
            pass
        assert heartbeats.acquire(timeout=DEADLINE_S)
        awake.cancel()
        reader.join(DEADLINE_S)
