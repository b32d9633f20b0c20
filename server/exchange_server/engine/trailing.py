"""Trailing stops that wait: a trade that moves many of them is one step, and one that fires none looks at two prices.

Stops that have seen the same best price are one *trail*. A better trade moves a whole trail at once, and trails that it
overtakes become one with it: those with fewer stops join the one with more, so that a stop changes its trail seldom.
"""

from collections.abc import Iterator
from typing import Final

from exchange_server.engine.ladder import PriceLadder
from exchange_server.engine.orders import Order
from exchange_server.engine.specials import Extreme, trailing_trigger
from exchange_server.engine.terms import SpecialTerms
from exchange_server.engine.triggers import Triggers
from exchange_server.engine.types import MAX_TICKS, OrderId, Ticks

NOWHERE: Final = MAX_TICKS + 2
"""Above every price."""
_NEVER: Final = 1
"""Rank of a trail that no trade has moved yet; all others are above."""


class Distances:
    """Stops by their distance from the extreme, in ticks or in basis points; `nearest` is the smallest, 0 for none."""

    __slots__ = ("_at", "_ladder", "nearest")

    def __init__(self) -> None:
        self.nearest: int = 0
        self._ladder: Final = PriceLadder()
        self._at: Final[dict[int, dict[OrderId, Order]]] = {}

    def add(self, distance: int, order: Order) -> None:
        """Add a stop."""
        orders = self._at.get(distance)
        if orders is None:
            orders = self._at[distance] = {}
            self._ladder.add(distance)
            self.nearest = self._ladder.lowest()
        orders[order.order_id] = order

    def remove(self, distance: int, order: Order) -> None:
        """Remove a stop that is here."""
        orders = self._at[distance]
        del orders[order.order_id]
        if not orders:
            del self._at[distance]
            self._ladder.remove(distance)
            self.nearest = self._ladder.lowest()

    def ascending(self) -> Iterator[tuple[int, dict[OrderId, Order]]]:
        """Iterate over distances and their stops, nearest first; nothing may change meanwhile."""
        for distance in self._ladder.ascending():
            yield distance, self._at[distance]


class Trail:
    """Stops of one side that share their extreme. `rank` is higher for a better extreme; `trigger` fires first."""

    __slots__ = ("buys", "by_bps", "by_offset", "extreme", "rank", "stops", "trigger")

    def __init__(self, buys: bool, extreme: Ticks) -> None:
        self.buys: Final = buys
        self.extreme: Extreme = Extreme(extreme)
        self.rank: int = rank_of(buys, extreme)
        self.by_offset: Final = Distances()
        self.by_bps: Final = Distances()
        self.stops: int = 0
        self.trigger: int = 0

    def add(self, order: Order) -> None:
        """Let a stop follow this extreme."""
        terms = order.terms
        assert isinstance(terms, SpecialTerms)
        if terms.trailing_offset_bps:
            self.by_bps.add(terms.trailing_offset_bps, order)
        else:
            self.by_offset.add(terms.trailing_offset_ticks, order)
        order.special.extreme = self.extreme
        self.stops += 1

    def remove(self, order: Order) -> None:
        """Let a stop go; it keeps the extreme as it is now."""
        terms = order.terms
        assert isinstance(terms, SpecialTerms)
        if terms.trailing_offset_bps:
            self.by_bps.remove(terms.trailing_offset_bps, order)
        else:
            self.by_offset.remove(terms.trailing_offset_ticks, order)
        order.special.extreme = Extreme(self.extreme.ticks)
        self.stops -= 1

    def orders(self) -> list[Order]:
        """Return all stops."""
        found = [order for _, orders in self.by_offset.ascending() for order in orders.values()]
        found += [order for _, orders in self.by_bps.ascending() for order in orders.values()]
        return found

    def first_trigger(self) -> int:
        """Return the price at which the first stop fires; 0 for none."""
        extreme = self.extreme.ticks
        offset, bps = self.by_offset.nearest, self.by_bps.nearest
        if extreme == 0:
            return 0
        one = trailing_trigger(self.buys, extreme, offset, 0) if offset else 0
        other = trailing_trigger(self.buys, extreme, 0, bps) if bps else 0
        if one and other:
            return min(one, other) if self.buys else max(one, other)
        return one or other

    def reached_by(self, price: Ticks) -> list[Order]:
        """Return the stops that a trade at this price fires."""
        reached: list[Order] = []
        for offset, orders in self.by_offset.ascending():
            if not self._fires(trailing_trigger(self.buys, self.extreme.ticks, offset, 0), price):
                break
            reached.extend(orders.values())
        for bps, orders in self.by_bps.ascending():
            if not self._fires(trailing_trigger(self.buys, self.extreme.ticks, 0, bps), price):
                break
            reached.extend(orders.values())
        return reached

    def _fires(self, trigger: int, price: Ticks) -> bool:
        return price >= trigger if self.buys else price <= trigger


class TrailingStops:
    """All trailing stops of one side of a market that wait.

    A trade activates, moves or fires a stop at or above `noticed_from` (`NOWHERE` for none), and at or below
    `noticed_up_to` (0 for none).
    """

    __slots__ = (
        "_at_trigger",
        "_buys",
        "_due",
        "_inactive",
        "_ranks",
        "_trail_of",
        "_trails",
        "_triggers",
        "count",
        "noticed_from",
        "noticed_up_to",
    )

    def __init__(self, buys: bool) -> None:
        self.count: int = 0
        self.noticed_from: int = NOWHERE
        self.noticed_up_to: int = 0
        self._buys: Final = buys
        self._inactive: Final = Triggers(not buys)
        self._trails: Final[dict[int, Trail]] = {}
        self._ranks: Final = PriceLadder()
        self._trail_of: Final[dict[OrderId, Trail]] = {}
        # Trails by the price at which their first stop fires.
        self._triggers: Final = PriceLadder()
        self._at_trigger: Final[dict[int, dict[int, Trail]]] = {}
        # Fired, and not yet taken out: they move no more.
        self._due: Final[dict[OrderId, Order]] = {}

    def add(self, order: Order) -> None:
        """Let a stop wait: for its activation, or with the extreme that it has."""
        self.count += 1
        if order.special.active:
            self._join(order, order.special.extreme.ticks)
        else:
            self._inactive.add(order, order.activation_price_ticks)
        self._find_noticed()

    def remove(self, order: Order) -> None:
        """Take out a stop that waits, or has just fired."""
        self.count -= 1
        if order.order_id in self._due:
            del self._due[order.order_id]
        elif order.special.active:
            self._leave(order)
        else:
            self._inactive.remove(order, order.activation_price_ticks)
        self._find_noticed()

    def __iter__(self) -> Iterator[Order]:
        yield from self._inactive
        for trail in self._trails.values():
            yield from trail.orders()
        yield from self._due.values()

    def reached_by(self, price: Ticks) -> list[Order]:
        """Let stops become active and follow a trade, and return those that it fires; they move no more."""
        reached: list[Order] = []
        if self.noticed_up_to < price < self.noticed_from:
            return reached
        if self._inactive.nearest:
            for order in self._inactive.reached_by(price):
                self._inactive.remove(order, order.activation_price_ticks)
                order.special.active = True
                self._join(order, price)
        self._follow(price)
        trigger = self._first_trigger()
        while trigger > 0 and (price >= trigger if self._buys else price <= trigger):
            for trail in list(self._at_trigger[trigger].values()):
                for order in trail.reached_by(price):
                    self._leave(order)
                    self._due[order.order_id] = order
                    reached.append(order)
            trigger = self._first_trigger()
        self._find_noticed()
        return reached

    def _find_noticed(self) -> None:
        lowest, nearest = self._ranks.lowest(), self._inactive.nearest
        if self._buys:
            self.noticed_from = self._triggers.lowest() or NOWHERE
            up_to = MAX_TICKS + 1 - lowest if lowest else 0
            self.noticed_up_to = nearest if nearest > up_to else up_to
        else:
            # A rank is one above its extreme: the first price that betters it.
            above = lowest or NOWHERE
            self.noticed_from = nearest if 0 < nearest < above else above
            self.noticed_up_to = self._triggers.highest()

    def _first_trigger(self) -> int:
        return self._triggers.lowest() if self._buys else self._triggers.highest()

    def _follow(self, price: Ticks) -> None:
        """Move every trail whose extreme a trade betters; they become one."""
        rank = rank_of(self._buys, price)
        lowest = self._ranks.lowest()
        while 0 < lowest < rank:
            trail = self._trails[lowest]
            there = self._trails.get(rank)
            if there is None:
                self._move(trail, rank, price)
            else:
                self._forget(trail)
                self._forget(there)
                less, more = (trail, there) if trail.stops < there.stops else (there, trail)
                more.rank = rank
                more.extreme.ticks = price
                for order in less.orders():
                    more.add(order)
                    self._trail_of[order.order_id] = more
                self._keep(more)
            lowest = self._ranks.lowest()

    def _move(self, trail: Trail, rank: int, price: Ticks) -> None:
        """Give a trail another extreme, whose rank no other has."""
        old, at_trigger = trail.trigger, self._at_trigger
        del self._trails[trail.rank]
        self._ranks.move(trail.rank, rank)
        if old and len(at_trigger[old]) > 1:
            del at_trigger[old][trail.rank]
            old = 0
        trail.rank = rank
        trail.extreme.ticks = price
        self._trails[rank] = trail
        trail.trigger = new = trail.first_trigger()
        alone = old > 0 and new > 0 and (new == old or new not in at_trigger)
        if alone:
            # The usual one: it has a trigger to itself, before and after.
            del at_trigger[old]
            at_trigger[new] = {rank: trail}
            self._triggers.move(old, new)
            return
        if old:
            del at_trigger[old]
            self._triggers.remove(old)
        if new:
            self._list_trigger(trail)

    def _join(self, order: Order, extreme: Ticks) -> None:
        rank = rank_of(self._buys, extreme)
        trail = self._trails.get(rank)
        if trail is None:
            trail = Trail(self._buys, extreme)
        else:
            self._forget(trail)
        trail.add(order)
        self._trail_of[order.order_id] = trail
        self._keep(trail)

    def _leave(self, order: Order) -> None:
        trail = self._trail_of.pop(order.order_id)
        self._forget(trail)
        trail.remove(order)
        if trail.stops:
            self._keep(trail)

    def _keep(self, trail: Trail) -> None:
        """List a trail by its rank and its first trigger."""
        self._trails[trail.rank] = trail
        self._ranks.add(trail.rank)
        trail.trigger = trigger = trail.first_trigger()
        if trigger:
            self._list_trigger(trail)

    def _list_trigger(self, trail: Trail) -> None:
        trails = self._at_trigger.get(trail.trigger)
        if trails is None:
            trails = self._at_trigger[trail.trigger] = {}
            self._triggers.add(trail.trigger)
        trails[trail.rank] = trail

    def _forget(self, trail: Trail) -> None:
        """Take a trail out of the lists before it changes."""
        del self._trails[trail.rank]
        self._ranks.remove(trail.rank)
        if trail.trigger:
            trails = self._at_trigger[trail.trigger]
            del trails[trail.rank]
            if not trails:
                del self._at_trigger[trail.trigger]
                self._triggers.remove(trail.trigger)


def rank_of(buys: bool, extreme: Ticks) -> int:
    """Return the rank of an extreme: of a high to sell from it is higher, of a low to buy from lower is better."""
    if extreme == 0:
        return _NEVER
    return NOWHERE - extreme if buys else _NEVER + extreme
