"""The auction: one price for all, every tick tried."""

from __future__ import annotations

from dataclasses import dataclass

from tests.oracle.floor import NaiveFloor
from tests.oracle.orders import Outcome


@dataclass(frozen=True)
class Indication:
    """What would trade: at which price, how much, and how many lots more would buy than sell."""

    price: int
    volume: int
    surplus: int


class NaiveAuction(NaiveFloor):
    """Finds the price, and trades at it."""

    def indication(self, market_id: int) -> Indication | None:
        """Largest volume, least imbalance, nearest to the reference, lowest; None when the book is not crossed."""
        bids, asks = self.side(market_id, True), self.side(market_id, False)
        if not bids or not asks:
            return None
        low, high = asks[0].level, bids[0].level
        assert low is not None
        assert high is not None
        reference = self.reference(market_id)
        best: tuple[tuple[int, int, int, int], Indication] | None = None
        for price in range(low, high + 1):
            buys = sum(o.open for o in bids if o.level is not None and o.level >= price)
            sells = sum(o.open for o in asks if o.level is not None and o.level <= price)
            volume = min(buys, sells)
            rank = (-volume, abs(buys - sells), abs(price - reference) if reference else 0, price)
            if best is None or rank < best[0]:
                best = (rank, Indication(price, volume, buys - sells))
        return best[1] if best else None

    def uncross(self, market_id: int, outcome: Outcome) -> None:
        """Trade until the book is not crossed."""
        fee_ppm = max(self.markets[market_id].maker_ppm, 0)
        while (indication := self.indication(market_id)) is not None:
            price = indication.price
            while True:
                bids = [o for o in self.side(market_id, True) if o.level is not None and o.level >= price]
                asks = [o for o in self.side(market_id, False) if o.level is not None and o.level <= price]
                if not bids or not asks:
                    break
                older, younger = sorted((bids[0], asks[0]), key=lambda o: o.arrival)
                lots = min(older.shown, younger.shown)
                if not self.same_owner(older.account, younger.account):
                    self.execute(older, younger, lots, price, fee_ppm, fee_ppm, outcome)
                    continue
                if younger.stp == "DECREMENT":
                    self.prevent("decrement", older, younger, lots, outcome)
                if younger.stp in ("EXPIRE_MAKER", "EXPIRE_BOTH"):
                    self.prevent("expire maker", older, younger, older.open, outcome)
                if younger.stp in ("EXPIRE_TAKER", "EXPIRE_BOTH"):
                    self.prevent("expire taker", older, younger, younger.open, outcome)
