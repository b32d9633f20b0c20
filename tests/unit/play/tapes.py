"""Small recordings, written by hand, and a book to play them against."""

import gzip
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from exchange_bots.play.actions import Action, Cancel, Execution, Flow, Outcome, Place, Settle, Side, Terms


def write(path: Path, lines: Iterable[str]) -> Path:
    """Write lines, packed when the name says so."""
    text = "".join(f"{line}\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


class PaperBook:
    """Price-time priority over a list: executes a flow's actions and tells it the fills, as the exchange would."""

    def __init__(self) -> None:
        self.resting: list[tuple[str, str, Side, Decimal, Decimal]] = []
        self.trades = 0

    def play(self, flow: Flow) -> list[Action]:
        """Run a whole flow; return its actions."""
        done = []
        for action in flow.actions():
            if isinstance(action, Settle):
                continue  # fills are delivered at once here
            done.append(action)
            flow.on_outcome(action, self.apply(action, flow))
        return done

    def apply(self, action: Action, flow: Flow) -> Outcome:
        match action.request:
            case Cancel(key):
                before = len(self.resting)
                self.resting = [order for order in self.resting if order[1] != key]
                return Outcome(1, Decimal(0), None if len(self.resting) < before else "ORDER_CLOSED")
            case Place() as place:
                return self._place(action.account, place, flow)

    def levels(self, side: Side) -> dict[Decimal, Decimal]:
        """Return the quantity at each price."""
        found: dict[Decimal, Decimal] = {}
        for _, _, order_side, price, quantity in self.resting:
            if order_side is side:
                found[price] = found.get(price, Decimal(0)) + quantity
        return found

    def _place(self, account: str, place: Place, flow: Flow) -> Outcome:
        crossing = [order for order in self.resting if order[2] is not place.side and _crosses(place, order[3])]
        if crossing and place.terms is Terms.POST_ONLY:
            return Outcome(0, Decimal(0), "POST_ONLY_WOULD_CROSS")
        sign = 1 if place.side is Side.BUY else -1
        left = place.quantity
        for order in sorted(crossing, key=lambda order: sign * order[3]):
            if left == 0:
                break
            maker, key, side, price, quantity = order
            filled = min(left, quantity)
            left -= filled
            self.trades += 1
            flow.on_execution(Execution(key, self.trades, maker, filled))
            flow.on_execution(Execution(place.key, self.trades, account, filled))
            position = self.resting.index(order)
            self.resting[position : position + 1] = (
                [(maker, key, side, price, quantity - filled)] if quantity > filled else []
            )
        if left and place.terms is not Terms.IOC:
            self.resting.append((account, place.key, place.side, place.price, left))
        return Outcome(1, place.quantity - left, None)


def _crosses(place: Place, price: Decimal) -> bool:
    return price <= place.price if place.side is Side.BUY else price >= place.price
