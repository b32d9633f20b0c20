"""The composition root: every stage is wired here, in the order of an order's life.

    recovery → 1 sequencer, journal and engine → 2 feeds → 3 history → 4 API → 5 gRPC

The server listens first and is NOT_SERVING until all of it stands. It stops in the opposite order, so that what was
taken in is answered. When a shard fails nothing can be acknowledged any more: the process ends, and its next start
is recovery.
"""

import asyncio
import gc
import logging
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry

from exchange_server import compiled_engine, huge_pages
from exchange_server.api.accounts import AccountService
from exchange_server.api.admin import AdminService
from exchange_server.api.auth import Authenticator, new_api_key
from exchange_server.api.call import Method
from exchange_server.api.core import Core
from exchange_server.api.day_windows import seed_day_windows
from exchange_server.api.guard import Guard
from exchange_server.api.history import HistoryReader
from exchange_server.api.market_data import MarketDataService
from exchange_server.api.market_history import MarketHistoryCalls
from exchange_server.api.orders import OrderService
from exchange_server.api.own_keys import OwnApiKeys
from exchange_server.api.pages import KEY_BYTES, PageTokens
from exchange_server.api.portfolio import PortfolioCalls
from exchange_server.api.readers import Readers
from exchange_server.api.server import GrpcServer, PortTaken, ServerOptions
from exchange_server.config import Settings
from exchange_server.engine import Engine, events
from exchange_server.engine.commands import CreateAccount, CreateApiKey
from exchange_server.engine.types import SCOPE_ADMIN, SCOPE_READ, SCOPE_TRADE, TimeNs
from exchange_server.feeds import Feeds
from exchange_server.journal import JournalError, Recovered, recover
from exchange_server.projections.clickhouse.queries import MarketHistory
from exchange_server.sequencer import Applied, Shard
from exchange_server.telemetry.logs import configure_logging
from exchange_server.telemetry.metrics import CallMetrics, ShardMetrics, serve_metrics

log = logging.getLogger(__name__)

HOME_SHARD: Final = 0
ADMIN_ACCOUNT: Final = "admin"

YOUNG_COLLECTIONS_ONLY: Final = (10_000, 1, 1_000_000_000)
"""Thresholds of the cycle collector. What dies in cycles (calls, exceptions) dies young. A full collection would walk
every resting order, to find nothing: a second's pause for a million of them, and a third of all CPU time before. While
orders come the shard asks for collections itself, in smaller steps than these; they are for calls that only read. Below
5,000 they cost more, because what only passes through is walked too."""

SWITCH_SECONDS: Final = 0.001
"""How long the event loop may keep the interpreter from other threads: gRPC's, and the journal's for what the kernel
does not sync. When that wrote every batch, a cancel in a flood of orders took 117 ms at Python's 5 ms, 38 at 1 ms."""


class ShardFailed(Exception):
    """A shard's journal or engine failed; only a restart helps."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a caller of `serve` may tell people when the exchange serves."""

    grpc_host: str
    grpc_port: int
    admin_key_path: Path
    sequence: int
    """Last command that recovery found."""


def run(settings: Settings, on_ready: Callable[[Ready], None] = lambda ready: None) -> None:
    """Serve until SIGTERM or SIGINT. Raises what `serve` raises."""
    gc.set_threshold(*YOUNG_COLLECTIONS_ONLY)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        asyncio.run(serve(settings, on_ready))
    else:
        uvloop.run(serve(settings, on_ready))


async def serve(
    settings: Settings, on_ready: Callable[[Ready], None] = lambda ready: None, stop: asyncio.Event | None = None
) -> None:
    """Run the exchange until `stop` is set or a signal asks for it; `on_ready` is called once it serves.

    Raises PortTaken, JournalError when the journal cannot be recovered, ShardFailed when it failed while serving.
    """
    stop = stop or asyncio.Event()
    log.info("engine: %s", compiled_engine.variant())
    with _signals(stop):
        await _serve(settings, on_ready, stop)


async def _serve(settings: Settings, on_ready: Callable[[Ready], None], stop: asyncio.Event) -> None:
    async with AsyncExitStack() as stack:
        registry = CollectorRegistry()
        server = GrpcServer(_server_options(settings))
        port = await server.start(settings.grpc_host, settings.grpc_port)
        stack.push_async_callback(server.stop, 0)

        # 1. and 2.: each shard's engine from its journal, its single writer, its feeds.
        shards: dict[int, tuple[Shard, Feeds]] = {}
        for shard_id in (HOME_SHARD,):
            shards[shard_id] = await _start_shard(settings, shard_id)
            stack.push_async_callback(shards[shard_id][0].stop)
        shard_metrics = ShardMetrics(registry)
        for shard_id, (shard, _) in shards.items():
            _watch(shard_metrics, shard_id, shard)
        if settings.metrics_port is not None:
            stack.callback(serve_metrics(registry, settings.metrics_host, settings.metrics_port))

        # 3. The history, if there is a database.
        history = None
        if settings.postgres_url is not None:
            # Its libraries take as long to load as all else together.
            from exchange_server.projections.postgres.queries import History

            history = History(settings.postgres_url.get_secret_value())
            stack.push_async_callback(history.close)
        market_history = None
        if settings.clickhouse_url is not None:
            market_history = MarketHistory(settings.clickhouse_url.get_secret_value())
            stack.push_async_callback(market_history.close)

        # 4. The handlers.
        shard, feeds = shards[HOME_SHARD]
        core = Core(shard, feeds)
        await _bootstrap(core, settings.admin_key_path)
        pages = PageTokens(_secret(settings.data_dir / "page_tokens.key"))
        reader = HistoryReader(history, shard.engine)
        readers = Readers(core)
        orders = OrderService(core, reader, pages)
        methods: dict[str, Method] = {
            **MarketDataService(core, readers).methods(),
            **MarketHistoryCalls(core, market_history, pages).methods(),
            **orders.methods(),
            **AccountService(core, readers, reader, pages).methods(),
            **PortfolioCalls(core, reader, market_history).methods(),
            **OwnApiKeys(core, reader).methods(),
            **AdminService(core, pages).methods(),
        }

        # 5. gRPC.
        authenticator = Authenticator(shard.engine.api_keys_by_hash, time.time_ns)
        guard = Guard(authenticator, CallMetrics(registry), time.time_ns, settings.stalled_stream_seconds)
        await server.open(methods, guard, shard.turnstile.opened)
        log.info("serving", extra={"address": f"{settings.grpc_host}:{port}", "sequence": shard.sequence})
        if market_history is not None:
            seeding = asyncio.create_task(
                seed_day_windows(feeds, list(shard.engine.markets), market_history, time.time_ns)
            )
            stack.push_async_callback(_cancelled, seeding)
        stack.push_async_callback(_cancelled, asyncio.create_task(huge_pages.keep_collapsing()))
        on_ready(Ready(settings.grpc_host, port, settings.admin_key_path, shard.sequence))

        failure = await _until_stopped(stop, {shard_id: shard for shard_id, (shard, _) in shards.items()})
        await server.drain()
        orders.close()
        for _, feeds in shards.values():
            feeds.close()
        if failure is not None:
            raise failure
        # What is under way is answered before the shard stops.
        await server.stop(settings.shutdown_seconds)
        log.info("stopping")


async def _cancelled(task: asyncio.Task[None]) -> None:
    """End a task that may go on in the background."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _server_options(settings: Settings) -> ServerOptions:
    return ServerOptions(
        max_concurrent_streams=settings.max_concurrent_streams,
        max_message_bytes=settings.max_message_bytes,
        keepalive_seconds=settings.keepalive_seconds,
        keepalive_timeout_seconds=settings.keepalive_timeout_seconds,
    )


async def _start_shard(settings: Settings, shard_id: int) -> tuple[Shard, Feeds]:
    """Recover a shard in a thread, so that health checks are answered meanwhile, and start it."""
    recovered, feeds = await asyncio.to_thread(_recover, settings, shard_id)
    for warning in recovered.warnings:
        log.warning(warning, extra={"shard": shard_id})
    log.info(
        "recovered",
        extra={
            "shard": shard_id,
            "sequence": recovered.sequence,
            "replayed": recovered.replayed,
            "seconds": round(recovered.seconds, 3),
        },
    )
    shard = Shard(recovered, queue_limit=settings.queue_limit, segment_bytes=settings.segment_bytes)
    shard.subscribe(feeds.on_applied)
    await shard.start()
    await shard.catch_up()
    return shard, feeds


def _recover(settings: Settings, shard_id: int) -> tuple[Recovered, Feeds]:
    directory = settings.data_dir if shard_id == HOME_SHARD else settings.data_dir / f"shard-{shard_id}"
    made: list[Feeds] = []

    def listen(engine: Engine) -> Callable[[list[Applied]], None]:
        # The tail goes through the feeds too, so that streams resume from before the restart.
        made.append(Feeds(engine, settings.heartbeat_seconds))
        return made[0].on_applied

    recovered = recover(directory, shard_id, listen)
    return recovered, made[0]


def _watch(metrics: ShardMetrics, shard_id: int, shard: Shard) -> None:
    metrics.watch(shard_id, lambda: shard.sequence, lambda: shard.durable_sequence)


async def _bootstrap(core: Core, key_path: Path) -> None:
    """Give a new exchange its operator: an account and a key, whose only copy goes into a file."""
    if any(key.scopes & 1 << SCOPE_ADMIN for key in core.engine.api_keys.values()):
        return
    (applied,) = await core.shard.submit((CreateAccount(ADMIN_ACCOUNT),))
    outcome = applied.events[0]
    assert isinstance(outcome, events.AccountCreated)
    key_id, api_key, secret_hash = new_api_key()
    # The file first: a key that the journal knows and nobody else would lock everybody out.
    _write_private(key_path, api_key.encode() + b"\n")
    scopes = 1 << SCOPE_READ | 1 << SCOPE_TRADE | 1 << SCOPE_ADMIN
    command = CreateApiKey(key_id, outcome.account_id, secret_hash, scopes, "made at the first start", TimeNs(0))
    (applied,) = await core.shard.submit((command,))
    assert isinstance(applied.events[0], events.ApiKeyCreated)
    log.info("made the operator's API key", extra={"file": str(key_path)})


def _secret(path: Path) -> bytes:
    """Return the secret in a file; made at the first start, kept so that page tokens outlive a restart."""
    if not path.exists():
        _write_private(path, secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()


def _write_private(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.new")
    with suppress(FileNotFoundError):
        temporary.unlink()
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


async def _until_stopped(stop: asyncio.Event, shards: Mapping[int, Shard]) -> ShardFailed | None:
    """Wait for the end; return the failure if it is one."""
    ends = (stop, *(shard.failed for shard in shards.values()))
    waiting = [asyncio.create_task(end.wait()) for end in ends]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    for shard_id, shard in shards.items():
        if shard.failed.is_set():
            log.critical("a shard failed", exc_info=shard.failure, extra={"shard": shard_id})
            return ShardFailed(f"shard {shard_id} failed: {shard.failure}")
    return None


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """Make SIGTERM and SIGINT ask for an orderly end; in a thread, signals are somebody else's."""
    loop = asyncio.get_running_loop()
    handled = (signal.SIGTERM, signal.SIGINT) if threading.current_thread() is threading.main_thread() else ()
    for number in handled:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


def main() -> int:
    """Serve with the settings of the environment; return the exit status."""
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        run(settings)
    except (PortTaken, JournalError, ShardFailed) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
