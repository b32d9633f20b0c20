"""What the engine can be asked to do. One command is one journal record.

Commands are immutable and carry neither sequence nor time: the sequencer stamps both and hands them to
`Engine.apply(sequence, time_ns, command)`. Plain slotted classes, because they are built once for every order.
"""

from collections.abc import Sequence
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
    """Cancel an account's open orders that pass the filters, oldest first.

    `market_id` 0 is every market, `side` 0 both; an empty prefix is every order, also without a client order id.
    """

    __slots__ = ("account_id", "client_order_id_prefix", "market_id", "side")

    def __init__(
        self, account_id: AccountId, market_id: MarketId, side: int = 0, client_order_id_prefix: str = ""
    ) -> None:
        self.account_id: Final = account_id
        self.market_id: Final = market_id
        self.side: Final = side
        self.client_order_id_prefix: Final = client_order_id_prefix


class AmendOrder:
    """Give an open order another limit price, or another ordered quantity with what is filled in it; 0 keeps it.

    The order is named as by CancelOrder.
    """

    __slots__ = ("account_id", "client_order_id", "order_id", "price_ticks", "quantity_lots")

    def __init__(
        self,
        account_id: AccountId,
        order_id: OrderId,
        client_order_id: str,
        price_ticks: Ticks,
        quantity_lots: Lots,
    ) -> None:
        self.account_id: Final = account_id
        self.order_id: Final = order_id
        self.client_order_id: Final = client_order_id
        self.price_ticks: Final = price_ticks
        self.quantity_lots: Final = quantity_lots


class CancelReplaceOrder:
    """Cancel one order and place another of the same account. With `stop_on_failure` only if the cancel succeeds."""

    __slots__ = ("cancel", "place", "stop_on_failure")

    def __init__(self, cancel: CancelOrder, place: PlaceOrder, stop_on_failure: bool) -> None:
        self.cancel: Final = cancel
        self.place: Final = place
        self.stop_on_failure: Final = stop_on_failure


class PlaceOcoOrder:
    """Place two orders of one account, market, side and quantity, of which one cancels the other."""

    __slots__ = ("above", "below")

    def __init__(self, above: PlaceOrder, below: PlaceOrder) -> None:
        self.above: Final = above
        self.below: Final = below


class PlaceBracketOrder:
    """Place an entry with two exits on the other side, whose quantity (0 here) is what the entry has filled."""

    __slots__ = ("entry", "stop_loss", "take_profit")

    def __init__(self, entry: PlaceOrder, take_profit: PlaceOrder, stop_loss: PlaceOrder) -> None:
        self.entry: Final = entry
        self.take_profit: Final = take_profit
        self.stop_loss: Final = stop_loss


BatchItem: TypeAlias = PlaceOrder | CancelOrder | AmendOrder


class BatchOrders:
    """Execute all of 1 to 500 items of one account, in order, or none of them.

    A batch whose items each stand for themselves is no command: its items are.
    """

    __slots__ = ("items",)

    def __init__(self, items: Sequence[BatchItem]) -> None:
        self.items: Final = tuple(items)


class SetMarketProtection:
    """State all limits of a market anew; 0 is no limit. Basis points; the reference holds before the first trade."""

    __slots__ = (
        "market_id",
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
        market_id: MarketId,
        min_lots: Lots,
        max_lots: Lots,
        min_notional_atoms: Atoms,
        max_notional_atoms: Atoms,
        max_open_orders: int,
        price_band_bps: int,
        market_protection_bps: int,
        reference_price_ticks: Ticks,
    ) -> None:
        self.market_id: Final = market_id
        self.min_lots: Final = min_lots
        self.max_lots: Final = max_lots
        self.min_notional_atoms: Final = min_notional_atoms
        self.max_notional_atoms: Final = max_notional_atoms
        self.max_open_orders: Final = max_open_orders
        self.price_band_bps: Final = price_band_bps
        self.market_protection_bps: Final = market_protection_bps
        self.reference_price_ticks: Final = reference_price_ticks


class SetCancelAllAfter:
    """Arm an account's dead-man's switch to act `timeout_ns` after this command's time; 0 disarms it."""

    __slots__ = ("account_id", "timeout_ns")

    def __init__(self, account_id: AccountId, timeout_ns: int) -> None:
        self.account_id: Final = account_id
        self.timeout_ns: Final = timeout_ns


class ExpireOrders:
    """End every order whose expire time is at or before this command's time, at most 1,000. Sent by the timer."""

    __slots__ = ()


class RunCancelAllAfter:
    """Cancel all orders of an account whose dead-man's switch ran out, unless it was set anew since it was sent."""

    __slots__ = ("account_id", "cancel_time_ns")

    def __init__(self, account_id: AccountId, cancel_time_ns: TimeNs) -> None:
        self.account_id: Final = account_id
        self.cancel_time_ns: Final = cancel_time_ns


class CancelSessionOrders:
    """Cancel what is open of the orders that an order entry stream placed, oldest first."""

    __slots__ = ("account_id", "session_id")

    def __init__(self, account_id: AccountId, session_id: int) -> None:
        self.account_id: Final = account_id
        self.session_id: Final = session_id


class SetTradeGroup:
    """Put an account into a trade group, whose accounts count as one owner; 0 takes it out."""

    __slots__ = ("account_id", "trade_group_id")

    def __init__(self, account_id: AccountId, trade_group_id: int) -> None:
        self.account_id: Final = account_id
        self.trade_group_id: Final = trade_group_id


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
    | AmendOrder
    | CancelReplaceOrder
    | PlaceOcoOrder
    | PlaceBracketOrder
    | BatchOrders
    | SetCancelAllAfter
    | ExpireOrders
    | RunCancelAllAfter
    | CancelSessionOrders
    | SetMarketProtection
    | SetTradeGroup
    | CreateAsset
    | CreateMarket
    | SetMarketStatus
    | CreateAccount
    | CreateApiKey
    | RevokeApiKey
    | Credit
)
