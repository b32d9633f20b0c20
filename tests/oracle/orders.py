"""What the naive exchange is about: markets, orders, trades, and what came of a command."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

LIMIT_KINDS = ("LIMIT", "STOP_LIMIT", "TAKE_PROFIT_LIMIT", "PEGGED")
TRIGGERED_KINDS = ("STOP_MARKET", "STOP_LIMIT", "TAKE_PROFIT_MARKET", "TAKE_PROFIT_LIMIT", "TRAILING_STOP")


@dataclass(frozen=True)
class NaiveMarket:
    """`quote_atoms`: of one tick × lot; `base_atoms`: of one lot."""

    base: int
    quote: int
    quote_atoms: int
    base_atoms: int
    min_notional: int
    maker_ppm: int
    taker_ppm: int


@dataclass
class Protection:
    """A market's limits; 0 is no limit. `min_notional` None leaves the market's own."""

    min_quantity: int = 0
    max_quantity: int = 0
    min_notional: int | None = None
    max_notional: int = 0
    max_open_orders: int = 0
    band_bps: int = 0
    market_bps: int = 0
    reference: int = 0


@dataclass(eq=False)
class NaiveOrder:
    """An order; `price` None is a market order. What stands behind `key` and `open` has the contract's defaults."""

    order_id: int
    account: int
    market_id: int
    buy: bool
    price: int | None
    quantity: int
    tif: str
    post_only: bool
    key: str
    open: int
    fee: Fraction = Fraction(0)
    cost: int = 0
    state: str = "open"
    kind: str = ""
    quote_amount: int = 0
    display: int = 0
    stp: str = "EXPIRE_MAKER"
    expire_time: int = 0
    slide: bool = False
    session: int = 0
    trigger: int = 0
    trailing_offset: int = 0
    trailing_bps: int = 0
    activation: int = 0
    peg: str = ""
    peg_offset: int = 0

    # What becomes of it.
    filled: int = 0
    prevented: int = 0
    shown: int = 0
    arrival: int = 0
    reason: str = ""
    refusal: str = ""
    stand: int | None = None
    active: bool = False
    extreme: int | None = None
    looks_from: int = 0
    mates: Mates | None = None

    def __post_init__(self) -> None:
        if not self.kind:
            self.kind = "MARKET" if self.price is None else "LIMIT"
        self.sent = (
            *(self.market_id, self.buy, self.kind, self.price, self.quantity, self.tif, self.post_only),
            *(self.quote_amount, self.display, self.stp, self.expire_time, self.slide, self.trigger),
            *(self.trailing_offset, self.trailing_bps, self.activation, self.peg, self.peg_offset),
        )

    def payload(self) -> tuple[object, ...]:
        """What a repeated key must agree in: what was sent."""
        return self.sent

    @property
    def level(self) -> int | None:
        """Where it stands: of a pegged order not its limit."""
        return self.stand if self.kind == "PEGGED" else self.price

    @property
    def adds_only(self) -> bool:
        """Whether it never takes."""
        return self.post_only or self.kind == "PEGGED"

    @property
    def may_rest(self) -> bool:
        """Whether what is left of it rests."""
        return self.price is not None and self.tif in ("GTC", "GTT")


@dataclass(eq=False)
class Mates:
    """The orders of an OCO (two legs), or of a bracket (an entry and two exits)."""

    legs: list[NaiveOrder]
    entry: NaiveOrder | None = None

    def all(self) -> list[NaiveOrder]:
        """Every order of the list, by age."""
        return ([self.entry] if self.entry else []) + self.legs


@dataclass(frozen=True)
class NaiveTrade:
    """One execution."""

    maker: int
    taker: int
    price: int
    lots: int
    maker_fee: int
    taker_fee: int


@dataclass
class Outcome:
    """What came of a command.

    `word` is "accepted", "repeated", "amended", "canceled <n>", "done", or the refusal's name. `events` are tuples in
    the published order: ("trade", maker, taker, price, lots), ("filled" | "canceled" | "expired", order, reason),
    ("triggered", order), ("moved", order, price).
    """

    word: str
    order: NaiveOrder | None = None
    trades: list[NaiveTrade] = field(default_factory=list)
    events: list[tuple[object, ...]] = field(default_factory=list)
