"""`exchange gateway`: Envoy in front of an exchange. Settings come from EXCHANGE_GATEWAY_… and .env."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from exchange_server.cli.commands import group, with_errors
from exchange_server.cli.session import CommandError

if TYPE_CHECKING:
    from exchange_server.gateway.settings import GatewaySettings

app = group("The gateway for browsers, JSON calls and gRPC (Envoy).")


@app.command("config")
def config() -> None:
    """Print Envoy's settings, filled in from EXCHANGE_GATEWAY_… and .env, for an Envoy that runs elsewhere."""

    def show() -> None:
        from exchange_server.gateway.template import fill

        sys.stdout.write(fill(_settings()))

    _with_gateway_errors(show)


@app.command("run")
def run(
    directory: Annotated[
        Path, typer.Option("--directory", metavar="DIR", help="Where Envoy's settings are written.")
    ] = Path("gateway-run"),
) -> None:
    """Run Envoy until SIGTERM, then drain it. Settings: EXCHANGE_GATEWAY_… in the environment or .env."""

    def work() -> None:
        from exchange_server.gateway.run import run as run_gateway

        status = run_gateway(directory, _settings(), lambda line: print(line, file=sys.stderr, flush=True))
        if status:
            raise typer.Exit(1)

    _with_gateway_errors(work)


@app.command("health")
def health() -> None:
    """Say whether the gateway on this machine answers and the exchange behind it serves; exit status 1 if not."""

    def ask() -> None:
        from exchange_server.gateway.envoy import is_healthy

        if not is_healthy(_settings()):
            raise CommandError("the gateway or the exchange behind it is not well")
        print("SERVING")

    _with_gateway_errors(ask)


def _with_gateway_errors(work: Callable[[], None]) -> None:
    def told() -> None:
        from exchange_server.gateway.template import GatewayIncomplete

        try:
            work()
        except GatewayIncomplete as error:
            raise CommandError(str(error)) from error

    with_errors(told)


def _settings() -> "GatewaySettings":
    from exchange_server.gateway.settings import load_settings

    try:
        return load_settings()
    except ValueError as error:
        raise CommandError(str(error)) from error
