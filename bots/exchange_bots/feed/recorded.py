"""A recording as a source, told in the venue's words: of Hyperliquid, of Binance, or what `exchange record` wrote."""

import asyncio
import json
from bisect import bisect_left, insort
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
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

    The book begins with the snapshot; what its updates say is absolute. See `play.binance` for their rules. Where an
    update is missing, no book is told until there is another snapshot.
    """
    book = _Book()
    chain = _Chain()
    # Until the snapshot is there it cannot be told which updates it has in it.
    waiting: list[dict[str, Any]] = []
    told_ns = 0
    for line in tape:
        # Two lines of three tell the best prices, which the depth tells too.
        if '"bookTicker"' in line:
            continue
        time_ns, message = tape.message(line)
        data = message.get("data", message)
        try:
            if "lastUpdateId" in data:
                chain.begin(int(data["lastUpdateId"]))
                book.begin(data["bids"], data["asks"])
                for update in waiting:
                    if chain.takes(update):
                        book.set(update["b"], update["a"])
                waiting.clear()
                continue
            kind = data.get("e")
            if kind == "trade" and data.get("X", "MARKET") == "MARKET" and chain.begun:
                # The buyer made the market: somebody sold to it.
                taker = Side.SELL if data["m"] else Side.BUY
                price, quantity = Decimal(data["p"]), Decimal(data["q"])
                yield time_ns, trades_text([TradePrint(_coin(data), time_ns, taker, price, quantity, int(data["t"]))])
            if kind != "depthUpdate":
                continue
            if not chain.begun or chain.broken:
                # Of what is missing the next snapshot tells; of the updates those count that are newer.
                waiting.append(data)
                continue
            if not chain.takes(data):
                if chain.broken:
                    waiting.append(data)
                continue
            book.set(data["b"], data["a"])
            if time_ns - told_ns >= BOOK_INTERVAL_NS:
                told_ns = time_ns
                yield time_ns, book_text(_coin(data), time_ns, *book.bests())
        except (ValueError, KeyError, TypeError, IndexError, InvalidOperation) as error:
            raise tape.error(f"not a message of Binance or Hyperliquid: {error!r}") from error


class _Chain:
    """Whether depth updates follow on the snapshot, and each on the one before."""

    def __init__(self) -> None:
        self._snapshot = 0
        self._last: int | None = None
        self.broken = False

    @property
    def begun(self) -> bool:
        return self._snapshot > 0

    def begin(self, snapshot: int) -> None:
        """Begin with a snapshot that has all updates up to this id."""
        self._snapshot, self._last, self.broken = snapshot, None, False

    def takes(self, update: Mapping[str, Any]) -> bool:
        """Tell whether the update is the next one. One that is older is not; one that is newer breaks the chain."""
        if self.broken or update["u"] < self._snapshot:
            return False
        follows = update["U"] <= self._snapshot + 1 if self._last is None else update["pu"] == self._last
        if not follows:
            self.broken = True
            return False
        self._last = int(update["u"])
        return True


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
    books: dict[str, _Book] = {}
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
                books[market] = _Book()
            elif kind != "order_book_delta" or market not in books:
                continue
            book = books[market]
            book.set(*([(level["price"], level["quantity"]) for level in body[side]] for side in ("bids", "asks")))
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise tape.error(f"not an event of a recording: {error!r}") from error
        if time_ns - told_ns.get(market, 0) >= BOOK_INTERVAL_NS and book.has_both_sides:
            told_ns[market] = time_ns
            yield time_ns, book_text(coins[market], time_ns, *book.bests())


class _Book:
    """Both sides of a book, of which every change is told; the prices are kept in order."""

    def __init__(self) -> None:
        self._bids, self._asks = _BookSide(), _BookSide()

    @property
    def has_both_sides(self) -> bool:
        return bool(self._bids.prices and self._asks.prices)

    def begin(self, bids: Iterable[Sequence[str]], asks: Iterable[Sequence[str]]) -> None:
        """Forget what was, and take a whole book."""
        self._bids, self._asks = _BookSide(), _BookSide()
        self.set(bids, asks)

    def set(self, bids: Iterable[Sequence[str]], asks: Iterable[Sequence[str]]) -> None:
        """Take new quantities of (price, quantity) levels; none at all removes a level."""
        self._bids.set(bids)
        self._asks.set(asks)

    def bests(self) -> tuple[list[Level], list[Level]]:
        """Return the best bids and asks, the best first."""
        bids, asks = self._bids, self._asks
        return bids.levels(reversed(bids.prices[-DEPTH:])), asks.levels(asks.prices[:DEPTH])


class _BookSide:
    """The levels of one side; `prices` rise."""

    def __init__(self) -> None:
        self.prices: list[Decimal] = []
        self._quantities: dict[Decimal, Decimal] = {}

    def set(self, levels: Iterable[Sequence[str]]) -> None:
        for price_text, quantity_text in levels:
            price, quantity = Decimal(price_text), Decimal(quantity_text)
            if quantity:
                if price not in self._quantities:
                    insort(self.prices, price)
                self._quantities[price] = quantity
            elif self._quantities.pop(price, None) is not None:
                del self.prices[bisect_left(self.prices, price)]

    def levels(self, prices: Iterable[Decimal]) -> list[Level]:
        return [Level(price, self._quantities[price]) for price in prices]


def _trade(coin: str, time_ns: int, body: dict[str, Any]) -> TradePrint:
    side = Side.BUY if body["taker_side"] == "BUY" else Side.SELL
    return TradePrint(coin, time_ns, side, Decimal(body["price"]), Decimal(body["quantity"]), int(body["trade_id"]))
