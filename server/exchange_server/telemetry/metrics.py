"""Prometheus metrics of calls and of the core. Labels are few and bounded: methods and codes of the contract."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Metric, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector


class CallMetrics(Collector):
    """Counts calls by method and status code, their time, and the streams that are open.

    Plain numbers that Prometheus' own types are made of when it asks: its counters take a microsecond each, for a lock
    that one event loop does not need.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls: Final[dict[tuple[str, str], int]] = defaultdict(int)
        self._elapsed_ns: Final[dict[str, int]] = defaultdict(int)
        self._streams: Final[dict[str, int]] = defaultdict(int)
        registry.register(self)

    def ended(self, method: str, code: str, elapsed_ns: int) -> None:
        """Count a call."""
        self._calls[method, code] += 1
        self._elapsed_ns[method] += elapsed_ns

    def stream_opened(self, method: str) -> None:
        self._streams[method] += 1

    def stream_closed(self, method: str) -> None:
        self._streams[method] -= 1

    def collect(self) -> Iterator[Metric]:
        """Return what was counted, in Prometheus' terms."""
        calls = CounterMetricFamily(
            "exchange_calls", "Calls that ended, by method and gRPC status.", labels=("method", "code")
        )
        for (method, code), count in list(self._calls.items()):
            calls.add_metric((method, code), count)
        seconds = CounterMetricFamily(
            "exchange_call_seconds", "Time from a call's arrival to its end.", labels=("method",)
        )
        for method, elapsed_ns in list(self._elapsed_ns.items()):
            seconds.add_metric((method,), elapsed_ns / 1e9)
        streams = GaugeMetricFamily("exchange_open_streams", "Streams that are open.", labels=("method",))
        for method, count in list(self._streams.items()):
            streams.add_metric((method,), count)
        yield from (calls, seconds, streams)


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
