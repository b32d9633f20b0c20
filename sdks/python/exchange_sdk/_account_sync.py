"""What a client reads of its account.

Made from `_account_async.py` by `make gen`: change that one.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from exchange_sdk import _key_operations as key_operations
from exchange_sdk import _read_operations as operations
from exchange_sdk._account_states import AccountEvent, AccountState, FillEvent, FillState
from exchange_sdk._connection import Connection
from exchange_sdk._enums import Scope
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk.models import Account, ApiKey, Balance, CreatedApiKey, LedgerEntry
from exchange_sdk.order_models import Fill
from exchange_sdk.pages import Pages
from exchange_sdk.portfolio_models import EquityHistory, Portfolio
from exchange_sdk.streams import Stream

T = TypeVar("T")


class AccountReads(ABC):
    """The account of the key: balances, fills, ledger, worth, its other keys, and its streams."""

    _connection: Connection

    def get_account(self, *, account_id: int = 0, timeout: float | None = None) -> Account:
        """Get the account that the key belongs to, with what the key may do; or another one (scope ADMIN)."""
        return self._call(operations.get_account(account_id), timeout)

    def list_balances(self, *, account_id: int = 0, timeout: float | None = None) -> list[Balance]:
        """List balances as they are now, by asset name; assets never held are left out."""
        return self._call(operations.list_balances(account_id), timeout)

    def list_fills(
        self,
        *,
        market: str = "",
        order_id: int = 0,
        start: datetime | None = None,
        end: datetime | None = None,
        page_size: int = 0,
        page_token: str = "",
        account_id: int = 0,
        timeout: float | None = None,
    ) -> Pages[Fill]:
        """List fills from the history, newest first; of one market or order, from `start` on, before `end`, if given.

        It may be a moment behind.
        """
        listed = operations.list_fills(market, order_id, start, end, page_size, account_id)
        return Pages(Fill, lambda token: self._call(listed(token), timeout), page_token)

    def list_ledger_entries(
        self,
        *,
        asset: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
        page_size: int = 0,
        page_token: str = "",
        account_id: int = 0,
        timeout: float | None = None,
    ) -> Pages[LedgerEntry]:
        """List ledger entries from the history, newest first; of one asset, from `start` on, before `end`, if given.

        It may be a moment behind.
        """
        listed = operations.list_ledger_entries(asset, start, end, page_size, account_id)
        return Pages(LedgerEntry, lambda token: self._call(listed(token), timeout), page_token)

    def get_portfolio(self, *, quote_asset: str = "", account_id: int = 0, timeout: float | None = None) -> Portfolio:
        """Get what the account is worth in a quote asset (by default that of the first market), and its positions.

        Balances and prices are those of now; fills may be a moment behind.
        """
        return self._call(operations.get_portfolio(quote_asset, account_id), timeout)

    def list_equity(
        self,
        *,
        quote_asset: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
        max_points: int = 0,
        account_id: int = 0,
        timeout: float | None = None,
    ) -> EquityHistory:
        """List what the account was worth, oldest first, at most `max_points` (1 to 5000; 0 is 500) evenly over time.

        From `start` on, before `end`, if given; without `end` the last point is what it is worth now.
        """
        return self._call(operations.list_equity(quote_asset, start, end, max_points, account_id), timeout)

    def list_api_keys(self, *, account_id: int = 0, timeout: float | None = None) -> list[ApiKey]:
        """List the API keys that work, the newest first; without their secrets."""
        return self._call(operations.list_api_keys(account_id), timeout)

    def create_own_api_key(
        self,
        scopes: Iterable[Scope | str],
        *,
        label: str = "",
        expire_time: datetime | None = None,
        validate_only: bool = False,
        timeout: float | None = None,
    ) -> CreatedApiKey:
        """Create an API key of the own account. Its secret is in the answer and nowhere else.

        It may at most what the calling key may, and lives no longer: `expire_time` None is as long. Never repeated: a
        repeat makes another key. Raises PermissionDenied.
        """
        operation = key_operations.create_own_api_key(scopes, label, expire_time, validate_only)
        return self._call(operation, timeout)

    def revoke_own_api_key(self, key_id: str, *, validate_only: bool = False, timeout: float | None = None) -> None:
        """Revoke an API key of the own account at once; without the scope TRADE only the calling key itself.

        Raises NotFound, PermissionDenied.
        """
        self._call(key_operations.revoke_own_api_key(key_id, validate_only), timeout)

    def stream_fills(self, *, after_sequence: int | None = None) -> Stream[FillEvent]:
        """Follow the account's fills, none left out; from the next one, or after the given sequence.

        Yields Reconnected after a break that lost nothing, Resynced after one that may have (`list_fills` has what is
        missing). Raises SequenceTooOld when what lies after the given sequence is no longer kept.
        """
        return Stream(self, FillState(self._connection, after_sequence))

    def stream_account(self, *, after_sequence: int | None = None) -> Stream[AccountEvent]:
        """Follow the account: AccountSnapshot, then every AccountUpdate; resumed after a sequence only the updates.

        Yields Reconnected after a break that lost nothing; Resynced and a new snapshot after one that did. Raises
        SequenceTooOld when what lies after the given sequence is no longer kept.
        """
        return Stream(self, AccountState(self._connection, after_sequence))

    @property
    @abstractmethod
    def _stubs(self) -> Stubs: ...

    @abstractmethod
    def _call(self, operation: Operation[T], timeout: float | None = None) -> T: ...
