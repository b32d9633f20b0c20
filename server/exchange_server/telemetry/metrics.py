"""Prometheus metrics of calls and of the core. Labels are few and bounded: methods and codes of the contract."""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server


class CallMetrics:
    """Counts calls by method and status code, their time, and the streams that are open."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls: Final = Counter(
            "exchange_calls", "Calls that ended, by method and gRPC status.", ("method", "code"), registry=registry
        )
        self._seconds: Final = Counter(
            "exchange_call_seconds", "Time from a call's arrival to its end.", ("method",), registry=registry
        )
        self._streams: Final = Gauge("exchange_open_streams", "Streams that are open.", ("method",), registry=registry)
        # Looking up a child by its labels costs more than counting.
        self._children: Final[dict[tuple[str, str], tuple[Callable[[], None], Callable[[float], None]]]] = {}

    def ended(self, method: str, code: str, elapsed_ns: int) -> None:
        """Count a call."""
        child = self._children.get((method, code))
        if child is None:
            child = self._calls.labels(method, code).inc, self._seconds.labels(method).inc
            self._children[method, code] = child
        child[0]()
        child[1](elapsed_ns / 1e9)

    def stream_opened(self, method: str) -> None:
        self._streams.labels(method).inc()

    def stream_closed(self, method: str) -> None:
        self._streams.labels(method).dec()


class ShardMetrics:
    """Tells how far each shard is; read only when somebody asks."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._sequence: Final = Gauge(
            "exchange_sequence", "Sequence of the last command applied.", ("shard",), registry=registry
        )
        self._durable: Final = Gauge(
            "exchange_durable_sequence", "Sequence of the last command that is durable.", ("shard",), registry=registry
        )

    def watch(self, shard_id: int, sequence: Callable[[], int], durable_sequence: Callable[[], int]) -> None:
        """Add a shard."""
        self._sequence.labels(str(shard_id)).set_function(sequence)
        self._durable.labels(str(shard_id)).set_function(durable_sequence)


def serve_metrics(registry: CollectorRegistry, host: str, port: int) -> Callable[[], None]:
    """Answer Prometheus on a port of its own, in a thread; return what stops it."""
    server, thread = start_http_server(port, host, registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop
