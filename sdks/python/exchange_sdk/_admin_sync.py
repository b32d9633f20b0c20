"""Operating the exchange. Needs a key with the scope ADMIN.

Made from `_admin_async.py` by `make gen`: change that one.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from exchange_sdk import _admin_operations as operations
from exchange_sdk._decimals import DecimalInput
from exchange_sdk._enums import MarketStatus, Scope
from exchange_sdk._operations import Operation
from exchange_sdk.models import Account, Asset, Balance, CreatedApiKey, Market, MarketProtection, StateHash
from exchange_sdk.pages import Pages
from exchange_sdk.portfolio_models import PerformanceTable

T = TypeVar("T")


class _Call(Protocol):
    def __call__(self, operation: Operation[T], timeout: float | None, /) -> T: ...


class Admin:
    """Assets, markets, accounts, keys and credits: `client.admin`. Needs a key with the scope ADMIN.

    Creating what exists with the same properties answers with it; with others it raises AlreadyExists.
    """

    def __init__(self, call: _Call) -> None:
        self._call = call

    def create_asset(
        self, name: str, decimals: int, *, validate_only: bool = False, timeout: float | None = None
    ) -> Asset:
        """Create an asset whose smallest unit is 10^-`decimals` (0 to 12)."""
        return self._call(operations.create_asset(name, decimals, validate_only), timeout)

    def create_market(
        self,
        base_asset: str,
        quote_asset: str,
        *,
        tick_size: DecimalInput,
        lot_size: DecimalInput,
        min_notional: DecimalInput = 0,
        maker_fee_ppm: int = 0,
        taker_fee_ppm: int = 0,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> Market:
        """Create the market `base_asset`-`quote_asset`; it starts OPEN. Fees are millionths of the quote amount."""
        operation = operations.create_market(
            base_asset, quote_asset, tick_size, lot_size, min_notional, maker_fee_ppm, taker_fee_ppm, validate_only
        )
        return self._call(operation, timeout)

    def set_market_status(
        self, market: str, status: MarketStatus | str, *, validate_only: bool = False, timeout: float | None = None
    ) -> Market:
        """Set what a market accepts from now on. Raises NotFound."""
        return self._call(operations.set_market_status(market, status, validate_only), timeout)

    def set_market_protection(
        self, market: str, protection: MarketProtection, *, validate_only: bool = False, timeout: float | None = None
    ) -> Market:
        """State a market's limits anew; what is left out is no longer limited. Acts on what comes after.

        To change one: `replace(client.get_market(name).protection, price_band_bps=500)`. Raises NotFound, and
        InvalidRequest for a minimum above its maximum.
        """
        return self._call(operations.set_market_protection(market, protection, validate_only), timeout)

    def create_account(self, name: str, *, validate_only: bool = False, timeout: float | None = None) -> Account:
        """Create an account; names are unique."""
        return self._call(operations.create_account(name, validate_only), timeout)

    def set_trade_group(
        self, account_id: int, trade_group_id: int, *, validate_only: bool = False, timeout: float | None = None
    ) -> Account:
        """Put an account into a trade group: its accounts count as one owner for self-trade prevention.

        `trade_group_id`: any number up to 2^62 - 1; 0 takes it out of its group. Raises NotFound.
        """
        return self._call(operations.set_trade_group(account_id, trade_group_id, validate_only), timeout)

    def list_accounts(
        self, *, page_size: int = 0, page_token: str = "", timeout: float | None = None
    ) -> Pages[Account]:
        """List accounts by id."""
        listed = operations.list_accounts(page_size)
        return Pages(Account, lambda token: self._call(listed(token), timeout), page_token)

    def list_performance(
        self, *, quote_asset: str = "", page_size: int = 0, timeout: float | None = None
    ) -> PerformanceTable:
        """List how accounts have traded in the markets of a quote asset, the largest volume first.

        `quote_asset`: by default that of the first market; `page_size`: accounts at most, 1 to 1000; 0 is 100. Fills
        may be a moment behind.
        """
        return self._call(operations.list_performance(quote_asset, page_size), timeout)

    def create_api_key(
        self,
        account_id: int,
        scopes: Iterable[Scope | str],
        *,
        label: str = "",
        expire_time: datetime | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> CreatedApiKey:
        """Create an API key. Its secret is in the answer and nowhere else. Never repeated: a repeat makes another key.

        `expire_time`: an aware datetime in the future; None is never.
        """
        operation = operations.create_api_key(account_id, scopes, label, expire_time, validate_only)
        return self._call(operation, timeout)

    def revoke_api_key(self, key_id: str, *, validate_only: bool = False, timeout: float | None = None) -> None:
        """Revoke an API key at once. Raises NotFound."""
        self._call(operations.revoke_api_key(key_id, validate_only), timeout)

    def credit(
        self,
        account_id: int,
        asset: str,
        amount: DecimalInput,
        *,
        credit_id: str | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> Balance:
        """Credit an account out of the issuance account; returns its balance of the asset.

        `credit_id`: your own key, with which it books once; None to have one made, "" for none.
        """
        return self._call(operations.credit(account_id, asset, amount, credit_id, validate_only), timeout)

    def get_state_hash(self, sequence: int = 0, *, timeout: float | None = None) -> StateHash:
        """Get the hash of the engine's state after a sequence; 0 is the present. Raises NotFound when not kept."""
        return self._call(operations.get_state_hash(sequence), timeout)
