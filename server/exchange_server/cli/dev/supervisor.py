"""Start everything in order, keep it running, stop it in the reverse order.

    PostgreSQL, ClickHouse → core → followers → first accounts and markets → gateway → bots

The core trades with every other part down; so whatever dies later is started again, and nothing else is stopped for it.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from exchange_server import compiled_engine
from exchange_server.cli.dev import ports
from exchange_server.cli.dev.child_process import to_background
from exchange_server.cli.dev.data_dir import DataDir, DataDirInUse
from exchange_server.cli.dev.gateway import gateway_settings, write_dev_accounts
from exchange_server.cli.dev.report import Running, announce, say, show_page, write_ready_file
from exchange_server.cli.dev.service import Service
from exchange_server.cli.session import CommandError
from exchange_server.embedded import clickhouse
from exchange_server.embedded.postgres import EmbeddedPostgres, EmbeddedPostgresError
from exchange_server.gateway import envoy
from exchange_server.gateway.template import GatewayIncomplete

STOP_SECONDS = 2.0
POSTGRES_WATCH_SECONDS = 1.0
ABANDONED_SECONDS = 3.0
SLOW_RECOVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for. Port 0 is any free one."""

    data_dir: Path
    grpc_port: int
    gateway_port: int
    tls: bool
    headless: bool
    bots: bool
    feed: str
    pace: float
    fresh: bool
    ready_file: Path | None


class Supervisor:
    """One run of `exchange dev`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._data = DataDir(options.data_dir)
        self._postgres = EmbeddedPostgres(self._data.path)
        self._grpc_port = options.grpc_port or ports.pick_free()
        self._gateway_port = options.gateway_port or ports.pick_free()
        self._clickhouse_port = ports.pick_free()
        self._clickhouse_url = ""
        self._services: dict[str, Service] = {}
        self._watch: asyncio.Task[None] | None = None

    @property
    def _address(self) -> str:
        return f"{ports.LOOPBACK}:{self._grpc_port}"

    async def run(self) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP. Raises CommandError when the exchange cannot be started."""
        loop = asyncio.get_running_loop()
        work = asyncio.current_task()
        assert work is not None
        stops = 0

        def stop() -> None:
            nonlocal stops
            stops += 1
            if stops == 1:
                work.cancel()
            else:
                for service in self._services.values():
                    service.kill()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop)
        try:
            await self._take_hold()
            await self._start()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            say("stopping")
        finally:
            await self._stop()

    # ------------------------------------------------------------------ start

    async def _take_hold(self) -> None:
        """Lock the data directory and check the ports; name everything that is in the way."""
        wanted = {"--grpc-port": self._options.grpc_port, "--gateway-port": self._options.gateway_port}
        obstacles = ports.taken(wanted)
        try:
            self._data.acquire()
        except DataDirInUse as error:
            raise CommandError("; ".join([str(error), *obstacles])) from None
        # What a killed run leaves is ending at this moment, and its ports with it.
        deadline = time.monotonic() + (ABANDONED_SECONDS if self._data.was_abandoned else 0)
        while obstacles and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
            obstacles = ports.taken(wanted)
        if obstacles:
            raise CommandError("; ".join(obstacles))
        if self._options.ready_file is not None:
            self._options.ready_file.unlink(missing_ok=True)
        if self._options.fresh:
            self._postgres.erase()
            self._data.erase()
            say(f"starting empty in {self._data.path}")
        self._data.logs.mkdir(exist_ok=True)

    async def _start(self) -> None:
        started = time.monotonic()
        say("starting PostgreSQL")
        try:
            await _uninterrupted(self._postgres.start)
        except EmbeddedPostgresError as error:
            raise CommandError(str(error)) from error
        self._postgres_to_background()
        self._watch = asyncio.create_task(self._watch_postgres())
        await self._start_clickhouse()
        await self._start_core()
        await self._start_kept("follower", ["follow", "--to", "postgres"], background=True)
        if self._clickhouse_url:
            await self._start_kept("market-follower", ["follow", "--to", "clickhouse"], background=True)
        await self._seed()
        gateway = await self._start_gateway()
        if self._options.bots:
            await self._start_kept("bots", ["bot", "fleet", *self._bot_options()])
        running = self._running(gateway=gateway)
        if self._options.ready_file is not None:
            write_ready_file(self._options.ready_file, running)
        announce(running, headless=self._options.headless)
        say(f"started in {time.monotonic() - started:.1f} s")
        if gateway:
            show_page(running.addresses["gateway"], headless=self._options.headless)

    async def _start_clickhouse(self) -> None:
        """Start ClickHouse without waiting for it: who needs it waits, and the core needs it for nothing."""
        say("starting ClickHouse")
        try:
            command = clickhouse.command(self._data.path, self._clickhouse_port)
        except clickhouse.ClickHouseMissing as error:
            say(f"no ClickHouse: {error}")
            return
        self._clickhouse_url = clickhouse.url(self._data.path, self._clickhouse_port)
        service = Service("clickhouse", command, self._data.logs / "clickhouse.log", _inherited(), say, background=True)
        self._services["clickhouse"] = service
        await service.start()
        service.keep()

    async def _start_core(self) -> None:
        say(f"starting the core (engine: {compiled_engine.variant()})")
        core = self._service("core", ["serve"])
        await core.start()
        serving = asyncio.create_task(wait_until_serving(self._address))
        ended = asyncio.create_task(core.ended())
        try:
            started = time.monotonic()
            while not serving.done():
                await asyncio.wait({serving, ended}, timeout=SLOW_RECOVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    raise CommandError(f"the core does not start: {ended.result()}")
                if not serving.done():
                    say(f"waiting for the core ({time.monotonic() - started:.0f} s)")
        finally:
            serving.cancel()
            ended.cancel()
            await asyncio.gather(serving, ended, return_exceptions=True)
        core.keep()

    async def _start_kept(self, name: str, arguments: list[str], *, background: bool = False) -> None:
        service = self._service(name, arguments, background=background)
        await service.start()
        service.keep()

    async def _seed(self) -> None:
        from exchange_sdk import ExchangeError
        from exchange_server.cli.dev.seed import seed

        try:
            admin_key = self._data.admin_key_file.read_text("ascii").strip()
        except OSError as error:
            raise CommandError(f"{self._data.admin_key_file}: {error.strerror}; start with --fresh") from error
        try:
            await seed(self._address, admin_key, self._data.credentials_file)
        except ExchangeError as error:
            raise CommandError(f"first accounts and markets: {error}") from error

    async def _start_gateway(self) -> bool:
        try:
            settings = gateway_settings(
                self._data.gateway, port=self._gateway_port, grpc_port=self._grpc_port, tls=self._options.tls
            )
            dev_folder = write_dev_accounts(self._data.gateway, self._data.credentials_file)
            command = envoy.command(self._data.gateway, settings, dev_folder)
        except GatewayIncomplete as error:
            say(f"no gateway: {error}")
            return False
        gateway = Service("gateway", command, self._data.logs / "gateway.log", _inherited(), say)
        self._services["gateway"] = gateway
        await gateway.start()
        ended = asyncio.create_task(gateway.ended())
        try:
            while not await asyncio.to_thread(envoy.is_healthy, settings):
                if ended.done():
                    raise CommandError(f"the gateway does not start: {ended.result()}")
                await asyncio.sleep(0.05)
        finally:
            ended.cancel()
        gateway.keep()
        return True

    def _service(self, name: str, arguments: list[str], *, background: bool = False) -> Service:
        command = [sys.executable, "-m", "exchange_server.cli", *arguments]
        log_file = self._data.logs / f"{name}.log"
        service = Service(name, command, log_file, self._environment(), say, background=background)
        self._services[name] = service
        return service

    def _environment(self) -> Mapping[str, str]:
        """Return the settings that every process of this exchange shares."""
        return {
            **_inherited(),
            "EXCHANGE_DATA_DIR": str(self._data.path),
            "EXCHANGE_GRPC_HOST": ports.LOOPBACK,
            "EXCHANGE_GRPC_PORT": str(self._grpc_port),
            "EXCHANGE_POSTGRES_URL": self._postgres.url,
            **({"EXCHANGE_CLICKHOUSE_URL": self._clickhouse_url} if self._clickhouse_url else {}),
            "EXCHANGE_SHUTDOWN_SECONDS": "1",
            "EXCHANGE_ADMIN_KEY_FILE": str(self._data.admin_key_file),
            "PYTHONUNBUFFERED": "1",
        }

    def _bot_options(self) -> list[str]:
        return ["--data-dir", str(self._data.path), "--feed", self._options.feed, "--pace", str(self._options.pace)]

    def _running(self, *, gateway: bool) -> Running:
        addresses = {"grpc": self._address, "postgres": self._postgres.url}
        if self._clickhouse_url:
            addresses["clickhouse"] = self._clickhouse_url
        if gateway:
            scheme = "https" if self._options.tls else "http"
            addresses["gateway"] = f"{scheme}://{ports.LOOPBACK}:{self._gateway_port}"
        pids = {"supervisor": os.getpid()}
        if self._postgres.pid is not None:
            pids["postgres"] = self._postgres.pid
        pids |= {name: service.pid for name, service in self._services.items() if service.pid is not None}
        return Running(addresses, pids, self._data.path, self._data.credentials_file, self._data.logs)

    # ------------------------------------------------------------------ run and stop

    def _postgres_to_background(self) -> None:
        """Let the history catch up with what orders leave of the processor."""
        if self._postgres.pid is not None:
            to_background(self._postgres.pid)

    async def _watch_postgres(self) -> None:
        """Start PostgreSQL again on its port when it has died: the others know its URL."""
        port = self._postgres.port
        while True:
            await asyncio.sleep(POSTGRES_WATCH_SECONDS)
            if self._postgres.pid is not None:
                # Every connection is a process with a session of its own.
                await asyncio.to_thread(self._postgres_to_background)
                continue
            say(f"PostgreSQL has ended (log: {self._postgres.log_file}); starting it again")
            await asyncio.to_thread(self._postgres.stop)
            self._postgres = EmbeddedPostgres(self._data.path, port)
            try:
                # Others trade meanwhile.
                await _uninterrupted(partial(self._postgres.start, to_background))
            except EmbeddedPostgresError as error:
                say(str(error))
            else:
                self._postgres_to_background()
                say(f"PostgreSQL runs again (process {self._postgres.pid})")

    async def _stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        for names in (("bots", "gateway"), ("core",), ("follower", "market-follower"), ("clickhouse",)):
            present = [self._services[name] for name in names if name in self._services]
            await asyncio.gather(*(service.stop(STOP_SECONDS) for service in present))
        await asyncio.to_thread(self._postgres.stop)
        if self._options.ready_file is not None and self._services:
            self._options.ready_file.unlink(missing_ok=True)
        self._data.release()


def _inherited() -> dict[str, str]:
    """Return our environment without settings of another exchange."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("EXCHANGE_") or name == compiled_engine.VARIABLE
    }


async def wait_until_serving(address: str) -> None:
    """Return when the server at an address says that it serves."""
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    async with grpc.aio.insecure_channel(address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        while True:
            try:
                answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=1.0)
            except grpc.aio.AioRpcError:
                answer = None
            if answer is not None and answer.status == health_pb2.HealthCheckResponse.SERVING:
                return
            await asyncio.sleep(0.03)


async def _uninterrupted(function: "object") -> None:
    """Run a blocking function in a thread to its end, even when we are canceled meanwhile."""
    assert callable(function)
    work = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait({work})
        raise
