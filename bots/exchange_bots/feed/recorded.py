"""A recording as a source, told in the venue's words: of Hyperliquid, of Binance, or what `exchange record` wrote."""

import asyncio
import heapq
import json
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
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
"""Of recordings that tell every change, a book is told as often as Hyperliquid does."""
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


def messages(recording: Path | Tape) -> Iterator[tuple[int, str]]:
    """Yield (receive time in ns, message) of any of these kinds of recording. Raises TapeError."""
    tape = recording if isinstance(recording, Tape) else Tape.open(recording)
    first = next(iter(tape), "")
    if first.startswith("{"):
        yield from _of_this_exchange(tape, first)
    elif '"channel"' in first:
        for time_ns, message in tape.messages():
            yield time_ns, json.dumps(message)
    else:
        yield from _of_binance(tape)


def _of_binance(tape: Tape) -> Iterator[tuple[int, str]]:
    """Tell Binance USDⓈ-M streams of one symbol in Hyperliquid's words; the coin is the symbol without USDT.

    The book begins with the snapshot; what its updates say is absolute. See `play.binance` for their rules.
    """
    sides: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]] = ({}, {})
    last_update, told_ns = 0, 0
    for time_ns, message in tape.messages():
        data = message.get("data", message)
        try:
            if "lastUpdateId" in data:
                last_update = int(data["lastUpdateId"])
                for side, levels in zip(sides, (data["bids"], data["asks"]), strict=True):
                    side.clear()
                    _set(side, levels)
                continue
            kind = data.get("e")
            if kind == "trade" and data.get("X", "MARKET") == "MARKET" and last_update:
                # The buyer made the market: somebody sold to it.
                taker = Side.SELL if data["m"] else Side.BUY
                price, quantity = Decimal(data["p"]), Decimal(data["q"])
                yield time_ns, trades_text([TradePrint(_coin(data), time_ns, taker, price, quantity, int(data["t"]))])
            if kind != "depthUpdate" or data["u"] < last_update or not last_update:
                continue
            for side, levels in zip(sides, (data["b"], data["a"]), strict=True):
                _set(side, levels)
            if time_ns - told_ns >= BOOK_INTERVAL_NS:
                told_ns = time_ns
                yield time_ns, book_text(_coin(data), time_ns, *_bests(sides))
        except (ValueError, KeyError, TypeError, IndexError, InvalidOperation) as error:
            raise tape.error(f"not a message of Binance or Hyperliquid: {error!r}") from error


def _coin(data: dict[str, Any]) -> str:
    return str(data["s"]).removesuffix("USDT")


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
                _set(side, [(level["price"], level["quantity"]) for level in levels])
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise tape.error(f"not an event of a recording: {error!r}") from error
        if time_ns - told_ns.get(market, 0) >= BOOK_INTERVAL_NS and all(books[market]):
            told_ns[market] = time_ns
            yield time_ns, book_text(coins[market], time_ns, *_bests(books[market]))


def _set(side: dict[Decimal, Decimal], levels: Iterable[Sequence[str]]) -> None:
    for price_text, quantity_text in levels:
        price, quantity = Decimal(price_text), Decimal(quantity_text)
        if quantity:
            side[price] = quantity
        else:
            side.pop(price, None)


def _bests(sides: tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]) -> tuple[list[Level], list[Level]]:
    bids, asks = sides
    best_bids, best_asks = heapq.nlargest(DEPTH, bids), heapq.nsmallest(DEPTH, asks)
    return [Level(price, bids[price]) for price in best_bids], [Level(price, asks[price]) for price in best_asks]


def _trade(coin: str, time_ns: int, body: dict[str, Any]) -> TradePrint:
    side = Side.BUY if body["taker_side"] == "BUY" else Side.SELL
    return TradePrint(coin, time_ns, side, Decimal(body["price"]), Decimal(body["quantity"]), int(body["trade_id"]))
