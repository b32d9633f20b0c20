"""The engine's whole state as plain rows, in canonical order: what a snapshot holds and what the state hash is of.

Two engines are in the same state exactly if their rows are equal. Every value is a string, bytes or an integer that
fits signed 64 bits.
"""

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from exchange_server.engine.accounts import Account
from exchange_server.engine.book import BookSide
from exchange_server.engine.entities import ApiKey, Asset, Market, Protection
from exchange_server.engine.live import LiveState
from exchange_server.engine.orders import Order
from exchange_server.engine.pegging import begin_following
from exchange_server.engine.risk import reserved_atoms
from exchange_server.engine.specials import Special
from exchange_server.engine.terms import PLAIN_ROW, SpecialTerms, row_of, special_of, terms_of
from exchange_server.engine.trading import count_special
from exchange_server.engine.types import (
    PPM,
    TYPE_PEGGED,
    AccountId,
    AssetId,
    Atoms,
    MarketId,
    OrderId,
    Ppm,
    Ticks,
    TimeNs,
)
from exchange_server.engine.types import Sequence as SequenceNumber

CountersRow: TypeAlias = tuple[int, int, int, int, int]
"""sequence, time_ns, event_digest, next_account_id, extra_orders"""
AssetRow: TypeAlias = tuple[int, str, int]
"""asset_id, name, decimals"""
MarketRow: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, int, int, int, int, int, int]
"""market_id, base asset_id, quote asset_id, tick_units, price_decimals, lot_units, quantity_decimals,
min_notional_atoms, maker_fee_ppm, taker_fee_ppm, quote_atoms_per_tick_lot, base_atoms_per_lot, status, next_trade_id,
last_price_ticks"""
ProtectionRow: TypeAlias = tuple[int, int, int, int, int, int, int, int, int]
"""market_id, then the limits in the order of `Protection`'s constructor"""
AccountRow: TypeAlias = tuple[int, str, int, int, int]
"""account_id, name, create_time_ns, trade_group_id, when its dead-man's switch acts (0: never)"""
ApiKeyRow: TypeAlias = tuple[str, int, bytes, int, str, int, int]
"""key_id, account_id, secret_hash, scopes, label, expire_time_ns, revoked (0 or 1)"""
BalanceRow: TypeAlias = tuple[int, int, int]
"""account_id, asset_id, available_atoms; what is reserved follows from the open orders"""
OrderRow: TypeAlias = tuple[int, int, int, int, int, int, int, int, int, str, int, int, int, int, int, int, int, int]
"""order_id, account_id, market_id, side, type, time_in_force, post_only (0 or 1), price_ticks, quantity_lots,
client_order_id, create_time_ns, open_lots, cost_atoms, fee_atoms, fee_excess_micro (what was charged beyond the exact
fee, 0 to 999,999), status (which follows from the rest), close_reason, update_time_ns"""
SpecialRow: TypeAlias = tuple[int, ...]
"""order_id, then `SpecialTerms.row`, then `Special.row`"""
CreditRow: TypeAlias = tuple[int, str, int, int]
"""account_id, credit_id, asset_id, amount_atoms"""

TABLES: Final = (
    "counters",
    "assets",
    "markets",
    "protections",
    "accounts",
    "api_keys",
    "balances",
    "special_orders",
    "open_orders",
    "pending_orders",
    "closed_orders",
    "credits",
)
"""The lists of a `State` and the parameters of its constructor, in canonical order."""

ROWS_HASHED_AT_ONCE: Final = 2048


class State:
    """One list of rows a kind.

    Assets, markets, accounts, API keys and balances by id; what is special about orders by order id; open orders by
    market, bids before asks, in the order in which they trade; pending orders (they wait for a trigger, or
    are parked), closed orders and credits by account, oldest first.
    """

    __slots__ = TABLES

    def __init__(
        self,
        counters: list[CountersRow],
        assets: list[AssetRow],
        markets: list[MarketRow],
        protections: list[ProtectionRow],
        accounts: list[AccountRow],
        api_keys: list[ApiKeyRow],
        balances: list[BalanceRow],
        special_orders: list[SpecialRow],
        open_orders: list[OrderRow],
        pending_orders: list[OrderRow],
        closed_orders: list[OrderRow],
        credits: list[CreditRow],
    ) -> None:
        self.counters: Final = counters
        self.assets: Final = assets
        self.markets: Final = markets
        self.protections: Final = protections
        self.accounts: Final = accounts
        self.api_keys: Final = api_keys
        self.balances: Final = balances
        self.special_orders: Final = special_orders
        self.open_orders: Final = open_orders
        self.pending_orders: Final = pending_orders
        self.closed_orders: Final = closed_orders
        self.credits: Final = credits

    def tables(self) -> list[tuple[str, Sequence[tuple[int | str | bytes, ...]]]]:
        """Return each list with its name, in canonical order."""
        return [
            ("counters", self.counters),
            ("assets", self.assets),
            ("markets", self.markets),
            ("protections", self.protections),
            ("accounts", self.accounts),
            ("api_keys", self.api_keys),
            ("balances", self.balances),
            ("special_orders", self.special_orders),
            ("open_orders", self.open_orders),
            ("pending_orders", self.pending_orders),
            ("closed_orders", self.closed_orders),
            ("credits", self.credits),
        ]

    def hash(self) -> bytes:
        """Return BLAKE2b-256 over the rows: per table its name and row count, then blocks of rows by column.

        Of a block, each column is its integers as little-endian signed 64 bits; a column of strings (UTF-8) or bytes is
        the values' lengths in the same way, then the values. Column by column costs a third of row by row.
        """
        digest = hashlib.blake2b(digest_size=32)
        for name, rows in self.tables():
            digest.update(f"{name} {len(rows)}\n".encode())
            for start in range(0, len(rows), ROWS_HASHED_AT_ONCE):
                for column in zip(*rows[start : start + ROWS_HASHED_AT_ONCE], strict=True):
                    digest.update(_column_bytes(column))
        return digest.digest()


def _column_bytes(column: tuple[int | str | bytes, ...]) -> bytes:
    """Encode one column of a block; its values are of one kind."""
    layout = f"<{len(column)}q"
    if isinstance(column[0], int):
        return struct.pack(layout, *column)
    values = [value.encode() if isinstance(value, str) else value for value in column]
    return struct.pack(layout, *map(len, values)) + b"".join(values)  # type: ignore[arg-type]


def dump(live: LiveState) -> State:
    """Write the live state as rows."""
    accounts = [live.accounts[account_id] for account_id in sorted(live.accounts)]
    known = (
        order
        for account in accounts
        for orders in (account.open_orders, account.closed_orders)
        for order in orders.values()
    )
    special = [order for order in known if isinstance(order.terms, SpecialTerms)]
    return State(
        counters=[(live.sequence, live.time_ns, live.event_digest, live.next_account_id, live.extra_orders)],
        assets=[(asset.asset_id, asset.name, asset.decimals) for asset in live.assets.values()],
        markets=[_market_row(market) for market in live.markets.values()],
        protections=[_protection_row(market) for market in live.markets.values() if market.protection is not None],
        accounts=[_account_row(live, account) for account in accounts],
        api_keys=[_api_key_row(live.api_keys[key_id]) for key_id in sorted(live.api_keys)],
        balances=[
            (account.account_id, asset_id, account.balances[asset_id].available_atoms)
            for account in accounts
            for asset_id in sorted(account.balances)
        ],
        special_orders=sorted((order.order_id, *row_of(order.terms), *order.special.row()) for order in special),
        open_orders=[_order_row(order) for order in _open_orders(live)],
        pending_orders=[_order_row(order) for order in special if order.pending or order.parked],
        closed_orders=[_order_row(order) for account in accounts for order in account.closed],
        credits=[
            (account.account_id, credit_id, *account.credits[credit_id])
            for account in accounts
            for credit_id in account.credit_ids
        ],
    )


def load(live: LiveState, state: State) -> None:
    """Read rows into a live state that is still as at genesis."""
    # 1. What the rest refers to.
    for asset_id, name, decimals in state.assets:
        live.add_asset(Asset(AssetId(asset_id), name, decimals))
    for market_row in state.markets:
        live.add_market(_market(live, market_row))
    for market_id, *limits in state.protections:
        live.markets[MarketId(market_id)].protection = Protection(*limits)  # type: ignore[arg-type]
    for account_id, name, create_time_ns, trade_group_id, cancel_time_ns in state.accounts:
        if account_id not in live.accounts:
            live.add_account(Account(AccountId(account_id), name, TimeNs(create_time_ns)))
        if trade_group_id:
            live.trade_groups[AccountId(account_id)] = trade_group_id
        live.switches.set(AccountId(account_id), TimeNs(cancel_time_ns))
    for key_id, account_id, secret_hash, scopes, label, expire_time_ns, revoked in state.api_keys:
        live.add_api_key(
            ApiKey(key_id, AccountId(account_id), secret_hash, scopes, label, TimeNs(expire_time_ns), revoked != 0)
        )
    for account_id, asset_id, available_atoms in state.balances:
        live.accounts[AccountId(account_id)].balance(AssetId(asset_id)).available_atoms = available_atoms

    # 2. Open orders: as they come, because this is how they lie in memory, into the book; into the accounts by age.
    specials = {row[0]: row for row in state.special_orders}
    opened: dict[AccountId, dict[OrderId, Order]] = {account_id: {} for account_id in live.accounts}
    for row in state.open_orders:
        book = live.books[row[2]]  # type: ignore[index]
        if row[4] == TYPE_PEGGED:
            order = _order(book.market, row, row[7], specials)  # type: ignore[arg-type]
            level = book.own(row[3]).level(order.pegged_price_ticks)
            begin_following(live, book, order)
        else:
            level = book.own(row[3]).level(row[7])  # type: ignore[arg-type]
            order = _order(book.market, row, level.price_ticks, specials)
        level.append(order)
        account = live.accounts[order.account_id]
        opened[order.account_id][order.order_id] = order
        if order.client_order_id:
            account.client_orders[order.client_order_id] = order
        balance = account.balance(order.reserved_asset.asset_id)
        balance.reserved_atoms += reserved_atoms(order)
        terms = order.terms
        if isinstance(terms, SpecialTerms):
            _note_expiry(live, order, terms)
            count_special(book, order, 1)
            _join_list(live, order)
    for row in state.pending_orders:
        book = live.books[row[2]]  # type: ignore[index]
        order = _order(book.market, row, row[7], specials)  # type: ignore[arg-type]
        order.level = order.prev = order.next = None
        if order.parked:
            begin_following(live, book, order)
            balance = live.accounts[order.account_id].balance(order.reserved_asset.asset_id)
            balance.reserved_atoms += reserved_atoms(order)
        elif order.open_lots:
            book.waiting.add(order)
        _join_list(live, order)
        opened[order.account_id][order.order_id] = order
        if order.client_order_id:
            live.accounts[order.account_id].client_orders[order.client_order_id] = order
        assert isinstance(order.terms, SpecialTerms)
        _note_expiry(live, order, order.terms)
    for account_id, orders in opened.items():
        live.accounts[account_id].open_orders = {order_id: orders[order_id] for order_id in sorted(orders)}

    # 3. What is remembered.
    for row in state.closed_orders:
        order = _order(live.markets[row[2]], row, row[7], specials)  # type: ignore[arg-type,index]
        account = live.accounts[order.account_id]
        if order.client_order_id:
            account.client_orders[order.client_order_id] = order
        account.remember(order)
    for account_id, credit_id, asset_id, amount_atoms in state.credits:
        live.accounts[AccountId(account_id)].remember_credit(credit_id, AssetId(asset_id), Atoms(amount_atoms))

    # 4. Where it stands.
    sequence, time_ns, event_digest, next_account_id, extra_orders = state.counters[0]
    live.first_order_id = OrderId(live.first_order_id + extra_orders)
    live.sequence = SequenceNumber(sequence)
    live.time_ns = TimeNs(time_ns)
    live.event_digest = event_digest
    live.next_account_id = AccountId(next_account_id)


def _join_list(live: LiveState, order: Order) -> None:
    if order.role:
        members = live.order_lists.get(order.list_id, ())
        live.order_lists[order.list_id] = tuple(sorted((*members, order.order_id)))


def _note_expiry(live: LiveState, order: Order, terms: SpecialTerms) -> None:
    if terms.expire_time_ns:
        live.expiries.add(terms.expire_time_ns, order.order_id, order.account_id)


def _open_orders(live: LiveState) -> Iterator[Order]:
    for book in live.books.values():
        yield from _side_orders(book.bids)
        yield from _side_orders(book.asks)


def _side_orders(side: BookSide) -> Iterator[Order]:
    for level in side.best_first():
        order = level.first
        while order is not None:
            yield order
            order = order.next


def _order_row(order: Order) -> OrderRow:
    fee_atoms = order.fee_atoms
    return (
        order.order_id,
        order.account_id,
        order.market.market_id,
        order.side,
        order.type,
        order.time_in_force,
        int(order.post_only),
        order.price_ticks,
        order.quantity_lots,
        order.client_order_id,
        order.create_time_ns,
        order.open_lots,
        order.cost_atoms,
        fee_atoms,
        fee_atoms * PPM - order.fee_micro,
        order.status,
        order.close_reason,
        order.update_time_ns,
    )


def _order(market: Market, row: OrderRow, price_ticks: Ticks, specials: dict[int, SpecialRow]) -> Order:
    # A million rows: naming the unit of each number would take longer than reading it.
    order = Order()
    order.order_id = row[0]  # type: ignore[assignment]
    order.account_id = row[1]  # type: ignore[assignment]
    order.market = market
    order.side = row[3]
    special = specials.get(row[0]) if specials else None
    if special is None:
        order.terms = terms_of(row[4], row[5], row[6] != 0)
    else:
        order.terms = special_of(row[4], row[5], row[6] != 0, special[1:])
        order.special = Special.of_row(special[1 + len(PLAIN_ROW) :])
    order.price_ticks = price_ticks
    order.quantity_lots = row[8]  # type: ignore[assignment]
    order.client_order_id = row[9]
    order.create_time_ns = row[10]  # type: ignore[assignment]
    order.open_lots = row[11]  # type: ignore[assignment]
    order.cost_atoms = row[12]  # type: ignore[assignment]
    order.fee_micro = row[13] * PPM - row[14]
    order.close_reason = row[16]
    order.update_time_ns = row[17]  # type: ignore[assignment]
    return order


def _market_row(market: Market) -> MarketRow:
    return (
        market.market_id,
        market.base.asset_id,
        market.quote.asset_id,
        market.tick_units,
        market.price_decimals,
        market.lot_units,
        market.quantity_decimals,
        market.min_notional_atoms,
        market.maker_fee_ppm,
        market.taker_fee_ppm,
        market.quote_atoms_per_tick_lot,
        market.base_atoms_per_lot,
        market.status,
        market.next_trade_id,
        market.last_price_ticks,
    )


def _protection_row(market: Market) -> ProtectionRow:
    protection = market.protection
    assert protection is not None
    return (
        market.market_id,
        protection.min_lots,
        protection.max_lots,
        protection.min_notional_atoms,
        protection.max_notional_atoms,
        protection.max_open_orders,
        protection.price_band_bps,
        protection.market_protection_bps,
        protection.reference_price_ticks,
    )


def _account_row(live: LiveState, account: Account) -> AccountRow:
    return (
        account.account_id,
        account.name,
        account.create_time_ns,
        live.trade_groups.get(account.account_id, 0),
        live.switches.times.get(account.account_id, 0),
    )


def _market(live: LiveState, row: MarketRow) -> Market:
    market = Market(
        MarketId(row[0]),
        live.assets[AssetId(row[1])],
        live.assets[AssetId(row[2])],
        row[3],
        row[4],
        row[5],
        row[6],
        Atoms(row[7]),
        Ppm(row[8]),
        Ppm(row[9]),
        row[10],
        row[11],
        row[12],
        row[13],
    )
    market.last_price_ticks = Ticks(row[14])
    return market


def _api_key_row(api_key: ApiKey) -> ApiKeyRow:
    return (
        api_key.key_id,
        api_key.account_id,
        api_key.secret_hash,
        api_key.scopes,
        api_key.label,
        api_key.expire_time_ns,
        int(api_key.revoked),
    )
