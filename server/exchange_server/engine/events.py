"""What happened. `Engine.apply` returns the events of one command, in order, the outcome first.

An event may refer to an `Order`: of it only what never changes may be read (ids, market, side, type, price, quantity,
create time), because readers see events later than the engine made them. What changes stands in the event itself.
After `OrderClosed` or `OrderCanceled` an order never changes again.

What most commands do has one event that tells everything: `OrderRested` and `OrderCanceled`. All others tell piece by
piece. A refused command has exactly one event, too: `Rejected`.

Events never change. The frequent ones are filled in at the one place where they are made, because calling a constructor
would double what they cost.
"""

from typing import Final, TypeAlias

from exchange_server.engine.entities import ApiKey, Asset, Market, Protection
from exchange_server.engine.orders import Order
from exchange_server.engine.types import AccountId, AssetId, Atoms, Lots, MarketId, OrderId, Ticks, TimeNs, TradeId


class Rejected:
    """The command was refused and changed nothing. `field` is the command's attribute at fault, or empty."""

    __slots__ = ("field", "reason")

    def __init__(self, reason: int, field: str) -> None:
        self.reason: Final = reason
        self.field: Final = field


class OrderRested:
    """A new order met nothing and rests with all of its quantity. The command's only event.

    `level_lots`: the new total of its price level. The balances are the owner's of the order's `reserved_asset`.
    """

    __slots__ = ("available_atoms", "level_lots", "order", "reserved_atoms")

    order: Order
    level_lots: Lots
    available_atoms: int
    reserved_atoms: int


class OrderCanceled:
    """Its owner canceled one open order, and from now on it never changes. The command's only event.

    `level_lots`: what is left at its price level, 0 when that is gone. The balances are the owner's of the order's
    `reserved_asset`.
    """

    __slots__ = ("available_atoms", "level_lots", "order", "reserved_atoms")

    order: Order
    level_lots: Lots
    available_atoms: int
    reserved_atoms: int


class OrderAccepted:
    """A new order entered that does not simply rest (see `OrderRested`).

    Trades follow, then `OrderClosed` unless something of it rests.
    """

    __slots__ = ("order",)

    def __init__(self, order: Order) -> None:
        self.order: Final = order


class OrderListAccepted:
    """An OCO (above, below) or a bracket (entry, take-profit, stop-loss) entered; `OrderAccepted` for each follows."""

    __slots__ = ("list_id", "orders")

    def __init__(self, list_id: OrderId, orders: list[Order]) -> None:
        self.list_id: Final = list_id
        self.orders: Final = orders


class OrderAmended:
    """An open order has other terms from now on: `order` is it as it is now, in place of `before`.

    Trades and, unless it rests or waits, `OrderClosed` follow when it arrived anew.
    """

    __slots__ = ("before", "cost_atoms", "fee_atoms", "open_lots", "order")

    def __init__(self, order: Order, before: Order) -> None:
        self.order: Final = order
        self.before: Final = before
        self.open_lots: Final = order.open_lots
        self.cost_atoms: Final = order.cost_atoms
        self.fee_atoms: Final = order.fee_atoms


class OrderDecremented:
    """Self-trade prevention took `lots` from an order instead of a trade. `open_lots`, `prevented_lots`: after it."""

    __slots__ = ("lots", "open_lots", "order", "prevented_lots")

    def __init__(self, order: Order, lots: Lots, open_lots: Lots, prevented_lots: Lots) -> None:
        self.order: Final = order
        self.lots: Final = lots
        self.open_lots: Final = open_lots
        self.prevented_lots: Final = prevented_lots


class OrderTriggered:
    """An order that waited for its trigger arrives: `order` is it as it arrives, in place of `before`.

    Trades and, unless it rests, `OrderClosed` follow.
    """

    __slots__ = ("before", "order")

    def __init__(self, order: Order, before: Order) -> None:
        self.order: Final = order
        self.before: Final = before


class OrderMoved:
    """A pegged order stands elsewhere from now on: `order` is it as it is now, maybe another object than before."""

    __slots__ = ("cost_atoms", "fee_atoms", "open_lots", "order")

    def __init__(self, order: Order) -> None:
        self.order: Final = order
        self.open_lots: Final = order.open_lots
        self.cost_atoms: Final = order.cost_atoms
        self.fee_atoms: Final = order.fee_atoms


class CancelReplaced:
    """Outcome of CancelReplaceOrder: what was refused of it; the events of what was done follow, the cancel's first."""

    __slots__ = ("cancel_refusal", "place_refusal")

    def __init__(self, cancel_refusal: "Rejected | None", place_refusal: "Rejected | None") -> None:
        self.cancel_refusal: Final = cancel_refusal
        self.place_refusal: Final = place_refusal


class BatchAccepted:
    """Outcome of BatchOrders: the events of each item, as of a command of its own; all of them follow, in order."""

    __slots__ = ("items",)

    def __init__(self, items: "list[list[Event]]") -> None:
        self.items: Final = items


class CancelAllAfterSet:
    """An account's dead-man's switch acts at `cancel_time_ns`; 0: it is disarmed."""

    __slots__ = ("account_id", "cancel_time_ns")

    def __init__(self, account_id: AccountId, cancel_time_ns: TimeNs) -> None:
        self.account_id: Final = account_id
        self.cancel_time_ns: Final = cancel_time_ns


class MarketProtectionSet:
    """A market has other limits from now on."""

    __slots__ = ("market", "protection")

    def __init__(self, market: Market, protection: Protection) -> None:
        self.market: Final = market
        self.protection: Final = protection


class TradeGroupSet:
    """An account is in another trade group from now on (or still the same); 0 is none."""

    __slots__ = ("account_id", "trade_group_id")

    def __init__(self, account_id: AccountId, trade_group_id: int) -> None:
        self.account_id: Final = account_id
        self.trade_group_id: Final = trade_group_id


class OrderDeduplicated:
    """The client order id was seen before with the same payload: the original order, as it is at this command."""

    __slots__ = ("close_reason", "cost_atoms", "fee_atoms", "open_lots", "order", "status", "update_time_ns")

    def __init__(
        self,
        order: Order,
        open_lots: Lots,
        cost_atoms: Atoms,
        fee_atoms: Atoms,
        status: int,
        close_reason: int,
        update_time_ns: TimeNs,
    ) -> None:
        self.order: Final = order
        self.open_lots: Final = open_lots
        self.cost_atoms: Final = cost_atoms
        self.fee_atoms: Final = fee_atoms
        self.status: Final = status
        self.close_reason: Final = close_reason
        self.update_time_ns: Final = update_time_ns


class Trade:
    """Two orders met, at the maker's price or in an `auction`, where nobody takes: there the maker is who came earlier.

    `cost_atoms`: price × quantity in quote atoms. `…_fee_atoms`: of this trade, negative for a rebate. `…_open_lots`,
    `…_cost_atoms`, `…_total_fee_atoms`: of each order after this trade, over all its trades.
    """

    __slots__ = (
        "auction",
        "cost_atoms",
        "maker",
        "maker_fee_atoms",
        "maker_open_lots",
        "maker_total_cost_atoms",
        "maker_total_fee_atoms",
        "price_ticks",
        "quantity_lots",
        "taker",
        "taker_fee_atoms",
        "taker_open_lots",
        "taker_total_cost_atoms",
        "taker_total_fee_atoms",
        "trade_id",
    )

    auction: bool
    trade_id: TradeId
    maker: Order
    taker: Order
    price_ticks: Ticks
    quantity_lots: Lots
    cost_atoms: Atoms
    maker_fee_atoms: Atoms
    taker_fee_atoms: Atoms
    maker_open_lots: Lots
    maker_total_cost_atoms: Atoms
    maker_total_fee_atoms: Atoms
    taker_open_lots: Lots
    taker_total_cost_atoms: Atoms
    taker_total_fee_atoms: Atoms


class OrderClosed:
    """An order ended: filled, expired, or canceled with others; from now on it never changes, so all may be read."""

    __slots__ = ("order",)

    def __init__(self, order: Order) -> None:
        self.order: Final = order


class LevelChanged:
    """A price level has a new total; 0 means that it is gone. At most one a level and command, with its last total."""

    __slots__ = ("market_id", "price_ticks", "quantity_lots", "side")

    market_id: MarketId
    side: int
    price_ticks: Ticks
    quantity_lots: Lots


class BalanceChanged:
    """A balance as it is after the command. At most one an account, asset and command."""

    __slots__ = ("account_id", "asset_id", "available_atoms", "reserved_atoms")

    account_id: AccountId
    asset_id: AssetId
    available_atoms: int
    reserved_atoms: int


class AssetCreated:
    """An asset exists; `created` is false when the same one existed before and nothing changed."""

    __slots__ = ("asset", "created")

    def __init__(self, asset: Asset, created: bool) -> None:
        self.asset: Final = asset
        self.created: Final = created


class MarketCreated:
    """A market exists; `created` is false when the same one existed before and nothing changed."""

    __slots__ = ("created", "market", "status")

    def __init__(self, market: Market, status: int, created: bool) -> None:
        self.market: Final = market
        self.status: Final = status
        self.created: Final = created


class MarketStatusChanged:
    """A market accepts something else from now on (or still the same)."""

    __slots__ = ("market", "status")

    def __init__(self, market: Market, status: int) -> None:
        self.market: Final = market
        self.status: Final = status


class AccountCreated:
    """An account exists; `created` is false when it existed before and nothing changed."""

    __slots__ = ("account_id", "create_time_ns", "created", "name")

    def __init__(self, account_id: AccountId, name: str, create_time_ns: TimeNs, created: bool) -> None:
        self.account_id: Final = account_id
        self.name: Final = name
        self.create_time_ns: Final = create_time_ns
        self.created: Final = created


class ApiKeyCreated:
    """An API key works from now on."""

    __slots__ = ("api_key",)

    def __init__(self, api_key: ApiKey) -> None:
        self.api_key: Final = api_key


class ApiKeyRevoked:
    """An API key works no longer."""

    __slots__ = ("api_key",)

    def __init__(self, api_key: ApiKey) -> None:
        self.api_key: Final = api_key


class Credited:
    """Money came from the issuance account, or had come before under the same credit id (`created` false).

    The balance is the account's after the command.
    """

    __slots__ = ("account_id", "amount_atoms", "asset_id", "available_atoms", "created", "reserved_atoms")

    def __init__(
        self,
        account_id: AccountId,
        asset_id: AssetId,
        amount_atoms: Atoms,
        available_atoms: Atoms,
        reserved_atoms: Atoms,
        created: bool,
    ) -> None:
        self.account_id: Final = account_id
        self.asset_id: Final = asset_id
        self.amount_atoms: Final = amount_atoms
        self.available_atoms: Final = available_atoms
        self.reserved_atoms: Final = reserved_atoms
        self.created: Final = created


class OrdersCanceled:
    """Outcome of CancelAllOrders: how many; an `OrderClosed` for each follows, oldest first."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count: Final = count


class OrdersExpired:
    """Outcome of ExpireOrders; an `OrderClosed` for each order that expired follows."""

    __slots__ = ()


Event: TypeAlias = (
    OrdersExpired
    | Rejected
    | OrderRested
    | OrderCanceled
    | OrderAccepted
    | OrderDeduplicated
    | OrderListAccepted
    | OrderAmended
    | OrderDecremented
    | OrderTriggered
    | OrderMoved
    | CancelReplaced
    | BatchAccepted
    | CancelAllAfterSet
    | MarketProtectionSet
    | TradeGroupSet
    | Trade
    | OrderClosed
    | LevelChanged
    | BalanceChanged
    | AssetCreated
    | MarketCreated
    | MarketStatusChanged
    | AccountCreated
    | ApiKeyCreated
    | ApiKeyRevoked
    | Credited
    | OrdersCanceled
)
