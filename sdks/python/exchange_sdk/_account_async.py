"""What a client reads of its account, for asyncio."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import TypeVar

from exchange_sdk import _read_operations as operations
from exchange_sdk._account_states import AccountEvent, AccountState, FillEvent, FillState
from exchange_sdk._connection import Connection
from exchange_sdk._operations import Operation, Stubs
from exchange_sdk.models import Account, Balance, LedgerEntry
from exchange_sdk.order_models import Fill
from exchange_sdk.pages import AsyncPages
from exchange_sdk.streams import AsyncStream

T = TypeVar("T")


class AsyncAccountReads(ABC):
    """The account of the key: balances, fills, ledger, and its streams."""

    _connection: Connection

    async def get_account(self, *, account_id: int = 0, timeout: float | None = None) -> Account:
        """Get the account that the key belongs to, with what the key may do; or another one (scope ADMIN)."""
        return await self._call(operations.get_account(account_id), timeout)

    async def list_balances(self, *, account_id: int = 0, timeout: float | None = None) -> list[Balance]:
        """List balances as they are now, by asset name; assets never held are left out."""
        return await self._call(operations.list_balances(account_id), timeout)

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
    ) -> AsyncPages[Fill]:
        """List fills from the history, newest first; of one market or order, from `start` on, before `end`, if given.

        It may be a moment behind.
        """
        listed = operations.list_fills(market, order_id, start, end, page_size, account_id)
        return AsyncPages(Fill, lambda token: self._call(listed(token), timeout), page_token)

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
    ) -> AsyncPages[LedgerEntry]:
        """List ledger entries from the history, newest first; of one asset, from `start` on, before `end`, if given.

        It may be a moment behind.
        """
        listed = operations.list_ledger_entries(asset, start, end, page_size, account_id)
        return AsyncPages(LedgerEntry, lambda token: self._call(listed(token), timeout), page_token)

    def stream_fills(self, *, after_sequence: int | None = None) -> AsyncStream[FillEvent]:
        """Follow the account's fills, none left out; from the next one, or after the given sequence.

        Yields Reconnected after a break that lost nothing, Resynced after one that may have (`list_fills` has what is
        missing). Raises SequenceTooOld when what lies after the given sequence is no longer kept.
        """
        return AsyncStream(self, FillState(self._connection, after_sequence))

    def stream_account(self, *, after_sequence: int | None = None) -> AsyncStream[AccountEvent]:
        """Follow the account: AccountSnapshot, then every AccountUpdate; resumed after a sequence only the updates.

        Yields Reconnected after a break that lost nothing; Resynced and a new snapshot after one that did. Raises
        SequenceTooOld when what lies after the given sequence is no longer kept.
        """
        return AsyncStream(self, AccountState(self._connection, after_sequence))

    @property
    @abstractmethod
    def _stubs(self) -> Stubs: ...

    @abstractmethod
    async def _call(self, operation: Operation[T], timeout: float | None = None) -> T: ...
