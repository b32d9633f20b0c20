"""Average cost, worked out in fractions: what trading totals are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from exchange_server.engine.events import Event, Trade

BUY = 1


@dataclass
class SimplePosition:
    """One account in one market. `cost` is what the net quantity has cost, negative for what was sold."""

    net_lots: int = 0
    cost: Fraction = Fraction(0)
    realized: Fraction = Fraction(0)
    cash_atoms: int = 0
    fee_atoms: int = 0
    volume_atoms: int = 0
    fill_count: int = 0
    last_fill_time_ns: int = 0
    closings: int = 0
    """Fills that closed a part of what is held now, since it was last nothing."""

    def add(self, side: int, lots: int, cost_atoms: int, fee_atoms: int, time_ns: int) -> None:
        """Add a fill: first what closes, at the average of what is held, then what opens, at its own price."""
        sign = 1 if side == BUY else -1
        price = Fraction(cost_atoms, lots)
        closes = min(lots, -self.net_lots * sign) if self.net_lots * sign < 0 else 0
        if closes:
            average = self.cost / self.net_lots
            self.realized += closes * sign * (average - price)
            self.cost += closes * sign * average
            self.net_lots += closes * sign
            self.closings = self.closings + 1 if self.net_lots else 0
        self.cost += (lots - closes) * sign * price
        self.net_lots += (lots - closes) * sign
        self.cash_atoms -= sign * cost_atoms
        self.fee_atoms += fee_atoms
        self.volume_atoms += cost_atoms
        self.fill_count += 1
        self.last_fill_time_ns = time_ns

    @property
    def tolerance(self) -> Fraction:
        """How far rounding may be off: half an atom for each part closed since the position was opened."""
        return Fraction(self.closings, 2)


def simple_positions(events: Iterable[tuple[int, int, list[Event]]]) -> dict[tuple[int, int], SimplePosition]:
    """Work out every account's position in every market from what the engine told, by account and market."""
    positions: dict[tuple[int, int], SimplePosition] = {}
    for _, time_ns, told in events:
        for trade in told:
            if isinstance(trade, Trade):
                for order, fee in ((trade.maker, trade.maker_fee_atoms), (trade.taker, trade.taker_fee_atoms)):
                    key = order.account_id, order.market.market_id
                    position = positions.setdefault(key, SimplePosition())
                    position.add(order.side, trade.quantity_lots, trade.cost_atoms, fee, time_ns)
    return positions


def check_totals(rows: Iterable[tuple[Any, ...]], positions: dict[tuple[int, int], SimplePosition]) -> None:
    """Compare rows of trading totals, in the order of the table's columns, with positions."""
    found = {(int(row[0]), int(row[1])): tuple(map(int, row[2:])) for row in rows}
    assert found.keys() == positions.keys()
    for key, (net, cost, realized, fee, volume, count, time_ns) in found.items():
        position = positions[key]
        assert (net, fee, volume, count, time_ns) == (
            *(position.net_lots, position.fee_atoms, position.volume_atoms),
            *(position.fill_count, position.last_fill_time_ns),
        )
        signed_cost = cost if net > 0 else -cost
        # What was not rounded is exact: money that came in is profit, or else what the position has cost.
        assert realized - signed_cost == position.cash_atoms
        assert abs(realized - position.realized) <= position.tolerance
        assert abs(signed_cost - position.cost) <= position.tolerance
        if net == 0:
            assert cost == 0
            assert realized == position.realized
