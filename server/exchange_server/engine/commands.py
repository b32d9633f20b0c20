"""What the engine can be asked to do. One command is one journal record.

Commands are immutable and carry neither sequence nor time: the sequencer stamps both and hands them to
`Engine.apply(sequence, time_ns, command)`. Plain slotted classes, because they are built once for every order.
"""

from typing import Final, TypeAlias

from exchange_server.engine.terms import Terms
from exchange_server.engine.types import AccountId, AssetId, Atoms, Lots, MarketId, OrderId, Ppm, Ticks, TimeNs


class PlaceOrder:
    """Place an order. `price_ticks` is 0 for a market order; the time in force of `terms` is resolved (never 0)."""

    __slots__ = ("account_id", "client_order_id", "market_id", "price_ticks", "quantity_lots", "side", "terms")

    def __init__(
        self,
        account_id: AccountId,
        market_id: MarketId,
        side: int,
        terms: Terms,
        price_ticks: Ticks,
        quantity_lots: Lots,
        client_order_id: str,
    ) -> None:
        self.account_id: Final = account_id
        self.market_id: Final = market_id
        self.side: Final = side
        self.terms: Final = terms
        self.price_ticks: Final = price_ticks
        self.quantity_lots: Final = quantity_lots
        self.client_order_id: Final = client_order_id

    @property
    def type(self) -> int:
        """Limit or market."""
        return self.terms.type

    @property
    def time_in_force(self) -> int:
        """How long what is not filled stays."""
        return self.terms.time_in_force

    @property
    def post_only(self) -> bool:
        """Whether the order is to be refused rather than take liquidity."""
        return self.terms.post_only


class CancelOrder:
    """Cancel one open order, named by `order_id`, or by `client_order_id` when `order_id` is 0."""

    __slots__ = ("account_id", "client_order_id", "order_id")

    def __init__(self, account_id: AccountId, order_id: OrderId, client_order_id: str) -> None:
        self.account_id: Final = account_id
        self.order_id: Final = order_id
        self.client_order_id: Final = client_order_id


class CancelAllOrders:
    """Cancel an account's open orders, oldest first; `market_id` 0 is every market."""

    __slots__ = ("account_id", "market_id")

    def __init__(self, account_id: AccountId, market_id: MarketId) -> None:
        self.account_id: Final = account_id
        self.market_id: Final = market_id


class CreateAsset:
    """Create an asset whose atom is 10^-`decimals`."""

    __slots__ = ("decimals", "name")

    def __init__(self, name: str, decimals: int) -> None:
        self.name: Final = name
        self.decimals: Final = decimals


class CreateMarket:
    """Create a market `base_asset`-`quote_asset`; it starts OPEN.

    The tick size is `tick_units` × 10^-`price_decimals` quote units, the lot size `lot_units` × 10^-`quantity_decimals`
    base units. Tick × lot must be whole quote atoms, a lot whole base atoms.
    """

    __slots__ = (
        "base_asset",
        "lot_units",
        "maker_fee_ppm",
        "min_notional_atoms",
        "price_decimals",
        "quantity_decimals",
        "quote_asset",
        "taker_fee_ppm",
        "tick_units",
    )

    def __init__(
        self,
        base_asset: str,
        quote_asset: str,
        tick_units: int,
        price_decimals: int,
        lot_units: int,
        quantity_decimals: int,
        min_notional_atoms: Atoms,
        maker_fee_ppm: Ppm,
        taker_fee_ppm: Ppm,
    ) -> None:
        self.base_asset: Final = base_asset
        self.quote_asset: Final = quote_asset
        self.tick_units: Final = tick_units
        self.price_decimals: Final = price_decimals
        self.lot_units: Final = lot_units
        self.quantity_decimals: Final = quantity_decimals
        self.min_notional_atoms: Final = min_notional_atoms
        self.maker_fee_ppm: Final = maker_fee_ppm
        self.taker_fee_ppm: Final = taker_fee_ppm


class SetMarketStatus:
    """Set what a market accepts."""

    __slots__ = ("market_id", "status")

    def __init__(self, market_id: MarketId, status: int) -> None:
        self.market_id: Final = market_id
        self.status: Final = status


class CreateAccount:
    """Create an account with a unique name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name: Final = name


class CreateApiKey:
    """Register an API key by the SHA-256 of its secret; `scopes` has bit `1 << SCOPE_…`; expiry 0 is never."""

    __slots__ = ("account_id", "expire_time_ns", "key_id", "label", "scopes", "secret_hash")

    def __init__(
        self,
        key_id: str,
        account_id: AccountId,
        secret_hash: bytes,
        scopes: int,
        label: str,
        expire_time_ns: TimeNs,
    ) -> None:
        self.key_id: Final = key_id
        self.account_id: Final = account_id
        self.secret_hash: Final = secret_hash
        self.scopes: Final = scopes
        self.label: Final = label
        self.expire_time_ns: Final = expire_time_ns


class RevokeApiKey:
    """Make an API key unusable. Revoking a revoked key changes nothing."""

    __slots__ = ("key_id",)

    def __init__(self, key_id: str) -> None:
        self.key_id: Final = key_id


class Credit:
    """Move money from the issuance account to an account; `credit_id` makes it idempotent."""

    __slots__ = ("account_id", "amount_atoms", "asset_id", "credit_id")

    def __init__(self, account_id: AccountId, asset_id: AssetId, amount_atoms: Atoms, credit_id: str) -> None:
        self.account_id: Final = account_id
        self.asset_id: Final = asset_id
        self.amount_atoms: Final = amount_atoms
        self.credit_id: Final = credit_id


Command: TypeAlias = (
    PlaceOrder
    | CancelOrder
    | CancelAllOrders
    | CreateAsset
    | CreateMarket
    | SetMarketStatus
    | CreateAccount
    | CreateApiKey
    | RevokeApiKey
    | Credit
)
