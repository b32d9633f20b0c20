"""Turns what the engine reports into one batch of rows, in memory.

Of an order or a balance that changes several times within a batch, only the last state is written. A new order is a row
to COPY, an older one an update, so that nothing that is appended pays for a conflict check.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from exchange_server.engine.entities import ApiKey, Asset, Market
from exchange_server.engine.events import (
    AccountCreated,
    ApiKeyCreated,
    ApiKeyRevoked,
    AssetCreated,
    BalanceChanged,
    Credited,
    Event,
    LevelChanged,
    MarketCreated,
    MarketStatusChanged,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderClosed,
    OrderDecremented,
    OrderMoved,
    OrderRested,
    OrderTriggered,
    Trade,
    TradeGroupSet,
)
from exchange_server.engine.orders import Order
from exchange_server.engine.terms import Terms
from exchange_server.engine.types import FEE_ACCOUNT, ISSUANCE_ACCOUNT, SIDE_BUY
from exchange_server.projections.cursor import Cursor
from exchange_server.projections.postgres import copy_rows

# exchange.v1.LedgerEntryKind
KIND_CREDIT: Final = 1
KIND_TRADE: Final = 2
KIND_FEE: Final = 3

NEVER_NS: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of the commands after `after_sequence` up to the cursor. Order updates and balances are columns.

    `trades`, each with its time, are what the trading totals grow by: of them only what never changes may be read.
    `api_keys` say whether they are revoked, and when they were made, 0 for one that was made before.
    """

    after_sequence: int
    cursor: Cursor
    rows: int
    new_orders: bytes
    new_special_orders: bytes
    fills: bytes
    trades: list[tuple[int, Trade]]
    ledger_entries: bytes
    order_updates: tuple[list[int], ...]
    special_order_updates: tuple[list[int], ...]
    balances: tuple[list[int], ...]
    assets: list[Asset]
    markets: list[tuple[Market, int]]
    accounts: list[tuple[int, str, int]]
    trade_groups: dict[int, int]
    api_keys: list[tuple[ApiKey, bool, int]]


class BatchBuilder:
    """Collects events, command by command. `take` reads the orders themselves, so call it before the engine goes on."""

    def __init__(self, after_sequence: int) -> None:
        self._begin(after_sequence)

    def _begin(self, after_sequence: int) -> None:
        self._after_sequence = after_sequence
        self._new_orders: dict[int, Order] = {}
        self._old_orders: dict[int, Order] = {}
        self._fills: list[bytes] = []
        self._trades: list[tuple[int, Trade]] = []
        self._ledger: list[bytes] = []
        # By account and asset, with available and reserved atoms.
        self._balances: dict[tuple[int, int], tuple[int, int]] = {}
        self._assets: dict[int, Asset] = {}
        self._markets: dict[int, tuple[Market, int]] = {}
        self._accounts: list[tuple[int, str, int]] = []
        self._trade_groups: dict[int, int] = {}
        self._api_keys: dict[str, tuple[ApiKey, bool, int]] = {}

    @property
    def due_ns(self) -> int:
        """Return never: no row is of a moment."""
        return NEVER_NS

    def look(self, time_ns: int) -> None:
        """Do nothing."""

    @property
    def rows(self) -> int:
        """Return about how many rows wait."""
        return len(self._new_orders) + len(self._old_orders) + 2 * len(self._fills) + len(self._ledger)

    def add(self, sequence: int, time_ns: int, events: Iterable[Event]) -> None:
        """Add the events of one command."""
        line = 0
        for event in events:
            kind = type(event)
            if kind is OrderRested:
                assert isinstance(event, OrderRested)
                self._new_orders[event.order.order_id] = event.order
                self._keep_balance(event)
            elif kind is OrderCanceled:
                assert isinstance(event, OrderCanceled)
                self._touch(event.order)
                self._keep_balance(event)
            elif kind is LevelChanged:
                continue  # the book is nobody's history
            elif kind is BalanceChanged:
                assert isinstance(event, BalanceChanged)
                self._balances[event.account_id, event.asset_id] = event.available_atoms, event.reserved_atoms
            elif kind is OrderAccepted:
                assert isinstance(event, OrderAccepted)
                self._new_orders[event.order.order_id] = event.order
            elif kind is OrderClosed:
                assert isinstance(event, OrderClosed)
                self._touch(event.order)
            elif kind is Trade:
                assert isinstance(event, Trade)
                self._touch(event.maker)
                self._fills.append(copy_rows.fill_rows(sequence, time_ns, event))
                self._trades.append((time_ns, event))
                line = self._book_trade(sequence, line, time_ns, event)
            else:
                line = self._add_rare(sequence, line, time_ns, event)

    def take(self, cursor: Cursor) -> Batch:
        """Return the batch up to `cursor` and begin the next one."""
        new = self._new_orders.values()
        # Orders with special terms have more columns; what an amend or self-trade prevention has changed is among them.
        plain = [order for order in self._old_orders.values() if type(order.terms) is Terms]
        special = [order for order in self._old_orders.values() if type(order.terms) is not Terms]
        balances = self._balances
        batch = Batch(
            after_sequence=self._after_sequence,
            cursor=cursor,
            rows=self.rows + len(balances),
            new_orders=b"".join([copy_rows.order_row(order) for order in new if type(order.terms) is Terms]),
            new_special_orders=b"".join(
                [copy_rows.special_order_row(order) for order in new if type(order.terms) is not Terms]
            ),
            fills=b"".join(self._fills),
            trades=self._trades,
            ledger_entries=b"".join(self._ledger),
            order_updates=_changes(plain),
            special_order_updates=(
                *_changes(special),
                [order.price_ticks for order in special],
                [order.quantity_lots for order in special],
                [order.decremented_lots for order in special],
                [order.trigger_price_ticks for order in special],
                [order.trigger_time_ns for order in special],
                [order.trigger_refusal for order in special],
                [order.pegged_price_ticks for order in special],
            ),
            balances=(
                [account_id for account_id, _ in balances],
                [asset_id for _, asset_id in balances],
                [available_atoms for available_atoms, _ in balances.values()],
                [reserved_atoms for _, reserved_atoms in balances.values()],
            ),
            assets=list(self._assets.values()),
            markets=list(self._markets.values()),
            accounts=self._accounts,
            trade_groups=self._trade_groups,
            api_keys=list(self._api_keys.values()),
        )
        self._begin(cursor.sequence)
        return batch

    def _keep_balance(self, event: OrderRested | OrderCanceled) -> None:
        order = event.order
        key = order.account_id, order.reserved_asset.asset_id
        self._balances[key] = event.available_atoms, event.reserved_atoms

    def _touch(self, order: Order) -> None:
        """Note that an order changed. One that was amended, say, is another object since: the latest counts."""
        orders = self._new_orders if order.order_id in self._new_orders else self._old_orders
        orders[order.order_id] = order

    def _book_trade(self, sequence: int, line: int, time_ns: int, trade: Trade) -> int:
        """Book base and quote between the two, then the fees; return the next line."""
        market = trade.maker.market
        if trade.maker.side == SIDE_BUY:
            buyer, buyer_fee = trade.maker.account_id, trade.maker_fee_atoms
            seller, seller_fee = trade.taker.account_id, trade.taker_fee_atoms
        else:
            buyer, buyer_fee = trade.taker.account_id, trade.taker_fee_atoms
            seller, seller_fee = trade.maker.account_id, trade.maker_fee_atoms
        base, quote = market.base.asset_id, market.quote.asset_id
        base_atoms, cost = trade.quantity_lots * market.base_atoms_per_lot, trade.cost_atoms
        market_id, trade_id = market.market_id, trade.trade_id
        for account, asset, amount, kind in (
            (seller, base, -base_atoms, KIND_TRADE),
            (buyer, base, base_atoms, KIND_TRADE),
            (buyer, quote, -cost, KIND_TRADE),
            (seller, quote, cost, KIND_TRADE),
            (buyer, quote, -buyer_fee, KIND_FEE),
            (seller, quote, -seller_fee, KIND_FEE),
            (FEE_ACCOUNT, quote, buyer_fee + seller_fee, KIND_FEE),
        ):
            if amount:
                self._ledger.append(
                    copy_rows.ledger_row(sequence, line, account, asset, amount, kind, market_id, trade_id, time_ns)
                )
                line += 1
        return line

    def _add_rare(self, sequence: int, line: int, time_ns: int, event: Event) -> int:
        match event:
            case Credited(created=True):
                asset_id, amount = event.asset_id, event.amount_atoms
                for account, change in ((ISSUANCE_ACCOUNT, -amount), (event.account_id, amount)):
                    self._ledger.append(
                        copy_rows.ledger_row(sequence, line, account, asset_id, change, KIND_CREDIT, 0, 0, time_ns)
                    )
                    line += 1
            case AssetCreated(created=True):
                self._assets[event.asset.asset_id] = event.asset
            case MarketCreated(created=True) | MarketStatusChanged():
                self._markets[event.market.market_id] = (event.market, event.status)
            case OrderAmended() | OrderTriggered() | OrderDecremented() | OrderMoved():
                self._touch(event.order)
            case TradeGroupSet():
                self._trade_groups[event.account_id] = event.trade_group_id
            case AccountCreated(created=True):
                self._accounts.append((event.account_id, event.name, event.create_time_ns))
            case ApiKeyCreated():
                self._api_keys[event.api_key.key_id] = (event.api_key, False, time_ns)
            case ApiKeyRevoked():
                _, _, create_time_ns = self._api_keys.get(event.api_key.key_id, (None, False, 0))
                self._api_keys[event.api_key.key_id] = (event.api_key, True, create_time_ns)
            case _:
                pass  # refusals, repetitions and counts leave no rows
        return line


def _changes(orders: Sequence[Order]) -> tuple[list[int], ...]:
    """Return the columns of what changes about every order."""
    return (
        [order.order_id for order in orders],
        [order.open_lots for order in orders],
        [order.cost_atoms for order in orders],
        [order.fee_atoms for order in orders],
        [order.status for order in orders],
        [order.close_reason for order in orders],
        [order.update_time_ns for order in orders],
    )
