"""AdminService: operating the exchange. Everything is a command in the journal, like orders are."""

from typing import Final

from exchange.v1 import admin_service_pb2 as pb
from exchange.v1 import types_pb2
from exchange_server.api.auth import new_api_key
from exchange_server.api.call import Call, Method
from exchange_server.api.core import Core
from exchange_server.api.errors import STATE_NOT_KEPT, CallError
from exchange_server.api.pages import PageTokens, page_size
from exchange_server.engine import events
from exchange_server.engine.commands import CreateMarket
from exchange_server.engine.types import (
    SCOPE_ADMIN,
    AccountId,
    AssetId,
)
from exchange_server.wire import admin as requests
from exchange_server.wire.accounts import account_message, balance_message
from exchange_server.wire.decimals import format_units
from exchange_server.wire.market_data import asset_message, market_message, protection_message
from exchange_server.wire.units import format_quote


class AdminService:
    """Assets, markets, accounts, keys and credits of one shard."""

    def __init__(self, core: Core, pages: PageTokens) -> None:
        self._core: Final = core
        self._pages: Final = pages

    def methods(self) -> dict[str, Method]:
        """Return the table of this service."""
        service = "/exchange.v1.AdminService"
        return {
            f"{service}/CreateAsset": Method(self.create_asset, SCOPE_ADMIN),
            f"{service}/CreateMarket": Method(self.create_market, SCOPE_ADMIN),
            f"{service}/SetMarketStatus": Method(self.set_market_status, SCOPE_ADMIN),
            f"{service}/SetMarketProtection": Method(self.set_market_protection, SCOPE_ADMIN),
            f"{service}/SetTradeGroup": Method(self.set_trade_group, SCOPE_ADMIN),
            f"{service}/CreateAccount": Method(self.create_account, SCOPE_ADMIN),
            f"{service}/ListAccounts": Method(self.list_accounts, SCOPE_ADMIN),
            f"{service}/CreateApiKey": Method(self.create_api_key, SCOPE_ADMIN),
            f"{service}/RevokeApiKey": Method(self.revoke_api_key, SCOPE_ADMIN),
            f"{service}/Credit": Method(self.credit, SCOPE_ADMIN),
            f"{service}/GetStateHash": Method(self.get_state_hash, SCOPE_ADMIN),
        }

    async def create_asset(self, request: pb.CreateAssetRequest, call: Call) -> pb.CreateAssetResponse:
        command = requests.create_asset(request)
        if request.validate_only:
            await self._core.check(command)
            return pb.CreateAssetResponse(asset=types_pb2.Asset(name=request.name, decimals=request.decimals))
        outcome = (await self._core.execute(command, call)).events[0]
        assert isinstance(outcome, events.AssetCreated)
        return pb.CreateAssetResponse(asset=asset_message(outcome.asset))

    async def create_market(self, request: pb.CreateMarketRequest, call: Call) -> pb.CreateMarketResponse:
        command = requests.create_market(request, self._core.engine.assets_by_name)
        if request.validate_only:
            await self._core.check(command)
            return pb.CreateMarketResponse(market=self._planned_market(command))
        outcome = (await self._core.execute(command, call)).events[0]
        assert isinstance(outcome, events.MarketCreated)
        return pb.CreateMarketResponse(market=market_message(outcome.market, outcome.status))

    def _planned_market(self, command: CreateMarket) -> types_pb2.Market:
        """Return the market that a command would make, or that exists with the same properties."""
        name = f"{command.base_asset}-{command.quote_asset}"
        existing = self._core.engine.markets_by_name.get(name)
        if existing is not None:
            return market_message(existing, existing.status)
        quote = self._core.engine.assets_by_name[command.quote_asset]
        return types_pb2.Market(
            name=name,
            base_asset=command.base_asset,
            quote_asset=command.quote_asset,
            tick_size=format_units(command.tick_units, command.price_decimals),
            lot_size=format_units(command.lot_units, command.quantity_decimals),
            min_notional=format_units(command.min_notional_atoms, quote.decimals),
            maker_fee_ppm=command.maker_fee_ppm,
            taker_fee_ppm=command.taker_fee_ppm,
            status=types_pb2.MarketStatus.MARKET_STATUS_OPEN,
            price_decimals=command.price_decimals,
            quantity_decimals=command.quantity_decimals,
        )

    async def set_market_status(self, request: pb.SetMarketStatusRequest, call: Call) -> pb.SetMarketStatusResponse:
        market = self._core.market(request.market)
        command = requests.set_market_status(request, market)
        if request.validate_only:
            await self._core.check(command)
            return pb.SetMarketStatusResponse(market=market_message(market, request.status))
        outcome = (await self._core.execute(command, call)).events[0]
        assert isinstance(outcome, events.MarketStatusChanged)
        response = pb.SetMarketStatusResponse(market=market_message(outcome.market, outcome.status))
        # The last price may be of a trade after this command.
        await self._core.settled()
        return response

    async def set_market_protection(
        self, request: pb.SetMarketProtectionRequest, call: Call
    ) -> pb.SetMarketProtectionResponse:
        market = self._core.market(request.market)
        command = requests.set_market_protection(request, market)
        stated = requests.protection(command)
        if request.validate_only:
            response = pb.SetMarketProtectionResponse(market=market_message(market, market.status))
            await self._core.check(command)
        else:
            outcome = (await self._core.execute(command, call)).events[0]
            assert isinstance(outcome, events.MarketProtectionSet)
            stated = outcome.protection
            response = pb.SetMarketProtectionResponse(market=market_message(market, market.status))
            await self._core.settled()
        response.market.protection.CopyFrom(protection_message(market, stated))
        response.market.min_notional = format_quote(market, stated.min_notional_atoms)
        return response

    async def set_trade_group(self, request: pb.SetTradeGroupRequest, call: Call) -> pb.SetTradeGroupResponse:
        command = requests.set_trade_group(request)
        if request.validate_only:
            await self._core.check(command)
        else:
            outcome = (await self._core.execute(command, call)).events[0]
            assert isinstance(outcome, events.TradeGroupSet)
        account = self._core.engine.accounts[command.account_id]
        return pb.SetTradeGroupResponse(
            account=account_message(account.account_id, account.name, account.create_time_ns, command.trade_group_id)
        )

    async def create_account(self, request: pb.CreateAccountRequest, call: Call) -> pb.CreateAccountResponse:
        command = requests.create_account(request)
        if request.validate_only:
            await self._core.check(command)
            return pb.CreateAccountResponse(account=types_pb2.Account(name=request.name))
        outcome = (await self._core.execute(command, call)).events[0]
        assert isinstance(outcome, events.AccountCreated)
        return pb.CreateAccountResponse(
            account=account_message(outcome.account_id, outcome.name, outcome.create_time_ns)
        )

    async def list_accounts(self, request: pb.ListAccountsRequest, call: Call) -> pb.ListAccountsResponse:
        accounts = self._core.engine.accounts
        size = page_size(request.page_size)
        query = ("ListAccounts",)
        cursor = self._pages.read(request.page_token, query, 1)
        after = 0 if cursor is None else cursor[0]
        ids = sorted(account_id for account_id in accounts if account_id > after)
        page = [accounts[account_id] for account_id in ids[:size]]
        response = pb.ListAccountsResponse(
            accounts=[
                account_message(
                    account.account_id,
                    account.name,
                    account.create_time_ns,
                    self._core.engine.trade_groups.get(account.account_id, 0),
                )
                for account in page
            ],
            next_page_token=self._pages.write(query, (page[-1].account_id,)) if len(ids) > size else "",
        )
        await self._core.settled()
        return response

    async def create_api_key(self, request: pb.CreateApiKeyRequest, call: Call) -> pb.CreateApiKeyResponse:
        key_id, api_key, secret_hash = new_api_key()
        command = requests.create_api_key(request, key_id, secret_hash, self._core.clock_ns())
        if request.validate_only:
            await self._core.check(command)
            return pb.CreateApiKeyResponse()
        await self._core.execute(command, call)
        return pb.CreateApiKeyResponse(key_id=key_id, api_key=api_key)

    async def revoke_api_key(self, request: pb.RevokeApiKeyRequest, call: Call) -> pb.RevokeApiKeyResponse:
        command = requests.revoke_api_key(request)
        if request.validate_only:
            await self._core.check(command)
        else:
            await self._core.execute(command, call)
        return pb.RevokeApiKeyResponse()

    async def credit(self, request: pb.CreditRequest, call: Call) -> pb.CreditResponse:
        command = requests.credit(request, self._core.engine.assets_by_name)
        asset = self._core.engine.assets[command.asset_id]
        if request.validate_only:
            available_atoms, reserved_atoms = self._balance(command.account_id, command.asset_id)
            await self._core.check(command)
            return pb.CreditResponse(balance=balance_message(asset, available_atoms, reserved_atoms))
        outcome = (await self._core.execute(command, call)).events[0]
        assert isinstance(outcome, events.Credited)
        return pb.CreditResponse(balance=balance_message(asset, outcome.available_atoms, outcome.reserved_atoms))

    def _balance(self, account_id: AccountId, asset_id: AssetId) -> tuple[int, int]:
        for held, available_atoms, reserved_atoms in self._core.engine.balances(account_id):
            if held == asset_id:
                return available_atoms, reserved_atoms
        return 0, 0

    async def get_state_hash(self, request: pb.GetStateHashRequest, call: Call) -> pb.GetStateHashResponse:
        kept = self._core.shard.state_hash(request.sequence)
        await self._core.settled()
        if kept is None:
            raise CallError(STATE_NOT_KEPT, "sequence")
        sequence, state_hash = kept
        return pb.GetStateHashResponse(sequence=sequence, state_hash=state_hash)
