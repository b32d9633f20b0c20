"""`exchange bot …`: bots that make a market, each with an account of its own."""

import contextlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command, group, with_default_profile
from exchange_server.cli.output import console, print_json
from exchange_server.cli.session import ADMIN_PROFILE, CommandError, Session

if TYPE_CHECKING:
    from exchange_bots.bot.strategy import Strategy

app = group("Bots that make a market or trade in it. They use the public API like everybody else.")

FOLDER = "bots"
"""In the data directory: keys, and what each process of bots says of itself."""
FLEET = "fleet"
START_FUNDS = {"base": Decimal(1_000), "quote": Decimal(10_000_000)}
SILENT_SECONDS = 10.0

Feed = Annotated[str, typer.Option("--feed", help="The venue: synthetic, hyperliquid, ws://…, or a recording's file.")]
Seed = Annotated[int, typer.Option(help="Of the synthetic venue.")]
Pace = Annotated[
    float, typer.Option(min=0.1, max=100, help="How many times as fast as in real life the venue and the bots are.")
]


@client_command(app, "ls")
def list_bots(session: Session) -> None:
    """List the strategies that a bot can have."""
    from exchange_bots.strategies import STRATEGIES

    rows = [
        {
            "name": name,
            "about": kind.about,
            "settings": sorted(set(kind.config.model_fields) - {"strategy", "name", "market"}),
        }
        for name, kind in STRATEGIES.items()
    ]
    if session.json:
        print_json(rows)
    else:
        _table(rows, ("name", "about"), "no bots")


@client_command(app, "run")
def run_bot(
    session: Session,
    name: Annotated[str, typer.Argument(help="A strategy; exchange bot ls lists them.")],
    market: Annotated[str | None, typer.Option(help="Where it trades.  [default: the config's]")] = None,
    config: Annotated[Path | None, typer.Option(help="Its settings, a TOML file.")] = None,
    feed: Feed = "synthetic",
    seed: Seed = 1,
) -> None:
    """Run one bot until Ctrl-C. With a key of its own (--api-key) it trades as that account.

    Otherwise the admin's key makes an account bot-NAME for it, with money.
    """
    import asyncio

    from exchange_bots.bot.config import ConfigError, read_toml
    from exchange_bots.strategies import STRATEGIES, make_bot

    try:
        settings: dict[str, Any] = {} if config is None else read_toml(config)
        if market is not None:
            settings["market"] = market
        kind = STRATEGIES.get(name)
        if kind is not None and kind.config.model_fields["coin"].is_required() and "market" in settings:
            settings.setdefault("coin", str(settings["market"]).partition("-")[0])
        bot = make_bot(name, settings, "options" if config is None else str(config))
    except ConfigError as error:
        raise CommandError(str(error)) from error
    base, _, quote = bot.config.market.partition("-")
    funds = {bot.config.name: {base: START_FUNDS["base"], quote: START_FUNDS["quote"]}}
    asyncio.run(_until_stopped(_run(session, [bot], funds, feed, seed, f"{bot.config.name}-{os.getpid()}")))


@client_command(app, "fleet")
def run_fleet(session: Session, feed: Feed = "synthetic", seed: Seed = 1, pace: Pace = 1.0) -> None:
    """Run the bots of exchange dev, all in one process, until Ctrl-C. Makes what is missing, with the admin's key."""
    import asyncio

    from exchange_bots.dev_fleet import BOTS, PREDICTION_MARKET, make_fleet

    refuse_pace_of_live_feed(feed, pace)
    funds = {name: plan.funds for name, plan in BOTS.items()}
    running = _run(session, make_fleet(pace), funds, feed, seed, FLEET, pace=pace, market=PREDICTION_MARKET)
    asyncio.run(_until_stopped(running))


def refuse_pace_of_live_feed(feed: str, pace: float) -> None:
    """Raise CommandError if the feed cannot go at that pace."""
    from exchange_bots.feed.choose import check_pace

    try:
        check_pace(feed, pace)
    except ValueError as error:
        raise CommandError(f"--pace {pace:g}: {error}") from error


@client_command(app, "health")
def check_health(session: Session) -> None:
    """Say whether the bots of the process that was started here last are well; exit status 1 if not.

    A bot that pauses is: it goes on by itself. One that has not started yet, that its limits have halted, or whose
    process says nothing is not.
    """
    documents = list(_documents(session))
    if not documents:
        raise CommandError("no bots were started here")
    rows = _bots(max(documents, key=lambda document: float(document["time"])))
    unwell = [
        f"{row['name']} is {row['state']}: {row['reason']}".removesuffix(": ") for row in rows if not _is_well(row)
    ]
    if unwell or not rows:
        raise CommandError("; ".join(unwell) or "no bot has started yet")
    print(", ".join(f"{row['name']} {row['state']}" for row in rows))


@client_command(app, "status")
def show_status(session: Session) -> None:
    """Show what the bots that were started here are doing."""
    rows = [row for document in _documents(session) for row in _bots(document)]
    if session.json:
        print_json(rows)
        return
    for row in rows:
        row |= {name: row["counts"].get(name, 0) for name in ("places", "amends", "takes", "fills")}
    columns = ("name", "market", "state", "reason", "inventory", "result", "open_orders")
    _table(rows, (*columns, "places", "amends", "takes", "fills", "restarts"), "no bots were started here")


def _documents(session: Session) -> Iterator[dict[str, Any]]:
    """Iterate over what each process of bots last said of itself."""
    for path in sorted((session.directory / FOLDER).glob("*.status.json")):
        with contextlib.suppress(OSError, ValueError):
            yield json.loads(path.read_text())


def _bots(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    # A process that was killed has left its file behind.
    is_gone = time.time() - document["time"] > SILENT_SECONDS
    gone = {"state": "gone", "reason": "its process says nothing"} if is_gone else {}
    return [{**bot, **gone} for bot in document["bots"]]


def _is_well(row: Mapping[str, Any]) -> bool:
    return row["state"] in ("running", "paused")


async def _run(
    session: Session,
    bots: "Sequence[Strategy[Any]]",
    funds: Mapping[str, Mapping[str, Decimal]],
    feed: str,
    seed: int,
    process: str,
    *,
    pace: float = 1.0,
    market: Any = None,
) -> None:
    from contextlib import AsyncExitStack

    from exchange_bots.bot.fleet import Fleet
    from exchange_bots.bot.provision import make_accounts, make_market
    from exchange_bots.feed.choose import open_feed
    from exchange_bots.logs import log_to_stderr
    from exchange_sdk import AsyncClient

    log_to_stderr()
    folder = session.directory / FOLDER
    address = session.resolve_address()
    if session.api_key is not None:
        keys = {bots[0].config.name: session.api_key}
    else:
        admin_key = with_default_profile(session, ADMIN_PROFILE).require_api_key()
        async with AsyncClient(address, api_key=admin_key) as admin:
            if market is not None:
                await make_market(admin, market)
            keys = await make_accounts(admin, funds, folder / "keys.json")
    coins = sorted({bot.config.coin for bot in bots if bot.config.coin})
    async with AsyncExitStack() as stack:
        source = await stack.enter_async_context(open_feed(feed, coins, seed=seed, pace=pace)) if coins else None
        status_file = folder / f"{process}.status.json"
        await Fleet(address, bots, keys, source=source, status_file=status_file).run()


async def _until_stopped(running: Any) -> None:
    """Run until SIGINT or SIGTERM; then end in order, all orders canceled."""
    import asyncio
    import signal

    task = asyncio.ensure_future(running)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
    except BaseExceptionGroup as group_error:
        raise group_error.exceptions[0] from group_error


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], nothing: str) -> None:
    from rich import box
    from rich.table import Table

    if not rows:
        console().print(nothing)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "))
    for row in rows:
        table.add_row(*("-" if row[column] in (None, "") else str(row[column]) for column in columns))
    console().print(table)
