"""What an account's fills in one market come to: position, cost, profit, fees, volume; exact integers, by average cost.

Trading takes nothing from nowhere. Whatever part of the cost a fill takes off the position, it is what the profit is
reckoned with, so that `realized_atoms` less the signed cost of the position is always exactly what selling has brought
less what buying has cost. Over all accounts that is zero, and so is net quantity: the profits of all, realized and
not, sum to zero at any last price, however the parts were rounded.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from exchange_server.engine.events import Trade
from exchange_server.engine.types import SIDE_BUY

TotalsRow: TypeAlias = tuple[int, int, int, int, int, int, int, int, int]
"""account_id, market_id, net_lots, open_cost_atoms, realized_atoms, fee_atoms, volume_atoms, fill_count,
last_fill_time_ns"""

TotalsKey: TypeAlias = tuple[int, int]
"""account_id, market_id"""


class TradingTotals:
    """The totals of one account in one market after some of its fills, which are added in the order of their trades.

    `net_lots`: bought less sold; `open_cost_atoms`: for how much it was bought (or sold, if negative), never negative;
    `realized_atoms`: what closing has won, fees left out.
    """

    __slots__ = (
        "fee_atoms",
        "fill_count",
        "last_fill_time_ns",
        "net_lots",
        "open_cost_atoms",
        "realized_atoms",
        "volume_atoms",
    )

    def __init__(
        self,
        net_lots: int = 0,
        open_cost_atoms: int = 0,
        realized_atoms: int = 0,
        fee_atoms: int = 0,
        volume_atoms: int = 0,
        fill_count: int = 0,
        last_fill_time_ns: int = 0,
    ) -> None:
        self.net_lots = net_lots
        self.open_cost_atoms = open_cost_atoms
        self.realized_atoms = realized_atoms
        self.fee_atoms = fee_atoms
        self.volume_atoms = volume_atoms
        self.fill_count = fill_count
        self.last_fill_time_ns = last_fill_time_ns

    def add(self, side: int, lots: int, cost_atoms: int, fee_atoms: int, time_ns: int) -> None:
        """Add a fill; its cost is a whole number of atoms a lot, as price × quantity is.

        What closes takes with it the part of the cost that is its part of the position, rounded to the nearest atom,
        a half to the even one. What goes on through zero opens a position at the fill's own price.
        """
        self.fee_atoms += fee_atoms
        self.volume_atoms += cost_atoms
        self.fill_count += 1
        self.last_fill_time_ns = time_ns
        change = lots if side == SIDE_BUY else -lots
        net = self.net_lots
        self.net_lots = net + change
        if net == 0 or (net > 0) == (change > 0):
            self.open_cost_atoms += cost_atoms
            return
        held = abs(net)
        if lots < held:
            closed_cost = _nearest(self.open_cost_atoms * lots, held)
            closed_for = cost_atoms
            self.open_cost_atoms -= closed_cost
        else:
            closed_cost = self.open_cost_atoms
            closed_for = cost_atoms // lots * held
            self.open_cost_atoms = cost_atoms - closed_for
        self.realized_atoms += closed_for - closed_cost if net > 0 else closed_cost - closed_for

    def row(self, key: TotalsKey) -> TotalsRow:
        """Return what a table holds of it."""
        return (
            *key,
            self.net_lots,
            self.open_cost_atoms,
            self.realized_atoms,
            self.fee_atoms,
            self.volume_atoms,
            self.fill_count,
            self.last_fill_time_ns,
        )


def keys_of(trades: Iterable[tuple[int, Trade]]) -> list[TotalsKey]:
    """Return whose totals some trades, each with its time, change; each once."""
    keys: Final[dict[TotalsKey, None]] = {}
    for _, trade in trades:
        market_id = trade.maker.market.market_id
        keys[trade.maker.account_id, market_id] = keys[trade.taker.account_id, market_id] = None
    return list(keys)


def add_trades(totals: dict[TotalsKey, TradingTotals], trades: Iterable[tuple[int, Trade]]) -> None:
    """Add both sides of trades, each with its time, in the order in which they were made; `totals` has all keys."""
    for time_ns, trade in trades:
        maker, taker, lots, cost_atoms = trade.maker, trade.taker, trade.quantity_lots, trade.cost_atoms
        market_id = maker.market.market_id
        totals[maker.account_id, market_id].add(maker.side, lots, cost_atoms, trade.maker_fee_atoms, time_ns)
        totals[taker.account_id, market_id].add(taker.side, lots, cost_atoms, trade.taker_fee_atoms, time_ns)


def _nearest(dividend: int, divisor: int) -> int:
    """Divide what is not negative, rounding to the nearest, a half to the even one."""
    quotient, rest = divmod(dividend, divisor)
    if 2 * rest > divisor or (2 * rest == divisor and quotient & 1):
        quotient += 1
    return quotient
