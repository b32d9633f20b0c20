"""The unary methods of operators, for both clients."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from exchange.v1 import admin_service_pb2 as admin_pb
from exchange.v1 import types_pb2
from exchange_sdk import _parse as parse
from exchange_sdk import _parse_portfolio as parse_portfolio
from exchange_sdk._decimals import DecimalInput, to_wire
from exchange_sdk._enums import MarketStatus, Scope, wire_number
from exchange_sdk._operations import Listed, Operation, listed, page, read, write
from exchange_sdk._order_requests import new_key
from exchange_sdk._times import to_timestamp
from exchange_sdk.models import Account, Asset, Balance, CreatedApiKey, Market, MarketProtection, StateHash
from exchange_sdk.portfolio_models import PerformanceTable


def create_asset(name: str, decimals: int, validate_only: bool) -> Operation[Asset]:
    return write(
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
    return write(lambda stubs: stubs.admin.CreateMarket, request, lambda answer: parse.market(answer.market))


def set_market_status(market: str, status: MarketStatus | str, validate_only: bool) -> Operation[Market]:
    return write(
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
    return write(lambda stubs: stubs.admin.SetMarketProtection, request, lambda answer: parse.market(answer.market))


def create_account(name: str, validate_only: bool) -> Operation[Account]:
    return write(
        lambda stubs: stubs.admin.CreateAccount,
        admin_pb.CreateAccountRequest(name=name, validate_only=validate_only),
        lambda answer: parse.account(answer.account),
    )


def set_trade_group(account_id: int, trade_group_id: int, validate_only: bool) -> Operation[Account]:
    return write(
        lambda stubs: stubs.admin.SetTradeGroup,
        admin_pb.SetTradeGroupRequest(
            account_id=account_id, trade_group_id=trade_group_id, validate_only=validate_only
        ),
        lambda answer: parse.account(answer.account),
    )


def list_accounts(page_size: int) -> Listed[Account]:
    return listed(
        lambda stubs: stubs.admin.ListAccounts,
        admin_pb.ListAccountsRequest(page_size=page_size),
        lambda answer: page(answer.accounts, parse.account, answer.next_page_token),
    )


def list_performance(quote_asset: str, page_size: int) -> Operation[PerformanceTable]:
    return read(
        lambda stubs: stubs.admin.ListPerformance,
        admin_pb.ListPerformanceRequest(quote_asset=quote_asset, page_size=page_size),
        parse_portfolio.performance_table,
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
    return write(
        lambda stubs: stubs.admin.CreateApiKey,
        request,
        lambda answer: CreatedApiKey(answer.key_id, answer.api_key),
        repeatable=validate_only,
    )


def revoke_api_key(key_id: str, validate_only: bool) -> Operation[None]:
    return write(
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
    return write(
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
