"""`exchange serve` and `exchange follow`: the processes of a deployment. Settings come from EXCHANGE_… and .env."""

import contextlib
import gc
import json
import signal
from collections.abc import Coroutine
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import with_errors
from exchange_server.cli.session import CommandError

if TYPE_CHECKING:
    import asyncio

    from exchange_server.app import Ready
    from exchange_server.config import Settings


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    app.command("serve")(serve)
    app.command("follow")(follow)


def serve() -> None:
    """Serve the exchange: recover the journal, answer over gRPC. Settings: EXCHANGE_… in the environment or .env."""
    with_errors(_serve)


class History(StrEnum):
    """A database that a follower writes."""

    POSTGRES = "postgres"
    CLICKHOUSE = "clickhouse"


def follow(
    to: Annotated[
        History,
        typer.Option(help="postgres: orders, fills, ledger, and snapshots of the engine; clickhouse: trades, candles."),
    ] = History.POSTGRES,
) -> None:
    """Follow the journal into a database. Settings: EXCHANGE_… in the environment or .env."""
    with_errors(lambda: _follow(to))


def _serve() -> None:
    from exchange_server import app
    from exchange_server.api.server import PortTaken
    from exchange_server.journal import JournalError

    settings = load_settings()
    try:
        app.run(settings, lambda ready: _announce(settings, ready))
    except (PortTaken, JournalError, app.ShardFailed) as error:
        raise CommandError(str(error)) from error
    finally:
        _end_without_collecting()


def _announce(settings: "Settings", ready: "Ready") -> None:
    """Tell whoever started us where we serve: the file appears with all that is in it."""
    if settings.ready_file is None:
        return
    whole = settings.ready_file.with_name(f".{settings.ready_file.name}.new")
    whole.write_text(json.dumps({"address": f"{settings.grpc_host}:{ready.grpc_port}"}))
    whole.replace(settings.ready_file)


def _follow(to: History) -> None:
    from exchange_server import follower
    from exchange_server.journal import JournalError

    settings = load_settings()
    url = settings.postgres_url if to is History.POSTGRES else settings.clickhouse_url
    if url is None:
        raise CommandError(f"EXCHANGE_{to.name}_URL is not set: it is where the history goes")
    try:
        run_until_signal(_following(to, settings.data_dir, url.get_secret_value()))
    except (follower.FollowerError, JournalError, ValueError) as error:
        raise CommandError(str(error)) from error
    finally:
        _end_without_collecting()


def _end_without_collecting() -> None:
    """Let Python end without looking for garbage, which it does several times on its way out.

    With what an exchange holds after an hour that takes more than a second, and whoever stops it would wait or kill it.
    """
    gc.freeze()


def _following(to: History, directory: Path, url: str) -> Coroutine[Any, Any, None]:
    """Return the work of a follower. Raises ValueError for a URL of another database."""
    from exchange_server.follower import COLUMN_STORE, follow

    if to is History.POSTGRES:
        from exchange_server.projections.postgres.writer import PostgresWriter

        return follow(directory, PostgresWriter(url))
    from exchange_server.projections.clickhouse.writer import ClickHouseWriter

    return follow(directory, ClickHouseWriter(url), settings=COLUMN_STORE)


def load_settings() -> "Settings":
    """Read the settings and turn logs on. Raises CommandError that names each variable at fault."""
    from pydantic import ValidationError

    from exchange_server.config import Settings
    from exchange_server.telemetry.logs import configure_logging

    try:
        settings = Settings()
    except ValidationError as error:
        faults = [f"EXCHANGE_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in error.errors()]
        raise CommandError("; ".join(faults)) from error
    configure_logging(settings.log_level, settings.log_format)
    return settings


def run_until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run until it ends or SIGINT or SIGTERM comes, which cancels it and lets it finish in order."""
    import asyncio

    async def run() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(run())


def _new_loop() -> "asyncio.AbstractEventLoop":
    try:
        import uvloop
    except ImportError:
        import asyncio

        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
