"""What a flow asks the exchange to do, and what it learns of the outcome: the words between readers and player."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Side(StrEnum):
    """Side of an order."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class Terms(StrEnum):
    """How long an order stays, and whether it may take."""

    GTC = "gtc"
    POST_ONLY = "post_only"
    IOC = "ioc"


@dataclass(frozen=True, slots=True)
class Place:
    """Place a limit order; `key` becomes its client order id. Price in quote units, quantity in base units."""

    key: str
    side: Side
    price: Decimal
    quantity: Decimal
    terms: Terms


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel the order that was placed under `key`."""

    key: str


@dataclass(frozen=True, slots=True)
class Action:
    """One request of one account, at a time of the tape. Actions are executed in the order of the flow."""

    time_ns: int
    account: str
    request: Place | Cancel


@dataclass(frozen=True, slots=True)
class Settle:
    """Nothing to do but wait: what the flow asks next depends on the fills of everything before."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The exchange's answer: `refused` is the reason's name, or None. Quantity in base units."""

    order_id: int
    filled: Decimal
    refused: str | None


@dataclass(frozen=True, slots=True)
class Execution:
    """One fill of one of the flow's orders, from the account's own stream."""

    key: str
    trade_id: int
    account: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class MarketTerms:
    """A market that suits the flow, with decimals as strings of the contract."""

    base_asset: str
    quote_asset: str
    base_decimals: int
    quote_decimals: int
    tick_size: str
    lot_size: str

    @property
    def name(self) -> str:
        """Base and quote joined by a dash."""
        return f"{self.base_asset}-{self.quote_asset}"


@dataclass(slots=True)
class Counts:
    """What a flow met, by name, for the summary; and what it skipped, by reason."""

    read: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)


class Flow(Protocol):
    """A source of actions that hears what came of them.

    The player calls everything from one thread; `on_outcome` in the order of the actions.
    """

    market: MarketTerms
    counts: Counts

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that the actions name."""
        ...

    def actions(self) -> Iterator[Action | Settle]:
        """Yield actions in tape order, lazily; it is not resumed after a Settle before the fills were delivered."""
        ...

    def progress(self) -> float:
        """Return how much of the source is done, 0 to 1; 0 when nobody knows."""
        ...

    def on_outcome(self, action: Action, outcome: Outcome) -> None:
        """Take the answer to an action."""
        ...

    def on_execution(self, execution: Execution) -> None:
        """Take a fill."""
        ...

    def findings(self) -> dict[str, int]:
        """Return what the flow found out, for the summary; complete when every execution was delivered."""
        ...
