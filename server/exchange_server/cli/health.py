"""`exchange health`: whether a server serves, by gRPC's own health check, or a follower keeps up; for supervisors."""

from typing import Annotated

import typer

from exchange_server.cli.commands import with_errors
from exchange_server.cli.run import History, load_settings
from exchange_server.cli.session import CommandError


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    app.command("health")(health)


def health(
    ctx: typer.Context,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="How long it may take.")] = 3.0,
    follower: Annotated[
        History | None, typer.Option(help="Ask the follower of this database, on its own machine, instead.")
    ] = None,
) -> None:
    """Say whether the exchange serves (grpc.health.v1); exit status 1 if not. Needs no key.

    A follower is well when it writes within the timeout what the journal has now. Its directory is EXCHANGE_DATA_DIR.
    """
    if follower is None:
        with_errors(_ask, ctx.obj.resolve_address(), timeout)
    else:
        with_errors(_ask_follower, follower, timeout)


def _ask(address: str, timeout: float) -> None:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    with grpc.insecure_channel(address) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=timeout)
        except grpc.RpcError as error:
            raise CommandError(f"{address} does not answer: {error.code().name}") from error
    status = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        raise CommandError(f"{address} is {status}")
    print(status)


def _ask_follower(to: History, timeout: float) -> None:
    from exchange_server.follower import FollowerUnwell, check_follower

    try:
        progress = check_follower(load_settings().data_dir, to.value, timeout)
    except FollowerUnwell as error:
        raise CommandError(str(error)) from error
    print(f"FOLLOWING, written up to {progress.written_sequence}")
