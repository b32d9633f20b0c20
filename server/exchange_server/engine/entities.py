"""What an operator sets up: assets, markets, API keys. Readers outside the engine may look, never touch."""

from typing import Final

from exchange_server.engine.types import MARKET_OPEN, PPM, AccountId, AssetId, Atoms, Lots, MarketId, Ppm, Ticks, TimeNs


class Asset:
    """Something that is traded or paid with; an atom is 10^-`decimals`."""

    __slots__ = ("asset_id", "decimals", "name")

    def __init__(self, asset_id: AssetId, name: str, decimals: int) -> None:
        self.asset_id: Final = asset_id
        self.name: Final = name
        self.decimals: Final = decimals


class Protection:
    """A market's limits; 0 is no limit. See docs/orders.md, market protection."""

    __slots__ = (
        "market_protection_bps",
        "max_lots",
        "max_notional_atoms",
        "max_open_orders",
        "min_lots",
        "min_notional_atoms",
        "price_band_bps",
        "reference_price_ticks",
    )

    def __init__(
        self,
        min_lots: Lots,
        max_lots: Lots,
        min_notional_atoms: Atoms,
        max_notional_atoms: Atoms,
        max_open_orders: int,
        price_band_bps: int,
        market_protection_bps: int,
        reference_price_ticks: Ticks,
    ) -> None:
        self.min_lots: Final = min_lots
        self.max_lots: Final = max_lots
        self.min_notional_atoms: Final = min_notional_atoms
        self.max_notional_atoms: Final = max_notional_atoms
        self.max_open_orders: Final = max_open_orders
        self.price_band_bps: Final = price_band_bps
        self.market_protection_bps: Final = market_protection_bps
        self.reference_price_ticks: Final = reference_price_ticks


class Market:
    """A pair of assets, its units and its fees.

    `quote_atoms_per_tick_lot`: quote atoms of one tick × one lot; `base_atoms_per_lot`: base atoms of one lot;
    `worst_cost_ppm`: the most that a fill can cost a buyer, with its fee, whoever takes: never less than 10^6;
    `last_price_ticks`: of the last trade, 0 before the first; `protection`: None while an operator limits nothing;
    `quick`: it is open and nothing follows its book, so that plain orders may go the quick way.
    """

    __slots__ = (
        "base",
        "base_atoms_per_lot",
        "last_price_ticks",
        "lot_units",
        "maker_fee_ppm",
        "market_id",
        "min_notional_atoms",
        "name",
        "next_trade_id",
        "price_decimals",
        "protection",
        "quantity_decimals",
        "quick",
        "quote",
        "quote_atoms_per_tick_lot",
        "status",
        "taker_fee_ppm",
        "tick_units",
        "worst_cost_ppm",
    )

    def __init__(
        self,
        market_id: MarketId,
        base: Asset,
        quote: Asset,
        tick_units: int,
        price_decimals: int,
        lot_units: int,
        quantity_decimals: int,
        min_notional_atoms: Atoms,
        maker_fee_ppm: Ppm,
        taker_fee_ppm: Ppm,
        quote_atoms_per_tick_lot: int,
        base_atoms_per_lot: int,
        status: int,
        next_trade_id: int,
    ) -> None:
        self.market_id: Final = market_id
        self.name: Final = base.name + "-" + quote.name
        self.base: Final = base
        self.quote: Final = quote
        self.tick_units: Final = tick_units
        self.price_decimals: Final = price_decimals
        self.lot_units: Final = lot_units
        self.quantity_decimals: Final = quantity_decimals
        self.min_notional_atoms: Final = min_notional_atoms
        self.maker_fee_ppm: Final = maker_fee_ppm
        self.taker_fee_ppm: Final = taker_fee_ppm
        self.quote_atoms_per_tick_lot: Final = quote_atoms_per_tick_lot
        self.base_atoms_per_lot: Final = base_atoms_per_lot
        self.worst_cost_ppm: Final = Ppm(PPM + max(maker_fee_ppm, taker_fee_ppm, 0))
        self.status = status
        self.quick: bool = status == MARKET_OPEN
        self.next_trade_id = next_trade_id
        self.last_price_ticks: Ticks = Ticks(0)
        self.protection: Protection | None = None


class ApiKey:
    """A hashed key and what it may do."""

    __slots__ = ("account_id", "expire_time_ns", "key_id", "label", "revoked", "scopes", "secret_hash")

    def __init__(
        self,
        key_id: str,
        account_id: AccountId,
        secret_hash: bytes,
        scopes: int,
        label: str,
        expire_time_ns: TimeNs,
        revoked: bool,
    ) -> None:
        self.key_id: Final = key_id
        self.account_id: Final = account_id
        self.secret_hash: Final = secret_hash
        self.scopes: Final = scopes
        self.label: Final = label
        self.expire_time_ns: Final = expire_time_ns
        self.revoked = revoked
