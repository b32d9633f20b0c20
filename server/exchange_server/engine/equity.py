"""What accounts are worth in a quote asset, at the last prices."""

from collections.abc import Iterable
from typing import Final

from exchange_server.engine.accounts import Account
from exchange_server.engine.entities import Market
from exchange_server.engine.types import AssetId


def value_atoms(market: Market, base_atoms: int) -> int:
    """Return what an amount of a market's base asset is worth at its last price, in quote atoms, rounded down."""
    return base_atoms * market.last_price_ticks * market.quote_atoms_per_tick_lot // market.base_atoms_per_lot


class Valuation:
    """Values accounts in one quote asset: its balance, and that of every base asset that has a market with it."""

    __slots__ = ("_markets", "_quote_id")

    def __init__(self, quote_id: AssetId, markets: Iterable[Market]) -> None:
        """Choose the asset; of the markets, those that are not quoted in it are left out."""
        self._quote_id: Final = quote_id
        self._markets: Final = {market.base.asset_id: market for market in markets if market.quote.asset_id == quote_id}

    def equity_atoms(self, account: Account) -> int:
        """Return what an account is worth now, quote atoms; each base asset is rounded down by itself."""
        equity = 0
        for asset_id, balance in account.balances.items():
            atoms = balance.available_atoms + balance.reserved_atoms
            if asset_id == self._quote_id:
                equity += atoms
                continue
            market = self._markets.get(asset_id)
            if market is not None:
                equity += value_atoms(market, atoms)
        return equity
