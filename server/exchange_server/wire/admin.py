"""Administrative requests to commands. The contract's rules were checked before."""

from collections.abc import Mapping

from exchange.v1 import admin_service_pb2 as pb
from exchange_server.engine.commands import (
    CreateAccount,
    CreateApiKey,
    CreateAsset,
    CreateMarket,
    Credit,
    RevokeApiKey,
    SetMarketProtection,
    SetMarketStatus,
    SetTradeGroup,
)
from exchange_server.engine.entities import Asset, Market, Protection
from exchange_server.engine.types import (
    MAX_ATOMS,
    REJECT_ASSET_NOT_FOUND,
    REJECT_INVALID_FIELD,
    AccountId,
    Atoms,
    Lots,
    Ppm,
    Ticks,
    TimeNs,
)
from exchange_server.wire.decimals import format_units, parse_decimal, to_units
from exchange_server.wire.errors import FieldError
from exchange_server.wire.times import parse_timestamp
from exchange_server.wire.units import MarketUnits


def create_asset(request: pb.CreateAssetRequest) -> CreateAsset:
    """Return the command."""
    return CreateAsset(request.name, request.decimals)


def create_market(request: pb.CreateMarketRequest, assets_by_name: Mapping[str, Asset]) -> CreateMarket:
    """Return the command. Raises FieldError."""
    _asset(request.base_asset, "base_asset", assets_by_name)
    quote = _asset(request.quote_asset, "quote_asset", assets_by_name)
    tick_units, price_decimals = _step(request.tick_size, "tick_size")
    lot_units, quantity_decimals = _step(request.lot_size, "lot_size")
    return CreateMarket(
        request.base_asset,
        request.quote_asset,
        tick_units,
        price_decimals,
        lot_units,
        quantity_decimals,
        _amount(request.min_notional, "min_notional", quote) if request.min_notional else Atoms(0),
        Ppm(request.maker_fee_ppm),
        Ppm(request.taker_fee_ppm),
    )


def set_market_status(request: pb.SetMarketStatusRequest, market: Market) -> SetMarketStatus:
    """Return the command for a market that the caller has found."""
    return SetMarketStatus(market.market_id, request.status)


def set_market_protection(request: pb.SetMarketProtectionRequest, market: Market) -> SetMarketProtection:
    """Return the command for a market that the caller has found. Raises FieldError.

    Zero and empty are no limit, so a minimum of 0 states nothing.
    """
    stated = request.protection
    units = MarketUnits(market)
    try:
        return SetMarketProtection(
            market.market_id,
            Lots(0) if _unlimited(stated.min_quantity) else units.read_quantity(stated.min_quantity, "min_quantity"),
            Lots(0) if _unlimited(stated.max_quantity) else units.read_quantity(stated.max_quantity, "max_quantity"),
            Atoms(0) if not stated.min_notional else _amount(stated.min_notional, "min_notional", market.quote),
            Atoms(0) if not stated.max_notional else _amount(stated.max_notional, "max_notional", market.quote),
            stated.max_open_orders,
            stated.price_band_bps,
            stated.market_protection_bps,
            (
                Ticks(0)
                if _unlimited(stated.reference_price)
                else units.read_price(stated.reference_price, "reference_price")
            ),
        )
    except FieldError as error:
        raise error.within("protection") from None


def protection(command: SetMarketProtection) -> Protection:
    """Return the limits that a command states."""
    return Protection(
        command.min_lots,
        command.max_lots,
        command.min_notional_atoms,
        command.max_notional_atoms,
        command.max_open_orders,
        command.price_band_bps,
        command.market_protection_bps,
        command.reference_price_ticks,
    )


def set_trade_group(request: pb.SetTradeGroupRequest) -> SetTradeGroup:
    """Return the command."""
    return SetTradeGroup(AccountId(request.account_id), request.trade_group_id)


def create_account(request: pb.CreateAccountRequest) -> CreateAccount:
    """Return the command."""
    return CreateAccount(request.name)


def create_api_key(request: pb.CreateApiKeyRequest, key_id: str, secret_hash: bytes, now_ns: int) -> CreateApiKey:
    """Return the command for a key that the caller made. Raises FieldError when it would have expired already."""
    expire_time_ns = TimeNs(0)
    if request.HasField("expire_time"):
        expire_time_ns = parse_timestamp(request.expire_time, "expire_time")
        if expire_time_ns <= now_ns:
            raise FieldError(REJECT_INVALID_FIELD, "expire_time", "is not in the future")
    scopes = sum(1 << scope for scope in set(request.scopes))
    return CreateApiKey(key_id, AccountId(request.account_id), secret_hash, scopes, request.label, expire_time_ns)


def revoke_api_key(request: pb.RevokeApiKeyRequest) -> RevokeApiKey:
    """Return the command."""
    return RevokeApiKey(request.key_id)


def credit(request: pb.CreditRequest, assets_by_name: Mapping[str, Asset]) -> Credit:
    """Return the command. Raises FieldError."""
    asset = _asset(request.asset, "asset", assets_by_name)
    amount_atoms = _amount(request.amount, "amount", asset)
    if not amount_atoms:
        raise FieldError(REJECT_INVALID_FIELD, "amount", "must be positive")
    return Credit(AccountId(request.account_id), asset.asset_id, amount_atoms, request.credit_id)


def _unlimited(text: str) -> bool:
    """Tell whether a limit is not stated; the contract's pattern was checked before."""
    return not text.strip("0.")


def _asset(name: str, field: str, assets_by_name: Mapping[str, Asset]) -> Asset:
    asset = assets_by_name.get(name)
    if asset is None:
        raise FieldError(REJECT_ASSET_NOT_FOUND, field, "there is no asset of this name")
    return asset


def _step(text: str, field: str) -> tuple[int, int]:
    units, decimals = parse_decimal(text, field)
    if not 0 < units <= MAX_ATOMS:
        raise FieldError(REJECT_INVALID_FIELD, field, "must be positive and of at most 18 digits")
    return units, decimals


def _amount(text: str, field: str, asset: Asset) -> Atoms:
    amount_atoms = to_units(*parse_decimal(text, field), asset.decimals)
    if amount_atoms is None:
        raise FieldError(REJECT_INVALID_FIELD, field, f"has more than the {asset.decimals} decimals of {asset.name}")
    if amount_atoms > MAX_ATOMS:
        limit = format_units(MAX_ATOMS, asset.decimals)
        raise FieldError(REJECT_INVALID_FIELD, field, f"is above {limit}")
    return Atoms(amount_atoms)
