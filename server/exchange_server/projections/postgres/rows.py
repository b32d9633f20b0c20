"""What the history is read as, in engine units. No database library is needed here: an exchange may run without one."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from exchange_server.engine.terms import SpecialTerms, Terms
from exchange_server.engine.types import (
    AccountId,
    AssetId,
    Atoms,
    Lots,
    MarketId,
    OrderId,
    Sequence,
    Ticks,
    TimeNs,
    TradeId,
)

TimeRange: TypeAlias = tuple[TimeNs | None, TimeNs | None]
"""At or after the first, before the second; none is no bound."""
ALWAYS: Final[TimeRange] = (None, None)


class HistoryUnavailable(Exception):
    """The history cannot be read now: the database is not reachable, overloaded, or not migrated yet."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as it was at the projection's cursor.

    `open_lots` is what is neither filled nor decremented, also after it closed; `trigger_price_ticks` and
    `pegged_price_ticks` are as of the last event.
    """

    order_id: OrderId
    account_id: AccountId
    market_id: MarketId
    client_order_id: str
    side: int
    type: int
    time_in_force: int
    post_only: bool
    price_ticks: Ticks
    quantity_lots: Lots
    open_lots: Lots
    cost_atoms: Atoms
    fee_atoms: Atoms
    status: int
    close_reason: int
    create_time_ns: TimeNs
    update_time_ns: TimeNs
    decremented_lots: Lots
    quote_amount_atoms: Atoms
    display_lots: Lots
    self_trade: int
    expire_time_ns: TimeNs
    slide: bool
    session_id: int
    trigger_price_ticks: Ticks
    trailing_offset_ticks: Ticks
    trailing_offset_bps: int
    activation_price_ticks: Ticks
    trigger_time_ns: TimeNs
    trigger_refusal: int
    list_id: OrderId
    peg_reference: int
    peg_offset_ticks: int
    pegged_price_ticks: Ticks

    @property
    def terms(self) -> Terms:
        """Return what it asks for."""
        return SpecialTerms(
            self.type,
            self.time_in_force,
            self.post_only,
            self.quote_amount_atoms,
            self.display_lots,
            self.self_trade,
            self.expire_time_ns,
            self.slide,
            self.session_id,
            self.trigger_price_ticks,
            self.trailing_offset_ticks,
            self.trailing_offset_bps,
            self.activation_price_ticks,
            self.peg_reference,
            self.peg_offset_ticks,
        )


@dataclass(frozen=True, slots=True)
class FillRow:
    """One side of a trade; `liquidity` is exchange.v1.Liquidity."""

    market_id: MarketId
    trade_id: TradeId
    liquidity: int
    sequence: Sequence
    order_id: OrderId
    account_id: AccountId
    side: int
    price_ticks: Ticks
    quantity_lots: Lots
    cost_atoms: Atoms
    fee_atoms: Atoms
    time_ns: TimeNs
    client_order_id: str

    @property
    def key(self) -> tuple[int, int]:
        """Return the place among the account's fills: the `before` of the next page."""
        return self.sequence, self.trade_id


@dataclass(frozen=True, slots=True)
class LedgerEntryRow:
    """One line of the double-entry ledger; `kind` is exchange.v1.LedgerEntryKind."""

    sequence: Sequence
    line: int
    account_id: AccountId
    asset_id: AssetId
    amount_atoms: Atoms
    kind: int
    market_id: MarketId
    trade_id: TradeId
    time_ns: TimeNs

    @property
    def key(self) -> tuple[int, int]:
        """Return the place among the account's entries: the `before` of the next page."""
        return self.sequence, self.line


@dataclass(frozen=True, slots=True)
class TotalsRow:
    """What an account's fills in a market come to; see `trading_totals`."""

    account_id: AccountId
    market_id: MarketId
    net_lots: Lots
    open_cost_atoms: int
    realized_atoms: int
    fee_atoms: int
    volume_atoms: int
    fill_count: int
    last_fill_time_ns: TimeNs


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows, and the sequence up to which fills are counted in them."""

    sequence: Sequence
    rows: list[TotalsRow]
