"""What changes about orders with special terms, besides what every order has."""

from typing import Final

from exchange_server.engine.types import BPS, Lots, OrderId, Ticks, TimeNs

ROLE_NONE: Final = 0
ROLE_LEG: Final = 1
"""Of an OCO."""
ROLE_ENTRY: Final = 2
ROLE_EXIT: Final = 3
"""Of a bracket."""


class Extreme:
    """The best trade since trailing stops that saw the same became active, 0 before the first."""

    __slots__ = ("ticks",)

    def __init__(self, ticks: Ticks) -> None:
        self.ticks: Ticks = ticks


class Special:
    """What changes about an order with special terms, besides what every order has.

    `shown_lots`: what of an iceberg the book shows; `decremented_lots`: what self-trade prevention took instead of
    trades; `sent_…`: the payload, which slides and amends do not change; `pending`: it waits for its trigger.
    Of an order in a list (OCO, bracket): `list_id`, the id of the list's first order, and its `role`; 0 for none.
    Of a trailing stop: `active`, and its `extreme`, which it shares while it waits (see `trailing`).
    Of a pegged order: `pegged_price_ticks`, where it stands, 0 while it is parked in no level.
    `joined_id` and `joined_step`: when it came to the back of its level, as the id that a new order would have got and
    a count within that command; 0 and 0 when it was with its own id.
    """

    __slots__ = (
        "active",
        "decremented_lots",
        "extreme",
        "joined_id",
        "joined_step",
        "list_id",
        "pegged_price_ticks",
        "pending",
        "role",
        "sent_price_ticks",
        "sent_quantity_lots",
        "shown_lots",
        "trigger_refusal",
        "trigger_time_ns",
    )

    def __init__(self, sent_price_ticks: Ticks, sent_quantity_lots: Lots) -> None:
        self.sent_price_ticks: Final = sent_price_ticks
        self.sent_quantity_lots: Final = sent_quantity_lots
        self.shown_lots: Lots = Lots(0)
        self.decremented_lots: Lots = Lots(0)
        self.pending: bool = False
        self.active: bool = False
        self.extreme: Extreme = Extreme(Ticks(0))
        self.trigger_time_ns: TimeNs = TimeNs(0)
        self.trigger_refusal: int = 0
        self.list_id: OrderId = OrderId(0)
        self.role: int = ROLE_NONE
        self.pegged_price_ticks: Ticks = Ticks(0)
        self.joined_id: OrderId = OrderId(0)
        self.joined_step: int = 0

    def row(self) -> tuple[int, ...]:
        """Return all of it as integers."""
        return (
            self.sent_price_ticks,
            self.sent_quantity_lots,
            self.shown_lots,
            self.decremented_lots,
            int(self.pending),
            int(self.active),
            self.extreme.ticks,
            self.trigger_time_ns,
            self.trigger_refusal,
            self.list_id,
            self.role,
            self.pegged_price_ticks,
            self.joined_id,
            self.joined_step,
        )

    @classmethod
    def of_row(cls, row: tuple[int, ...]) -> "Special":
        """Read what `row` wrote."""
        special = Special(Ticks(row[0]), Lots(row[1]))
        special.shown_lots = Lots(row[2])
        special.decremented_lots = Lots(row[3])
        special.pending = row[4] != 0
        special.active = row[5] != 0
        special.extreme = Extreme(Ticks(row[6]))
        special.trigger_time_ns = TimeNs(row[7])
        special.trigger_refusal = row[8]
        special.list_id = OrderId(row[9])
        special.role = row[10]
        special.pegged_price_ticks = Ticks(row[11])
        special.joined_id = OrderId(row[12])
        special.joined_step = row[13]
        return special


def trailing_trigger(buys: bool, extreme: int, offset: int, bps: int) -> int:
    """Return the last tick at which a trailing stop fires, so many ticks or basis points from its extreme; 0: never."""
    if buys:
        return -(-extreme * (BPS + bps) // BPS) if bps else extreme + offset
    return max(extreme * (BPS - bps) // BPS if bps else extreme - offset, 0)
