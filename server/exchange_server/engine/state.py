"""The engine's whole state as plain rows, in canonical order: what a snapshot holds and what the state hash is of.

Two engines are in the same state exactly if their rows are equal. Every value is a string, bytes or an integer that
fits signed 64 bits.
"""

import hashlib
import struct
from collections.abc import Collection, Iterator
from typing import Final, TypeAlias

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
    """The rows of each kind; of what there may be millions of, any collection, which may make them as they are read.

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
        special_orders: Collection[SpecialRow],
        open_orders: Collection[OrderRow],
        pending_orders: Collection[OrderRow],
        closed_orders: Collection[OrderRow],
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

    def tables(self) -> list[tuple[str, Collection[tuple[int | str | bytes, ...]]]]:
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
            for block in _blocks(rows):
                for column in zip(*block, strict=True):
                    digest.update(_column_bytes(column))
        return digest.digest()


def _blocks(rows: Collection[tuple[int | str | bytes, ...]]) -> Iterator[list[tuple[int | str | bytes, ...]]]:
    block: list[tuple[int | str | bytes, ...]] = []
    for row in rows:
        block.append(row)
        if len(block) == ROWS_HASHED_AT_ONCE:
            yield block
            block = []
    if block:
        yield block


def _column_bytes(column: tuple[int | str | bytes, ...]) -> bytes:
    """Encode one column of a block; its values are of one kind."""
    layout = f"<{len(column)}q"
    if isinstance(column[0], int):
        return struct.pack(layout, *column)
    values = [value.encode() if isinstance(value, str) else value for value in column]
    return struct.pack(layout, *map(len, values)) + b"".join(values)  # type: ignore[arg-type]
