"""Every unary method once, for both clients: what is sent, how the answer is read, whether it may be sent twice.

Those about orders are in `_order_operations`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import grpc

from exchange.v1 import account_service_pb2 as accounts_pb
from exchange.v1 import account_service_pb2_grpc as accounts_grpc
from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import admin_service_pb2_grpc as admin_grpc
from exchange.v1 import market_data_service_pb2 as market_data_pb
from exchange.v1 import market_data_service_pb2_grpc as market_data_grpc
from exchange.v1 import order_service_pb2_grpc as orders_grpc
from exchange.v1 import types_pb2
from exchange_sdk import _parse as parse
from exchange_sdk._decimals import DecimalInput, to_wire
from exchange_sdk._enums import MarketStatus, Scope, wire_number
from exchange_sdk._order_requests import new_key
from exchange_sdk._times import to_timestamp
from exchange_sdk.errors import ExchangeError
from exchange_sdk.models import (
    Account,
    Asset,
    Balance,
    CreatedApiKey,
    LedgerEntry,
    Market,
    MarketProtection,
    OrderBook,
    Page,
    StateHash,
)
from exchange_sdk.order_models import Fill

Request = TypeVar("Request")
Response = TypeVar("Response")
Result = TypeVar("Result")
Item = TypeVar("Item")


class Stubs:
    """The generated stubs over one channel, blocking or asyncio."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.market_data = market_data_grpc.MarketDataServiceStub(channel)
        self.orders = orders_grpc.OrderServiceStub(channel)
        self.accounts = accounts_grpc.AccountServiceStub(channel)
        self.admin = admin_grpc.AdminServiceStub(channel)


@dataclass(frozen=True, slots=True)
class Operation(Generic[Result]):
    """One call.

    `mutates`: no answer means that the outcome is unknown. `repeatable`: sending it again does not do it twice.
    `settle`: asked when a repeated attempt is refused; answers with the read that tells whether an attempt before it
    had succeeded (its result, when not None, is the call's), or None to let the refusal stand.
    """

    rpc: Callable[[Stubs], Any]
    request: Any
    parse: Callable[[Any], Result]
    mutates: bool = False
    repeatable: bool = True
    client_order_id: str = ""
    order_id: int = 0
    settle: "Callable[[ExchangeError], Operation[Result | None] | None] | None" = None


def read(
    rpc: "Callable[[Stubs], grpc.UnaryUnaryMultiCallable[Request, Response]]",
    request: Request,
    parse: Callable[[Response], Result],
) -> Operation[Result]:
    return Operation(rpc, request, parse)


def _write(
    rpc: "Callable[[Stubs], grpc.UnaryUnaryMultiCallable[Request, Response]]",
    request: Request,
    parse: Callable[[Response], Result],
    repeatable: bool = True,
) -> Operation[Result]:
    return Operation(rpc, request, parse, mutates=True, repeatable=repeatable)


def page(items: Iterable[Response], read: Callable[[Response], Item], token: str) -> Page[Item]:
    return Page(tuple(map(read, items)), token)


# ---------------------------------------------------------------- market data


def list_assets() -> Operation[list[Asset]]:
    return read(
        lambda stubs: stubs.market_data.ListAssets,
        market_data_pb.ListAssetsRequest(),
        lambda answer: list(map(parse.asset, answer.assets)),
    )


def list_markets() -> Operation[list[Market]]:
    return read(
        lambda stubs: stubs.market_data.ListMarkets,
        market_data_pb.ListMarketsRequest(),
        lambda answer: list(map(parse.market, answer.markets)),
    )


def get_market(market: str) -> Operation[Market]:
    return read(
        lambda stubs: stubs.market_data.GetMarket,
        market_data_pb.GetMarketRequest(market=market),
        lambda answer: parse.market(answer.market),
    )


def get_order_book(market: str, depth: int) -> Operation[OrderBook]:
    return read(
        lambda stubs: stubs.market_data.GetOrderBook,
        market_data_pb.GetOrderBookRequest(market=market, depth=depth),
        lambda answer: parse.order_book(answer.order_book),
    )


# ---------------------------------------------------------------- account


def get_account(account_id: int) -> Operation[Account]:
    return read(
        lambda stubs: stubs.accounts.GetAccount,
        accounts_pb.GetAccountRequest(account_id=account_id),
        lambda answer: parse.account(answer.account, answer.scopes),
    )


def list_balances(account_id: int) -> Operation[list[Balance]]:
    return read(
        lambda stubs: stubs.accounts.ListBalances,
        accounts_pb.ListBalancesRequest(account_id=account_id),
        lambda answer: list(map(parse.balance, answer.balances)),
    )


def list_fills(market: str, order_id: int, page_size: int, account_id: int, token: str) -> Operation[Page[Fill]]:
    return read(
        lambda stubs: stubs.accounts.ListFills,
        accounts_pb.ListFillsRequest(
            market=market, order_id=order_id, page_size=page_size, page_token=token, account_id=account_id
        ),
        lambda answer: page(answer.fills, parse.fill, answer.next_page_token),
    )


def list_ledger_entries(asset: str, page_size: int, account_id: int, token: str) -> Operation[Page[LedgerEntry]]:
    return read(
        lambda stubs: stubs.accounts.ListLedgerEntries,
        accounts_pb.ListLedgerEntriesRequest(asset=asset, page_size=page_size, page_token=token, account_id=account_id),
        lambda answer: page(answer.entries, parse.ledger_entry, answer.next_page_token),
    )


# ---------------------------------------------------------------- admin


def create_asset(name: str, decimals: int, validate_only: bool) -> Operation[Asset]:
    return _write(
        lambda stubs: stubs.admin.CreateAsset,
        admin_pb.CreateAssetRequest(name=name, decimals=decimals, validate_only=validate_only),
        lambda answer: parse.asset(answer.asset),
    )


def create_market(
    base_asset: str,
    quote_asset: str,
    tick_size: DecimalInput,
    lot_size: DecimalInput,
    min_notional: DecimalInput,
    maker_fee_ppm: int,
    taker_fee_ppm: int,
    validate_only: bool,
) -> Operation[Market]:
    request = admin_pb.CreateMarketRequest(
        base_asset=base_asset,
        quote_asset=quote_asset,
        tick_size=to_wire(tick_size, "tick_size"),
        lot_size=to_wire(lot_size, "lot_size"),
        min_notional=to_wire(min_notional, "min_notional"),
        maker_fee_ppm=maker_fee_ppm,
        taker_fee_ppm=taker_fee_ppm,
        validate_only=validate_only,
    )
    return _write(lambda stubs: stubs.admin.CreateMarket, request, lambda answer: parse.market(answer.market))


def set_market_status(market: str, status: MarketStatus | str, validate_only: bool) -> Operation[Market]:
    return _write(
        lambda stubs: stubs.admin.SetMarketStatus,
        admin_pb.SetMarketStatusRequest(
            market=market,
            status=wire_number(MarketStatus, status),
            validate_only=validate_only,
        ),
        lambda answer: parse.market(answer.market),
    )


def set_market_protection(market: str, protection: MarketProtection, validate_only: bool) -> Operation[Market]:
    def limit(field: str) -> str:
        value: Decimal | None = getattr(protection, field)
        return "" if value is None else to_wire(value, field)

    request = admin_pb.SetMarketProtectionRequest(
        market=market,
        protection=types_pb2.MarketProtection(
            min_quantity=limit("min_quantity"),
            max_quantity=limit("max_quantity"),
            min_notional=limit("min_notional"),
            max_notional=limit("max_notional"),
            max_open_orders=protection.max_open_orders,
            price_band_bps=protection.price_band_bps,
            market_protection_bps=protection.market_protection_bps,
            reference_price=limit("reference_price"),
        ),
        validate_only=validate_only,
    )
    return _write(lambda stubs: stubs.admin.SetMarketProtection, request, lambda answer: parse.market(answer.market))


def create_account(name: str, validate_only: bool) -> Operation[Account]:
    return _write(
        lambda stubs: stubs.admin.CreateAccount,
        admin_pb.CreateAccountRequest(name=name, validate_only=validate_only),
        lambda answer: parse.account(answer.account),
    )


def set_trade_group(account_id: int, trade_group_id: int, validate_only: bool) -> Operation[Account]:
    return _write(
        lambda stubs: stubs.admin.SetTradeGroup,
        admin_pb.SetTradeGroupRequest(
            account_id=account_id, trade_group_id=trade_group_id, validate_only=validate_only
        ),
        lambda answer: parse.account(answer.account),
    )


def list_accounts(page_size: int, token: str) -> Operation[Page[Account]]:
    return read(
        lambda stubs: stubs.admin.ListAccounts,
        admin_pb.ListAccountsRequest(page_size=page_size, page_token=token),
        lambda answer: page(answer.accounts, parse.account, answer.next_page_token),
    )


def create_api_key(
    account_id: int, scopes: Iterable[Scope | str], label: str, expire_time: datetime | None, validate_only: bool
) -> Operation[CreatedApiKey]:
    request = admin_pb.CreateApiKeyRequest(
        account_id=account_id,
        scopes=[wire_number(Scope, scope) for scope in scopes],
        label=label,
        expire_time=None if expire_time is None else to_timestamp(expire_time, "expire_time"),
        validate_only=validate_only,
    )
    # A second key would be made, and the first one's secret is lost: better to fail.
    return _write(
        lambda stubs: stubs.admin.CreateApiKey,
        request,
        lambda answer: CreatedApiKey(answer.key_id, answer.api_key),
        repeatable=validate_only,
    )


def revoke_api_key(key_id: str, validate_only: bool) -> Operation[None]:
    return _write(
        lambda stubs: stubs.admin.RevokeApiKey,
        admin_pb.RevokeApiKeyRequest(key_id=key_id, validate_only=validate_only),
        lambda _: None,
    )


def credit(
    account_id: int, asset: str, amount: DecimalInput, credit_id: str | None, validate_only: bool
) -> Operation[Balance]:
    request = admin_pb.CreditRequest(
        account_id=account_id,
        asset=asset,
        amount=to_wire(amount, "amount"),
        credit_id=new_key() if credit_id is None else credit_id,
        validate_only=validate_only,
    )
    return _write(
        lambda stubs: stubs.admin.Credit,
        request,
        lambda answer: parse.balance(answer.balance),
        repeatable=bool(request.credit_id) or validate_only,
    )


def get_state_hash(sequence: int) -> Operation[StateHash]:
    return read(
        lambda stubs: stubs.admin.GetStateHash,
        admin_pb.GetStateHashRequest(sequence=sequence),
        lambda answer: StateHash(answer.sequence, answer.state_hash),
    )
