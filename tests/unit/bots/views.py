"""Views for tests of strategies, and a market's grid."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from exchange_bots.bot.view import Terms, View
from exchange_bots.clock import NS
from exchange_bots.feed.messages import BookSnapshot, Level, TradePrint
from exchange_bots.play.actions import Side

START = 1_700_000_000 * NS
TERMS = Terms("BTC-USDC", Decimal("0.1"), Decimal("0.001"), Decimal(1))

Levels = Sequence[tuple[object, object]]


def levels(pairs: Levels) -> tuple[Level, ...]:
    return tuple(Level(Decimal(str(price)), Decimal(str(quantity))) for price, quantity in pairs)


def book(bids: Levels = ((100, 1),), asks: Levels = ((101, 1),), *, at: float = 0.0, coin: str = "BTC") -> BookSnapshot:
    """Return a book; `at` in seconds after START."""
    return BookSnapshot(coin, START + int(at * NS), levels(bids), levels(asks))


def mid_book(mid: float, spread: float = 1.0, *, at: float = 0.0) -> BookSnapshot:
    """Return a book around a price."""
    return book([(mid - spread / 2, 1)], [(mid + spread / 2, 1)], at=at)


def trade(side: str, price: object, quantity: object, *, at: float = 0.0, trade_id: int = 1) -> TradePrint:
    """Return a trade; `at` in seconds after START."""
    return TradePrint("BTC", START + int(at * NS), Side(side), Decimal(str(price)), Decimal(str(quantity)), trade_id)


def view(reference: BookSnapshot | None = None, *, at: float = 0.0, **changes: Any) -> View:
    """Return a view at some seconds after START, with plenty of money."""
    values: dict[str, Any] = {
        "time_ns": START + int(at * NS),
        "terms": TERMS,
        "reference": reference,
        "trades": (),
        "own": (),
        "fills": (),
        "inventory": Decimal(0),
        "base": Decimal(1_000),
        "quote": Decimal(1_000_000),
    }
    return View(**(values | changes))
