"""The venue as bots see it: the newest book of each coin, unless it is in doubt, and trades as they come.

A book is in doubt when nothing confirms it any more: the connection is down, its newest message is malformed or
crossed, it is older than `STALE_SECONDS`, or the venue's clock and ours have moved apart. A doubtful book is never
given out; the next sound one ends the doubt, of a moved clock the third one that agrees with the new time.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from exchange_bots.clock import NS
from exchange_bots.feed.messages import BookSnapshot, CrossedBook, MessageFault, TradePrint, parse
from exchange_bots.feed.source import Connected, Disconnected, Received, Source, SourceEvent

STALE_SECONDS = 4.0
"""Age at which a book is in doubt: with a second for the cancels, no quote stands on a book older than five."""
CLOCK_JUMP_SECONDS = 5.0
"""How far the venue's time and ours may move against each other between two messages."""
AGREEING_MESSAGES = 3
"""So many books in a row must agree with a new difference of the clocks before it is believed."""
OLD_TRADE_SECONDS = 2.0
"""A venue tells its latest trades when one subscribes: what is older than this is history, not news."""
REMEMBERED_TRADES = 2_000
"""Of a coin, to know what is told again: far more than a venue has in `OLD_TRADE_SECONDS`, before which all is old."""


class Doubt(StrEnum):
    """Why a book is not given out."""

    NEVER_HEARD = "never_heard"
    DISCONNECTED = "disconnected"
    STALE = "stale"
    MALFORMED = "malformed"
    CROSSED = "crossed"
    CLOCK_JUMP = "clock_jump"
    ONE_SIDED = "one_sided"
    """Only of this exchange's own markets: there is no price, and that is nobody's fault."""


class Look(NamedTuple):
    """A book that can be relied on, or why there is none."""

    book: BookSnapshot | None
    doubt: Doubt | None


@dataclass(slots=True)
class _Coin:
    book: BookSnapshot | None = None
    received_ns: int = 0
    doubt: Doubt | None = Doubt.NEVER_HEARD
    clock_difference_ns: int | None = None
    doubtful_difference_ns: int = 0
    agreeing: int = 0
    newest_trades: deque[int] = field(default_factory=lambda: deque(maxlen=REMEMBERED_TRADES))
    known_trades: set[int] = field(default_factory=set)


class VenueFeed:
    """What is known of some coins of one venue. `take` is the only way in; it does no I/O and asks no clock."""

    def __init__(self, coins: Iterable[str], *, stale_seconds: float = STALE_SECONDS) -> None:
        self._coins = {coin: _Coin() for coin in coins}
        self._stale_ns = int(stale_seconds * NS)
        self._listeners: list[Callable[[tuple[TradePrint, ...]], None]] = []
        self.counts: Counter[str] = Counter()
        self.last_fault = ""

    def listen(self, listener: Callable[[tuple[TradePrint, ...]], None]) -> Callable[[], None]:
        """Call the listener after each change, with the new trades if any; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def look(self, coin: str, at_ns: int) -> Look:
        """Return the book of a coin if nothing speaks against it at this time. Raises KeyError for an unknown coin."""
        state = self._coins[coin]
        if state.doubt is not None:
            return Look(None, state.doubt)
        if at_ns - state.received_ns > self._stale_ns:
            return Look(None, Doubt.STALE)
        return Look(state.book, None)

    def take(self, event: SourceEvent) -> None:
        """Take what a source tells."""
        trades: tuple[TradePrint, ...] = ()
        match event:
            case Connected():
                self.counts["connections"] += 1
                for state in self._coins.values():
                    state.clock_difference_ns = None
            case Disconnected(reason):
                self.counts["disconnections"] += 1
                self.last_fault = reason
                self._doubt(None, Doubt.DISCONNECTED)
            case Received(time_ns, text):
                trades = self._received(time_ns, text)
        for listener in tuple(self._listeners):
            listener(trades)

    def _received(self, time_ns: int, text: str | bytes) -> tuple[TradePrint, ...]:
        self.counts["messages"] += 1
        try:
            message = parse(text)
        except MessageFault as fault:
            doubt = Doubt.CROSSED if isinstance(fault, CrossedBook) else Doubt.MALFORMED
            self.counts[doubt.value] += 1
            self.last_fault = str(fault)
            self._doubt(fault.coin, doubt)
            return ()
        if isinstance(message, BookSnapshot):
            self._book(time_ns, message)
            return ()
        return () if message is None else tuple(trade for trade in message if self._is_news(time_ns, trade))

    def _doubt(self, coin: str | None, doubt: Doubt) -> None:
        """Doubt a coin's book, or every book when it cannot be told whose."""
        for name, state in self._coins.items():
            # What was never heard stays so: it is the better answer.
            if coin in (None, name) and state.book is not None:
                state.doubt = doubt

    def _book(self, time_ns: int, book: BookSnapshot) -> None:
        state = self._coins.get(book.coin)
        if state is None:
            return
        self.counts["books"] += 1
        difference = time_ns - book.time_ns
        if state.clock_difference_ns is not None and _apart(difference, state.clock_difference_ns):
            state.agreeing = 1 if _apart(difference, state.doubtful_difference_ns) else state.agreeing + 1
            state.doubtful_difference_ns = difference
            if state.agreeing < AGREEING_MESSAGES:
                self.counts[Doubt.CLOCK_JUMP.value] += 1
                self.last_fault = f"{book.coin}: the clocks are {difference / NS:.3f} s apart"
                state.doubt = Doubt.CLOCK_JUMP
                return
        state.agreeing = 0
        state.clock_difference_ns = difference
        state.book, state.received_ns, state.doubt = book, time_ns, None

    def _is_news(self, time_ns: int, trade: TradePrint) -> bool:
        state = self._coins.get(trade.coin)
        if state is None or trade.trade_id in state.known_trades:
            return False
        if len(state.newest_trades) == REMEMBERED_TRADES:
            state.known_trades.discard(state.newest_trades[0])
        state.newest_trades.append(trade.trade_id)
        state.known_trades.add(trade.trade_id)
        # Without a book there is no difference of the clocks to judge the age by.
        if state.doubt is not None or state.clock_difference_ns is None:
            self.counts["trades_in_doubt"] += 1
            return False
        if time_ns - trade.time_ns - state.clock_difference_ns > OLD_TRADE_SECONDS * NS:
            self.counts["old_trades"] += 1
            return False
        self.counts["trades"] += 1
        return True


def _apart(one_ns: int, other_ns: int) -> bool:
    return abs(one_ns - other_ns) > CLOCK_JUMP_SECONDS * NS


async def follow(source: Source, feed: VenueFeed) -> None:
    """Let the feed hear a source, until that has ended; then every book is in doubt."""
    try:
        async with aclosing(source.events()) as events:
            async for event in events:
                feed.take(event)
                # A source that never waits, like a recording at full speed, lets others run.
                await asyncio.sleep(0)
    finally:
        feed.take(Disconnected("the source has ended"))
