"""The command `exchange dev`."""

from pathlib import Path
from typing import Annotated

import typer

from exchange_server.cli.commands import with_errors
from exchange_server.cli.session import default_data_dir

Port = Annotated[int, typer.Option(min=0, max=65535)]


def dev(
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="Where everything is kept.  [default: the user's data directory]", envvar="EXCHANGE_DATA_DIR"
        ),
    ] = None,
    grpc_port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the gRPC API; 0 is any free one.")] = 50051,
    gateway_port: Annotated[int, typer.Option(min=0, max=65535, help="Port for browsers; 0 is any free one.")] = 8080,
    tls: Annotated[
        bool, typer.Option("--tls", help="Browsers come by TLS, with a certificate that the browser does not know.")
    ] = False,
    headless: Annotated[bool, typer.Option("--headless", help="Plain lines only, no table.")] = False,
    no_bots: Annotated[
        bool, typer.Option("--no-bots", help="No bots: markets in which nobody trades but you.")
    ] = False,
    feed: Annotated[
        str, typer.Option(help="What the bots look at: synthetic, hyperliquid, ws://…, or a recording's file.")
    ] = "synthetic",
    pace: Annotated[
        float, typer.Option(min=0.1, max=100, help="How many times as fast as in real life the venue and the bots are.")
    ] = 1.0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Erase what is there and start empty.")] = False,
    ready_file: Annotated[
        Path | None, typer.Option(help="Write addresses, process ids and the credentials file's place here when ready.")
    ] = None,
) -> None:
    """Run a whole exchange on this machine, for development: everything it needs comes along. Ctrl-C stops it."""
    import asyncio

    from exchange_server.cli.bot import refuse_pace_of_live_feed
    from exchange_server.cli.dev.supervisor import Options, Supervisor

    options = Options(
        data_dir=data_dir or default_data_dir(),
        grpc_port=grpc_port,
        gateway_port=gateway_port,
        tls=tls,
        headless=headless,
        bots=not no_bots,
        feed=feed,
        pace=pace,
        fresh=fresh,
        ready_file=ready_file,
    )

    def run() -> None:
        refuse_pace_of_live_feed(feed, pace)
        asyncio.run(Supervisor(options).run())

    with_errors(run)
