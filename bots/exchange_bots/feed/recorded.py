"""A recording as a source: of Hyperliquid's WebSocket, or what `exchange record` wrote, told in the venue's words."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from exchange_bots.clock import NS, now_ns
from exchange_bots.feed.messages import Level, TradePrint, book_text, trades_text
from exchange_bots.feed.source import Connected, Received, SourceEvent
from exchange_bots.play.actions import Side
from exchange_bots.play.tape import Tape
from exchange_bots.recording import FORMAT, VERSION

BOOK_INTERVAL_NS = NS // 2
"""Of this exchange's recordings, which tell every change, a book is told as often as Hyperliquid does."""
DEPTH = 20


class RecordedSource:
    """Tells a recording at `speed` times its own pace; None is as fast as it is heard, with the recorded times."""

    def __init__(self, path: Path, *, speed: float | None = 1.0) -> None:
        self._path = path
        self._speed = speed

    async def events(self) -> AsyncGenerator[SourceEvent, None]:
        """Yield the whole recording once. Raises TapeError for what is no recording."""
        yield Connected()
        began_ns = now_ns()
        first_ns: int | None = None
        for time_ns, text in messages(self._path):
            first_ns = time_ns if first_ns is None else first_ns
            if self._speed is None:
                yield Received(time_ns, text)
                continue
            due_ns = began_ns + int((time_ns - first_ns) / self._speed)
            await asyncio.sleep(max(due_ns - now_ns(), 0) / NS)
            yield Received(now_ns(), text)


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (receive time in ns, message) of either kind of recording. Raises TapeError."""
    tape = Tape.open(path)
    first = next(iter(tape), "")
    if first.startswith("{"):
        yield from _of_this_exchange(tape, first)
        return
    for time_ns, message in tape.messages():
        yield time_ns, json.dumps(message)


def _of_this_exchange(tape: Tape, first: str) -> Iterator[tuple[int, str]]:
    """Tell books and trades in Hyperliquid's words; the coin is the market's base asset."""
    try:
        header = json.loads(first)
        if header["format"] != FORMAT or header["version"] > VERSION:
            raise tape.error(f"not a recording of this exchange up to version {VERSION}")
        coins = {market["name"]: str(market["base_asset"]) for market in header["markets"]}
    except (ValueError, KeyError, TypeError) as error:
        raise tape.error(f"the header cannot be understood: {error!r}") from error
    books: dict[str, tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]] = {}
    told_ns: dict[str, int] = {}
    lines = tape.whole_lines()
    next(lines)
    for line in lines:
        try:
            event = json.loads(line)
            time_ns, market, kind, body = int(event["time_ns"]), event["market"], event["kind"], event["event"]
            if kind == "trade":
                # In an auction nobody takes.
                if body["taker_side"] is not None:
                    yield time_ns, trades_text([_trade(coins[market], time_ns, body)])
                continue
            if kind == "order_book":
                books[market] = ({}, {})
            elif kind != "order_book_delta" or market not in books:
                continue
            for side, levels in zip(books[market], (body["bids"], body["asks"]), strict=True):
                _set(side, levels)
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise tape.error(f"not an event of a recording: {error!r}") from error
        bids, asks = books[market]
        if time_ns - told_ns.get(market, 0) >= BOOK_INTERVAL_NS and bids and asks:
            told_ns[market] = time_ns
            yield time_ns, book_text(coins[market], time_ns, _best(bids, reverse=True), _best(asks, reverse=False))


def _set(side: dict[Decimal, Decimal], levels: list[dict[str, Any]]) -> None:
    for level in levels:
        price, quantity = Decimal(level["price"]), Decimal(level["quantity"])
        if quantity:
            side[price] = quantity
        else:
            side.pop(price, None)


def _best(side: dict[Decimal, Decimal], *, reverse: bool) -> list[Level]:
    return [Level(price, side[price]) for price in sorted(side, reverse=reverse)[:DEPTH]]


def _trade(coin: str, time_ns: int, body: dict[str, Any]) -> TradePrint:
    side = Side.BUY if body["taker_side"] == "BUY" else Side.SELL
    return TradePrint(coin, time_ns, side, Decimal(body["price"]), Decimal(body["quantity"]), int(body["trade_id"]))
