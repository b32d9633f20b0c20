"""What a bot needs before it can start: an account of its own, money by journaled credits, and a key.

Every step may be repeated: creating what exists answers with it, a credit id books once, and a key that still works is
used again.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from exchange_sdk import AsyncClient, Scope, Unauthenticated

CREDIT_ID = "bot-start"
LABEL = "exchange bot"


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A market that is made if there is none; assets that exist keep their decimals."""

    base: str
    quote: str
    base_decimals: int
    quote_decimals: int
    tick_size: Decimal
    lot_size: Decimal


async def make_market(admin: AsyncClient, plan: MarketPlan) -> None:
    """Make a market and its assets, as far as they are missing. Raises ExchangeError."""
    if f"{plan.base}-{plan.quote}" in {market.name for market in await admin.list_markets()}:
        return
    known = {asset.name for asset in await admin.list_assets()}
    for asset, decimals in ((plan.base, plan.base_decimals), (plan.quote, plan.quote_decimals)):
        if asset not in known:
            await admin.admin.create_asset(asset, decimals)
    await admin.admin.create_market(plan.base, plan.quote, tick_size=plan.tick_size, lot_size=plan.lot_size)


async def make_accounts(
    admin: AsyncClient, funds: Mapping[str, Mapping[str, Decimal]], keys_file: Path
) -> dict[str, str]:
    """Return a working key for each bot's name, its account funded once; keys are kept in a file of the owner's.

    `funds`: amounts by asset, by name. Raises ExchangeError.
    """
    known = _read(keys_file)
    keys: dict[str, str] = {}
    for name, amounts in funds.items():
        account = await admin.admin.create_account(f"bot-{name}")
        for asset, amount in amounts.items():
            await admin.admin.credit(account.account_id, asset, amount, credit_id=f"{CREDIT_ID}-{asset}")
        key = known.get(name)
        if key is None or not await _works(admin.address, key, account.account_id):
            created = await admin.admin.create_api_key(account.account_id, [Scope.READ, Scope.TRADE], label=LABEL)
            key = created.api_key
        keys[name] = key
    _write(keys_file, known | keys)
    return keys


async def _works(address: str, key: str, account_id: int) -> bool:
    async with AsyncClient(address, api_key=key) as caller:
        try:
            return (await caller.get_account()).account_id == account_id
        except Unauthenticated:
            return False


def _read(path: Path) -> dict[str, str]:
    # Whatever is unreadable is made anew.
    try:
        return {str(name): str(key) for name, key in json.loads(path.read_text()).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _write(path: Path, keys: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(keys, file, indent=2)
    temporary.replace(path)
