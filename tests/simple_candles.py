"""Candles of trades in the simplest way that can be: what those of the exchange are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

SECONDS = {"1s": 1, "1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14_400, "1d": 86_400}


@dataclass
class SimpleCandle:
    open_time_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    quote_volume: Decimal
    trade_count: int


def candles(
    trades: Iterable[tuple[int, Decimal, Decimal]], interval: str, *, fill_gaps: bool = False
) -> list[SimpleCandle]:
    """Make candles of trades (time in ns, price, quantity) in their order."""
    length = SECONDS[interval] * 1_000_000_000
    made: list[SimpleCandle] = []
    for time_ns, price, quantity in trades:
        open_time = time_ns - time_ns % length
        while fill_gaps and made and made[-1].open_time_ns + length < open_time:
            close = made[-1].close
            zero = Decimal(0)
            made.append(SimpleCandle(made[-1].open_time_ns + length, close, close, close, close, zero, zero, 0))
        if not made or made[-1].open_time_ns != open_time:
            made.append(SimpleCandle(open_time, price, price, price, price, Decimal(0), Decimal(0), 0))
        candle = made[-1]
        candle.high = max(candle.high, price)
        candle.low = min(candle.low, price)
        candle.close = price
        candle.volume += quantity
        candle.quote_volume += price * quantity
        candle.trade_count += 1
    return made
