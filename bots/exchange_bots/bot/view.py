"""What a strategy sees, and what it says: values only, so that a backtest shows and hears the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from exchange_bots.feed.messages import BookSnapshot, TradePrint
from exchange_bots.play.actions import Side

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """A market's grid: price steps in quote units, quantity steps in base units, least notional in quote units."""

    market: str
    tick_size: Decimal
    lot_size: Decimal
    min_notional: Decimal = ZERO

    def price(self, side: Side, price: Decimal | float) -> Decimal:
        """Round to a tick away from the other side: a bid down, an ask up; never below one tick."""
        rounding = ROUND_FLOOR if side is Side.BUY else ROUND_CEILING
        return max(self._steps(price, self.tick_size, rounding), self.tick_size)

    def taking_price(self, side: Side, price: Decimal | float) -> Decimal:
        """Round to a tick towards the other side: a buyer's limit up, a seller's down; never below one tick."""
        return self.price(side.opposite, price)

    def quantity(self, quantity: Decimal | float) -> Decimal:
        """Round down to whole lots."""
        return self._steps(quantity, self.lot_size, ROUND_FLOOR)

    def is_enough(self, price: Decimal, quantity: Decimal) -> bool:
        """Tell whether an order is large enough for the market."""
        return quantity > 0 and price * quantity >= self.min_notional

    @staticmethod
    def _steps(value: Decimal | float, step: Decimal, rounding: str) -> Decimal:
        # A float is a strategy's arithmetic: rounded first, so that 0.3 / 0.1 is 3 steps and not 2.
        exact = value if isinstance(value, Decimal) else Decimal(value).quantize(step / 1000, ROUND_HALF_EVEN)
        return (exact / step).to_integral_value(rounding) * step


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """An own order in the book, as far as it is known. `quantity` is what was ordered; `filled` also has what
    self-trade prevention took.
    """

    key: str
    side: Side
    price: Decimal
    quantity: Decimal
    filled: Decimal

    @property
    def open_quantity(self) -> Decimal:
        """What is left of it."""
        return self.quantity - self.filled


@dataclass(frozen=True, slots=True)
class OwnFill:
    """One execution of an own order; `quote_amount` and `fee` in quote units."""

    side: Side
    price: Decimal
    quantity: Decimal
    quote_amount: Decimal
    fee: Decimal
    is_maker: bool


@dataclass(frozen=True, slots=True)
class View:
    """The world at one moment, without any doubt in it.

    `reference`: the venue's book, or this exchange's without own orders; None only for strategies that need none.
    `trades`: of the same place, and `fills`: own ones, both since the view before. `inventory`: base units held beyond
    the neutral amount; `base` and `quote`: all that is held.
    """

    time_ns: int
    terms: Terms
    reference: BookSnapshot | None
    trades: tuple[TradePrint, ...]
    own: tuple[RestingOrder, ...]
    fills: tuple[OwnFill, ...]
    inventory: Decimal
    base: Decimal
    quote: Decimal

    @property
    def seconds(self) -> float:
        """The time in seconds."""
        return self.time_ns / 1e9

    @property
    def book(self) -> BookSnapshot:
        """The reference of a strategy that needs one."""
        assert self.reference is not None
        return self.reference


@dataclass(frozen=True, slots=True)
class Quote:
    """A limit order that should rest: post-only, on the market's grid."""

    side: Side
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Take:
    """An order that should trade at once, up to its limit, or not at all: IOC, on the market's grid."""

    side: Side
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Decision:
    """What a strategy wants. `quotes`: all that should rest, in place of whatever does; None leaves that as it is."""

    quotes: Sequence[Quote] | None = None
    takes: Sequence[Take] = ()


NOTHING = Decision()
