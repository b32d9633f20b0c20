"""Make what a flow needs: its market, and funded accounts with keys, through the public API with an admin key."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from exchange_bots.play.actions import MarketTerms
from exchange_sdk import AsyncClient, ExchangeError, Market, NotFound, Scope

FUNDS_ATOMS = 10**17
"""Of each asset for each account: plenty, and some forty times less than an asset's supply can be."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key of one account of the flow."""

    account_id: int
    api_key: str
    key_id: str


async def create_market(admin: AsyncClient, terms: MarketTerms) -> Market:
    """Return the flow's market, made if there is none of its name; assets that exist keep their decimals."""
    try:
        return await admin.get_market(terms.name)
    except NotFound:
        pass
    known = {asset.name for asset in await admin.list_assets()}
    for asset, decimals in ((terms.base_asset, terms.base_decimals), (terms.quote_asset, terms.quote_decimals)):
        if asset not in known:
            await admin.admin.create_asset(asset, decimals)
    return await admin.admin.create_market(
        terms.base_asset, terms.quote_asset, tick_size=terms.tick_size, lot_size=terms.lot_size
    )


@asynccontextmanager
async def accounts(
    admin: AsyncClient, market: Market, names: tuple[str, ...]
) -> AsyncIterator[Mapping[str, Credentials]]:
    """Give a funded account with a key for each name; the keys are revoked at the end."""
    decimals = {asset.name: asset.decimals for asset in await admin.list_assets()}
    made: dict[str, Credentials] = {}
    try:
        for name in names:
            account = await admin.admin.create_account(f"play-{market.name}-{name}")
            for asset in (market.base_asset, market.quote_asset):
                amount = Decimal(FUNDS_ATOMS).scaleb(-decimals[asset])
                await admin.admin.credit(account.account_id, asset, amount, credit_id=f"play-{asset}")
            key = await admin.admin.create_api_key(account.account_id, [Scope.READ, Scope.TRADE], label="exchange play")
            made[name] = Credentials(account.account_id, key.api_key, key.key_id)
        yield made
    finally:
        for credentials in made.values():
            try:
                await admin.admin.revoke_api_key(credentials.key_id)
            except ExchangeError:
                # It cannot be reached any more; what is to be said about that is being raised already.
                break


def new_run() -> str:
    """Return a name for a run that no other run has."""
    return secrets.token_hex(4)
