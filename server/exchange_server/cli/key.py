"""`exchange key`: the key that commands call with, and those of its account."""

from typing import Annotated

import typer

from exchange_server.cli.admin import ScopeName, ValidateOnly
from exchange_server.cli.commands import client_command, group, group_command
from exchange_server.cli.output import Column, print_json, show, show_one
from exchange_server.cli.session import Session
from exchange_server.cli.times import future_time

KEY_COLUMNS = (
    Column("id", "key_id"),
    Column("label", "label"),
    Column("scopes", "scopes"),
    Column("created", "create_time"),
    Column("expires", "expire_time"),
    Column("this one", "current"),
)

app = group("Print the API key that commands call with (--as alice); or list, create or revoke those of its account.")


@group_command(app)
def key(session: Session) -> None:
    """Print the API key that commands call with, for EXCHANGE_API_KEY and other tools."""
    print(session.require_api_key())


@client_command(app, "ls")
def list_keys(
    session: Session,
    account_id: Annotated[int, typer.Option(help="Another account; needs an admin key.")] = 0,
) -> None:
    """List the account's keys that work, the newest first; without their secrets."""
    with session.client() as client:
        show(session, client.list_api_keys(account_id=account_id), KEY_COLUMNS, "no keys")


@client_command(app, "create")
def create_key(
    session: Session,
    scope: Annotated[list[ScopeName], typer.Option(help="What it may do; repeat for several.")],
    label: Annotated[str, typer.Option(help="For people.")] = "",
    expire: Annotated[
        str | None,
        typer.Option("--expire", metavar="TIME", help="When it ends: 2030-01-31T12:00:00Z, or in 15m, 2h, 7d."),
    ] = None,
    validate_only: ValidateOnly = False,
) -> None:
    """Create a key that may at most what this one may. The secret is printed once and kept nowhere."""
    with session.client() as client:
        created = client.create_own_api_key(
            [name.value for name in scope],
            label=label,
            expire_time=None if expire is None else future_time(expire, "--expire"),
            validate_only=validate_only,
        )
        show_one(session, created)


@client_command(app, "revoke")
def revoke_key(
    session: Session,
    key_id: Annotated[str, typer.Argument(help="The key's id (not the secret).")],
    validate_only: ValidateOnly = False,
) -> None:
    """Revoke a key of the account at once."""
    with session.client() as client:
        client.revoke_own_api_key(key_id, validate_only=validate_only)
    if session.json:
        print_json({"key_id": key_id, "revoked": not validate_only})
    else:
        print(f"{key_id} {'could be' if validate_only else 'is'} revoked")
