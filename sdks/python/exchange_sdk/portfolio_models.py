"""What accounts are worth and have won by trading. docs/portfolio.md of the exchange has the formulas."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from exchange_sdk._model import Model, to_datetime
from exchange_sdk._tables import html_table
from exchange_sdk.rows import Rows


@dataclass(frozen=True, slots=True, repr=False)
class Position(Model):
    """What an account's fills in one market come to; credits are no part of it.

    `net_quantity`: bought less sold, base units. `average_price`: at which it was bought (or sold, if negative), fees
    left out; None when it is zero. `realized_pnl`, `unrealized_pnl` (at the last price), `fees` (less rebates) and
    `volume` are quote units.
    """

    market: str
    net_quantity: Decimal
    average_price: Decimal | None
    realized_pnl: Decimal
    unrealized_pnl: Decimal
    fees: Decimal
    volume: Decimal
    fill_count: int
    last_fill_time_ns: int

    @property
    def last_fill_time(self) -> datetime:
        return to_datetime(self.last_fill_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class Portfolio(Model):
    """What an account is worth in one quote asset, and what its fills in the markets of that asset come to.

    `equity`: its balances at the last prices, quote units, as they are now. `positions`: by market name; the fills up
    to the command `as_of_sequence` are counted.
    """

    quote_asset: str
    equity: Decimal
    positions: tuple[Position, ...]
    as_of_sequence: int

    def _repr_html_(self) -> str:
        return html_table(self.positions)


@dataclass(frozen=True, slots=True, repr=False)
class EquityPoint(Model):
    """What an account was worth at a moment, quote units."""

    time_ns: int
    equity: Decimal

    @property
    def time(self) -> datetime:
        return to_datetime(self.time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class EquityHistory(Model):
    """What an account was worth over time, oldest first, in one quote asset; from each point to the next the same."""

    quote_asset: str
    points: tuple[EquityPoint, ...]

    def rows(self) -> Rows[EquityPoint]:
        """Return the points as rows: a table in a notebook, or a data frame."""
        return Rows(EquityPoint, self.points)

    def _repr_html_(self) -> str:
        return html_table(self.points)


@dataclass(frozen=True, slots=True, repr=False)
class Performance(Model):
    """How one account has traded, over all markets of the quote asset; quote units, as in `Position`."""

    account_id: int
    name: str
    equity: Decimal
    realized_pnl: Decimal
    unrealized_pnl: Decimal
    fees: Decimal
    volume: Decimal
    fill_count: int
    open_order_count: int
    last_fill_time_ns: int

    @property
    def last_fill_time(self) -> datetime:
        return to_datetime(self.last_fill_time_ns)


@dataclass(frozen=True, slots=True, repr=False)
class PerformanceTable(Model):
    """How accounts have traded in the markets of one quote asset, the largest volume first; as of a command."""

    quote_asset: str
    accounts: tuple[Performance, ...]
    as_of_sequence: int

    def rows(self) -> Rows[Performance]:
        """Return the accounts as rows: a table in a notebook, or a data frame."""
        return Rows(Performance, self.accounts)

    def _repr_html_(self) -> str:
        return html_table(self.accounts)
