"""`exchange admin …`: assets, markets, accounts, keys and credits. Needs an admin key."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exchange_server.cli.commands import client_command, group
from exchange_server.cli.market import show_one_market
from exchange_server.cli.numbers import decimal_option
from exchange_server.cli.output import Column, cell, print_json, show, show_one
from exchange_server.cli.portfolio import PERFORMANCE_COLUMNS, QuoteOption
from exchange_server.cli.session import ADMIN_PROFILE, Session, UsageError

if TYPE_CHECKING:
    from exchange_sdk import Client

app = group("Operate the exchange. Needs a key with the scope ADMIN; with exchange dev that is the profile admin.")
assets = group("Assets: what is traded and paid with.")
markets = group("Markets: pairs of assets with an order book.")
accounts = group("Accounts: owners of balances and orders.")
keys = group("API keys: what an account's owner calls with.")
app.add_typer(assets, name="asset")
app.add_typer(markets, name="market")
app.add_typer(accounts, name="account")
app.add_typer(keys, name="key")

ValidateOnly = Annotated[bool, typer.Option("--validate-only", help="Check everything and answer, but do nothing.")]


class StatusName(StrEnum):
    """What a market accepts."""

    OPEN = "open"
    POST_ONLY = "post_only"
    CANCEL_ONLY = "cancel_only"
    HALTED = "halted"
    AUCTION = "auction"


class ScopeName(StrEnum):
    """What a key may do."""

    READ = "read"
    TRADE = "trade"
    ADMIN = "admin"


# ---------------------------------------------------------------- assets


@client_command(assets, "create", profile=ADMIN_PROFILE)
def create_asset(
    session: Session,
    name: Annotated[str, typer.Argument(help="Capital letters and digits.")],
    decimals: Annotated[int, typer.Argument(help="Decimal places of its smallest unit, 0 to 12.")],
    validate_only: ValidateOnly = False,
) -> None:
    """Create an asset."""
    with session.client() as client:
        show_one(session, client.admin.create_asset(name, decimals, validate_only=validate_only))


@client_command(assets, "ls", profile=ADMIN_PROFILE)
def list_assets(session: Session) -> None:
    """List all assets."""
    with session.client(public=True) as client:
        columns = (Column("asset", "name"), Column("decimals", "decimals", right=True))
        show(session, client.list_assets(), columns, "no assets")


# ---------------------------------------------------------------- markets


@client_command(markets, "create", profile=ADMIN_PROFILE)
def create_market(
    session: Session,
    base: Annotated[str, typer.Argument(help="What is traded.")],
    quote: Annotated[str, typer.Argument(help="What is paid.")],
    tick_size: Annotated[str, typer.Option(help="Prices are multiples of this.")],
    lot_size: Annotated[str, typer.Option(help="Quantities are multiples of this.")],
    min_notional: Annotated[str, typer.Option(help="Least price × quantity of a limit order.")] = "0",
    maker_fee_ppm: Annotated[int, typer.Option(help="Maker's fee in millionths; negative is a rebate.")] = 0,
    taker_fee_ppm: Annotated[int, typer.Option(help="Taker's fee in millionths.")] = 0,
    validate_only: ValidateOnly = False,
) -> None:
    """Create a market; it starts open."""
    with session.client() as client:
        market = client.admin.create_market(
            base,
            quote,
            tick_size=decimal_option(tick_size, "--tick-size"),
            lot_size=decimal_option(lot_size, "--lot-size"),
            min_notional=decimal_option(min_notional, "--min-notional"),
            maker_fee_ppm=maker_fee_ppm,
            taker_fee_ppm=taker_fee_ppm,
            validate_only=validate_only,
        )
        show_one_market(session, market)


@client_command(markets, "status", profile=ADMIN_PROFILE)
def set_market_status(
    session: Session,
    market: Annotated[str, typer.Argument(help="Market name.")],
    status: Annotated[StatusName, typer.Argument(help="What it accepts from now on.")],
    validate_only: ValidateOnly = False,
) -> None:
    """Set what a market accepts."""
    with session.client() as client:
        show_one_market(session, client.admin.set_market_status(market, status.value, validate_only=validate_only))


@client_command(app, "protection", profile=ADMIN_PROFILE)
def set_market_protection(
    session: Session,
    market: Annotated[str, typer.Argument(help="Market name.")],
    min_quantity: Annotated[str | None, typer.Option(help="Least quantity of an order, base units.")] = None,
    max_quantity: Annotated[str | None, typer.Option(help="Largest quantity of an order, base units.")] = None,
    min_notional: Annotated[str | None, typer.Option(help="Least price × quantity, quote units.")] = None,
    max_notional: Annotated[str | None, typer.Option(help="Largest price × quantity, quote units.")] = None,
    max_open_orders: Annotated[int | None, typer.Option(min=0, help="Most open orders of one account.")] = None,
    price_band_bps: Annotated[
        int | None, typer.Option(min=0, help="How far a limit price may be from the last trade, basis points.")
    ] = None,
    market_protection_bps: Annotated[
        int | None, typer.Option(min=0, help="How far from the best price a market order may trade, basis points.")
    ] = None,
    reference_price: Annotated[str | None, typer.Option(help="Of the band, before the first trade.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the limits that are not named as they are.")] = False,
    validate_only: ValidateOnly = False,
) -> None:
    """State a market's limits anew. What is not named, or 0, is no longer limited, unless --keep leaves it."""
    from dataclasses import replace

    from exchange_sdk import MarketProtection

    decimals = {
        "min_quantity": min_quantity,
        "max_quantity": max_quantity,
        "min_notional": min_notional,
        "max_notional": max_notional,
        "reference_price": reference_price,
    }
    numbers = {
        "max_open_orders": max_open_orders,
        "price_band_bps": price_band_bps,
        "market_protection_bps": market_protection_bps,
    }
    named: dict[str, Any] = {
        name: decimal_option(text, f"--{name.replace('_', '-')}") for name, text in decimals.items() if text is not None
    }
    named |= {name: value for name, value in numbers.items() if value is not None}
    with session.client() as client:
        before = client.get_market(market).protection if keep else MarketProtection()
        changed = client.admin.set_market_protection(market, replace(before, **named), validate_only=validate_only)
        show_one_market(session, changed)


# ---------------------------------------------------------------- accounts


@client_command(accounts, "create", profile=ADMIN_PROFILE)
def create_account(
    session: Session,
    name: Annotated[str, typer.Argument(help="Unique name.")],
    validate_only: ValidateOnly = False,
) -> None:
    """Create an account."""
    with session.client() as client:
        show_one(session, client.admin.create_account(name, validate_only=validate_only))


@client_command(accounts, "ls", profile=ADMIN_PROFILE)
def list_accounts(session: Session) -> None:
    """List all accounts."""
    columns = (Column("id", "account_id", right=True), Column("name", "name"), Column("created", "create_time"))
    with session.client() as client:
        show(session, list(client.admin.list_accounts()), columns, "no accounts")


@client_command(app, "performance", profile=ADMIN_PROFILE)
def performance(
    session: Session,
    quote: QuoteOption = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Accounts at most.")] = 50,
) -> None:
    """Show who has traded and what it came to, the largest volume first."""
    with session.client() as client:
        found = client.admin.list_performance(quote_asset=quote, page_size=limit)
    if session.json:
        print_json(found)
    else:
        show(session, found.accounts, PERFORMANCE_COLUMNS, "nobody has traded")


@client_command(app, "trade-group", profile=ADMIN_PROFILE)
def set_trade_group(
    session: Session,
    account: Annotated[str, typer.Argument(help="Account id or name.")],
    trade_group_id: Annotated[int, typer.Argument(min=0, metavar="GROUP", help="Any number; 0 is no group.")],
    validate_only: ValidateOnly = False,
) -> None:
    """Put an account into a trade group: its accounts count as one owner for self-trade prevention."""
    with session.client() as client:
        show_one(
            session,
            client.admin.set_trade_group(_account_id(client, account), trade_group_id, validate_only=validate_only),
        )


@client_command(app, "credit", profile=ADMIN_PROFILE)
def credit(
    session: Session,
    account: Annotated[str, typer.Argument(help="Account id or name.")],
    asset: Annotated[str, typer.Argument(help="Asset name.")],
    amount: Annotated[str, typer.Argument(help="Positive amount in asset units.")],
    credit_id: Annotated[str | None, typer.Option("--id", help="Your key: the same key books once.")] = None,
    validate_only: ValidateOnly = False,
) -> None:
    """Credit an account with money from the issuance account."""
    with session.client() as client:
        balance = client.admin.credit(
            _account_id(client, account),
            asset,
            decimal_option(amount, "AMOUNT"),
            credit_id=credit_id,
            validate_only=validate_only,
        )
        show_one(session, balance)


# ---------------------------------------------------------------- keys


@client_command(keys, "create", profile=ADMIN_PROFILE)
def create_key(
    session: Session,
    account: Annotated[str, typer.Argument(help="Account id or name.")],
    scope: Annotated[list[ScopeName], typer.Option(help="What it may do; repeat for several.")],
    label: Annotated[str, typer.Option(help="For people.")] = "",
    validate_only: ValidateOnly = False,
) -> None:
    """Create an API key. The secret is printed once and kept nowhere."""
    with session.client() as client:
        created = client.admin.create_api_key(
            _account_id(client, account),
            [name.value for name in scope],
            label=label,
            validate_only=validate_only,
        )
        show_one(session, created)


@client_command(keys, "revoke", profile=ADMIN_PROFILE)
def revoke_key(
    session: Session,
    key_id: Annotated[str, typer.Argument(help="The key's id (not the secret).")],
    validate_only: ValidateOnly = False,
) -> None:
    """Revoke an API key at once."""
    with session.client() as client:
        client.admin.revoke_api_key(key_id, validate_only=validate_only)
    if session.json:
        print_json({"key_id": key_id, "revoked": not validate_only})
    else:
        print(f"{key_id} {'could be' if validate_only else 'is'} revoked")


# ---------------------------------------------------------------- the exchange


@client_command(app, "status", profile=ADMIN_PROFILE)
def status(session: Session) -> None:
    """Show how far the exchange has come, and what it holds."""
    with session.client() as client:
        state = client.admin.get_state_hash()
        found = {
            "address": session.resolve_address(),
            "state_hash": state.state_hash,
            "sequence": state.sequence,
            "assets": len(client.list_assets()),
            "markets": {market.name: market.status.name.lower() for market in client.list_markets()},
            "accounts": sum(1 for _ in client.admin.list_accounts()),
        }
    if session.json:
        print_json(found)
        return
    for name, value in found.items():
        text = ", ".join(f"{key} {item}" for key, item in value.items()) if isinstance(value, dict) else cell(value)
        print(f"{name.replace('_', ' '):10}  {text}")


@client_command(app, "state-hash", profile=ADMIN_PROFILE)
def state_hash(
    session: Session,
    sequence: Annotated[int, typer.Argument(help="After this command; 0 is the present.")] = 0,
) -> None:
    """Show the hash of the engine's whole state, now or at a kept snapshot."""
    with session.client() as client:
        show_one(session, client.admin.get_state_hash(sequence))


def _account_id(client: "Client", name_or_id: str) -> int:
    if name_or_id.isdecimal():
        return int(name_or_id)
    for account in client.admin.list_accounts():
        if account.name == name_or_id:
            return account.account_id
    raise UsageError(f"no account {name_or_id!r}; exchange admin account ls lists them")
