"""`exchange serve` and `exchange follow`: the processes of a deployment. Settings come from EXCHANGE_… and .env."""

import typer

from exchange_server.cli.commands import with_errors


def register(app: typer.Typer) -> None:
    """Add the commands to the top level."""
    app.command("serve")(serve)
    app.command("follow")(follow)


def serve() -> None:
    """Serve the exchange: recover the journal, then answer over gRPC. Settings: EXCHANGE_… in the environment or .env."""
    with_errors(_serve)


def follow() -> None:
    """Follow the journal into PostgreSQL and write snapshots. Settings: EXCHANGE_… in the environment or .env."""
    with_errors(_follow)


def _serve() -> None:
    raise NotImplementedError


def _follow() -> None:
    raise NotImplementedError
