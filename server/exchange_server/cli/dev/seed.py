"""What a new exchange needs to be of use: assets, markets, two funded accounts and their keys, through the public API.

Every step may be repeated: creating what exists answers with it, and a credit id books once.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from exchange_sdk import AsyncClient, Scope, Unauthenticated
from exchange_server.cli.session import private_file

ASSETS: Final = {"USDC": 6, "BTC": 8, "ETH": 8}
ACCOUNTS: Final = ("alice", "bob")
FUNDS: Final = {"USDC": Decimal(1_000_000), "BTC": Decimal(10), "ETH": Decimal(200)}
CREDIT_ID: Final = "dev-start"


@dataclass(frozen=True, slots=True)
class MarketSeed:
    """One market of a new exchange. Fees in millionths."""

    base: str
    quote: str
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal
    maker_fee_ppm: int
    taker_fee_ppm: int


MARKETS: Final = (
    MarketSeed("BTC", "USDC", Decimal("0.1"), Decimal("0.00001"), Decimal(1), 100, 400),
    MarketSeed("ETH", "USDC", Decimal("0.01"), Decimal("0.0001"), Decimal(1), 100, 400),
)


async def seed(address: str, admin_key: str, credentials_file: Path) -> None:
    """Create what is missing and write the credentials file, keeping keys in it that still work."""
    known = _known_profiles(credentials_file)
    async with AsyncClient(address, api_key=admin_key) as client:
        for name, decimals in ASSETS.items():
            await client.admin.create_asset(name, decimals)
        for market in MARKETS:
            await client.admin.create_market(
                market.base,
                market.quote,
                tick_size=market.tick_size,
                lot_size=market.lot_size,
                min_notional=market.min_notional,
                maker_fee_ppm=market.maker_fee_ppm,
                taker_fee_ppm=market.taker_fee_ppm,
            )
        admin_account = await client.get_account()
        profiles = {"admin": {"account_id": admin_account.account_id, "api_key": admin_key}}
        for name in ACCOUNTS:
            account = await client.admin.create_account(name)
            for asset, amount in FUNDS.items():
                await client.admin.credit(account.account_id, asset, amount, credit_id=f"{CREDIT_ID}-{asset}")
            api_key = known.get(name)
            if api_key is None or not await works(address, api_key, account.account_id):
                created = await client.admin.create_api_key(
                    account.account_id, [Scope.READ, Scope.TRADE], label="exchange dev"
                )
                api_key = created.api_key
            profiles[name] = {"account_id": account.account_id, "api_key": api_key}
    document: Mapping[str, Any] = {"address": address, "profiles": profiles}
    private_file(credentials_file, json.dumps(document, indent=2) + "\n")


async def works(address: str, api_key: str, account_id: int) -> bool:
    """Tell whether the exchange knows a key as this account's."""
    async with AsyncClient(address, api_key=api_key) as caller:
        try:
            account = await caller.get_account()
        except Unauthenticated:
            return False
    return account.account_id == account_id


def _known_profiles(credentials_file: Path) -> dict[str, str]:
    # Whatever is unreadable is made anew.
    try:
        profiles = json.loads(credentials_file.read_text())["profiles"]
        return {name: profile["api_key"] for name, profile in profiles.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
