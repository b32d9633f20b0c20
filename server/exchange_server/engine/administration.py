"""What an operator does: assets, markets, accounts, API keys, credits."""

from exchange_server.engine import refusals
from exchange_server.engine.accounts import Account, Balance
from exchange_server.engine.arrivals import fire_triggers
from exchange_server.engine.auction import uncross
from exchange_server.engine.book import LOOK_ANEW
from exchange_server.engine.changes import Changes
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
from exchange_server.engine.entities import ApiKey, Asset, Market, Protection
from exchange_server.engine.events import (
    AccountCreated,
    ApiKeyCreated,
    ApiKeyRevoked,
    AssetCreated,
    Credited,
    Event,
    MarketCreated,
    MarketProtectionSet,
    MarketStatusChanged,
    Rejected,
    TradeGroupSet,
)
from exchange_server.engine.live import LiveState
from exchange_server.engine.names import is_account_name, is_asset_name, is_key_id, is_label, is_visible
from exchange_server.engine.types import (
    FIRST_CLIENT_ACCOUNT,
    ISSUANCE_ACCOUNT,
    MARKET_AUCTION,
    MARKET_OPEN,
    MARKET_POST_ONLY,
    MAX_ATOMS,
    MAX_BPS,
    MAX_DECIMALS,
    MAX_FEE_PPM,
    MAX_LOTS,
    MAX_OPEN_ORDERS,
    MAX_TICKS,
    MAX_UNIT_DECIMALS,
    REJECT_ALREADY_EXISTS,
    REJECT_API_KEY_NOT_FOUND,
    REJECT_ASSET_NOT_FOUND,
    REJECT_INVALID_FIELD,
    REJECT_SUPPLY_TOO_LARGE,
    SCOPE_ADMIN,
    SCOPE_READ,
    SCOPE_TRADE,
    SECRET_HASH_BYTES,
    AccountId,
    AssetId,
    Atoms,
    MarketId,
    TimeNs,
)

ALL_SCOPES = 1 << SCOPE_READ | 1 << SCOPE_TRADE | 1 << SCOPE_ADMIN
MAX_TIME_NS = (1 << 63) - 1


def create_asset(state: LiveState, command: CreateAsset, validate_only: bool) -> list[Event]:
    """Create an asset, or answer with the same one that exists."""
    if not is_asset_name(command.name):
        return [Rejected(REJECT_INVALID_FIELD, "name")]
    if not 0 <= command.decimals <= MAX_DECIMALS:
        return [Rejected(REJECT_INVALID_FIELD, "decimals")]
    existing = state.assets_by_name.get(command.name)
    if existing is not None:
        if existing.decimals != command.decimals:
            return [Rejected(REJECT_ALREADY_EXISTS, "name")]
        return [] if validate_only else [AssetCreated(existing, False)]
    if validate_only:
        return []
    asset = Asset(AssetId(len(state.assets) + 1), command.name, command.decimals)
    state.add_asset(asset)
    state.digest(asset.asset_id, asset.decimals, 0)
    return [AssetCreated(asset, True)]


def create_market(state: LiveState, command: CreateMarket, validate_only: bool) -> list[Event]:
    """Create a market, or answer with the same one that exists."""
    base = state.assets_by_name.get(command.base_asset)
    if base is None:
        return [Rejected(REJECT_ASSET_NOT_FOUND, "base_asset")]
    quote = state.assets_by_name.get(command.quote_asset)
    if quote is None:
        return [Rejected(REJECT_ASSET_NOT_FOUND, "quote_asset")]
    fault = _market_fault(command, base, quote)
    if fault:
        return [Rejected(REJECT_INVALID_FIELD, fault)]
    existing = state.markets_by_name.get(base.name + "-" + quote.name)
    if existing is not None:
        if not _same_market(command, existing):
            return [Rejected(REJECT_ALREADY_EXISTS, "base_asset")]
        return [] if validate_only else [MarketCreated(existing, existing.status, False)]
    if validate_only:
        return []
    market = Market(
        MarketId(len(state.markets) + 1),
        base,
        quote,
        command.tick_units,
        command.price_decimals,
        command.lot_units,
        command.quantity_decimals,
        command.min_notional_atoms,
        command.maker_fee_ppm,
        command.taker_fee_ppm,
        quote_atoms_per_tick_lot(command, quote),
        base_atoms_per_lot(command, base),
        MARKET_OPEN,
        1,
    )
    state.add_market(market)
    state.digest(market.market_id, base.asset_id, quote.asset_id)
    return [MarketCreated(market, MARKET_OPEN, True)]


def set_market_status(state: LiveState, command: SetMarketStatus, validate_only: bool) -> list[Event]:
    """Set what a market accepts; when it opens, what an auction has collected trades at one price first."""
    market = state.markets.get(command.market_id)
    if market is None:
        return [refusals.MARKET_NOT_FOUND]
    if not MARKET_OPEN <= command.status <= MARKET_AUCTION:
        return [Rejected(REJECT_INVALID_FIELD, "status")]
    book = state.books[command.market_id]
    if command.status == MARKET_POST_ONLY and book.crossed:
        return [refusals.CROSSED]
    if validate_only:
        return []
    market.status = command.status
    state.digest(market.market_id, command.status, 0)
    book.note_quick()
    book.followed = LOOK_ANEW
    changes = Changes(MarketStatusChanged(market, command.status))
    if command.status == MARKET_OPEN and book.crossed:
        uncross(state, changes, book)
        fire_triggers(state, changes, book)
    return changes.finish(state)


def set_market_protection(state: LiveState, command: SetMarketProtection, validate_only: bool) -> list[Event]:
    """State a market's limits anew; they act on commands that come after."""
    market = state.markets.get(command.market_id)
    if market is None:
        return [refusals.MARKET_NOT_FOUND]
    fault = _protection_fault(command)
    if fault:
        return [Rejected(REJECT_INVALID_FIELD, "protection." + fault)]
    if validate_only:
        return []
    market.protection = Protection(
        command.min_lots,
        command.max_lots,
        command.min_notional_atoms,
        command.max_notional_atoms,
        command.max_open_orders,
        command.price_band_bps,
        command.market_protection_bps,
        command.reference_price_ticks,
    )
    state.digest(market.market_id, command.max_lots, command.price_band_bps)
    return [MarketProtectionSet(market, market.protection)]


def set_trade_group(state: LiveState, command: SetTradeGroup, validate_only: bool) -> list[Event]:
    """Put an account into a trade group; 0 takes it out."""
    if command.account_id < FIRST_CLIENT_ACCOUNT or command.account_id not in state.accounts:
        return [refusals.ACCOUNT_NOT_FOUND]
    group = command.trade_group_id
    if not 0 <= group <= MAX_ATOMS:
        return [Rejected(REJECT_INVALID_FIELD, "trade_group_id")]
    if validate_only:
        return []
    if group:
        state.trade_groups[command.account_id] = group
    else:
        state.trade_groups.pop(command.account_id, None)
    state.digest(command.account_id, group, 0)
    return [TradeGroupSet(command.account_id, group)]


def create_account(state: LiveState, command: CreateAccount, validate_only: bool) -> list[Event]:
    """Create an account, or answer with the one of this name; the exchange's own names are taken."""
    if not is_account_name(command.name):
        return [Rejected(REJECT_INVALID_FIELD, "name")]
    existing = state.accounts_by_name.get(command.name)
    if existing is not None:
        if existing.account_id < FIRST_CLIENT_ACCOUNT:
            return [Rejected(REJECT_ALREADY_EXISTS, "name")]
        if validate_only:
            return []
        return [AccountCreated(existing.account_id, existing.name, existing.create_time_ns, False)]
    if validate_only:
        return []
    account = Account(state.next_account_id, command.name, state.time_ns)
    state.next_account_id = AccountId(state.next_account_id + 1)
    state.add_account(account)
    state.digest(account.account_id, account.create_time_ns, 0)
    return [AccountCreated(account.account_id, account.name, account.create_time_ns, True)]


def create_api_key(state: LiveState, command: CreateApiKey, time_ns: TimeNs, validate_only: bool) -> list[Event]:
    """Register an API key of a client account; its expiry lies after `time_ns`."""
    fault = _api_key_fault(command, time_ns)
    if fault:
        return [Rejected(REJECT_INVALID_FIELD, fault)]
    if command.account_id < FIRST_CLIENT_ACCOUNT or command.account_id not in state.accounts:
        return [refusals.ACCOUNT_NOT_FOUND]
    if command.key_id in state.api_keys:
        return [Rejected(REJECT_ALREADY_EXISTS, "key_id")]
    if command.secret_hash in state.api_keys_by_hash:
        return [Rejected(REJECT_ALREADY_EXISTS, "secret_hash")]
    if validate_only:
        return []
    api_key = ApiKey(
        command.key_id,
        command.account_id,
        command.secret_hash,
        command.scopes,
        command.label,
        command.expire_time_ns,
        False,
    )
    state.add_api_key(api_key)
    state.digest(api_key.account_id, api_key.scopes, api_key.expire_time_ns)
    return [ApiKeyCreated(api_key)]


def revoke_api_key(state: LiveState, command: RevokeApiKey, validate_only: bool) -> list[Event]:
    """Make an API key unusable."""
    api_key = state.api_keys.get(command.key_id)
    if api_key is None:
        return [Rejected(REJECT_API_KEY_NOT_FOUND, "key_id")]
    if validate_only:
        return []
    api_key.revoked = True
    state.digest(api_key.account_id, api_key.scopes, 1)
    return [ApiKeyRevoked(api_key)]


def credit(state: LiveState, command: Credit, validate_only: bool) -> list[Event]:
    """Move money from the issuance account to a client account, once per credit id."""
    # 1. Check.
    account = state.accounts.get(command.account_id)
    if account is None or command.account_id < FIRST_CLIENT_ACCOUNT:
        return [refusals.ACCOUNT_NOT_FOUND]
    asset_id = command.asset_id
    if asset_id not in state.assets:
        return [Rejected(REJECT_ASSET_NOT_FOUND, "asset")]
    amount = command.amount_atoms
    if amount < 1:
        return [Rejected(REJECT_INVALID_FIELD, "amount")]
    if command.credit_id:
        if not is_visible(command.credit_id):
            return [Rejected(REJECT_INVALID_FIELD, "credit_id")]
        known = account.credits.get(command.credit_id)
        if known is not None:
            if known != (asset_id, amount):
                return [Rejected(REJECT_ALREADY_EXISTS, "credit_id")]
            if validate_only:
                return []
            balance = account.balance(asset_id)
            return [_credited(command, balance, False)]
    issuance = state.accounts[ISSUANCE_ACCOUNT].balances.get(asset_id)
    issued = 0 if issuance is None else -issuance.available_atoms
    if issued + amount > MAX_ATOMS:
        return [Rejected(REJECT_SUPPLY_TOO_LARGE, "amount")]
    if validate_only:
        return []

    # 2. Book it.
    issuance = state.accounts[ISSUANCE_ACCOUNT].balance(asset_id)
    issuance.available_atoms -= amount
    balance = account.balance(asset_id)
    balance.available_atoms += amount
    if command.credit_id:
        account.remember_credit(command.credit_id, asset_id, amount)
    changes = Changes(_credited(command, balance, True))
    changes.balances[balance] = None
    changes.balances[issuance] = None
    return changes.finish(state)


def _credited(command: Credit, balance: Balance, created: bool) -> Credited:
    return Credited(
        command.account_id,
        command.asset_id,
        command.amount_atoms,
        Atoms(balance.available_atoms),
        Atoms(balance.reserved_atoms),
        created,
    )


def quote_atoms_per_tick_lot(command: CreateMarket, quote: Asset) -> int:
    """Return the quote atoms of one tick × one lot, or 0 when they are not whole."""
    atoms = command.tick_units * command.lot_units * 10**quote.decimals
    divisor = 10 ** (command.price_decimals + command.quantity_decimals)
    return 0 if atoms % divisor else atoms // divisor


def base_atoms_per_lot(command: CreateMarket, base: Asset) -> int:
    """Return the base atoms of one lot, or 0 when they are not whole."""
    atoms = command.lot_units * 10**base.decimals
    divisor = 10**command.quantity_decimals
    return 0 if atoms % divisor else atoms // divisor


def _protection_fault(command: SetMarketProtection) -> str:
    """Return the name of a field out of its domain, or nothing."""
    if not 0 <= command.min_lots <= MAX_LOTS or (0 < command.max_lots < command.min_lots):
        return "min_quantity"
    if not 0 <= command.max_lots <= MAX_LOTS:
        return "max_quantity"
    most = command.max_notional_atoms
    if not 0 <= command.min_notional_atoms <= MAX_ATOMS or (0 < most < command.min_notional_atoms):
        return "min_notional"
    if not 0 <= most <= MAX_ATOMS:
        return "max_notional"
    if not 0 <= command.max_open_orders <= MAX_OPEN_ORDERS:
        return "max_open_orders"
    if not 0 <= command.price_band_bps <= MAX_BPS:
        return "price_band_bps"
    if not 0 <= command.market_protection_bps <= MAX_BPS:
        return "market_protection_bps"
    return "" if 0 <= command.reference_price_ticks <= MAX_TICKS else "reference_price"


def _market_fault(command: CreateMarket, base: Asset, quote: Asset) -> str:
    """Return the field that is out of its domain, or nothing."""
    if base is quote:
        return "quote_asset"
    if not (1 <= command.tick_units <= MAX_ATOMS and 0 <= command.price_decimals <= MAX_UNIT_DECIMALS):
        return "tick_size"
    if not (1 <= command.lot_units <= MAX_ATOMS and 0 <= command.quantity_decimals <= MAX_UNIT_DECIMALS):
        return "lot_size"
    if not 1 <= base_atoms_per_lot(command, base) <= MAX_ATOMS:
        return "lot_size"
    if not 1 <= quote_atoms_per_tick_lot(command, quote) <= MAX_ATOMS:
        return "tick_size"
    if not 0 <= command.min_notional_atoms <= MAX_ATOMS:
        return "min_notional"
    if not -MAX_FEE_PPM <= command.maker_fee_ppm <= MAX_FEE_PPM:
        return "maker_fee_ppm"
    if not 0 <= command.taker_fee_ppm <= MAX_FEE_PPM:
        return "taker_fee_ppm"
    if -command.maker_fee_ppm > command.taker_fee_ppm:
        return "maker_fee_ppm"
    return ""


def _same_market(command: CreateMarket, market: Market) -> bool:
    return (
        command.tick_units == market.tick_units
        and command.price_decimals == market.price_decimals
        and command.lot_units == market.lot_units
        and command.quantity_decimals == market.quantity_decimals
        and command.min_notional_atoms == market.min_notional_atoms
        and command.maker_fee_ppm == market.maker_fee_ppm
        and command.taker_fee_ppm == market.taker_fee_ppm
    )


def _api_key_fault(command: CreateApiKey, time_ns: TimeNs) -> str:
    """Return the field that is out of its domain, or nothing."""
    if not is_key_id(command.key_id):
        return "key_id"
    if len(command.secret_hash) != SECRET_HASH_BYTES:
        return "secret_hash"
    if command.scopes <= 0 or command.scopes & ~ALL_SCOPES:
        return "scopes"
    if not is_label(command.label):
        return "label"
    if command.expire_time_ns != 0 and not time_ns < command.expire_time_ns <= MAX_TIME_NS:
        return "expire_time"
    return ""
