"""AccountService: the caller's own account; the scope ADMIN may name another."""

from typing import Final, cast

from exchange.v1 import account_service_pb2 as pb
from exchange.v1 import account_streams_pb2 as streams_pb
from exchange.v1 import types_pb2
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.errors import ASSET_NOT_FOUND, CallError
from exchange_server.api.history import HistoryReader
from exchange_server.api.pages import PageTokens, bounds, page_size, time_range
from exchange_server.api.readers import Readers
from exchange_server.engine.types import SCOPE_ADMIN, SCOPE_READ, SCOPE_TRADE
from exchange_server.feeds import Reader
from exchange_server.wire.accounts import account_message, balance_message


class AccountService:
    """Balances, fills, ledger entries and the account's streams; the rest is in `portfolio` and `own_keys`."""

    def __init__(self, core: Core, readers: Readers, history: HistoryReader, pages: PageTokens) -> None:
        self._core: Final = core
        self._readers: Final = readers
        self._history: Final = history
        self._pages: Final = pages

    def methods(self) -> dict[str, Method]:
        """Return the table of this service."""
        service = "/exchange.v1.AccountService"
        return {
            f"{service}/GetAccount": Method(self.get_account, SCOPE_READ),
            f"{service}/ListBalances": Method(self.list_balances, SCOPE_READ),
            f"{service}/ListFills": Method(self.list_fills, SCOPE_READ),
            f"{service}/ListLedgerEntries": Method(self.list_ledger_entries, SCOPE_READ),
            f"{service}/StreamFills": Method(self._stream, SCOPE_READ, streams=True, reads=True),
            f"{service}/StreamAccount": Method(self._stream, SCOPE_READ, streams=True, reads=True),
        }

    async def get_account(self, request: pb.GetAccountRequest, call: Call) -> pb.GetAccountResponse:
        account = self._core.engine.accounts[self._core.account_of(call, request.account_id)]
        scopes = [scope for scope in (SCOPE_READ, SCOPE_TRADE, SCOPE_ADMIN) if call.principal.scopes & 1 << scope]
        await self._core.settled()
        return pb.GetAccountResponse(
            account=account_message(
                account.account_id,
                account.name,
                account.create_time_ns,
                self._core.engine.trade_groups.get(account.account_id, 0),
            ),
            scopes=cast(list[types_pb2.Scope], scopes),
        )

    async def list_balances(self, request: pb.ListBalancesRequest, call: Call) -> pb.ListBalancesResponse:
        engine = self._core.engine
        balances = [
            balance_message(engine.assets[asset_id], available_atoms, reserved_atoms)
            for asset_id, available_atoms, reserved_atoms in engine.balances(
                self._core.account_of(call, request.account_id)
            )
        ]
        balances.sort(key=lambda balance: balance.asset)
        await self._core.settled()
        return pb.ListBalancesResponse(balances=balances)

    async def list_fills(self, request: pb.ListFillsRequest, call: Call) -> pb.ListFillsResponse:
        account_id = self._core.account_of(call, request.account_id)
        market_id = self._core.orders.market_id(request.market)
        size = page_size(request.page_size)
        times = time_range(request)
        query = ("ListFills", account_id, market_id, request.order_id, *bounds(*times))
        before = self._pages.read_pair(request.page_token, query)
        fills, last = await self._history.fills(account_id, market_id, request.order_id, before, size, times)
        return pb.ListFillsResponse(fills=fills, next_page_token=self._pages.write(query, last) if last else "")

    async def list_ledger_entries(
        self, request: pb.ListLedgerEntriesRequest, call: Call
    ) -> pb.ListLedgerEntriesResponse:
        account_id = self._core.account_of(call, request.account_id)
        asset_id = self._asset_id(request.asset)
        size = page_size(request.page_size)
        times = time_range(request)
        query = ("ListLedgerEntries", account_id, asset_id, *bounds(*times))
        before = self._pages.read_pair(request.page_token, query)
        entries, last = await self._history.ledger_entries(account_id, asset_id, before, size, times)
        return pb.ListLedgerEntriesResponse(
            entries=entries, next_page_token=self._pages.write(query, last) if last else ""
        )

    async def _stream(
        self, request: streams_pb.StreamFillsRequest | streams_pb.StreamAccountRequest, call: Call
    ) -> Reader:
        return await self._readers.open(request, call.principal)

    def _asset_id(self, name: str) -> int:
        """Return the id of an asset, 0 for all when the name is empty."""
        if not name:
            return 0
        asset = self._core.engine.assets_by_name.get(name)
        if asset is None:
            raise CallError(ASSET_NOT_FOUND, "asset")
        return asset.asset_id
